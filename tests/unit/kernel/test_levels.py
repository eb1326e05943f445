"""Interrupts that are triggered by level (semantics 13)."""

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
from vpok.spec.model import InterruptSpec
from vpok.testing import Cause, World, call, windows, work

DEASSERTED = 4
LINE = 5
ALWAYS = windows((0, 0, 10_000), frame=10_000)
SOMETIMES = windows((0, 0, 3_000), frame=10_000)
ONE = [guest(takes(LINE))]


def level(*arrivals: int, hold: int = 0) -> InterruptSpec:
    return InterruptSpec(
        "dev", 0, LINE, arrivals=arrivals, trigger="level", hold=hold
    )


def lines(world: World) -> list[tuple[int, int]]:
    found = world.sink.of(EventKind.IRQ_LINE)
    return [(event.time, event.b) for event in found]


def test_an_asserted_level_comes_again_at_every_completion() -> None:
    world = run(ONE, ALWAYS, level(1_000, hold=65), until=5_000)

    assert lines(world) == [(1_000, 1), (1_065, 0)]
    assert raised(world) == [1_000, 1_020, 1_040, 1_060]
    assert delivered(world) == [1_000, 1_020, 1_040, 1_060]


def test_a_level_is_not_pending_while_its_handler_runs() -> None:
    world = run(
        [guest(takes(LINE, handler=1))], ALWAYS, level(1_000), until=1_990
    )

    found = world.kernel.partitions[0].vcpus[0].arch.interrupts
    assert found is not None
    assert found.pending == 0
    assert delivered(world) == [1_000]
    world.system.run(until=2_010)
    assert delivered(world) == [1_000, 2_000]


def test_a_level_that_its_driver_acknowledges_comes_once() -> None:
    world = run(
        [guest(takes(LINE, handler=2))],
        ALWAYS,
        level(1_000, 3_000),
        until=9_000,
    )

    assert delivered(world) == [1_000, 3_000]
    assert lines(world) == [(1_000, 1), (1_020, 0), (3_000, 1), (3_020, 0)]
    assert dropped(world) == []


def test_deasserting_before_delivery_cancels() -> None:
    world = run(ONE, SOMETIMES, level(4_000, hold=500), until=15_000)

    assert raised(world) == [4_000]
    assert dropped(world) == [(4_500, DEASSERTED)]
    assert delivered(world) == []


def test_a_level_that_is_held_until_the_window_is_delivered_there() -> None:
    world = run(ONE, SOMETIMES, level(4_000, hold=6_010), until=15_000)

    assert delivered(world) == [10_000]
    assert lines(world) == [(4_000, 1), (10_010, 0)]


def test_asserting_what_is_asserted_changes_nothing() -> None:
    """A level counts no occurrences."""
    source = level(4_000, 4_001, 4_001, 5_000)
    ack = guest((*takes(LINE, handler=2),))
    world = run([ack], SOMETIMES, source, until=15_000)

    assert raised(world) == [4_000]
    assert delivered(world) == [10_000]
    assert instants(world, EventKind.IRQ_OVERRUN) == []


def test_a_level_that_comes_again_is_held_again() -> None:
    """Each arrival holds it for 100 ns; together from 1000 to 1160."""
    world = run(ONE, ALWAYS, level(1_000, 1_060, hold=100), until=5_000)

    assert lines(world) == [(1_000, 1), (1_160, 0)]


def test_deasserting_in_the_handler_and_asserting_again_is_not_lost() -> None:
    """It is pending at the completion; nothing is delivered twice."""
    world = run(
        [guest(takes(LINE, handler=1))],
        ALWAYS,
        level(1_000, 1_500, hold=100),
        until=1_550,
    )
    assert delivered(world) == [1_000]
    world.system.run(until=9_000)

    assert delivered(world) == [1_000], "it was over before the completion"
    again = run(
        [guest(takes(LINE, handler=1))],
        ALWAYS,
        level(1_000, 1_950, hold=100),
        until=9_000,
    )
    assert raised(again) == delivered(again) == [1_000, 2_000]
    assert dropped(world) == dropped(again) == []


def test_a_level_that_is_asserted_is_pending_at_its_registration() -> None:
    late = guest((work(200), *takes(LINE)))
    world = run([late], ALWAYS, level(1_000, hold=1_500), until=9_000)

    assert lines(world) == [(1_000, 1), (2_500, 0)]
    assert delivered(world)[0] == raised(world)[0] == 2_010
    assert delivered(world)[-1] < 2_500
    assert dropped(world) == []


def test_a_level_outlives_a_restart() -> None:
    """A device does not know of it: the new guest finds it asserted."""
    mask = call(Cause.MASK, 64 + LINE)
    program = (*takes(LINE), mask, work(148), call(Cause.RESTART))
    world = run(
        [guest(program)], ALWAYS, level(1_400, hold=2_015), until=3_500
    )

    assert world.kernel.partitions[0].restarts == 1
    assert lines(world) == [(1_400, 1), (3_415, 0)]
    assert raised(world)[:2] == [1_400, 1_520]
    assert delivered(world) == list(range(1_520, 3_415, 20))


def test_a_masked_level_that_is_deasserted_is_gone() -> None:
    mask = call(Cause.MASK, 64 + LINE)
    unmask = call(Cause.MASK, LINE)
    program = (*takes(LINE), mask, work(398), unmask)
    world = run([guest(program)], ALWAYS, level(1_000, hold=500), until=9_000)
    held = run([guest(program)], ALWAYS, level(1_000, hold=4_000), until=9_000)

    assert delivered(world) == []
    assert delivered(held)[0] == 4_010


def test_a_level_injected_from_outside_is_deasserted_from_outside() -> None:
    source = InterruptSpec("dev", 0, LINE, trigger="level")
    world = run(ONE, ALWAYS, source, until=100)
    world.system.inject(0, 0, LINE, at=200)
    world.system.inject(0, 0, LINE, at=235, level=False)
    world.system.run(until=1_000)

    assert lines(world) == [(200, 1), (235, 0)]
    assert delivered(world) == [200, 220]
