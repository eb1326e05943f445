"""
Hypothesis strategies: random systems of scripted guests.

Import this module by name; it needs the `hypothesis` package.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from vpok.spec.model import (
    CostSpec,
    FlushSpec,
    PortSpec,
    ScheduleSpec,
    SlotSpec,
    WindowSpec,
)
from vpok.testing.script import Cause, Program, Step, call, fault, work
from vpok.testing.world import Guest, World, make_world

# The edges of cells, latencies and windows are drawn on purpose.
LENGTHS = (10, 30, 70, 200, 490, 500, 999, 1000, 3000)
INSTRUCTIONS = (1, 2, 20, 48, 49, 50, 51, 100, 400)
DELAYS = (1, 10, 480, 490, 500, 501, 1000, 5000)


@dataclass(frozen=True, slots=True)
class Plan:
    """A random system, before it is built: build it as often as you like."""

    guests: tuple[Guest, ...]
    schedule: ScheduleSpec
    ports: tuple[PortSpec, ...]
    flush: FlushSpec
    costs: CostSpec

    def world(self, *, listen: bool = True) -> World:
        """Build it."""
        return make_world(
            self.guests,
            self.schedule,
            ports=self.ports,
            flush=self.flush,
            costs=self.costs,
            listen=listen,
        )


def steps(vcpus: int, *, ends: bool = True) -> st.SearchStrategy[Step]:
    """Draw a step of a partition with so many vCPUs."""
    target = st.integers(0, vcpus - 1)
    delay = st.sampled_from(DELAYS)
    drawn = [
        st.builds(work, st.sampled_from(INSTRUCTIONS)),
        st.builds(work, st.sampled_from(INSTRUCTIONS)),
        st.builds(call, st.sampled_from([Cause.NOP, Cause.YIELD])),
        st.builds(lambda ns: call(Cause.SLEEP, ns), delay),
        st.builds(lambda v: call(Cause.WAKE, v), target),
        st.builds(lambda v: call(Cause.NOTIFY, v), target),
        st.builds(lambda v, ns: call(Cause.ALARM, ns * 16 + v), target, delay),
        st.builds(lambda n: call(Cause.PRINT, n), st.integers(0, 9)),
        st.builds(lambda n: call(Cause.SEND, n), st.integers(0, 9)),
        st.just(fault()),
    ]
    if ends:
        rare = [call(Cause.BLOCK), call(Cause.RESTART), call(Cause.SHUTDOWN)]
        drawn.append(st.sampled_from(rare))
    return st.one_of(drawn)


def programs(vcpus: int, *, ends: bool = True) -> st.SearchStrategy[Program]:
    """Draw a program."""
    return st.lists(steps(vcpus, ends=ends), max_size=25).map(tuple)


@st.composite
def guests(draw: st.DrawFn, processors: int, *, ends: bool = True) -> Guest:
    """Draw a partition for a module of so many processors."""
    own = draw(
        st.lists(
            st.integers(0, processors - 1),
            min_size=1,
            max_size=processors,
            unique=True,
        )
    )
    policy = draw(st.sampled_from(["null", "round-robin"]))
    most = len(own) if policy == "null" else 3
    vcpus = draw(st.integers(1, most))
    program = programs(vcpus, ends=ends)
    return Guest(
        programs=tuple(
            draw(st.lists(program, min_size=vcpus, max_size=vcpus))
        ),
        policy=policy,
        quantum=draw(st.sampled_from([10, 25, 500, 700])),
        processors=tuple(sorted(own)),
        on_fault=draw(st.sampled_from(["skip", "retry"])),
    )


@st.composite
def window_schedules(
    draw: st.DrawFn, partitions: tuple[Guest, ...], processors: int
) -> ScheduleSpec:
    """Draw windows, with gaps, for each processor."""
    lengths = draw(st.lists(st.sampled_from(LENGTHS), min_size=1, max_size=4))
    placed = []
    start = 0
    for length in lengths:
        for processor in range(processors):
            able = [
                index
                for index, guest in enumerate(partitions)
                if processor in guest.processors
            ]
            chosen = draw(st.sampled_from([*able, -1]))
            if chosen >= 0:
                placed.append(WindowSpec(chosen, start, length, (processor,)))
        start += length
    return ScheduleSpec(start, windows=tuple(placed))


def slot_schedules(partitions: int) -> st.SearchStrategy[ScheduleSpec]:
    """Draw POK slots that give each partition at least one."""
    duration = st.integers(1, 4_000_000)
    more = st.lists(st.integers(0, partitions - 1), max_size=3)
    order = more.map(lambda extra: [*range(partitions), *extra])
    return order.flatmap(st.permutations).flatmap(
        lambda order: st.lists(
            duration, min_size=len(order), max_size=len(order)
        ).map(
            lambda durations: ScheduleSpec(
                sum(durations),
                slots=tuple(map(SlotSpec, order, durations)),
            )
        )
    )


def _ports(partitions: int) -> tuple[PortSpec, ...]:
    """Connect each partition with the next one."""
    out = [
        PortSpec(
            f"out{index}",
            "queueing" if index % 2 else "sampling",
            index,
            "out",
            64,
            (partitions + (index + 1) % partitions,),
        )
        for index in range(partitions)
    ]
    into = [
        PortSpec(
            f"in{index}",
            "sampling" if index % 2 else "queueing",
            index,
            "in",
            64,
        )
        for index in range(partitions)
    ]
    return (*out, *into)


@st.composite
def plans(draw: st.DrawFn, processors: int = 0, *, ends: bool = True) -> Plan:
    """Draw a whole system; of 1 to 3 processors if not told."""
    processors = processors or draw(st.integers(1, 3))
    some = tuple(
        draw(st.lists(guests(processors, ends=ends), min_size=1, max_size=3))
    )
    used = 1 + max(max(guest.processors) for guest in some)
    flush = draw(st.sampled_from(["major-frame", "windows", "period"]))
    cost = st.sampled_from([0, 0, 7, 200])
    return Plan(
        guests=some,
        schedule=draw(window_schedules(some, used)),
        ports=_ports(len(some)) if draw(st.booleans()) else (),
        flush=FlushSpec(flush, 1500 if flush == "period" else 0),
        costs=CostSpec(
            hypercall=draw(cost),
            switch=draw(cost),
            interrupt=0,
            restart=draw(cost),
            latency=500,
        ),
    )
