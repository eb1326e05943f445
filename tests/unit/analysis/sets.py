"""Strategies: small task sets and supplies, and what they release."""

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.unit.analysis.brute import Stream
from vpok.analysis.arrivals import Periodic
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
    return Task(
        f"t{place}",
        draw(st.integers(1, max(1, period // 2))),
        Periodic(period, draw(st.sampled_from([0, 0, 1, 5])) if jitter else 0),
        draw(st.integers(1, period * 3 if late else period)),
        priority,
    )


def densest(task: Task, start: int, end: int = HORIZON) -> list[int]:
    """Return releases from *start* on, as early as the task can."""
    found: list[int] = []
    while True:
        release = start + task.arrivals.spread(len(found) + 1)
        if release >= end:
            return found
        found.append(release)


def streams(
    set_: Sequence[Task], releases: Sequence[Sequence[int]]
) -> list[Stream]:
    return [
        Stream(times, task.execution, task.deadline, task.priority)
        for task, times in zip(set_, releases, strict=True)
    ]


@st.composite
def phasing(draw: st.DrawFn, set_: Sequence[Task]) -> list[list[int]]:
    """Draw legal releases: offsets, lateness within jitter, longer gaps."""
    found = []
    for task in set_:
        arrivals = task.arrivals
        assert isinstance(arrivals, Periodic)
        nominal = draw(st.integers(0, 30))
        times = []
        sporadic = draw(st.booleans())
        while nominal < HORIZON:
            late = draw(st.integers(0, arrivals.jitter))
            times.append(nominal + late)
            extra = draw(st.sampled_from([0, 0, 0, 3])) if sporadic else 0
            nominal += arrivals.period + extra
        found.append(times)
    return found
