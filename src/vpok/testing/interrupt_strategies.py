"""
Hypothesis strategies: random systems of scripted guests with interrupts.

Import this module by name; it needs the `hypothesis` package.
"""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from vpok.spec.model import CostSpec, InterruptSpec, ScheduleSpec
from vpok.testing.script import Cause, Program, Step, call, work
from vpok.testing.strategies import (
    DELAYS,
    INSTRUCTIONS,
    LENGTHS,
    guests,
    window_schedules,
)
from vpok.testing.world import Guest, World, make_world

NUMBERS = (0, 1, 2, 5, 63)
CAUSES = (Cause.NOP, Cause.YIELD, Cause.WAIT, Cause.RETURN)
HANDLERS: tuple[Program, ...] = (
    (work(3), call(Cause.RETURN)),
    (call(Cause.ENABLE, 1), work(40), call(Cause.RETURN)),
    (call(Cause.ACK, 5), call(Cause.SEND_IRQ, 0), call(Cause.RETURN)),
    (call(Cause.WAIT), call(Cause.RETURN)),
)


@dataclass(frozen=True, slots=True)
class InterruptPlan:
    """A random system, before it is built: build it as often as you like."""

    guests: tuple[Guest, ...]
    schedule: ScheduleSpec
    sources: tuple[InterruptSpec, ...]
    costs: CostSpec

    def world(self, *, listen: bool = True) -> World:
        """Build it."""
        return make_world(
            self.guests,
            self.schedule,
            costs=self.costs,
            interrupts=self.sources,
            listen=listen,
        )


def steps(vcpus: int, *, ends: bool = True) -> st.SearchStrategy[Step]:
    """Draw a step of a partition with so many vCPUs."""
    number = st.sampled_from(NUMBERS)
    target = st.integers(0, vcpus - 1)
    delay = st.sampled_from(DELAYS)
    handler = st.integers(0, len(HANDLERS) - 1)
    flag = st.integers(0, 1)
    drawn = [
        st.builds(work, st.sampled_from(INSTRUCTIONS)),
        st.builds(work, st.sampled_from(INSTRUCTIONS)),
        st.builds(call, st.sampled_from(CAUSES)),
        st.builds(
            lambda v, n: call(Cause.SEND_IRQ, 64 * v + n), target, number
        ),
        st.builds(lambda n: call(Cause.RING, n), st.integers(0, 2)),
        st.builds(lambda on: call(Cause.ENABLE, on), flag),
        st.builds(lambda on, n: call(Cause.MASK, 64 * on + n), flag, number),
        st.builds(lambda n: call(Cause.ACK, n), number),
        st.builds(lambda n: call(Cause.UNREGISTER, n), number),
        st.builds(
            lambda h, n: call(Cause.REGISTER, 64 * h + n), handler, number
        ),
        st.builds(lambda d, n: call(Cause.TIMER, 64 * d + n), delay, number),
        st.builds(lambda ns: call(Cause.SLEEP, ns), delay),
    ]
    if ends:
        drawn.append(st.just(call(Cause.RESTART)))
    return st.one_of(drawn)


def programs(vcpus: int, *, ends: bool = True) -> st.SearchStrategy[Program]:
    """Draw a program; it registers a few interrupts first."""
    begin = st.permutations(NUMBERS).map(
        lambda numbers: tuple(
            call(Cause.REGISTER, 64 * (place % len(HANDLERS)) + number)
            for place, number in enumerate(numbers[:4])
        )
    )
    rest = st.lists(steps(vcpus, ends=ends), max_size=15).map(tuple)
    return st.builds(lambda first, then: (*first, *then), begin, rest)


@st.composite
def takers(draw: st.DrawFn, processors: int, *, ends: bool = True) -> Guest:
    """Draw a partition that takes interrupts."""
    guest = draw(guests(processors, ends=False))
    vcpus = len(guest.programs)
    program = programs(vcpus, ends=ends)
    own = draw(st.lists(program, min_size=vcpus, max_size=vcpus))
    return replace(guest, programs=tuple(own), handlers=HANDLERS)


@st.composite
def sources(
    draw: st.DrawFn, some: tuple[Guest, ...], name: str
) -> InterruptSpec:
    """Draw a source of any kind; number 5 is triggered by level."""
    partition = draw(st.integers(0, len(some) - 1))
    own = InterruptSpec(
        name,
        partition,
        draw(st.sampled_from(NUMBERS)),
        draw(st.integers(0, len(some[partition].programs) - 1)),
    )
    if own.number == 5:
        own = replace(own, trigger="level")
    match draw(st.sampled_from(["periodic", "list", "bell"])):
        case "bell":
            return replace(own, sender=draw(st.integers(0, len(some) - 1)))
        case "list":
            instants = st.lists(st.integers(0, 8_000), min_size=1, max_size=9)
            own = replace(own, arrivals=tuple(sorted(draw(instants))))
        case _:
            own = replace(
                own,
                period=draw(st.sampled_from([130, 500, 777, 1000, 3000])),
                offset=draw(st.sampled_from([0, 1, 500, *LENGTHS])),
                clock=draw(st.sampled_from(["real", "real", "exec"])),
                ticks=draw(
                    st.sampled_from(["delay", "catchup", "merge", "discard"])
                ),
            )
    own = replace(own, limit=draw(st.sampled_from([255, 255, 1, 2])))
    hold = draw(st.sampled_from([0, 1, 60, 120]))
    return replace(own, hold=hold if own.trigger == "level" else 0)


@st.composite
def interrupt_plans(
    draw: st.DrawFn, processors: int = 0, *, ends: bool = True
) -> InterruptPlan:
    """Draw a whole system; of 1 to 3 processors if not told."""
    processors = processors or draw(st.integers(1, 3))
    taker = takers(processors, ends=ends)
    some = tuple(draw(st.lists(taker, min_size=1, max_size=3)))
    used = 1 + max(max(guest.processors) for guest in some)
    cost = st.sampled_from([0, 0, 7, 200])
    return InterruptPlan(
        guests=some,
        schedule=draw(window_schedules(some, used)),
        sources=tuple(
            draw(sources(some, f"s{place}"))
            for place in range(draw(st.integers(0, 5)))
        ),
        costs=CostSpec(
            hypercall=draw(cost),
            switch=draw(cost),
            interrupt=draw(cost),
            restart=draw(cost),
            latency=500,
        ),
    )
