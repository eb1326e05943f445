"""Random systems: policies against their models, and against themselves."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.kernel.sched import reference
from tests.unit.kernel.sched.stage import Stage

UNTIL = 120
MODELS: Mapping[str, type[reference.Model]] = {
    "fixed-priority": reference.FixedPriority,
    "edf": reference.Edf,
    "round-robin": reference.RoundRobin,
    "server": reference.Server,
}

Params = list[dict[str, int]]
Jobs = list[tuple[int, int, int]]


@st.composite
def parameters(draw: st.DrawFn, name: str) -> dict[str, int]:
    if name == "server":
        period = draw(st.integers(1, 20))
        return {
            "budget": draw(st.integers(1, period)),
            "period": period,
            "kind": draw(st.integers(0, 3)),
            "priority": draw(st.integers(0, 3)),
            "order": 0,
            "extratime": draw(st.sampled_from([0, 0, 1])),
        }
    values = {
        "fixed-priority": {"priority": st.integers(0, 3)},
        "edf": {"deadline": st.integers(0, 30)},
        "round-robin": {"quantum": st.integers(0, 12)},
        "credit": {
            "weight": st.sampled_from([1, 100, 256, 512, 3000]),
            "cap": st.sampled_from([0, 0, 10, 45, 100]),
        },
    }
    return {key: draw(value) for key, value in values[name].items()}


@st.composite
def systems(draw: st.DrawFn, name: str) -> tuple[Params, Jobs]:
    """Draw vCPUs, and jobs of (vCPU, instant, work) in order of time."""
    params = draw(st.lists(parameters(name), min_size=1, max_size=5))
    if name == "server":
        order = draw(st.integers(0, 1))
        for own in params:
            own["order"] = order
    job = st.tuples(
        st.integers(0, len(params) - 1),
        st.integers(0, UNTIL - 1),
        st.integers(1, 25),
    )
    jobs = draw(st.lists(job, max_size=15))
    return params, sorted(jobs, key=lambda entry: (entry[1], entry[0]))


def staged(
    name: str,
    params: Params,
    jobs: Jobs,
    pcpus: tuple[int, ...] = (0,),
) -> Stage:
    stage = Stage(name, params, pcpus)
    for index, when, work in jobs:
        stage.job(index, when, work)
    return stage


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
def test_a_policy_does_what_its_model_does(
    name: str, data: st.DataObject
) -> None:
    params, jobs = data.draw(systems(name))
    cuts: set[int] = data.draw(st.sets(st.integers(1, UNTIL), max_size=10))
    stage = staged(name, params, jobs)
    stage.cuts = cuts
    stage.run(UNTIL)

    chart = [-1] * UNTIL
    for _, index, start, end in stage.runs:
        chart[start:end] = [index] * (end - start)
    assert chart == MODELS[name](params).run(jobs, UNTIL).chart


@pytest.mark.slow
@pytest.mark.parametrize("name", [*MODELS, "credit"])
@given(data=st.data())
def test_cutting_a_run_changes_nothing(name: str, data: st.DataObject) -> None:
    params, jobs = data.draw(systems(name))
    pcpus = data.draw(st.sampled_from([(0,), (0, 1), (1, 2, 4)]))
    gaps = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(pcpus),
                st.integers(1, UNTIL // 2),
                st.integers(1, UNTIL // 2),
            ),
            max_size=3,
            unique_by=lambda gap: gap[0],
        )
    )
    cuts: set[int] = data.draw(st.sets(st.integers(1, UNTIL)))
    runs = []
    for some in (set[int](), cuts):
        stage = staged(name, params, jobs, pcpus)
        for pcpu, start, length in gaps:
            stage.closed(pcpu, start, start + length)
        stage.cuts = set(some)
        runs.append(sorted(stage.run(UNTIL).runs))

    assert runs[0] == runs[1]
