"""Supply bound functions against their definition, and known formulas."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.analysis.brute import in_windows
from vpok.analysis.servers import BoundedDelay, Budget, bounded_delay
from vpok.analysis.supply import DEDICATED, Supply, Turns, Windows

Placed = tuple[int, list[tuple[int, int]]]


@st.composite
def frames(draw: st.DrawFn) -> Placed:
    """Draw a frame and windows in it, some of them adjacent."""
    frame = draw(st.integers(1, 24))
    cuts = sorted(draw(st.sets(st.integers(0, frame), min_size=2)) | {frame})
    places = list(itertools.pairwise(cuts))
    kept = draw(
        st.lists(st.sampled_from(places), min_size=1, unique=True)
        if places
        else st.just([(0, frame)])
    )
    return frame, kept


def least(frame: int, windows: list[tuple[int, int]], length: int) -> int:
    """Return the minimum over every phase, unit by unit."""
    supplied = in_windows(frame, windows)
    return min(
        sum(supplied(start + unit) for unit in range(length))
        for start in range(frame)
    )


@given(frames(), st.integers(0, 80))
def test_the_supply_of_windows_is_the_minimum_over_every_phase(
    placed: Placed, length: int
) -> None:
    frame, windows = placed

    assert Windows(frame, windows).given(length) == least(
        frame, windows, length
    )


@given(frames(), st.integers(0, 80))
def test_each_phase_is_what_its_place_in_the_frame_gives(
    placed: Placed, length: int
) -> None:
    supply = Windows(*placed)
    supplied = in_windows(*placed)

    for phase in supply.phases:
        start = max(0, phase.start)
        counted = sum(supplied(start + unit) for unit in range(length))
        assert phase.given(length) == counted


def supplies() -> st.SearchStrategy[Supply]:
    """Draw any kind of supply."""
    windows = frames().map(lambda placed: Windows(*placed))
    budgets = st.tuples(
        st.integers(1, 9), st.integers(0, 9), st.integers(0, 9)
    ).map(
        lambda drawn: Budget(
            drawn[0],
            drawn[0] + drawn[1],
            drawn[0] + min(drawn[1], drawn[2]),
            drawn[2] % 2,
        )
    )
    delays = st.builds(
        BoundedDelay,
        st.fractions(Fraction(1, 9), 1, max_denominator=9),
        st.integers(0, 9),
    )
    turns = st.builds(Turns, windows, st.integers(1, 5), st.integers(0, 9))
    return st.one_of(windows, budgets, delays, turns)


@given(supplies(), st.integers(1, 60))
def test_the_inverse_is_the_least_length_that_gives_the_work(
    supply: Supply, work: int
) -> None:
    length = supply.needed(work)

    assert supply.given(length) >= work
    assert supply.given(length - 1) < work


@given(supplies(), st.integers(0, 80), st.integers(0, 80))
def test_nothing_is_needed_for_nothing_and_more_time_gives_no_less(
    supply: Supply, length: int, more: int
) -> None:
    assert supply.needed(0) == 0
    assert supply.given(0) == 0
    assert supply.given(length) <= supply.given(length + more)
    assert supply.given(length) <= length


def shin_and_lee(budget: int, period: int, length: int) -> int:
    """Return formula (6) of their paper of 2003."""
    k = max(-(-(length - (period - budget)) // period), 1)
    if (k + 1) * period - 2 * budget <= length <= (k + 1) * period - budget:
        return length - (k + 1) * (period - budget)
    return (k - 1) * budget


@given(st.integers(1, 12), st.integers(0, 12), st.integers(0, 100))
def test_a_budget_per_period_is_the_periodic_resource_model(
    budget: int, rest: int, length: int
) -> None:
    period = budget + rest

    assert Budget(budget, period).given(length) == shin_and_lee(
        budget, period, length
    )


@pytest.mark.parametrize(
    ("supply", "gap"),
    [
        (Budget(3, 5), 4),  # twice what is left of the period
        (Budget(3, 5, delay=3), 2),  # nobody delays it: a window
        (Budget(3, 5, missed=3), 7),  # polled just before
    ],
)
def test_the_longest_gap_of_a_budget(supply: Budget, gap: int) -> None:
    assert supply.given(gap) == 0
    assert supply.given(gap + 1) == 1


@given(st.integers(1, 9), st.integers(0, 9), st.integers(0, 60))
def test_a_budget_that_nobody_delays_is_a_window(
    budget: int, rest: int, length: int
) -> None:
    window = Windows(budget + rest, [(0, budget)])
    server = Budget(budget, budget + rest, delay=budget)

    assert server.given(length) == window.given(length)


@given(frames(), st.integers(0, 100))
def test_the_line_below_windows_is_below_them(
    placed: Placed, length: int
) -> None:
    windows = Windows(*placed)

    assert bounded_delay(windows).given(length) <= windows.given(length)


@given(frames())
def test_the_line_below_windows_could_not_be_a_unit_earlier(
    placed: Placed,
) -> None:
    windows = Windows(*placed)
    line = bounded_delay(windows)
    earlier = line.delay - 1

    assert windows.dedicated or any(
        windows.rate * (length - earlier) > windows.given(length)
        for length in range(windows.frame + 1)
    )


def test_windows_at_both_ends_of_the_frame_are_one() -> None:
    supply = Windows(10, [(8, 10), (0, 3), (3, 4)])

    assert [phase.start for phase in supply.phases] == [4]
    assert supply.given(4) == 0
    assert supply.given(10) == 6
    assert supply.needed(6) == 10


def test_a_dedicated_processor_gives_all_of_the_time() -> None:
    assert Windows(7, [(0, 3), (3, 7)]).dedicated
    assert DEDICATED.given(41) == DEDICATED.needed(41) == 41
    assert bounded_delay(Windows(7, [(0, 7)])).delay == 0


@given(st.integers(1, 4), st.lists(st.integers(0, 7), min_size=1, max_size=3))
def test_turns_are_what_a_queue_gives(
    quantum: int, remaining: list[int]
) -> None:
    """The others are always ready; ours comes at any point of their turns."""
    others = len(remaining)
    supply = Turns(DEDICATED, quantum, quantum * others)
    first = remaining[0] % quantum or quantum  # what is left of a turn
    order = [1] * first + [1] * (quantum * (others - 1)) + [0] * quantum
    order += ([1] * (quantum * others) + [0] * quantum) * 4

    for length in range(len(order)):
        assert order[:length].count(0) >= supply.given(length)
