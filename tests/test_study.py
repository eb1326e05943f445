"""The study of policies prints what its decision record shows."""

from pathlib import Path

import pytest

from benchmarks.study_policies import (
    BUSY,
    CANDIDATES,
    LENGTH,
    PERIODS,
    SETTINGS,
    Candidate,
    Setting,
    draw,
    need,
    run,
    study,
    system,
    table_row,
)
from vpok.kernel.sched import POLICIES
from vpok.spec.problems import problems

RECORD = Path(__file__).parents[1] / "docs/design/0009-default-vcpu-policy.md"
SYSTEMS = 10  # per load, in the record
ALL = [
    pytest.param(setting, candidate, id=f"{setting.title}-{candidate.name}")
    for setting in SETTINGS
    for candidate in CANDIDATES
    if setting.takes(candidate)
]


def test_every_policy_is_compared() -> None:
    assert {each.policy for each in CANDIDATES} == set(POLICIES)


def test_the_draws_are_what_the_record_says() -> None:
    first, again = (draw("a", 0.7, 4) for _ in range(2))

    loads = [sum(need(tasks) for tasks in vcpus) for vcpus in first]
    assert first == again
    assert loads == pytest.approx([1.4, 1.4], abs=1e-5)
    assert draw("b", 0.7, 4) != first
    assert all(LENGTH % (period * 1_000_000) == 0 for period in PERIODS)


@pytest.mark.parametrize(("setting", "candidate"), ALL)
def test_each_of_the_systems_is_valid_and_loses_nobodys_jobs(
    setting: Setting, candidate: Candidate
) -> None:
    drawn = draw("one", 0.5, setting.processors)
    spec = system(setting, candidate, drawn, -1)

    result = run(setting, candidate, drawn, -1)

    tasks = [task for p in drawn for vcpu in p for task in vcpu]
    assert problems(spec, POLICIES) == []
    assert result.jobs == sum(LENGTH // task.period for task in tasks)
    assert 0 <= result.late <= result.jobs
    assert 0 < result.p99 <= result.worst
    assert result.switches > 0


def test_a_hog_is_no_job_of_its_neighbours() -> None:
    setting, (candidate, *_) = SETTINGS[0], CANDIDATES[3:]
    drawn = draw("one", 0.5, 1)

    result = run(setting, candidate, drawn, 0)

    tasks = [task for p in drawn for vcpu in p[1:] for task in vcpu]
    assert candidate.name == "fixed-priority"
    assert BUSY.execution[0] > LENGTH
    assert result.jobs == sum(LENGTH // task.period for task in tasks)
    assert result.late == result.jobs


@pytest.mark.slow
def test_the_study_at_a_small_scale_has_a_row_per_policy() -> None:
    lines = list(study(1))

    rows = [line for line in lines if line.startswith("| ")]
    assert len(rows) == len(ALL) + 2 * len(SETTINGS)
    assert sum(line.startswith("### ") for line in lines) == len(SETTINGS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "name"),
    [(0, "round-robin, 1 ms"), (1, "null"), (2, "server, tuned")],
)
def test_the_records_table_is_what_the_study_prints(
    setting: int, name: str
) -> None:
    (candidate,) = (each for each in CANDIDATES if each.name == name)
    where = SETTINGS[setting]
    section = RECORD.read_text().split(f"### {where.title}\n")[1]

    row = table_row(where, candidate, SYSTEMS)

    assert row in section.split("###")[0].splitlines()
