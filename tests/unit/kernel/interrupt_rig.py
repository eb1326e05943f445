"""Scripted guests that register interrupts, compute, and are looked at."""

from collections.abc import Sequence

from vpok.events import EventKind
from vpok.spec.model import CostSpec, InterruptSpec, ScheduleSpec
from vpok.testing import Cause, Guest, Program, World, call, make_world, work
from vpok.testing.world import FREE

SHORT: Program = (work(1), call(Cause.RETURN))  # 20 ns
LONG: Program = (work(99), call(Cause.RETURN))  # 1000 ns
ACKING: Program = (work(1), call(Cause.ACK, 5), call(Cause.RETURN))
HANDLERS = (SHORT, LONG, ACKING)


def takes(*numbers: int, handler: int = 0) -> Program:
    """Return the steps that register interrupts; 10 ns each."""
    return tuple(
        call(Cause.REGISTER, 64 * handler + number) for number in numbers
    )


def guest(
    *programs: Program,
    policy: str = "null",
    processors: tuple[int, ...] = (0,),
) -> Guest:
    """Return a partition; its vCPUs compute once their programs are over."""
    return Guest(
        programs,
        policy,
        quantum=200 if policy == "round-robin" else 0,
        processors=processors,
        handlers=HANDLERS,
    )


def run(
    guests: Sequence[Guest],
    schedule: ScheduleSpec,
    *sources: InterruptSpec,
    until: int,
    costs: CostSpec = FREE,
) -> World:
    """Build a system and run it."""
    world = make_world(guests, schedule, costs=costs, interrupts=sources)
    world.system.run(until=until)
    return world


def instants(
    world: World, kind: EventKind, number: int = -1, partition: int = 0
) -> list[int]:
    """Return when events of an interrupt came."""
    return [
        event.time
        for event in world.sink.of(kind)
        if event.partition == partition and number in {-1, event.a}
    ]


def raised(world: World, number: int = -1, partition: int = 0) -> list[int]:
    """Return when an interrupt was raised and kept."""
    return instants(world, EventKind.IRQ_RAISE, number, partition)


def delivered(world: World, number: int = -1, partition: int = 0) -> list[int]:
    """Return when its handler was entered."""
    return instants(world, EventKind.IRQ_DELIVER, number, partition)


def dropped(world: World) -> list[tuple[int, int]]:
    """Return when occurrences were not kept, and why."""
    drops = world.sink.of(EventKind.IRQ_DROP)
    return [(event.time, event.b) for event in drops]
