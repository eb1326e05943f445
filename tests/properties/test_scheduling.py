"""
What scheduling promises holds in random systems, by the trace alone.

That bounds are attained is in `test_bounds`
(`test_a_release_at_a_windows_end_reaches_each_bound`).
"""

from dataclasses import replace

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

import vpok.config
from tests.properties import modelled, scheduled, systems
from vpok.events import EventKind
from vpok.spec.model import (
    ScheduleSpec,
    SystemSpec,
    TaskSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import build, standard_parts
from vpok.testing import RecordingSink
from vpok.testing.checker import Checker, Violation, check

RUN = 400  # ns; periods are up to 100
HUNDREDS = settings(max_examples=max(300, settings().max_examples))
FEW = settings(max_examples=max(12, settings().max_examples // 20))


def violations(
    spec: SystemSpec, until: int = RUN, plan: str = ""
) -> list[Violation]:
    """Run a system; with a *plan* that is asked for in its midst."""
    checker = Checker(spec)
    with build(spec, parts=standard_parts(), sinks=[checker]) as system:
        if plan:
            system.run(until // 3)
            system.request_plan(plan)
        result = system.run(until)
    assert not result.sink_failures, result.sink_failures
    return checker.finish(result)


@pytest.mark.slow
@HUNDREDS
@given(scheduled.systems(), st.booleans())
def test_random_systems_keep_every_promise(
    spec: SystemSpec,
    switch: bool,
) -> None:
    plan = "second" if switch and spec.schedule.plans else ""
    found = violations(spec, plan=plan)
    for violation in found:
        note(str(violation))

    assert not found


@pytest.mark.slow
@HUNDREDS
@given(
    st.one_of(scheduled.systems(), modelled.servers()),
    st.lists(st.integers(0, RUN), max_size=25),
)
def test_where_a_run_is_cut_no_event_shows(
    spec: SystemSpec, cuts: list[int]
) -> None:
    """Budgets included, which policies tell of."""
    told = []
    for places in ([], sorted(cuts)):
        sink = RecordingSink()
        with build(spec, parts=standard_parts(), sinks=[sink]) as system:
            for cut in places:
                system.run(cut)
            system.run(RUN)
        told.append(sink.events)

    assert told[0] == told[1]


POLICY = st.sampled_from(["round-robin", "fixed-priority", "credit", "server"])


@pytest.mark.slow
@FEW
@given(
    scheduled.hierarchical().filter(
        lambda spec: bool(spec.schedule.windows) and spec.processors == 1
    ),
    POLICY,
    st.sampled_from([1_000, 2_777]),
)
def test_modelled_partitions_beside_a_real_guest_keep_every_promise(
    spec: SystemSpec, policy: str, scale: int
) -> None:
    """Instructions, calls and interrupts of x86-64, and its windows' slack."""
    image = systems.ROOT / "examples" / "steal" / "x86-64.yaml"
    guest = vpok.config.load(image).spec.partitions[0]
    vcpus = replace(guest.vcpus, policy=policy, quantum=777)
    whole = scheduled.beside(replace(guest, vcpus=vcpus), spec, scale)

    assert not violations(whole, 60_000)


@pytest.mark.slow
@FEW
@given(st.data(), st.sampled_from(["null", "round-robin", "fixed-priority"]))
def test_one_vcpu_per_partition_has_exactly_poks_slots(
    data: st.DataObject, policy: str
) -> None:
    """Whatever its policy: who runs is whose slot it is (semantics 25)."""
    spin = replace(
        systems.flat(systems.SPIN), vcpus=VcpusSpec(1, policy, 1_500_000)
    )
    pair = (replace(spin, name="a"), replace(spin, name="b"))
    spec = SystemSpec("slots", pair, data.draw(scheduled.slots(spin)))
    sink = RecordingSink()
    with build(spec, sinks=[sink]) as system:
        result = system.run(20_000_000)

    assert not check(spec, sink.events, result)
    opened = sink.of(EventKind.WINDOW_OPEN)
    entered = list(sink.of(EventKind.SWITCH))
    changed = [
        event
        for before, event in zip([None, *opened], opened, strict=False)
        if before is None or before.partition != event.partition
    ]
    assert [(e.time, e.partition) for e in entered] == [
        (e.time, e.partition) for e in changed
    ]


@pytest.mark.parametrize(
    "policy", ["round-robin", "fixed-priority", "edf", "server", "credit"]
)
def test_a_vcpu_whose_window_ends_goes_on_at_once_on_another_processor(
    policy: str,
) -> None:
    """One ns of work every 5 ns; the windows are [0, 1) and [0, 2)."""
    spec = handed_over(policy)

    assert violations(spec) == []
    assert modelled.observe(spec, RUN) == {("p", "t"): 6}


def handed_over(policy: str) -> SystemSpec:
    params = ({"budget": 5, "period": 5},) if policy == "server" else ()
    only = modelled.partition(
        "p",
        [TaskSpec("t", 5, 5, (1,))],
        vcpus=VcpusSpec(1, policy, 1, params),
        processors=(0, 1),
    )
    windows = (WindowSpec(0, 0, 1, (0,)), WindowSpec(0, 0, 2, (1,)))
    return SystemSpec("x", (only,), ScheduleSpec(10, windows=windows), 2)
