"""Sources of interrupts: clocks, tick policies, lists, limits, restarts."""

import pytest

from tests.unit.kernel.interrupt_rig import (
    delivered,
    dropped,
    guest,
    instants,
    raised,
    run,
    takes,
)
from vpok.events import EventKind
from vpok.machine.interrupts import OVERRUN
from vpok.spec.model import CostSpec, InterruptSpec
from vpok.testing import Cause, call, windows, work

UNREGISTERED, MERGED, DISCARDED = range(3)
ALWAYS = windows((0, 0, 10_000), frame=10_000)
SOMETIMES = windows((0, 0, 3_000), frame=10_000)
ONE = [guest(takes(0))]


def tick(**changes: object) -> InterruptSpec:
    described = {"period": 1_000, "offset": 1_000, **changes}
    return InterruptSpec("tick", 0, 0, **described)  # type: ignore[arg-type]


# --- the real clock ----------------------------------------------------------


@pytest.mark.parametrize("offset", [0, 1, 999, 1_000, 2_345])
@pytest.mark.parametrize("ticks", ["delay", "catchup", "merge", "discard"])
def test_a_tick_comes_at_its_offset_and_every_period(
    offset: int, ticks: str
) -> None:
    """In a window that never ends all policies are one."""
    world = run(ONE, ALWAYS, tick(offset=offset, ticks=ticks), until=9_000)

    wanted = [when for when in range(offset, 9_000, 1_000) if when >= 10]
    assert raised(world) == wanted
    assert dropped(world) == [(offset, UNREGISTERED)] * (offset < 10)


def test_a_running_vcpu_takes_a_tick_at_its_instant() -> None:
    """Between two instructions there is no waiting; within one, its rest."""
    world = run(ONE, ALWAYS, tick(period=1_003, offset=1_003), until=9_000)

    late = [
        now - tick
        for now, tick in zip(delivered(world), raised(world), strict=True)
    ]
    assert late == [0] * len(raised(world))


def test_ticks_that_are_discarded_never_come() -> None:
    world = run(ONE, SOMETIMES, tick(ticks="discard"), until=20_500)

    assert raised(world) == [
        1_000,
        2_000,
        *range(10_000, 13_000, 1_000),
        20_000,
    ]
    missed = [*range(3_000, 10_000, 1_000), *range(13_000, 20_000, 1_000)]
    assert dropped(world) == [(when, DISCARDED) for when in missed]
    assert delivered(world) == raised(world)


def test_ticks_that_are_merged_come_as_one() -> None:
    """The first one that is missed waits; the others are dropped, and told."""
    world = run(ONE, SOMETIMES, tick(), until=20_500)

    assert raised(world)[:4] == [1_000, 2_000, 3_000, 10_000]
    missed = [*range(4_000, 10_000, 1_000), *range(14_000, 20_000, 1_000)]
    assert dropped(world) == [(when, MERGED) for when in missed]
    assert delivered(world)[:4] == [1_000, 2_000, 10_000, 10_020]
    assert len(delivered(world)) == len(raised(world))


def test_ticks_that_catch_up_come_all_at_once() -> None:
    world = run(ONE, SOMETIMES, tick(ticks="catchup"), until=11_000)

    assert raised(world) == list(range(1_000, 11_000, 1_000))
    assert dropped(world) == []
    late = [10_000 + 20 * n for n in range(8)]
    assert delivered(world) == [1_000, 2_000, *late]


def test_ticks_that_are_delayed_keep_their_distance() -> None:
    """None is lost: those that are not raised yet are still to come."""
    source = tick(period=1_500, offset=500, ticks="delay")
    world = run(ONE, SOMETIMES, source, until=33_000)

    assert raised(world) == [
        *(500, 2_000),
        *(10_000, 11_500),
        *(20_000, 21_500),
        *(30_000, 31_500),
    ]
    assert dropped(world) == []
    held = world.kernel.partitions[0].sources[0]
    assert held.backlog + 8 == len(range(500, 33_000, 1_500))


def test_delayed_ticks_catch_up_where_windows_are_long() -> None:
    """A gap of 1 us in 20: the ticks of the gap come a period apart."""
    plan = windows((0, 0, 19_000), frame=20_000)
    source = tick(period=900, offset=18_500, ticks="delay")
    world = run(ONE, plan, source, until=26_000)

    assert raised(world)[:4] == [18_500, 20_000, 20_900, 21_800]


def test_a_tick_at_a_windows_end_is_missed_and_at_its_start_is_not() -> None:
    ends = tick(period=10_000, offset=3_000, ticks="discard")
    starts = tick(period=10_000, offset=10_000, ticks="discard")
    world = run(ONE, SOMETIMES, ends, until=40_000)
    other = run(ONE, SOMETIMES, starts, until=40_000)

    assert raised(world) == []
    assert raised(other) == delivered(other) == [10_000, 20_000, 30_000]


def test_a_window_of_another_processor_is_none() -> None:
    """Each vCPU has a processor; the second one's window is shorter."""
    plan = windows((0, 0, 2_000, (0, 1)), (0, 2_000, 3_000, (0,)), frame=9_000)
    pair = guest(takes(0), takes(0), processors=(0, 1))
    for vcpu, wanted in ((0, [1_000, 2_000, 3_000, 4_000]), (1, [1_000])):
        source = tick(vcpu=vcpu, ticks="discard")
        world = run([pair], plan, source, until=8_500)

        assert raised(world) == delivered(world) == wanted


def test_a_window_of_a_processor_that_a_vcpu_may_not_use_is_none() -> None:
    plan = windows((0, 0, 2_000, (0, 1)), (0, 2_000, 3_000, (0,)), frame=9_000)
    pair = guest(takes(0), takes(0), policy="round-robin", processors=(0, 1))
    source = tick(vcpu=1, ticks="discard")
    free = run([pair], plan, source, until=4_500)
    assert raised(free) == [1_000, 2_000, 3_000, 4_000]
    pinned = run([pair], plan, source, until=10)
    pinned.system.pin(0, 1, [1])
    pinned.system.run(until=8_500)

    assert raised(pinned) == [1_000]


# --- the clock of execution ---------------------------------------------------


@pytest.mark.parametrize("ticks", ["delay", "catchup", "merge", "discard"])
def test_a_clock_of_execution_stands_still_outside_of_windows(
    ticks: str,
) -> None:
    """So none of its ticks is missed, whatever the policy is."""
    source = tick(clock="exec", ticks=ticks)
    world = run(ONE, SOMETIMES, source, until=22_500)

    assert raised(world) == [
        *(1_000, 2_000),
        *(10_000, 11_000, 12_000),  # the window's end belongs to the next one
        *(20_000, 21_000, 22_000),
    ]
    assert delivered(world) == raised(world)
    assert dropped(world) == []


def test_a_clock_of_execution_stands_still_while_others_run() -> None:
    """Two vCPUs take turns of 200 ns."""
    pair = guest(takes(0), (), policy="round-robin")
    world = run([pair], ALWAYS, tick(clock="exec"), until=9_000)

    assert raised(world) == [1_800, 3_800, 5_800, 7_800]
    assert delivered(world) == [2_000, 4_000, 6_000, 8_000]


def test_a_clock_of_execution_stands_still_while_its_vcpu_sleeps() -> None:
    sleeper = guest((*takes(0), work(49), call(Cause.SLEEP, 3_000)))
    world = run([sleeper], ALWAYS, tick(clock="exec"), until=9_000)

    assert raised(world)[:2] == [510 + 3_000 + 490, 5_000]


def test_a_paused_vcpu_has_no_ticks_of_execution() -> None:
    world = run(ONE, ALWAYS, tick(clock="exec"), until=1_500)
    world.system.pause(0, 0)
    world.system.run(until=5_000)
    world.system.unpause(0, 0)
    world.system.run(until=6_000)

    assert raised(world) == [1_000, 5_500]


# --- lists, one-shots, limits -------------------------------------------------


def test_a_list_comes_as_it_is_written() -> None:
    """Twice at one instant is two occurrences, also outside of windows."""
    source = InterruptSpec("rx", 0, 0, arrivals=(700, 701, 701, 4_000, 4_000))
    world = run(ONE, SOMETIMES, source, until=12_000)

    assert raised(world) == [700, 701, 701, 4_000, 4_000]
    assert delivered(world) == [700, 721, 741, 10_000, 10_020]


def test_a_list_that_is_over_is_over() -> None:
    source = InterruptSpec("once", 0, 0, arrivals=(700,))
    world = run(ONE, ALWAYS, source, until=12_000)
    world.system.run(until=50_000)

    assert raised(world) == [700]
    assert world.kernel.partitions[0].due == {}


@pytest.mark.parametrize("limit", [1, 2, 255])
def test_occurrences_are_counted_up_to_the_limit(limit: int) -> None:
    arrivals = tuple(range(4_000, 4_300))
    source = InterruptSpec("rx", 0, 0, arrivals=arrivals, limit=limit)
    world = run(ONE, SOMETIMES, source, until=29_000)

    assert raised(world) == list(arrivals[:limit])
    over = arrivals[limit:]
    assert instants(world, EventKind.IRQ_OVERRUN) == list(over)
    assert dropped(world) == []
    errors = world.sink.of(EventKind.ERROR)
    assert [(e.time, e.a, e.b) for e in errors] == [
        (t, OVERRUN, 0) for t in over
    ]
    assert len(delivered(world)) == limit


def test_occurrences_are_delivered_oldest_first() -> None:
    source = InterruptSpec("rx", 0, 0, arrivals=(4_000, 5_000, 8_000))
    world = run(ONE, SOMETIMES, source, until=19_000)

    waits = [e.b for e in world.sink.of(EventKind.IRQ_DELIVER)]
    assert waits == [6_000, 5_020, 2_040]


# --- restarts -----------------------------------------------------------------


def test_configured_sources_outlive_a_restart() -> None:
    """The clock goes on; what is pending and registered does not."""
    program = (*takes(0), work(149), call(Cause.RESTART))
    world = run([guest(program)], ALWAYS, tick(), until=6_100)

    restarts = world.kernel.partitions[0].restarts
    assert restarts >= 3
    assert raised(world) == [1_000, 2_000, 3_000, 4_000, 5_000, 6_000]
    assert delivered(world) == raised(world)


@pytest.mark.parametrize("clock", ["real", "exec"])
def test_a_restart_keeps_the_phase_of_a_source(clock: str) -> None:
    program = (*takes(0), work(149), call(Cause.RESTART))
    source = tick(clock=clock, period=700, offset=700)
    world = run([guest(program)], ALWAYS, source, until=3_000)

    assert raised(world) == [700, 1_400, 2_100, 2_800]


def test_a_guests_timer_does_not_outlive_its_guest() -> None:
    program = (
        *takes(0),
        call(Cause.TIMER, 64 * 5_000),
        work(98),
        call(Cause.RESTART),
    )
    world = run([guest(program)], ALWAYS, until=20_000)

    assert raised(world) == []
    assert len(world.kernel.partitions[0].sources) == 1


def test_an_interrupt_injected_for_later_outlives_a_restart() -> None:
    """Whoever is outside does not know of the restart."""
    program = (*takes(0), work(149), call(Cause.RESTART))
    world = run([guest(program)], ALWAYS, until=100)
    world.system.inject(0, 0, 0, at=2_000)
    world.system.run(until=3_000)

    assert world.kernel.partitions[0].restarts == 1
    assert raised(world) == delivered(world) == [2_000]


def test_a_timer_that_is_set_again_moves() -> None:
    program = (
        *takes(0),
        call(Cause.TIMER, 64 * 5_000),
        call(Cause.TIMER, 64 * 1_000),
    )
    world = run([guest(program)], ALWAYS, until=9_000)

    assert raised(world) == [1_030]


def test_unregistering_cancels_the_guests_timer_alone() -> None:
    program = (
        *takes(0),
        call(Cause.TIMER, 64 * 500),
        call(Cause.UNREGISTER, 0),
        *takes(0),
    )
    world = run([guest(program)], ALWAYS, tick(), until=2_500)

    assert raised(world) == [1_000, 2_000]


def test_a_restart_outside_of_a_window_merges_with_nothing() -> None:
    """The tick that waited is gone; the next one that is missed waits."""
    world = run(ONE, SOMETIMES, tick(), until=4_500)
    kernel = world.kernel
    kernel.restart(kernel.partitions[0], 4_500)
    found = kernel.partitions[0].vcpus[0].arch.interrupts
    assert found is not None
    found.register(0, 1, 4_500)
    world.system.run(until=11_000)

    assert raised(world) == [1_000, 2_000, 3_000, 5_000, 10_000]


@pytest.mark.parametrize("cost", [0, 70, 333])
def test_a_delivery_is_paid_before_its_handler_runs(cost: int) -> None:
    source = InterruptSpec("rx", 0, 0, arrivals=(1_000,))
    costs = CostSpec(0, 0, cost, 0, 500)
    world = run(ONE, ALWAYS, source, until=3_000, costs=costs)

    calls = world.sink.of(EventKind.SYSCALL)
    assert [e.time for e in calls if e.a == Cause.RETURN] == [1_020 + cost]
    assert delivered(world) == [1_000]
