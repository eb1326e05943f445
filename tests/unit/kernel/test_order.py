"""What happens at one instant happens in a fixed order; windows are half-open."""

import pytest
from hypothesis import given

from vpok.events import NOBODY, EventKind
from vpok.spec.model import PortSpec
from vpok.testing import (
    Cause,
    Event,
    Guest,
    ScriptedPersonality,
    World,
    call,
    make_world,
    slots,
    windows,
    work,
)
from vpok.testing.strategies import Plan, plans
from vpok.units import NS_PER_MS

OPEN, CLOSE = EventKind.WINDOW_OPEN, EventKind.WINDOW_CLOSE
FRAME, SWITCH = EventKind.FRAME, EventKind.SWITCH


def at(world: World, instant: int) -> list[Event]:
    return [event for event in world.sink.events if event.time == instant]


def shape(events: list[Event]) -> list[tuple[EventKind, int]]:
    return [(event.kind, event.partition) for event in events]


def test_a_window_ends_before_the_next_one_starts() -> None:
    world = make_world(
        [Guest([()]), Guest([()])],
        windows((0, 0, 500), (1, 500, 500), frame=1000),
    )

    world.system.run(until=1001)

    assert shape(at(world, 500)) == [
        (CLOSE, 0),
        (EventKind.RUNSTATE, 0),
        (OPEN, 1),
        (SWITCH, 1),
        (EventKind.RUNSTATE, 1),
    ]
    assert [e.kind for e in at(world, 1000)][:4] == [
        CLOSE,
        EventKind.RUNSTATE,
        FRAME,
        OPEN,
    ]


def test_work_that_completes_at_a_windows_end_belongs_to_it() -> None:
    world = make_world(
        [Guest([(work(49), call(Cause.PRINT, 1))]), Guest([()])],
        windows((0, 0, 500), (1, 500, 500), frame=1000),
    )

    world.system.run(until=600)

    kinds = [event.kind for event in at(world, 500)]
    assert kinds.index(EventKind.CONSOLE) < kinds.index(CLOSE)


def test_a_call_that_ends_one_instruction_later_waits_for_the_next() -> None:
    world = make_world(
        [Guest([(work(50), call(Cause.PRINT, 1))])],
        windows((0, 0, 500), frame=1000),
    )

    world.system.run(until=2000)

    printed = world.sink.of(EventKind.CONSOLE)
    assert [event.time for event in printed] == [1010]


def test_an_instruction_that_does_not_fit_is_slack() -> None:
    world = make_world(
        [Guest([(work(100),)])], windows((0, 0, 105), frame=1000)
    )

    result = world.system.run(until=2000)

    assert result.partitions[0].instructions == 20
    assert result.processors[0].slack == 10
    assert result.processors[0].busy == 210


def test_a_timeout_comes_after_a_window_end_and_before_a_window_start() -> (
    None
):
    world = make_world(
        [Guest([(call(Cause.SLEEP, 490),)]), Guest([()])],
        windows((0, 0, 500), (1, 500, 500), frame=1000),
    )

    world.system.run(until=600)

    woken = [
        event
        for event in at(world, 500)
        if event.kind in (CLOSE, OPEN, EventKind.RUNSTATE)
    ]
    assert shape(woken)[:3] == [
        (CLOSE, 0),
        (EventKind.RUNSTATE, 0),
        (OPEN, 1),
    ]


def test_a_wake_at_a_windows_start_gets_the_processor_in_it() -> None:
    world = make_world(
        [Guest([(call(Cause.SLEEP, 990), call(Cause.PRINT, 5))])],
        windows((0, 0, 500), frame=1000),
    )

    world.system.run(until=2000)

    assert [e.time for e in world.sink.of(EventKind.CONSOLE)] == [1010]


def test_data_travels_between_the_end_of_a_window_and_the_next() -> None:
    world = make_world(
        [Guest([(call(Cause.SEND, 3),)]), Guest([()])],
        windows((0, 0, 500), (1, 500, 500), frame=1000),
        ports=[
            PortSpec("out", "sampling", 0, "out", 64, (1,)),
            PortSpec("in", "sampling", 1, "in", 64),
        ],
    )

    world.system.run(until=1100)

    kinds = [event.kind for event in at(world, 1000)]
    flush = kinds.index(EventKind.PORT_FLUSH)
    assert kinds.index(CLOSE) < flush < kinds.index(FRAME)


def test_timers_of_one_instant_go_off_in_the_order_of_configuration() -> None:
    program = (
        call(Cause.ALARM, 980 * 16 + 2),  # at 10, for 990
        call(Cause.ALARM, 970 * 16 + 0),  # at 20, for 990
        call(Cause.ALARM, 960 * 16 + 1),  # at 30, for 990
    )
    world = make_world(
        [Guest([program, (), ()], "round-robin", 5000)],
        windows((0, 0, 1000), frame=1000),
    )

    world.system.run(until=1000)

    assert world.personalities[0].timers == [
        (2000, 990),
        (2001, 990),
        (2002, 990),
    ]


def test_gaps_belong_to_nobody() -> None:
    world = make_world([Guest([()])], windows((0, 200, 300), frame=1000))

    result = world.system.run(until=2000)

    assert [e.time for e in world.sink.of(OPEN)] == [200, 1200]
    assert [e.time for e in world.sink.of(CLOSE)] == [500, 1500]
    assert result.processors[0].idle == 1400
    assert result.partitions[0].instructions == 60


@pytest.mark.slow
@given(plans())
def test_events_are_in_order_of_time_and_processor(plan: Plan) -> None:
    world = plan.world()
    world.system.run(until=8_000)

    order = [(event.time, event.pcpu) for event in world.sink.events]
    times = [time for time, _ in order]
    assert times == sorted(times)
    if len(world.kernel.pcpus) > 1:
        last = EventKind.SHUTDOWN
        body = [(e.time, e.pcpu) for e in world.sink.events if e.kind != last]
        assert body == sorted(body)


@pytest.mark.slow
@given(plans())
def test_nothing_of_a_partition_runs_outside_its_windows(plan: Plan) -> None:
    """Every switch and call lies in an open window of its partition."""
    world = plan.world()
    world.system.run(until=8_000)

    open_now: dict[int, int] = {}
    for event in world.sink.events:
        if event.kind == OPEN:
            open_now[event.pcpu] = event.partition
        elif event.kind == CLOSE:
            assert open_now.pop(event.pcpu) == event.partition
        elif event.kind in (SWITCH, EventKind.SYSCALL, EventKind.FAULT):
            if event.vcpu == NOBODY:
                continue
            closing = any(
                other.kind == CLOSE
                and other.partition == event.partition
                and other.time == event.time
                for other in world.sink.events
            )
            assert open_now.get(event.pcpu) == event.partition or closing


def test_the_end_is_the_last_event() -> None:
    world = make_world(
        [Guest([(work(10), call(Cause.SHUTDOWN), call(Cause.PRINT, 1))])],
        windows((0, 0, 500), frame=500),
    )

    result = world.system.run()

    assert (result.reason, result.end) == ("shutdown", 110)
    last = world.sink.events[-1]
    assert (last.time, last.kind, last.a) == (110, EventKind.SHUTDOWN, 1)
    assert world.sink.text() == b""
    assert world.system.run(until=5000).end == 110
    assert world.sink.events[-1] is last


def test_when_nothing_can_happen_any_more_the_run_is_over() -> None:
    world = make_world(
        [
            Guest([(work(10), call(Cause.BLOCK))]),
            Guest([(call(Cause.SLEEP, 1700), call(Cause.BLOCK))]),
        ],
        windows((0, 0, 500), (1, 500, 500), frame=1000),
    )

    result = world.system.run()

    # It wakes at 2210, and gets its window at 2500.
    assert (result.reason, result.end) == ("quiet", 2510)
    assert result.exit_status == 0


def test_a_last_timer_that_wakes_nobody_is_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No window's end will ever come by to notice it."""
    monkeypatch.setattr(ScriptedPersonality, "timer", lambda *_: None)
    program = (call(Cause.ALARM, 100 * 16), call(Cause.BLOCK))
    world = make_world([Guest([program])], slots((0, NS_PER_MS)))

    result = world.system.run()

    assert (result.reason, result.end) == ("quiet", 1_004_871 + 110)


def test_a_guest_that_waits_for_nothing_is_the_end_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its personality may hope; nothing is planned any more."""
    monkeypatch.setattr(ScriptedPersonality, "quiet", lambda _: False)
    world = make_world([Guest([(call(Cause.BLOCK),)])], slots((0, NS_PER_MS)))

    result = world.system.run()

    assert (result.reason, result.end) == ("quiet", 1_004_871 + 10)
