"""The first level: exact windows, and POK's slots."""

from hypothesis import given
from hypothesis import strategies as st

from vpok.abi import pok_clock
from vpok.events import EventKind
from vpok.kernel.first_level import NO_DOMAIN, Plan, Slots, Window, Windows
from vpok.testing import Guest, make_world, slots
from vpok.units import FAR, NS_PER_MS

TICK, QUANTUM = 9219, 1_000_000


def two_timelines() -> Windows:
    timelines = [
        [Window(0, 0, 0, 600), Window(-1, NO_DOMAIN, 600, 1000)],
        [Window(1, 1, 0, 250), Window(2, 0, 250, 1000)],
    ]
    return Windows([Plan("", 1000, timelines, [])])


def test_windows_repeat_each_major_frame() -> None:
    first = two_timelines()

    window = first.window(1, 3250)

    assert (window.index, window.domain) == (2, 0)
    assert (window.start, window.end) == (3250, 4000)


def test_a_boundary_is_a_windows_end_on_any_processor() -> None:
    first = two_timelines()

    ends = []
    now = 0
    for _ in range(5):
        now = int(first.boundary(now))
        ends.append(now)

    assert ends == [250, 600, 1000, 1250, 1600]


def test_frames_are_numbered() -> None:
    first = two_timelines()

    assert [first.frame(t) for t in (0, 1, 999, 1000, 5000)] == [
        *(0, -1, -1, 1, 5),
    ]


def pok(durations: list[int], ticks: int) -> list[tuple[int, int]]:
    """
    Play POK's timer tick by tick; return (time, slot) of each election that
    changes the slot, and of the first one.
    """
    now = accumulated = slot = 0
    deadline = durations[0]
    seen: list[tuple[int, int]] = []
    for _ in range(ticks):
        now += TICK
        accumulated += TICK
        if accumulated < QUANTUM:
            continue
        accumulated -= QUANTUM
        before = slot
        if now >= deadline:
            slot = (slot + 1) % len(durations)
            deadline += durations[slot]
        if not seen or slot != before:
            seen.append((now, slot))
    return seen


def follow(first: Slots, until: int) -> list[tuple[int, int]]:
    seen = []
    window = first.window(0, 0)
    while window.end < until:
        now = int(window.end)
        window = first.window(0, now)
        assert window.start == now
        seen.append((now, int(window.index)))
    return seen


lengths = st.one_of(
    st.sampled_from(
        [1, TICK, QUANTUM - 1, QUANTUM, QUANTUM + 1, 1_004_871, 5 * QUANTUM]
    ),
    st.integers(1, 7 * QUANTUM),
)


@given(st.lists(lengths, min_size=2, max_size=5))
def test_slots_step_as_poks_timer_does(durations: list[int]) -> None:
    ticks = 6000
    slots_of = [(n % 2, duration) for n, duration in enumerate(durations)]
    first = Slots(sum(durations), slots_of, [[0], [0]])

    assert follow(first, ticks * TICK + 1) == pok(durations, ticks)


@given(st.integers(1, 10**12))
def test_a_quantum_is_the_first_tick_after_its_nominal_time(
    number: int,
) -> None:
    when = pok_clock.quantum(number)

    assert when % TICK == 0
    assert when - TICK < number * QUANTUM <= when


@given(st.one_of(st.integers(0, 10**7), st.integers(0, 1 << 60)))
def test_the_quantum_at_an_instant_is_the_first_from_there(
    instant: int,
) -> None:
    when = pok_clock.quantum_at(instant)

    assert when >= instant
    number = 1
    while pok_clock.quantum(number + 1) <= when and number < 12:
        number += 1
    if instant < 10**7:
        assert when == next(
            pok_clock.quantum(n)
            for n in range(1, 20)
            if pok_clock.quantum(n) >= instant
        )


def test_nothing_runs_before_poks_first_quantum() -> None:
    world = make_world(
        [Guest([()]), Guest([()])],
        slots((0, 2 * NS_PER_MS), (1, 2 * NS_PER_MS)),
    )

    world.system.run(until=5 * NS_PER_MS)

    opened = world.sink.of(EventKind.WINDOW_OPEN)
    assert [(e.time, e.partition) for e in opened] == [
        (1_004_871, 0),
        (2_000_523, 1),
        (4_001_046, 0),
    ]


def test_one_partition_alone_has_one_endless_slot() -> None:
    world = make_world([Guest([()])], slots((0, NS_PER_MS)))

    world.system.run(until=100 * NS_PER_MS)

    opened = world.sink.of(EventKind.WINDOW_OPEN)
    assert [(e.time, e.b) for e in opened] == [(1_004_871, FAR)]
    assert world.sink.of(EventKind.WINDOW_CLOSE) == []


def test_slots_open_on_all_processors_of_their_partition() -> None:
    world = make_world(
        [Guest([(), ()], processors=(0, 1)), Guest([()], processors=(1,))],
        slots((0, 2 * NS_PER_MS), (1, 2 * NS_PER_MS)),
    )

    world.system.run(until=3 * NS_PER_MS)

    opened = world.sink.of(EventKind.WINDOW_OPEN)
    assert [(e.pcpu, e.partition) for e in opened] == [(0, 0), (1, 0), (1, 1)]


@given(st.lists(lengths, min_size=2, max_size=4))
def test_frames_of_slots_are_numbered_without_holes(
    durations: list[int],
) -> None:
    world = make_world(
        [Guest([()]), Guest([()])],
        slots(*((n % 2, duration) for n, duration in enumerate(durations))),
    )
    world.system.run(until=30 * NS_PER_MS)

    numbers = [event.a for event in world.sink.of(EventKind.FRAME)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert numbers[0] in (0, 1)
