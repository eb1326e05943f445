"""Bounds under fixed priorities: never exceeded, and reached."""

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.analysis import brute
from tests.unit.analysis.sets import (
    HORIZON,
    densest,
    phasing,
    streams,
    tasks,
    windows,
)
from vpok.analysis.arrivals import Listed, Periodic
from vpok.analysis.fixed_priority import by_priority, response
from vpok.analysis.supply import DEDICATED, Windows
from vpok.analysis.task import Task

pytestmark = pytest.mark.slow


@given(st.data(), windows())
def test_no_phasing_exceeds_a_bound(data: st.DataObject, own: Windows) -> None:
    set_ = data.draw(tasks(late=True, distinct=False))
    bounds = by_priority(set_, [], own)
    assume(any(bound.response for bound in bounds))
    releases = data.draw(phasing(set_))

    seen = brute.responses(
        streams(set_, releases),
        brute.in_windows(own.frame, own.windows),
        brute.fixed_priority,
        HORIZON,
    )

    for bound, times in zip(bounds, seen, strict=True):
        if bound.response is not None:
            assert max(times, default=0) <= bound.response


@given(st.data(), windows())
def test_the_critical_instant_reaches_the_bound(
    data: st.DataObject, own: Windows
) -> None:
    """All released where a window ends, as densely as they can."""
    set_ = data.draw(tasks(late=True))
    for task, bound in zip(set_, by_priority(set_, [], own), strict=True):
        if bound.critical is None or bound.response is None:
            continue
        start = max(0, bound.critical.start)
        end = start + bound.critical.release + bound.response
        seen = brute.responses(
            streams(set_, [densest(each, start, end) for each in set_]),
            brute.in_windows(own.frame, own.windows),
            brute.fixed_priority,
            end,
        )

        own_times = seen[set_.index(task)]
        assert own_times[bound.critical.job - 1] == bound.response
        assert max(own_times) == bound.response


def test_every_phasing_of_small_sets() -> None:
    """All offsets against all windows: never above, and somewhere equal."""
    own = Windows(6, [(1, 2), (4, 6)])
    set_ = [
        Task("a", 1, Periodic(4), priority=2),
        Task("b", 1, Periodic(12), priority=1),
        Task("c", 1, Periodic(12), priority=0),
    ]
    bounds = [bound.response for bound in by_priority(set_, [], own)]
    supplied = brute.in_windows(own.frame, own.windows)
    worst = [0, 0, 0]
    for offsets in itertools.product(range(12), repeat=3):
        releases = [
            [
                (time, time)
                for time in range(offset, 72, task.arrivals.spread(2))
            ]
            for offset, task in zip(offsets, set_, strict=True)
        ]
        seen = brute.responses(
            streams(set_, releases), supplied, brute.fixed_priority, 72
        )
        worst = [max(now, *t) for now, t in zip(worst, seen, strict=True)]

    assert worst == bounds


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), windows())
def test_listed_arrivals_are_bounded_as_they_are(
    instants: list[int], own: Windows
) -> None:
    once = Task("once", 3, Listed(instants), priority=1)
    below = Task("below", 1, Periodic(40), priority=0)
    bounds = by_priority([once, below], [], own)
    releases = [
        [(time, time) for time in sorted(instants)],
        [(time, time) for time in range(0, 200, 40)],
    ]

    seen = brute.responses(
        streams([once, below], releases),
        brute.in_windows(own.frame, own.windows),
        brute.fixed_priority,
        600,
    )

    assert bounds[0].response is not None
    assert max(seen[0]) <= bounds[0].response
    if bounds[1].response is not None:
        assert max(seen[1]) <= bounds[1].response


def test_the_long_run_must_fit_the_supply() -> None:
    half = Windows(10, [(0, 5)])
    set_ = [
        Task("a", 3, Periodic(10), priority=1),
        Task("b", 3, Periodic(10), priority=0),
    ]

    first, second = by_priority(set_, [], half)

    assert first.response == 8
    assert second.response is None
    assert second.why == (
        "no bound: it and what comes before it need 0.6 of a processor and "
        "get 0.5"
    )


def test_who_gets_nothing_has_no_bound() -> None:
    bound = response(Task("a", 1, Periodic(10)), [], Windows(10, []))

    assert bound.response is None


def test_a_busy_period_without_end_is_told() -> None:
    """Fully loaded, with jitter: backlog that never goes away."""
    set_ = [
        Task("a", 1, Periodic(2, 1), priority=1),
        Task("b", 1, Periodic(2, 1), priority=0),
    ]

    bound = by_priority(set_, [], DEDICATED)[1]

    assert bound.response is None
    assert "the busy period is longer" in bound.why
