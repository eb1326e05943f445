"""The checker notices faults that are put in: into traces, systems, policies."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import vpok.assembly
from tests.properties import modelled, scheduled
from tests.properties.test_scheduling import RUN, handed_over, violations
from vpok.events import EventKind
from vpok.kernel.sched import POLICIES, Policy
from vpok.kernel.sched.credit import Credit
from vpok.kernel.sched.edf import Edf
from vpok.kernel.sched.fixed_priority import FixedPriority
from vpok.kernel.sched.null import Null
from vpok.kernel.sched.round_robin import RoundRobin
from vpok.kernel.sched.server import Server
from vpok.kernel.vcpu import Vcpu
from vpok.report.rows import RunResult
from vpok.spec.model import (
    ScheduleSpec,
    SystemSpec,
    TaskSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import build, standard_parts
from vpok.testing import Event, RecordingSink
from vpok.testing.checker import check

Params = tuple[Mapping[str, int], ...]


def busy(
    policy: str,
    params: Params,
    *,
    quantum: int = 3,
    window: int = 10,
    count: int = 2,
    processors: int = 1,
) -> SystemSpec:
    """Return vCPUs that always have something to do, in a window of 12 ns."""
    tasks = [
        TaskSpec(f"t{index}", 40, 0, (33,), vcpu=index)
        for index in range(count)
    ]
    everywhere = tuple(range(processors))
    only = modelled.partition(
        "p",
        tasks,
        vcpus=VcpusSpec(count, policy, quantum, params),
        processors=everywhere,
    )
    placed = WindowSpec(0, 0, window, everywhere)
    return SystemSpec(
        "busy", (only,), ScheduleSpec(12, windows=(placed,)), processors
    )


def record(spec: SystemSpec) -> tuple[list[Event], RunResult]:
    sink = RecordingSink()
    with build(spec, parts=standard_parts(), sinks=[sink]) as system:
        result = system.run(RUN)
    return sink.events, result


# --- other systems than the one that is judged ----------------------------------

HIGH_LOW = ({"priority": 2}, {"priority": 1})
TEN = ({"budget": 4, "period": 10}, {"budget": 5, "period": 10})
LESS = ({"budget": 3, "period": 10}, {"budget": 5, "period": 10})
EVEN = ({"weight": 1}, {"weight": 1})
ODD = ({"weight": 1}, {"weight": 9})
CAPPED: Params = ({"cap": 40}, {})
SYSTEMS: Mapping[str, tuple[SystemSpec, SystemSpec, str]] = {
    "a window that is longer by a nanosecond": (
        busy("null", (), count=1, window=11),
        busy("null", (), count=1),
        "10 ns: place: p/0 runs on processor 0 outside its window",
    ),
    "a window that is shorter by a nanosecond": (
        busy("null", (), count=1, window=9),
        busy("null", (), count=1),
        "9 ns: windows: processor 0 has window none, not 0 of partition 0",
    ),
    "priorities that are swapped": (
        busy("fixed-priority", HIGH_LOW[::-1]),
        busy("fixed-priority", HIGH_LOW),
        "0 ns: order: p/0 waits for p/1, which is less urgent, on processor 0",
    ),
    "deadlines that are swapped": (
        busy("edf", ({"deadline": 9}, {"deadline": 8})),
        busy("edf", ({"deadline": 8}, {"deadline": 9})),
        "0 ns: order: p/0 waits for p/1, which is less urgent, on processor 0",
    ),
    "a budget that is larger by a nanosecond": (
        busy("server", TEN),
        busy("server", LESS),
        "3 ns: budget: p/0 runs 1 ns without budget",
    ),
    "a budget that is smaller by a nanosecond": (
        busy("server", LESS[:1], count=1),
        busy("server", TEN[:1], count=1),
        "3 ns: work conservation: p/0 waits while processor 0 is idle",
    ),
    "a period that is shorter by a nanosecond": (
        busy("server", ({"budget": 4, "period": 9},), count=1),
        busy("server", ({"budget": 4, "period": 10},), count=1),
        "9 ns: budget: p/0 runs 1 ns without budget",
    ),
    "a sporadic budget that comes back too early": (
        busy("server", ({"budget": 4, "period": 9, "kind": 3},), count=1),
        busy("server", ({"budget": 4, "period": 10, "kind": 3},), count=1),
        "9 ns: budget: p/0 runs 1 ns without budget",
    ),
    "a quantum that is longer by a nanosecond": (
        busy("round-robin", (), quantum=4),
        busy("round-robin", ()),
        "3 ns: quantum: p/0 begins a turn while p/1 has waited for longer",
    ),
    "weights that are not those": (
        busy("credit", EVEN),
        busy("credit", ODD),
        "share: p/0 is",
    ),
    "a cap that is not kept": (
        busy("credit", ({"cap": 45}, {}), quantum=2),
        busy("credit", CAPPED, quantum=2),
        "cap: p/0 runs",
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_another_system_than_the_one_that_ran_is_noticed(name: str) -> None:
    ran, judged, expected = SYSTEMS[name]
    events, result = record(ran)

    assert check(ran, events, result) == []
    found = [str(violation) for violation in check(judged, events, RUN)]
    assert any(expected in line for line in found), found[:5]


# --- traces ----------------------------------------------------------------------

Change = Callable[[list[Event]], list[Event]]


def first(
    events: list[Event], kind: EventKind, after: int = 1, a: int = 0
) -> int:
    """Return the place of an event."""
    return next(
        place
        for place, event in enumerate(events)
        if event.kind == kind and event.time >= after and event.a == a
    )


def dropped(kind: EventKind, after: int = 1, a: int = 0) -> Change:
    def change(events: list[Event]) -> list[Event]:
        at = first(events, kind, after, a)
        return events[:at] + events[at + 1 :]

    return change


def moved(kind: EventKind, by: int, after: int = 1, a: int = 0) -> Change:
    def change(events: list[Event]) -> list[Event]:
        at = first(events, kind, after, a)
        event = replace(events[at], time=events[at].time + by)
        changed = [*events[:at], event, *events[at + 1 :]]
        return sorted(changed, key=lambda event: event.time)

    return change


def altered_end(events: list[Event]) -> list[Event]:
    """Let a job say that it took a nanosecond less."""
    kinds = [event.kind for event in events]
    at = kinds.index(EventKind.JOB_END)
    event = replace(events[at], b=events[at].b - 1)
    return [*events[:at], event, *events[at + 1 :]]


def overrun(events: list[Event]) -> list[Event]:
    """Let a vCPU leave its processor a nanosecond after the window."""
    late = moved(EventKind.SWITCH, 1, after=10)
    return late(moved(EventKind.RUNSTATE, 1, after=10, a=1)(events))


def twice(events: list[Event]) -> list[Event]:
    """Let the second processor run what the first does."""
    return [
        replace(event, vcpu=0)
        if event.pcpu == 1
        and event.kind in {EventKind.SWITCH, EventKind.RUNSTATE}
        and event.vcpu == 1
        else event
        for event in events
    ]


PAIR = busy("fixed-priority", HIGH_LOW)
TRACES: Mapping[str, tuple[SystemSpec, Change, str]] = {
    "a switch is missing": (
        PAIR,
        dropped(EventKind.SWITCH, after=39),
        "39 ns: switches: p/1 runs on processor 0 without a switch to it",
    ),
    "a vCPU goes on after its window": (
        PAIR,
        overrun,
        "10 ns: place: p/0 runs on processor 0 outside its window",
    ),
    "a vCPU never stops": (
        PAIR,
        dropped(EventKind.RUNSTATE, after=10, a=1),
        "10 ns: switches: processor 0 switches while p/0 still runs",
    ),
    "a vCPU goes on a nanosecond late": (
        PAIR,
        moved(EventKind.RUNSTATE, 1, after=12, a=0),
        "12 ns: work conservation: p/0 waits while processor 0 is idle",
    ),
    "a window opens a nanosecond late": (
        PAIR,
        moved(EventKind.WINDOW_OPEN, 1),
        "12 ns: windows: processor 0 has window none, not 0 of partition 0",
    ),
    "a window is not closed": (
        PAIR,
        dropped(EventKind.WINDOW_CLOSE),
        "10 ns: windows: processor 0 has window 0 of partition 0, not none",
    ),
    "a job takes less than it did": (
        PAIR,
        altered_end,
        "39 ns: jobs: job 1 of p/t0 took 39 ns, not 38",
    ),
    "a job ends early": (
        PAIR,
        moved(EventKind.JOB_END, -1, a=1),
        "38 ns: jobs: job 1 of p/t0 executed 32 ns while its vCPU ran",
    ),
    "a vCPU is on two processors": (
        busy("null", (), processors=2),
        twice,
        "0 ns: place: p/0 runs on two processors at once",
    ),
    "less supply than windows give": (
        busy("null", (), count=1),
        moved(EventKind.RUNSTATE, 1, after=12, a=0),
        "13 ns: supply: p/0 received 1 ns too little since 10 ns",
    ),
}


@pytest.mark.parametrize("name", TRACES)
def test_a_fault_in_a_trace_is_noticed(name: str) -> None:
    spec, change, expected = TRACES[name]
    events, result = record(spec)

    assert check(spec, events, result) == []
    found = [str(violation) for violation in check(spec, change(events), RUN)]
    assert expected in found, found[:8]


def test_a_result_that_says_something_else_is_noticed() -> None:
    events, result = record(PAIR)
    partition = result.partitions[0]
    vcpus = (replace(partition.vcpus[0], running=1), *partition.vcpus[1:])
    tasks = (replace(partition.tasks[0], executed=1), *partition.tasks[1:])
    wrong = replace(partition, vcpus=vcpus, tasks=tasks)

    found = check(PAIR, events, replace(result, partitions=(wrong,)))

    assert {violation.rule for violation in found} == {"runstates", "jobs"}


THAT_COUNT = (EventKind.SWITCH, EventKind.WINDOW_OPEN, EventKind.WINDOW_CLOSE)


@pytest.mark.slow
@settings(max_examples=max(100, settings().max_examples))
@given(scheduled.systems(), st.data())
def test_no_event_can_be_missing_from_a_random_trace(
    spec: SystemSpec, data: st.DataObject
) -> None:
    """A switch to somebody, a window: where time passes before the next."""
    events, _ = record(spec)
    places = [
        place
        for place, event in enumerate(events)
        if event.kind in THAT_COUNT
        and (event.kind != EventKind.SWITCH or event.vcpu >= 0)
        and _lasts(events, place)
    ]
    assume(places)
    at = data.draw(st.sampled_from(places))

    found = check(spec, events[:at] + events[at + 1 :], RUN)

    assert any(violation.time == events[at].time for violation in found)


def _lasts(events: list[Event], place: int) -> bool:
    """Say whether an event is the last of its kind on its processor then."""
    event = events[place]
    if event.time >= RUN:
        return False
    kinds = {event.kind}
    if event.kind != EventKind.SWITCH:
        kinds = {EventKind.WINDOW_OPEN, EventKind.WINDOW_CLOSE}
    return not any(
        other.time == event.time
        and other.pcpu == event.pcpu
        and other.kind in kinds
        for other in events[place + 1 :]
    )


# --- policies ---------------------------------------------------------------------


class UpsideDown(FixedPriority):
    """Takes low priorities for urgent ones."""

    def wake(self, vcpu: Vcpu, now: int) -> None:
        rank = self.settings[vcpu.id]["priority"]
        self.enter(self.places[vcpu.id], 0, rank, 0)


class Patient(Edf):
    """Counts deadlines from the start of the module."""

    def wake(self, vcpu: Vcpu, now: int) -> None:
        super().wake(vcpu, 0)


class Generous(Server):
    """Charges a nanosecond too little, again and again."""

    def charge(self, vcpu: Vcpu, elapsed: int, now: int) -> None:
        super().charge(vcpu, elapsed - (now < 10), now)


class Unfair(RoundRobin):
    """Lets who has had its quantum go on."""

    def charge(self, vcpu: Vcpu, elapsed: int, now: int) -> None:
        self.left[vcpu.id] -= elapsed
        if self.left[vcpu.id] <= 0:
            self.left[vcpu.id] = 3


class Flattering(Credit):
    """Knows no weights."""

    def add(self, vcpu: Vcpu, params: dict[str, int]) -> None:
        super().add(vcpu, params | {"weight": 1})


class Capless(Credit):
    """Knows no caps."""

    def add(self, vcpu: Vcpu, params: dict[str, int]) -> None:
        super().add(vcpu, params | {"cap": 0})


class Lazy(Null):
    """Does nothing in its first instants."""

    def pick(self, pcpu: int, now: int) -> Vcpu | None:
        return None if now < 3 else super().pick(pcpu, now)

    def next_event(self, pcpu: int, now: int) -> int:
        return 3 if now < 3 else super().next_event(pcpu, now)


class Forgetful(FixedPriority):
    """Does not hand on a vCPU whose window ends on another processor."""

    ended = -1

    def window(self, pcpu: int, opened: bool, now: int) -> None:
        super().window(pcpu, opened, now)
        if not opened:
            self.ended = int(now)

    def pick(self, pcpu: int, now: int) -> Vcpu | None:
        if now == self.ended and not self.holders[pcpu]:
            return None
        return super().pick(pcpu, now)


FAULTS: Mapping[str, tuple[type[Policy], SystemSpec, str]] = {
    "inverts priorities": (
        UpsideDown,
        PAIR,
        "0 ns: order: p/0 waits for p/1, which is less urgent",
    ),
    "inverts deadlines": (
        Patient,
        busy("edf", ({"deadline": 20}, {"deadline": 30})),
        "order: p/",
    ),
    "overruns a budget": (
        Generous,
        busy("server", TEN),
        "4 ns: budget: p/0 runs 6 ns without budget",
    ),
    "overruns a quantum": (
        Unfair,
        busy("round-robin", ()),
        "3 ns: quantum: p/0 begins a turn while p/1 has waited for longer",
    ),
    "forgets weights": (Flattering, busy("credit", ODD), "share: p/0 is"),
    "forgets caps": (
        Capless,
        busy("credit", CAPPED, quantum=2),
        "cap: p/0 runs",
    ),
    "is idle": (
        Lazy,
        busy("null", (), count=1),
        "0 ns: work conservation: p/0 waits while processor 0 is idle",
    ),
    "leaves a vCPU where its window ended": (
        Forgetful,
        handed_over("fixed-priority"),
        "work conservation: p/0 waits while processor 1 is idle",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_policy_that_does_wrong_is_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, spec, expected = FAULTS[name]
    assert violations(spec) == []
    own = spec.partitions[0].vcpus.policy
    wrong = MappingProxyType({**POLICIES, own: policy})
    monkeypatch.setattr(vpok.assembly, "POLICIES", wrong)

    found = [str(violation) for violation in violations(spec)]

    assert any(expected in line for line in found), found[:5]
