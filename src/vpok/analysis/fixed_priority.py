"""
Worst-case response times under preemptive fixed priorities.

The busy-period analysis of Lehoczky ("Fixed priority scheduling of periodic
task sets with arbitrary deadlines", 1990) with release jitter (Tindell), where
time is replaced by the pseudo-inverse of the supply, phase by phase.  For
sporadic tasks under windows the bound is reached: by the release of all tasks
at the end of the window that is told.
"""

from collections.abc import Sequence

from vpok.analysis.supply import Phase, Supply
from vpok.analysis.task import (
    TOO_LONG,
    Bound,
    Critical,
    Steps,
    Task,
    overload,
    total_work,
    worst_of,
)


def response(task: Task, above: Sequence[Task], supply: Supply) -> Bound:
    """
    Bound the response of *task*, delayed by its own jobs and those *above*.

    Tasks of equal priority belong to *above*: whichever was released first
    goes first, so each can delay the other.
    """
    why = overload([task, *above], supply.rate)
    if why:
        return Bound(None, why, overload=True)
    steps = Steps()
    return worst_of(
        [_in_phase(task, above, phase, steps) for phase in supply.phases]
    )


def _in_phase(
    task: Task, above: Sequence[Task], phase: Phase, steps: Steps
) -> Bound:
    """Follow the busy period to its longest response."""
    worst, critical = -1, Critical(phase.start, 0, 1)
    job = done = 0
    while True:
        job += 1
        after = finish(job * task.execution, above, phase, done, steps)
        if after is None:
            return Bound(None, TOO_LONG)
        done = after
        taken = done - task.arrivals.nominal(job)
        if taken > worst:
            release = task.arrivals.spread(job)
            worst, critical = taken, Critical(phase.start, release, job)
        if done <= task.arrivals.spread(job + 1):
            return Bound(worst, "", critical)


def finish(
    own: int, above: Sequence[Task], phase: Phase, start: int, steps: Steps
) -> int | None:
    """
    Return when *own* work is done, with all that is released above until then.

    *start* is a time that is not too late.  None: it takes too long to tell.
    """
    done = max(start, phase.needed(own))
    while True:
        if steps.spent(len(above)):
            return None
        after = phase.needed(own + total_work(above, done))
        if after <= done:
            return done
        done = after


def by_priority(
    tasks: Sequence[Task], above: Sequence[Task], supply: Supply
) -> list[Bound]:
    """Bound every task of a set, below all tasks of *above*."""
    return [
        response(
            task,
            [
                *above,
                *(
                    other
                    for other in tasks
                    if other is not task and other.priority >= task.priority
                ),
            ],
            supply,
        )
        for task in tasks
    ]


def in_any_order(
    tasks: Sequence[Task], above: Sequence[Task], supply: Supply
) -> list[Bound]:
    """Bound every task of a set in which each may delay each."""
    return [
        response(
            task,
            [*above, *(other for other in tasks if other is not task)],
            supply,
        )
        for task in tasks
    ]
