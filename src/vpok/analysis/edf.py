"""
Earliest deadline first: is it schedulable, and how long can a response be.

The processor demand criterion (Baruah, Mok and Rosier, 1990) against the
supply bound function, by the quick convergence of Zhang and Burns (2009) where
a step goes to the latest deadline at or before the pseudo-inverse of the
demand; and the response times of Spuri (INRIA 2772, 1996), where time is
replaced by the pseudo-inverse of the supply, phase by phase.

That is sound under any supply which is known of every interval in which there
is work: what is due after the job in question never delays it.  Tasks without
a deadline come after all others, and delay nobody who has one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vpok.analysis import fixed_priority
from vpok.analysis.supply import Phase, Supply
from vpok.analysis.task import (
    TOO_LONG,
    Bound,
    Critical,
    Excess,
    Steps,
    Task,
    overload,
    total_work,
    worst_of,
)


@dataclass(frozen=True, slots=True)
class Demand:
    """The verdict on a set: None means that nobody knows."""

    schedulable: bool | None
    why: str = ""
    excess: Excess | None = None


# --- the demand criterion -----------------------------------------------------


def demand(
    tasks: Sequence[Task], above: Sequence[Task], supply: Supply
) -> Demand:
    """Say whether every deadline is met below all tasks of *above*."""
    dated = [task for task in tasks if task.deadline]
    why = overload([*dated, *above], supply.rate)
    if why:
        return Demand(False, why, _first_excess(dated, above, supply))
    steps = Steps()
    longest = 0
    for phase in supply.phases:
        busy = _busy([*dated, *above], phase, steps)
        if busy is None:
            return Demand(None, TOO_LONG)
        longest = max(longest, busy)
    return _quick(dated, above, supply, longest, steps)


def _busy(tasks: Sequence[Task], phase: Phase, steps: Steps) -> int | None:
    """Return the length of the longest busy period, all released at once."""
    length = 1
    while not steps.spent(len(tasks)):
        after = phase.needed(total_work(tasks, length))
        if after <= length:
            return length
        length = after
    return None


def _quick(
    tasks: Sequence[Task],
    above: Sequence[Task],
    supply: Supply,
    longest: int,
    steps: Steps,
) -> Demand:
    """Go from deadline to deadline, from the busy period's end to its start."""
    length = _deadline_before(tasks, longest + 1)
    while length >= 0:
        if steps.spent(len(tasks) + len(above)):
            return Demand(None, TOO_LONG)
        due = _due(tasks, above, length)
        enough = supply.needed(due)
        if enough > length:
            return Demand(False, "", _excess(due, length, supply))
        length = _deadline_before(tasks, min(enough + 1, length))
    return Demand(schedulable=True)


def _due(tasks: Sequence[Task], above: Sequence[Task], length: int) -> int:
    return total_work(above, length) + sum(task.due(length) for task in tasks)


def _deadline_before(tasks: Sequence[Task], length: int) -> int:
    """Return the latest deadline in [0, *length*), or -1."""
    latest = -1
    for task in tasks:
        count = task.arrivals.due(length - 1 - task.deadline)
        if count and length > 0:
            due = task.arrivals.nominal(count) + task.deadline
            latest = max(latest, due, 0)
    return latest


def _excess(due: int, length: int, supply: Supply) -> Excess:
    worst = min(supply.phases, key=lambda phase: phase.given(length))
    return Excess(worst.start, length, due, worst.given(length))


def _first_excess(
    tasks: Sequence[Task], above: Sequence[Task], supply: Supply
) -> Excess | None:
    """Look for the first deadline at which an overload shows."""
    steps = Steps()
    length = 0
    while tasks and not steps.spent(len(tasks) + len(above)):
        length = min(
            task.arrivals.nominal(
                task.arrivals.due(length - task.deadline) + 1
            )
            + task.deadline
            for task in tasks
        )
        due = _due(tasks, above, length)
        if due > supply.given(length):
            return _excess(due, length, supply)
    return None


# --- response times -----------------------------------------------------------


def by_deadline(
    tasks: Sequence[Task],
    above: Sequence[Task],
    supply: Supply,
    verdict: Demand,
) -> list[Bound]:
    """Bound every task of a set; *verdict* is what `demand` says of it."""
    return [
        _dated(task, tasks, above, supply, verdict)
        if task.deadline
        else fixed_priority.response(
            task,
            [*above, *(other for other in tasks if other is not task)],
            supply,
        )
        for task in tasks
    ]


def _dated(
    task: Task,
    tasks: Sequence[Task],
    above: Sequence[Task],
    supply: Supply,
    verdict: Demand,
) -> Bound:
    others = [other for other in tasks if other.deadline and other is not task]
    why = overload([task, *others, *above], supply.rate)
    if why:
        return Bound(None, why, overload=True)
    steps = Steps()
    worst = worst_of(
        [
            _in_phase(task, others, above, phase, steps)
            for phase in supply.phases
        ]
    )
    if worst.response is None and verdict.schedulable:
        return Bound(task.deadline, "the deadline, which is met")
    return worst


def _in_phase(
    task: Task,
    others: Sequence[Task],
    above: Sequence[Task],
    phase: Phase,
    steps: Steps,
) -> Bound:
    """Try every release in the busy period that may be the worst."""
    busy = _busy([task, *others, *above], phase, steps)
    if busy is None or steps.left < _count([task, *others], busy):
        return Bound(None, TOO_LONG)
    worst, critical = -1, Critical(phase.start, 0, 1)
    done = 0
    for arrival in sorted(set(_candidates(task, others, busy))):
        if busy - arrival <= worst:
            break  # all is done at the end of the busy period
        after = _finish(task, arrival, others, above, phase, done, steps)
        if after is None:
            return Bound(None, TOO_LONG)
        done = after
        if done - arrival > worst:
            worst = done - arrival
            job = task.arrivals.due(arrival)
            critical = Critical(phase.start, max(0, arrival), job)
    return Bound(worst, "", critical)


def _count(tasks: Sequence[Task], busy: int) -> int:
    return sum(task.arrivals.due(busy) for task in tasks)


def _candidates(
    task: Task, others: Sequence[Task], busy: int
) -> Iterator[int]:
    """Yield arrivals at which the work that goes first has just grown."""
    first = task.arrivals.nominal(1)
    for other in [task, *others]:
        shift = other.deadline - task.deadline
        for count in range(1, other.arrivals.due(busy - shift) + 1):
            arrival = other.arrivals.nominal(count) + shift
            if first <= arrival < busy:
                yield arrival


def _finish(
    task: Task,
    arrival: int,
    others: Sequence[Task],
    above: Sequence[Task],
    phase: Phase,
    start: int,
    steps: Steps,
) -> int | None:
    """
    Return when a job is done that arrives so late in a busy period.

    Not before *start*: when one is done that arrives earlier.
    """
    own = task.arrivals.due(arrival) * task.execution
    due = arrival + task.deadline
    most = [other.due(due) for other in others]
    done = max(start, phase.needed(own))
    while not steps.spent(len(others) + len(above)):
        work = own + total_work(above, done)
        for other, limit in zip(others, most, strict=True):
            work += min(other.work(done), limit)
        after = phase.needed(work)
        if after <= done:
            return done
        done = after
    return None
