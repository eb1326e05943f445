"""
Why a job or an interrupt was late: where each ns of its wait went.

A wait is cut where anything changes that the trace tells; each piece has one
cause, so the parts add up to the whole, exactly.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from vpok.events import NOBODY
from vpok.trace.head import Head
from vpok.trace.present import (
    BLOCKED,
    OFFLINE,
    RUNNING,
    Job,
    Present,
    Who,
    instants,
)
from vpok.trace.record import Event
from vpok.units import FAR

# Causes.
EXECUTING: Final = "executing"  # on these vCPUs
RELEASE: Final = "release"  # it was not released yet: jitter
JOBS: Final = "jobs"  # its vCPU ran jobs of these tasks
WINDOW: Final = "window"  # no window; these partitions had one
POLICY: Final = "policy"  # a window, in which these vCPUs ran instead
BUDGET: Final = "budget"  # a window, no budget; these vCPUs ran instead
ELSEWHERE: Final = "elsewhere"  # a window, but not where it may run
OFFLINE_: Final = "offline"  # or paused
HANDLER: Final = "handler"  # the handler of this interrupt was in hand
MASKED: Final = "masked"  # by its guest

UNSHARED: Final = ("null", "windows")  # policies under which nobody competes


@dataclass(frozen=True, slots=True)
class Wait:
    """What is to be explained: [begin, end) of a job or an interrupt."""

    partition: int
    begin: int  # ns
    end: int
    outcome: str  # `done`, `given up`, `not done`, `delivered`
    vcpu: int = NOBODY  # of an interrupt
    task: int = NOBODY  # of a job
    number: int = 0  # of the job, or of the interrupt
    deadline: int = 0  # ns, absolute; 0: none
    occurrence: int = 0  # of the interrupt: 1 is the first delivered


@dataclass(slots=True)
class Part:
    """One cause, and the ns that are its."""

    what: str
    names: tuple[str, ...]
    time: int = 0
    times: int = 0  # how often it came about
    jobs: set[Job] = field(default_factory=set)  # of cause JOBS


class Account:
    """Attributes the time of one wait."""

    def __init__(self, head: Head, wait: Wait) -> None:
        """Begin with nothing."""
        self.head = head
        self.wait = wait
        self.parts: dict[tuple[str, tuple[str, ...]], Part] = {}
        self._last: Part | None = None

    def read(self, events: Iterable[Event]) -> list[Part]:
        """Go through a trace from its start; return the parts, in order."""
        present = Present(self.head)
        last = 0
        for time, told in instants(events):
            self._span(present, last, time)
            if time >= self.wait.end:
                break
            present.take(told)
            last = time
        else:
            self._span(present, last, self.wait.end)
        return list(self.parts.values())

    def _span(self, present: Present, start: int, end: int) -> None:
        start, end = max(start, self.wait.begin), min(end, self.wait.end)
        if start >= end:
            return
        if self.wait.task >= 0:
            what, names = self._of_job(present)
        else:
            what, names = self._of_interrupt(present)
        part = self.parts.setdefault((what, names), Part(what, names))
        part.time += end - start
        part.times += part is not self._last
        if what == JOBS:
            part.jobs |= {job for job, _ in self._under_way(present)}
        self._last = part

    # --- names --------------------------------------------------------------

    def vcpu_name(self, who: Who) -> str:
        """Name a vCPU."""
        return f"{self.head.partitions[who[0]].name}/{who[1]}"

    def task_name(self, job: Job) -> str:
        """Name a job's task."""
        partition = self.head.partitions[job[0]]
        return f"{partition.name}/{partition.tasks[job[1]].name}"

    # --- causes -------------------------------------------------------------

    def _of_interrupt(self, present: Present) -> tuple[str, tuple[str, ...]]:
        who = (self.wait.partition, self.wait.vcpu)
        if present.status.get(who) != RUNNING:
            return self._away(present, who, MASKED)
        in_hand = present.handlers.get(who)
        return (HANDLER, (str(in_hand[-1]),)) if in_hand else (MASKED, ())

    def _of_job(self, present: Present) -> tuple[str, tuple[str, ...]]:
        wait = self.wait
        own = (wait.partition, wait.task, wait.number)
        under_way = self._under_way(present)
        for who, (job, _) in present.jobs.items():
            if job == own and present.status.get(who) == RUNNING:
                return EXECUTING, (self.vcpu_name(who),)
        partition = self.head.partitions[wait.partition]
        if under_way and not self._released_late(present, under_way):
            names = tuple(
                sorted({self.task_name(job) for job, _ in under_way})
            )
            return JOBS, names
        if partition.spread:
            return self._nowhere(present)
        who = (wait.partition, partition.tasks[wait.task].vcpu)
        if present.status.get(who) == RUNNING:
            return RELEASE, ()
        return self._away(present, who, RELEASE)

    def _under_way(self, present: Present) -> list[tuple[Job, int]]:
        """Return the jobs that run where this one could, and arrivals."""
        partition = self.head.partitions[self.wait.partition]
        vcpu = partition.tasks[self.wait.task].vcpu
        return [
            present.jobs[who]
            for who in present.running
            if who is not None
            and who in present.jobs
            and who[0] == self.wait.partition
            and (partition.spread or who[1] == vcpu)
        ]

    def _released_late(
        self, present: Present, under_way: list[tuple[Job, int]]
    ) -> bool:
        """Say whether the job would run if it were there."""
        wait = self.wait
        if any(job[1] == wait.task for job, _ in under_way):
            return False  # the jobs of a task are served in order
        own = self._urgency(wait.task, wait.begin)
        if any(self._urgency(job[1], came) > own for job, came in under_way):
            return True
        return self._idle(present)

    def _urgency(self, task: int, arrival: int) -> int:
        """Return a key: the lowest runs first."""
        partition = self.head.partitions[self.wait.partition]
        described = partition.tasks[task]
        if partition.scheduler != "edf":
            return -described.priority
        return arrival + described.deadline if described.deadline else FAR

    def _idle(self, present: Present) -> bool:
        """Say whether global tasks leave a vCPU idle in a window."""
        number = self.wait.partition
        partition = self.head.partitions[number]
        asleep = any(
            present.status.get((number, vcpu)) == BLOCKED
            for vcpu in range(partition.vcpus)
        )
        return (
            partition.spread
            and asleep
            and any(present.running[n] is None for n in self._open(present))
        )

    def _nowhere(self, present: Present) -> tuple[str, tuple[str, ...]]:
        """Return why no vCPU runs that has global tasks."""
        if self._idle(present) or any(
            who is not None and who[0] == self.wait.partition
            for who in present.running
        ):
            return RELEASE, ()
        return WINDOW, self._owners(present)

    def _away(
        self, present: Present, who: Who, asleep: str
    ) -> tuple[str, tuple[str, ...]]:
        """Return why a vCPU does not run."""
        status = present.status.get(who, OFFLINE)
        if status == OFFLINE:
            return OFFLINE_, ()
        if status == BLOCKED:
            return asleep, ()
        found = self._open(present)
        unshared = self.head.partitions[who[0]].policy in UNSHARED
        if unshared or not found:
            return WINDOW, self._owners(present)
        others = tuple(
            self.vcpu_name(other)
            for other in (present.running[n] for n in found)
            if other is not None
        )
        if who in present.spent:
            return BUDGET, others
        return (POLICY, others) if others else (ELSEWHERE, ())

    def _open(self, present: Present) -> list[int]:
        """Return the processors with a window for the partition."""
        return [
            number
            for number, window in enumerate(present.windows)
            if window is not None
            and window[0] in {self.wait.partition, NOBODY}
        ]

    def _owners(self, present: Present) -> tuple[str, ...]:
        """Return the others with windows where the partition has some."""
        grounds = present.grounds.get(self.wait.partition, set())
        owners = {
            window[0]
            for number, window in enumerate(present.windows)
            if window is not None and (number in grounds or not grounds)
        }
        owners.discard(self.wait.partition)
        return tuple(self.head.partitions[n].name for n in sorted(owners))
