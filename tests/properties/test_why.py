"""What `why` says adds up, and agrees with the system, in random systems."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties import modelled, scheduled
from vpok.events import EventKind
from vpok.spec.model import SystemSpec
from vpok.system import build, standard_parts
from vpok.testing import RecordingSink
from vpok.testing.interrupt_strategies import (
    NUMBERS,
    InterruptPlan,
    interrupt_plans,
)
from vpok.trace.head import head_of
from vpok.trace.record import Event
from vpok.trace.waits import Asked, waits
from vpok.trace.why import (
    BUDGET,
    ELSEWHERE,
    EXECUTING,
    HANDLER,
    JOBS,
    OFFLINE_,
    POLICY,
    RELEASE,
    WINDOW,
    Account,
    Part,
    Wait,
)

RUN = 400  # ns; periods are up to 100
HUNDREDS = settings(max_examples=max(300, settings().max_examples))
UNCAPPED = ("null", "round-robin", "fixed-priority", "edf")


def record(spec: SystemSpec, until: int = RUN) -> list[Event]:
    sink = RecordingSink()
    with build(spec, parts=standard_parts(), sinks=[sink]) as system:
        system.run(until)
    return recorded(sink)


def recorded(sink: RecordingSink) -> list[Event]:
    return [
        Event(
            e.time,
            int(e.kind),
            e.pcpu,
            e.partition,
            e.vcpu,
            e.thread,
            e.a,
            e.b,
            e.text,
        )
        for e in sink.events
    ]


def explained(
    spec: SystemSpec, events: Sequence[Event], asked: Asked
) -> list[tuple[Wait, list[Part]]]:
    head = head_of(spec)
    return [
        (wait, Account(head, wait).read(events))
        for wait in waits(head, events, asked)
    ]


def total(parts: Sequence[Part], *causes: str) -> int:
    return sum(part.time for part in parts if part.what in causes)


@pytest.mark.slow
@HUNDREDS
@given(st.one_of(scheduled.systems(), modelled.servers()))
def test_the_parts_of_every_job_add_up(spec: SystemSpec) -> None:
    events = record(spec)
    found = explained(spec, events, Asked())

    told = Counter(e.b for e in events if e.kind == EventKind.JOB_END)
    done = [wait for wait, _ in found if wait.outcome == "done"]
    assert told == Counter(wait.end - wait.begin for wait in done)
    for wait, parts in found:
        assert sum(part.time for part in parts) == wait.end - wait.begin
        agrees(spec, wait, parts)


def agrees(spec: SystemSpec, wait: Wait, parts: Sequence[Part]) -> None:
    """Compare causes with what can be, by the specification."""
    model = spec.partitions[wait.partition].model
    assert model is not None
    task = model.tasks[wait.task]
    executed = total(parts, EXECUTING)
    assert executed <= max(task.execution)
    if wait.outcome == "done":
        assert executed >= min(task.execution)
        assert task.uniform or executed in task.execution
    assert total(parts, RELEASE) <= task.jitter
    assert not total(parts, OFFLINE_)
    if spec.processors == 1:
        assert not total(parts, ELSEWHERE)
    flat = spec.schedule.architecture == "flat"
    policy = spec.partitions[wait.partition].vcpus.policy
    if flat:
        policy = spec.schedule.policy or "null"
    if policy in UNCAPPED:
        assert not total(parts, BUDGET)
    if policy == "null":
        assert not total(parts, POLICY)
    if flat and spec.schedule.policy:
        assert not total(parts, WINDOW)
    if len(model.tasks) == 1:
        others = {name for p in parts if p.what == JOBS for name in p.names}
        name = f"{spec.partitions[wait.partition].name}/{task.name}"
        assert others <= {name}  # its own earlier jobs


@pytest.mark.slow
@HUNDREDS
@given(modelled.in_windows().filter(lambda spec: spec.processors == 1))
def test_time_outside_the_windows_is_what_the_schedule_says(
    spec: SystemSpec,
) -> None:
    frame = spec.schedule.major_frame

    def inside(partition: int, now: int) -> bool:
        return any(
            window.partition == partition
            and window.start <= now % frame < window.start + window.duration
            for window in spec.schedule.windows
        )

    for wait, parts in explained(spec, record(spec), Asked()):
        outside = sum(
            not inside(wait.partition, now)
            for now in range(wait.begin, wait.end)
        )
        assert total(parts, WINDOW) <= outside
        # Asleep, it does not wait for a window.
        assert outside <= total(parts, WINDOW, RELEASE)


@pytest.mark.slow
@HUNDREDS
@given(interrupt_plans())
def test_the_parts_of_every_latency_add_up(plan: InterruptPlan) -> None:
    world = plan.world()
    world.system.run(until=9_000)
    events = recorded(world.sink)
    spec = world.system.spec

    for number in NUMBERS:
        found = explained(spec, events, Asked(interrupt=number))
        told = [
            e.b
            for e in events
            if (e.kind, e.a) == (EventKind.IRQ_DELIVER, number)
        ]
        assert told == [wait.end - wait.begin for wait, _ in found]
        for wait, parts in found:
            assert sum(part.time for part in parts) == wait.end - wait.begin
            assert not total(parts, RELEASE, EXECUTING, JOBS, BUDGET)
            nests = total(parts, HANDLER)
            assert not nests or any(
                e.kind == EventKind.IRQ_DELIVER and e.time < wait.end
                for e in events
            )
            if spec.partitions[wait.partition].vcpus.policy == "null":
                assert not total(parts, POLICY, ELSEWHERE)
