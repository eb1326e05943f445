"""Strategies: small task sets and supplies, and what they release."""

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.unit.analysis.brute import Stream
from vpok.analysis.arrivals import Periodic, Sporadic
from vpok.analysis.supply import Windows
from vpok.analysis.task import Task

HORIZON = 400


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    """Draw windows; every third time, a processor of its own."""
    frame = draw(st.integers(1, 16))
    if draw(st.integers(0, 2)) == 0:
        return Windows(frame, [(0, frame)])
    cuts = sorted(draw(st.sets(st.integers(0, frame), min_size=2, max_size=6)))
    places = list(zip(cuts[::2], cuts[1::2], strict=False))
    return Windows(frame, places)


@st.composite
def tasks(
    draw: st.DrawFn,
    *,
    most: int = 4,
    late: bool = False,
    distinct: bool = True,
    jitter: bool = True,
) -> list[Task]:
    """Draw tasks; *late*: deadlines may exceed the period."""
    count = draw(st.integers(1, most))
    priorities = draw(
        st.permutations(range(count))
        if distinct
        else st.lists(st.integers(0, 2), min_size=count, max_size=count)
    )
    return [
        _task(draw, place, priority, late=late, jitter=jitter)
        for place, priority in enumerate(priorities)
    ]


def _task(
    draw: st.DrawFn, place: int, priority: int, *, late: bool, jitter: bool
) -> Task:
    period = draw(st.integers(2, 24))
    kind = draw(st.sampled_from([Periodic, Sporadic]))
    return Task(
        f"t{place}",
        draw(st.integers(1, max(1, period // 2))),
        kind(period, draw(st.sampled_from([0, 0, 1, 30])) if jitter else 0),
        draw(st.integers(1, period * 3 if late else period)),
        priority,
    )


Jobs = list[tuple[int, int]]  # (arrival, release)


def densest(task: Task, start: int, end: int = HORIZON) -> Jobs:
    """Return jobs from *start* on, as early as the task can have them."""
    found: Jobs = []
    while True:
        count = len(found) + 1
        release = start + task.arrivals.spread(count)
        if release >= end:
            return found
        found.append((start + task.arrivals.nominal(count), release))


def streams(set_: Sequence[Task], jobs: Sequence[Jobs]) -> list[Stream]:
    return [
        Stream(own, task.execution, task.deadline, task.priority)
        for task, own in zip(set_, jobs, strict=True)
    ]


@st.composite
def phasing(draw: st.DrawFn, set_: Sequence[Task]) -> list[Jobs]:
    """Draw legal jobs: offsets, lateness within jitter, longer gaps."""
    found = []
    for task in set_:
        arrivals = task.arrivals
        assert isinstance(arrivals, Periodic | Sporadic)
        sporadic = isinstance(arrivals, Sporadic)
        arrival = draw(st.integers(0, 30))
        jobs: Jobs = []
        while arrival < HORIZON:
            release = arrival + draw(st.integers(0, arrivals.jitter))
            if jobs:
                release = max(release, jobs[-1][1])
            jobs.append((arrival, release))
            extra = draw(st.sampled_from([0, 0, 0, 3])) if sporadic else 0
            last = release if sporadic else arrival
            arrival = last + arrivals.period + extra
        found.append(jobs)
    return found
