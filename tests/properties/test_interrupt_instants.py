"""
An enabled, running vCPU takes an interrupt 0 instructions late.

Real guests whose every position tells how many instructions have been
executed, against what the clock says should have been: in the middle of
blocks and strings, at page boundaries, at the edges of windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.system.machine_code import (
    BODY,
    ISAS,
    Body,
    Guest,
    Logged,
    counting,
    filling,
    logged,
    system_of,
)
from vpok.events import EventKind, Sink
from vpok.machine.memory import PAGE
from vpok.spec.model import CostSpec, InterruptSpec
from vpok.system import build
from vpok.units import NS_PER_S

TIERS = ("native", "count")
CLOCKS = (100_000_000, 1_000_000_000, 333_333_333, 97_000_001, 7_777_777)

isas = pytest.mark.parametrize("isa", ISAS)
tiers = pytest.mark.parametrize("tier", TIERS)


class Deliveries(Sink):
    """Keeps when interrupts were delivered, and how late."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int, int]] = []  # time, number, late

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
        if kind == EventKind.IRQ_DELIVER:
            self.seen.append((time, a, b))


# --- what should happen -----------------------------------------------------


@dataclass
class Clock:
    """
    A guest and its processor, as arithmetic.

    Instruction n since `base` ends at base + n/hz, exactly; one that does not
    fit before a boundary is not started.
    """

    guest: Guest
    hz: int
    cost: int = 0
    base: int = 0
    since: int = 0  # instructions since then
    executed: int = 0  # of the body
    handler: int = 0  # instructions that are left of a handler
    pending: list[int] = field(default_factory=list)  # when they were raised
    taken: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.executed = -self.guest.boot_length

    def advance(self, boundary: int) -> None:
        """Execute what fits before *boundary*."""
        while True:
            fit = (boundary - self.base) * self.hz // NS_PER_S - self.since
            if self.handler == 0 or fit < self.handler:
                break
            self.since += self.handler
            self.handler = 0
            now = self.base + self.since * NS_PER_S // self.hz
            self.deliver(now)
        fit = max(fit, 0)
        self.since += fit
        if self.handler:
            self.handler -= fit
        else:
            self.executed += fit

    def deliver(self, now: int) -> None:
        """Enter the handler, if something is pending and it is not there."""
        if self.pending and self.handler == 0:
            late = now - self.pending.pop(0)
            self.taken.append((now, self.executed, late))
            self.handler = self.guest.handler_length
            self.base += self.cost

    def restart(self, now: int) -> None:
        """Go on from a boundary; what did not fit is lost."""
        self.base, self.since = max(now, self.base), 0


def expected(
    clock: Clock,
    windows: Sequence[tuple[int, int]],
    frame: int,
    instants: Sequence[int],
    until: int,
) -> list[tuple[int, int, int]]:
    """Return (time, instructions of the body, ns late) of each delivery."""
    edges = []
    for start in range(0, until, frame):
        for first, end in windows:
            edges += [(start + end, 0), (start + first, 2)]
    edges += [(instant, 1) for instant in instants]
    running = False
    for when, what in sorted(edges):  # end, arrival, start (semantics 2)
        if when >= until:
            break
        if running:
            clock.advance(when)
        clock.restart(when)
        if what == 1:
            clock.pending.append(when)
        else:
            running = what == 2
        if running:
            clock.deliver(when)
    if running:
        clock.advance(until)
    return clock.taken


# --- what happens -----------------------------------------------------------


@dataclass
class Shown:
    """What a run has shown."""

    log: list[Logged]
    delivered: list[tuple[int, int, int]]
    digest: str | None

    def taken(self) -> list[tuple[int, int, int]]:
        """Return what `expected` returns."""
        # The handler may have been entered and not have logged yet.
        return [
            (time, entry.executed, late)
            for entry, (time, _, late) in zip(
                self.log, self.delivered, strict=False
            )
        ]


def run(
    guest: Guest,
    windows: Sequence[tuple[int, int]],
    frame: int,
    instants: Sequence[int],
    until: int,
    *,
    tier: str = "native",
    clock: int = 100_000_000,
    costs: CostSpec | None = None,
    sources: Sequence[InterruptSpec] = (),
    cuts: Sequence[int] = (),
) -> Shown:
    """Run *guest*; interrupt 0 is injected at all *instants*."""
    spec = system_of(
        guest, windows, frame, clock=clock, costs=costs, interrupts=sources
    )
    deliveries = Deliveries()
    with build(spec, tier=tier, sinks=[deliveries], digest=True) as system:
        ahead = [instant for instant in instants if instant not in cuts]
        for instant in ahead:
            system.inject(0, 0, 0, at=instant)
        for cut in sorted(cuts):
            system.run(until=cut)
            for _ in range(instants.count(cut)):
                system.inject("guest", 0, 0)
        digest = system.run(until=until).digest
        log = logged(lambda at, size: system.read(0, at, size), guest.body)
    return Shown(log, deliveries.seen, digest)


def same(shown: Shown, wanted: list[tuple[int, int, int]]) -> None:
    """Check all deliveries; the last may not have been logged yet."""
    assert [(time, late) for time, _, late in shown.delivered] == [
        (time, late) for time, _, late in wanted
    ]
    assert shown.taken() == wanted[: len(shown.log)]
    assert len(shown.log) >= len(wanted) - 1


def undisturbed(shown: Shown) -> None:
    """Check that nothing but a delivery has told the guest the time."""
    assert [entry.time for entry in shown.log] == [
        time for time, _, _ in shown.delivered[: len(shown.log)]
    ]


def whole(length: int) -> list[tuple[int, int]]:
    """Return a window that is the whole frame."""
    return [(0, length)]


def enough(guest: Guest, clock: int) -> int:
    """Return an instant at which *guest* has surely started."""
    return (guest.boot_length + 2) * NS_PER_S // clock + 1


def bodies(isa: str, lengths: Sequence[int], page_end: int) -> Body:
    """Return a loop; *page_end* bytes of it are before a page's end."""
    at = BODY + PAGE - page_end // 2 * 2
    return counting(ISAS[isa], lengths, at)


LENGTHS = st.lists(st.integers(0, 1), min_size=1, max_size=40)
GAPS = st.lists(st.integers(1, 4_000), min_size=1, max_size=25)


@isas
@tiers
@settings(max_examples=25)
@given(
    lengths=LENGTHS,
    page_end=st.integers(0, 100),
    gaps=GAPS,
    clock=st.sampled_from(CLOCKS),
)
def test_an_interrupt_comes_at_its_instruction(
    isa: str,
    tier: str,
    lengths: list[int],
    page_end: int,
    gaps: list[int],
    clock: int,
) -> None:
    """Also when the handler of the one before still runs: at its return."""
    guest = Guest(ISAS[isa], bodies(isa, lengths, page_end))
    instants = [enough(guest, clock)]
    for gap in gaps:
        instants.append(instants[-1] + gap * NS_PER_S // (8 * clock))
    until = instants[-1] + 200 * NS_PER_S // clock
    frame = until + 1

    shown = run(
        guest, whole(frame), frame, instants, until, tier=tier, clock=clock
    )

    wanted = expected(
        Clock(guest, clock), whole(frame), frame, instants, until
    )
    assert len(wanted) > 0
    same(shown, wanted)
    undisturbed(shown)


@isas
@tiers
@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("page_end", [0, 2, 7, 60])
def test_every_instant_of_a_loop_is_exact(
    isa: str, tier: str, clock: int, page_end: int
) -> None:
    """Periodic ticks sweep over all positions of a loop, 1 ns at a time."""
    guest = Guest(ISAS[isa], bodies(isa, [0, 1, 1, 0, 1, 0, 0, 1], page_end))
    cycle = -(-NS_PER_S // clock)
    period = 100 * cycle + 1  # not a multiple of the loop, nor of the clock
    first = enough(guest, clock)
    until = first + 60 * period
    source = InterruptSpec("tick", 0, 0, period=period, offset=first)

    shown = run(
        *(guest, whole(until), until, (), until),
        tier=tier,
        clock=clock,
        sources=[source],
    )

    instants = list(range(first, until, period))
    wanted = expected(
        Clock(guest, clock), whole(until), until, instants, until
    )
    assert [late for _, _, late in wanted] == [0] * 60
    same(shown, wanted)
    undisturbed(shown)
    rates = [later[1] - earlier[1] for earlier, later in pairwise(wanted)]
    assert set(rates) == {period * clock // NS_PER_S - guest.handler_length}


@tiers
@pytest.mark.parametrize(
    "string",
    [b"\xf3\xaa", b"\xf3\x48\xab", b"\xf3\xa4", b"\xf3\xa5"],
    ids=["stosb", "stosq", "movsb", "movsd"],
)
@settings(max_examples=12)
@given(
    count=st.integers(0, 300),
    gaps=GAPS,
    clock=st.sampled_from(CLOCKS),
    page_end=st.integers(0, 30),
)
def test_an_interrupt_comes_between_two_rounds_of_a_string(
    tier: str,
    string: bytes,
    count: int,
    gaps: list[int],
    clock: int,
    page_end: int,
) -> None:
    body = filling(count, BODY + PAGE - page_end, string)
    guest = Guest(ISAS["x86-64"], body)
    instants = [enough(guest, clock)]
    for gap in gaps:
        instants.append(instants[-1] + gap * NS_PER_S // (8 * clock))
    until = instants[-1] + 200 * NS_PER_S // clock
    frame = until + 1

    shown = run(
        guest, whole(frame), frame, instants, until, tier=tier, clock=clock
    )

    wanted = expected(
        Clock(guest, clock), whole(frame), frame, instants, until
    )
    same(shown, wanted)


@isas
@settings(max_examples=15)
@given(gaps=GAPS, picks=st.lists(st.booleans(), min_size=26, max_size=26))
def test_it_does_not_matter_when_an_instant_is_told(
    isa: str, gaps: list[int], picks: list[bool]
) -> None:
    """Injected ahead of time, or between two runs at its instant."""
    guest = Guest(ISAS[isa], bodies(isa, [0, 1, 0], 5))
    clock = 333_333_333
    instants = [enough(guest, clock)]
    for gap in gaps:
        instants.append(instants[-1] + gap)
    until = instants[-1] + 1_000
    cuts = [i for i, pick in zip(instants, picks, strict=False) if pick]

    ahead, told, counted = (
        run(
            *(guest, whole(until), until, instants, until),
            clock=clock,
            cuts=some,
            tier=tier,
        )
        for some, tier in (((), "native"), (cuts, "native"), (cuts, "count"))
    )

    assert ahead == told == counted


# --- the edges of windows (semantics 2) --------------------------------------

START, END = 20_000, 30_000
LAYOUTS = {
    "one window": ([(0, 10_000), (START, END)], 40_000),
    "after a gap": ([(0, 10_000), (15_000, 18_000), (START, END)], 47_000),
    "adjacent": ([(0, 10_000), (10_000, START), (START, END)], 40_000),
    "up to the frame": ([(0, 10_000), (START, END)], END),
}


@isas
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("clock", CLOCKS[:4])
@pytest.mark.parametrize("edge", [START, END])
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_an_interrupt_at_the_edge_of_a_window(
    isa: str, layout: str, clock: int, edge: int, offset: int
) -> None:
    """1 ns before, at and after a window's start and end, in each frame."""
    windows, frame = LAYOUTS[layout]
    guest = Guest(ISAS[isa], bodies(isa, [1, 0, 1, 1, 0], 9))
    instants = [n * frame + edge + offset for n in range(3)]
    until = 4 * frame

    shown = run(guest, windows, frame, instants, until, clock=clock)

    clockwork = Clock(guest, clock)
    wanted = expected(clockwork, windows, frame, instants, until)
    same(shown, wanted)
    assert len(shown.log) == 3
    # And in plain words:
    for instant, (time, _, late) in zip(instants, wanted, strict=True):
        assert time == home(windows, frame, instant)
        assert late == time - instant


def home(windows: Sequence[tuple[int, int]], frame: int, instant: int) -> int:
    """Return *instant* if it is in a window, else when the next one opens."""
    base = instant - instant % frame
    for start in (base, base + frame):
        for first, end in windows:
            if instant < start + end:
                return max(instant, start + first)
    raise AssertionError


def test_the_edges_in_numbers() -> None:
    """What `semantics.md` says, without the arithmetic above."""
    windows, frame = LAYOUTS["one window"]
    found = [home(windows, frame, at) for at in range(START - 1, START + 2)]
    assert found == [START, START, START + 1]
    found = [home(windows, frame, at) for at in range(END - 1, END + 2)]
    assert found == [END - 1, frame, frame]
    adjacent, frame = LAYOUTS["adjacent"]
    for at in range(START - 1, START + 2):
        assert home(adjacent, frame, at) == at


@isas
@tiers
@settings(max_examples=20)
@given(
    pieces=st.lists(
        st.tuples(st.integers(0, 800), st.integers(40, 2_000)),
        min_size=1,
        max_size=5,
    ),
    clock=st.sampled_from(CLOCKS[:4]),
    near=st.lists(
        st.tuples(st.integers(0, 60), st.integers(-3, 3)),
        min_size=1,
        max_size=12,
    ),
    tail=st.integers(0, 500),
)
def test_interrupts_around_the_edges_of_any_windows(
    isa: str,
    tier: str,
    pieces: list[tuple[int, int]],
    clock: int,
    near: list[tuple[int, int]],
    tail: int,
) -> None:
    """Several windows per frame, adjacent or with gaps; edges at any ns."""
    guest = Guest(ISAS[isa], bodies(isa, [0, 1, 1], 4))
    windows = [(0, enough(guest, clock))]
    for gap, length in pieces:
        start = windows[-1][1] + gap
        windows.append((start, start + length))
    frame = windows[-1][1] + tail
    edges = [
        n * frame + at for n in range(6) for window in windows for at in window
    ]
    later = edges[3:]
    instants = sorted(
        max(later[which % len(later)] + by, windows[0][1])
        for which, by in near
    )
    until = 8 * frame

    shown = run(guest, windows, frame, instants, until, tier=tier, clock=clock)

    wanted = expected(Clock(guest, clock), windows, frame, instants, until)
    same(shown, wanted)


# --- what a delivery costs (semantics 4) -------------------------------------


@isas
@tiers
@pytest.mark.parametrize("cost", [0, 1, 200, 1_230])
def test_a_delivery_is_paid_before_the_handler_begins(
    isa: str, tier: str, cost: int
) -> None:
    guest = Guest(ISAS[isa], bodies(isa, [0, 1], 3), timed=True)
    instants = list(range(20_000, 90_000, 7_003))
    until = 100_000

    shown = run(
        *(guest, whole(until), until, instants, until),
        costs=CostSpec(0, 0, cost, 0),
        tier=tier,
    )

    clock = Clock(guest, 100_000_000, cost)
    wanted = expected(clock, whole(until), until, instants, until)
    same(shown, wanted)
    # TIME, of which the call itself is the last instruction.
    before = len(guest.isa.call(0)) + (isa == "riscv64") + 1
    assert [entry.other for entry in shown.log] == [
        instant + cost + 10 * before for instant in instants
    ]


@isas
def test_costs_of_switch_and_delivery_add_up(isa: str) -> None:
    guest = Guest(ISAS[isa], bodies(isa, [0, 1], 3), timed=True)
    windows = [(0, 10_000), (20_000, 30_000)]

    shown = run(
        *(guest, windows, 40_000, [15_000], 40_000),
        costs=CostSpec(0, 500, 200, 0),
    )

    before = len(guest.isa.call(0)) + (isa == "riscv64") + 1
    assert [(time, late) for time, _, late in shown.delivered] == [
        (20_000, 5_000)
    ]
    assert shown.log[0].other == 20_000 + 500 + 200 + 10 * before


@isas
@pytest.mark.parametrize("before", [1, 50, 199, 200, 201])
def test_what_a_delivery_costs_beyond_its_window_is_paid_in_the_next(
    isa: str, before: int
) -> None:
    guest = Guest(ISAS[isa], bodies(isa, [0, 1], 3), timed=True)
    windows = [(0, 10_000), (20_000, 30_000)]
    instant = 10_000 - before

    shown = run(
        *(guest, windows, 40_000, [instant], 40_000),
        costs=CostSpec(0, 0, 200, 0),
    )

    assert [(time, late) for time, _, late in shown.delivered] == [
        (instant, 0)
    ]
    asked = len(guest.isa.call(0)) + (isa == "riscv64") + 1
    paid = 20_000 + max(0, 200 - before)
    assert shown.log[0].other == paid + 10 * asked


# --- periodic sources ----------------------------------------------------------


@isas
@tiers
@settings(max_examples=10)
@given(
    clock=st.sampled_from(CLOCKS[:4]),
    period=st.integers(400, 900),
    offset=st.integers(0, 900),
    cuts=st.lists(st.floats(0, 1, width=16), max_size=5),
)
def test_a_periodic_source_is_exact_however_its_run_is_cut(
    isa: str,
    tier: str,
    clock: int,
    period: int,
    offset: int,
    cuts: list[float],
) -> None:
    """Where the handler is short, every tick comes at its instruction."""
    guest = Guest(ISAS[isa], bodies(isa, [1, 1, 0], 11))
    period = period * 1_000_000_000 // clock // 10
    first = enough(guest, clock) + offset
    until = first + 50 * period
    source = InterruptSpec("tick", 0, 0, period=period, offset=first)

    shown = run(
        *(guest, whole(until), until, (), until),
        tier=tier,
        clock=clock,
        sources=[source],
        cuts=[int(until * cut) for cut in cuts],
    )

    instants = list(range(first, until, period))
    wanted = expected(
        Clock(guest, clock), whole(until), until, instants, until
    )
    same(shown, wanted)
    assert all(late == 0 for _, _, late in wanted)
