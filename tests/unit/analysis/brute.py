"""
Brute force: what happens, unit of time by unit of time.

It shares nothing with the analysis but the meaning of its words.  Jobs are
lists of (arrival, release); supply is told for each unit of time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

Rank = Callable[["Job"], tuple[int, ...]]  # the lowest goes first


@dataclass(eq=False)
class Job:
    task: int
    arrival: int
    release: int
    left: int
    priority: int
    due: int


@dataclass(frozen=True)
class Stream:
    """A task: its jobs, what each executes, how it ranks."""

    jobs: Sequence[tuple[int, int]]
    execution: int
    deadline: int = 0
    priority: int = 0


def fixed_priority(job: Job) -> tuple[int, ...]:
    """First released first among equals, then configuration order."""
    return (-job.priority, job.release, job.task, job.arrival)


def earliest_deadline(job: Job) -> tuple[int, ...]:
    return (job.due, job.task, job.arrival)


def responses(
    streams: Sequence[Stream],
    supplied: Callable[[int], bool],
    rank: Rank,
    end: int,
) -> list[list[int]]:
    """Return the response times of each task's jobs done before *end*."""
    waiting = sorted(
        (
            Job(
                task,
                arrival,
                release,
                stream.execution,
                stream.priority,
                arrival + stream.deadline,
            )
            for task, stream in enumerate(streams)
            for arrival, release in stream.jobs
        ),
        key=lambda job: -job.release,
    )
    ready: list[tuple[tuple[int, ...], int, Job]] = []
    found: list[list[int]] = [[] for _ in streams]
    for now in range(end):
        while waiting and waiting[-1].release <= now:
            job = waiting.pop()
            heappush(ready, (rank(job), len(waiting), job))
        if not ready or not supplied(now):
            continue
        job = ready[0][2]
        job.left -= 1
        if job.left == 0:
            heappop(ready)
            found[job.task].append(now + 1 - job.arrival)
    return found


def in_windows(
    frame: int, windows: Sequence[tuple[int, int]]
) -> Callable[[int], bool]:
    units = {
        unit % frame for start, end in windows for unit in range(start, end)
    }
    return lambda now: now % frame in units
