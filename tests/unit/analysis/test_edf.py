"""EDF: verdicts with witnesses, bounds that are kept and reached."""

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
from vpok.analysis.arrivals import Periodic
from vpok.analysis.edf import by_deadline, demand
from vpok.analysis.supply import DEDICATED, Windows
from vpok.analysis.task import Task

pytestmark = pytest.mark.slow


@given(st.data(), windows())
def test_no_phasing_exceeds_a_bound(data: st.DataObject, own: Windows) -> None:
    set_ = data.draw(tasks(late=True))
    bounds = by_deadline(set_, [], own, demand(set_, [], own))
    assume(any(bound.response for bound in bounds))
    releases = data.draw(phasing(set_))

    seen = brute.responses(
        streams(set_, releases),
        brute.in_windows(own.frame, own.windows),
        brute.earliest_deadline,
        HORIZON,
    )

    for bound, times in zip(bounds, seen, strict=True):
        if bound.response is not None:
            assert max(times, default=0) <= bound.response


def last_of_equals(place: int) -> brute.Rank:
    """Return EDF where a task loses every tie."""
    return lambda job: (job.due, job.task == place, job.arrival)


@given(st.data(), windows())
def test_the_critical_instant_reaches_the_bound(
    data: st.DataObject, own: Windows
) -> None:
    """The task comes late, all others at once; ties go against it."""
    set_ = data.draw(tasks(late=True, jitter=False))
    bounds = by_deadline(set_, [], own, demand(set_, [], own))
    for task, bound in zip(set_, bounds, strict=True):
        if bound.critical is None or bound.response is None:
            continue
        place = set_.index(task)
        start = max(0, bound.critical.start)
        release = start + bound.critical.release
        end = release + bound.response
        first = release - task.arrivals.spread(bound.critical.job)
        releases = [densest(each, start, end) for each in set_]
        releases[place] = densest(task, first, end)

        seen = brute.responses(
            streams(set_, releases),
            brute.in_windows(own.frame, own.windows),
            last_of_equals(place),
            end,
        )

        assert seen[place][bound.critical.job - 1] == bound.response


@given(st.data(), windows())
def test_a_schedulable_set_misses_nothing(
    data: st.DataObject, own: Windows
) -> None:
    set_ = data.draw(tasks(late=True))
    assume(demand(set_, [], own).schedulable)
    releases = data.draw(phasing(set_))

    seen = brute.responses(
        streams(set_, releases),
        brute.in_windows(own.frame, own.windows),
        brute.earliest_deadline,
        HORIZON,
    )

    for task, times in zip(set_, seen, strict=True):
        assert max(times, default=0) <= task.deadline


@given(st.data(), windows())
def test_the_counter_example_misses(data: st.DataObject, own: Windows) -> None:
    set_ = data.draw(tasks(late=True))
    found = demand(set_, [], own)
    assume(found.excess is not None and found.excess.length < 2000)
    assert found.excess is not None
    start = max(0, found.excess.start)
    end = start + found.excess.length
    releases = [densest(each, start, end + 1) for each in set_]

    seen = brute.responses(
        streams(set_, releases),
        brute.in_windows(own.frame, own.windows),
        brute.earliest_deadline,
        end,
    )

    due = [
        sum(arrival + task.deadline <= end for arrival, _ in times)
        for task, times in zip(set_, releases, strict=True)
    ]
    work = sum(
        count * task.execution for count, task in zip(due, set_, strict=True)
    )
    met = [len(times) for times in seen]
    assert work == found.excess.demand > found.excess.supply
    assert any(
        done < count for done, count in zip(met, due, strict=True)
    ) or any(
        max(times, default=0) > task.deadline
        for task, times in zip(set_, seen, strict=True)
    )


@given(st.data(), windows())
def test_a_set_is_schedulable_if_all_its_bounds_are_within_the_deadlines(
    data: st.DataObject, own: Windows
) -> None:
    """Two analyses that share only the supply agree."""
    set_ = data.draw(tasks(late=True))
    verdict = demand(set_, [], own)
    bounds = by_deadline(set_, [], own, verdict)
    assume(all(bound.response is not None for bound in bounds))

    within = all(
        bound.response is not None and bound.response <= task.deadline
        for task, bound in zip(set_, bounds, strict=True)
    )

    assert verdict.schedulable == within


def test_an_overload_has_an_interval_to_show() -> None:
    set_ = [Task("a", 3, Periodic(5), 5), Task("b", 3, Periodic(6), 6)]

    found = demand(set_, [], DEDICATED)

    assert found.schedulable is False
    assert found.excess is not None
    assert found.excess.demand > found.excess.supply == found.excess.length


def test_a_task_without_deadline_comes_last_and_delays_nobody() -> None:
    set_ = [
        Task("dated", 2, Periodic(10), 4),
        Task("undated", 5, Periodic(20)),
    ]
    verdict = demand(set_, [], DEDICATED)

    bounds = by_deadline(set_, [], DEDICATED, verdict)

    assert verdict.schedulable
    assert [bound.response for bound in bounds] == [2, 7]


@given(st.data(), windows())
def test_what_is_above_delays_all(data: st.DataObject, own: Windows) -> None:
    """Virtual CPUs of higher priority, seen from below."""
    set_ = data.draw(tasks(most=2, late=True))
    above = data.draw(tasks(most=2, late=True))
    verdict = demand(set_, above, own)
    bounds = by_deadline(set_, above, own, verdict)
    assume(any(bound.response for bound in bounds))
    releases = data.draw(phasing([*set_, *above]))
    own_count = len(set_)

    seen = brute.responses(
        streams([*set_, *above], releases),
        brute.in_windows(own.frame, own.windows),
        lambda job: (job.task < own_count, job.due, job.task, job.arrival),
        HORIZON,
    )

    for task, bound, times in zip(set_, bounds, seen, strict=False):
        if bound.response is not None:
            assert max(times, default=0) <= bound.response
        if verdict.schedulable:
            assert max(times, default=0) <= task.deadline
