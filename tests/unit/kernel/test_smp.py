"""Several processors: one story, whoever is ahead."""

from itertools import pairwise

import pytest
from hypothesis import given

from vpok.events import EventKind, Sink
from vpok.kernel.merge import Merge
from vpok.testing import (
    Cause,
    Guest,
    RecordingSink,
    World,
    call,
    fault,
    make_world,
    windows,
    work,
)
from vpok.testing.script import Program
from vpok.testing.strategies import Plan, plans
from vpok.units import FAR

BOTH = (0, 1)


def pair(first: Program, second: Program, window: int = 5000) -> World:
    """One partition with two vCPUs on two processors."""
    return make_world(
        [Guest([first, second], processors=BOTH)],
        windows((0, 0, window, BOTH), frame=window),
    )


def prints(world: World) -> list[tuple[int, int, bytes]]:
    return [
        (event.time, event.vcpu, event.text)
        for event in world.sink.of(EventKind.CONSOLE)
    ]


@pytest.mark.slow
@given(plans())
def test_a_partition_hears_of_everything_in_order_of_time(plan: Plan) -> None:
    """Traps, timers, windows and data, whatever processor they come from."""
    world = plan.world()
    world.system.run(until=8_000)

    for personality in world.personalities:
        for before, after in pairwise(personality.instants):
            assert before <= after


def test_traps_of_two_processors_are_served_in_order_of_time() -> None:
    """The first one runs first in its cell; its later trap has to wait."""
    world = pair(
        (work(30), call(Cause.PRINT, 1)),
        (work(10), call(Cause.PRINT, 2), work(5), call(Cause.PRINT, 3)),
    )

    world.system.run(until=2000)

    assert prints(world) == [
        (110, 1, b"2\n"),
        (170, 1, b"3\n"),
        (310, 0, b"1\n"),
    ]


def test_a_processor_stops_at_a_trap_that_waits_for_it() -> None:
    """So what the trap sees in memory is not from its future."""
    world = pair((work(30), call(Cause.PRINT, 1)), ())

    world.system.run(until=400)

    runs = world.engines[0].runs
    assert runs[:2] == [(0, 0, 499), (1, 0, 319)]
    assert runs[2][:2] == (0, 310)


def test_at_one_instant_the_lowest_processor_is_served_first() -> None:
    world = pair(
        (work(30), call(Cause.PRINT, 1)), (work(30), call(Cause.PRINT, 2))
    )

    world.system.run(until=2000)

    assert prints(world) == [(310, 0, b"1\n"), (310, 1, b"2\n")]


def test_a_notification_takes_the_latency_and_no_longer() -> None:
    world = pair(
        (work(99), call(Cause.NOTIFY, 1)),
        (call(Cause.BLOCK), call(Cause.PRINT, 7)),
    )

    world.system.run(until=4000)

    assert world.personalities[0].timers == [(1001, 1500)]
    assert prints(world) == [(1510, 1, b"7\n")]


def test_a_wake_reaches_an_idle_processor_after_the_latency() -> None:
    world = make_world(
        [
            Guest(
                [
                    (work(99), call(Cause.WAKE, 1)),
                    (call(Cause.BLOCK), call(Cause.PRINT, 7)),
                ],
                "round-robin",
                100_000,
                processors=BOTH,
            )
        ],
        windows((0, 0, 5000, BOTH), frame=5000),
    )

    world.system.run(until=4000)

    runnable = [
        event.time
        for event in world.sink.of(EventKind.RUNSTATE)
        if event.vcpu == 1 and event.a == 1
    ]
    assert runnable[-1] == 1000  # at the instant of the wake
    assert prints(world) == [(1510, 1, b"7\n")]


@pytest.mark.slow
@given(plans())
def test_no_effect_arrives_in_a_processors_past(plan: Plan) -> None:
    """A vCPU's own events never go back in time."""
    world = plan.world()
    world.system.run(until=8_000)

    seen: dict[tuple[int, int], int] = {}
    kinds = (EventKind.SYSCALL, EventKind.FAULT, EventKind.SWITCH)
    for event in world.sink.of(*kinds):
        if event.vcpu >= 0:
            who = (event.partition, event.vcpu)
            assert seen.get(who, 0) <= event.time
            seen[who] = event.time


def test_a_vcpu_that_moves_goes_on_where_it_was_in_time() -> None:
    """Its window ends on one processor and opens on the other."""
    world = make_world(
        [Guest([(work(95), call(Cause.PRINT, 1))], "round-robin", 70, BOTH)],
        windows((0, 0, 500, (1,)), (0, 500, 500, (0,)), frame=2000),
    )

    result = world.system.run(until=1500)

    assert prints(world) == [(960, 0, b"1\n")]
    assert result.partitions[0].vcpus[0].running == 1000
    assert result.partitions[0].instructions == 100


def test_who_runs_next_is_decided_in_order_of_time() -> None:
    """
    The first processor runs first in its cell, to the end of a quantum at
    300; the second one chooses at 0, and again at 100.
    """
    world = make_world(
        [
            Guest(
                [(), (work(9), call(Cause.BLOCK)), ()],
                "round-robin",
                300,
                processors=BOTH,
            )
        ],
        windows((0, 0, 5000, BOTH), frame=5000),
    )

    world.system.run(until=600)

    switched = [
        (event.time, event.pcpu, event.vcpu)
        for event in world.sink.of(EventKind.SWITCH)
    ]
    assert switched == [(0, 0, 0), (0, 1, 1), (100, 1, 2)]


def test_partitions_that_share_nothing_are_not_cut_into_cells() -> None:
    world = make_world(
        [Guest([()]), Guest([()], processors=(1,))],
        windows((0, 0, 5000, (0,)), (1, 0, 5000, (1,)), frame=5000),
    )

    world.system.run(until=5000)

    assert [len(engine.runs) for engine in world.engines] == [1, 1]


def test_a_window_that_opens_on_the_other_processor_ends_a_slice() -> None:
    """The two must be in step from then on."""
    world = make_world(
        [Guest([(), ()], processors=BOTH), Guest([()], processors=(1,))],
        windows(
            (0, 0, 4000, (0,)),
            (1, 0, 2000, (1,)),
            (0, 2000, 2000, (1,)),
            frame=4000,
        ),
    )

    world.system.run(until=4000)

    first = [now for vcpu, now, _ in world.engines[0].runs if vcpu == 0]
    assert first[:2] == [0, 2000]
    assert max(b - a for a, b in pairwise(first[1:])) <= 500


def test_everybody_reaches_the_instant_of_a_shutdown() -> None:
    """The second processor is behind when the first one ends the module."""
    world = make_world(
        [
            Guest([(work(99), call(Cause.SHUTDOWN))]),
            Guest([(work(50), call(Cause.PRINT, 1)) * 3], processors=(1,)),
        ],
        windows((0, 0, 5000, (0,)), (1, 0, 5000, (1,)), frame=5000),
    )

    result = world.system.run()

    assert (result.reason, result.end) == ("shutdown", 1000)
    assert [time for time, _, _ in prints(world)] == [510]
    assert world.sink.events[-1].kind == EventKind.SHUTDOWN


def test_of_two_shutdowns_the_earlier_one_counts() -> None:
    world = make_world(
        [
            Guest([(work(99), call(Cause.SHUTDOWN))]),
            Guest([(work(50), call(Cause.SHUTDOWN))], processors=(1,)),
        ],
        windows((0, 0, 5000, (0,)), (1, 0, 5000, (1,)), frame=5000),
    )

    result = world.system.run()

    assert result.end == 510
    assert [e.time for e in world.sink.of(EventKind.SHUTDOWN)] == [510]
    assert world.sink.events[-1].pcpu == 1


def test_a_restart_stops_a_partition_on_all_its_processors() -> None:
    world = pair(
        (work(99), call(Cause.RESTART)), (work(200), call(Cause.PRINT, 1))
    )

    result = world.system.run(until=4500)

    assert result.partitions[0].restarts == 4
    assert prints(world) == []
    assert {v.id for v in world.kernel.partitions[0].vcpus} == {0, 1}


class Order(Sink):
    def __init__(self) -> None:
        self.seen: list[tuple[int, int, int]] = []

    def emit(
        self,
        time: int,
        kind: int,
        pcpu: int,
        partition: int,
        vcpu: int,
        thread: int,
        a: int,
        b: int,
    ) -> None:
        self.seen.append((time, pcpu, a))


def tell(merge: Merge, time: int, pcpu: int, a: int) -> None:
    merge.emit(time, int(EventKind.SYSCALL), pcpu, 0, 0, -1, a, 0)


def test_events_stay_in_order_when_a_run_is_cut_within_an_instruction() -> (
    None
):
    """The first guest faults at 100, but is cut before it may begin to."""
    schedule = windows((0, 0, 500, (0,)), (1, 3, 103, (1,)), frame=500)
    guests = [
        Guest([(work(10), fault())]),
        Guest([(work(9), call(Cause.BLOCK))], processors=(1,)),
    ]
    world = make_world(guests, schedule)

    for instant in (105, 107, 200):
        world.system.run(until=instant)

    traps = world.sink.of(EventKind.FAULT, EventKind.SYSCALL)
    assert [event.time for event in traps] == [100, 103]


def test_events_are_merged_by_time_processor_and_sequence() -> None:
    order = Order()
    merge = Merge(order)
    for number, (time, pcpu) in enumerate([(5, 1), (7, 0), (5, 0), (5, 1)]):
        tell(merge, time, pcpu, number)

    merge.release(7)
    assert order.seen == [(5, 0, 2), (5, 1, 0), (5, 1, 3)]
    merge.release(FAR)
    assert order.seen[3:] == [(7, 0, 1)]


def test_the_end_keeps_what_its_processor_did_before_it() -> None:
    order = Order()
    merge = Merge(order)
    tell(merge, 4, 1, 0)
    tell(merge, 5, 1, 1)
    tell(merge, 5, 0, 2)
    merge.mark()
    tell(merge, 5, 0, 3)
    tell(merge, 6, 0, 4)

    merge.finish(5, 0)

    assert order.seen == [(4, 1, 0), (5, 0, 2)]


def test_console_text_is_merged_too() -> None:
    sink = RecordingSink()
    merge = Merge(sink)
    merge.console(9, 1, 0, 0, b"later")
    merge.console(3, 0, 0, 0, b"sooner ")

    merge.release(10)

    assert sink.text() == b"sooner later"
