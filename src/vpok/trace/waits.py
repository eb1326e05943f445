"""The waits in a trace: which job or interrupt is to be explained."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vpok.events import NOBODY, EventKind
from vpok.trace.files import Trace, open_trace
from vpok.trace.head import Head
from vpok.trace.jsonl import NAMES, TraceError
from vpok.trace.present import Job, Present
from vpok.trace.record import Event
from vpok.trace.why import Account, Part, Wait

# What `why` cannot do without; the rest adds what the causes are.
NEEDED = frozenset({*Present.FOLLOW})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which one; what is not said is anything."""

    interrupt: int = NOBODY
    any_interrupt: bool = False
    task: int = NOBODY
    partition: int = NOBODY
    number: int = 0  # of the job, or the interrupt's occurrence; 0: the worst
    miss: bool = False  # the first that missed its deadline


class Jobs:
    """Jobs of a trace, as they come to an end."""

    def __init__(self, head: Head) -> None:
        """Know of none."""
        self.head = head
        self.arrivals: dict[Job, int] = {}
        self.late: dict[Job, tuple[int, int]] = {}  # when told, deadline

    def take(self, event: Event) -> Wait | None:
        """Follow an event; return the job that it ends."""
        job = (event.partition, event.thread, event.a)
        if event.kind == EventKind.JOB_START:
            self.arrivals[job] = event.b
        elif event.kind == EventKind.JOB_MISS:
            self.late[job] = (event.time, event.b)
        elif event.kind == EventKind.JOB_END:
            self.arrivals.pop(job, None)
            self.late.pop(job, None)
            return self.wait(job, event.time - event.b, event.time, "done")
        return None

    def rest(self, end: int) -> Iterator[Wait]:
        """Yield those that were given up or are not done at the end."""
        for job, arrival in self.arrivals.items():
            if job in self.late:
                yield self.wait(job, arrival, self.late[job][0], "given up")
            else:
                yield self.wait(job, arrival, end, "not done")

    def wait(self, job: Job, begin: int, end: int, outcome: str) -> Wait:
        """Describe one."""
        partition, task, number = job
        relative = self.head.partitions[partition].tasks[task].deadline
        return Wait(
            partition,
            begin,
            end,
            outcome,
            task=task,
            number=number,
            deadline=begin + relative if relative else 0,
        )


def waits(head: Head, events: Iterable[Event], asked: Asked) -> Iterator[Wait]:
    """Yield the jobs, or the deliveries of interrupts, that were asked for."""
    jobs, count, last = Jobs(head), 0, 0
    for event in events:
        last = event.time
        if asked.partition not in {NOBODY, event.partition}:
            continue
        if asked.interrupt == NOBODY and not asked.any_interrupt:
            ended = jobs.take(event)
            if ended is not None and asked.task in {NOBODY, ended.task}:
                yield ended
        elif event.kind == EventKind.IRQ_DELIVER and (
            asked.any_interrupt or event.a == asked.interrupt
        ):
            count += 1
            yield Wait(
                event.partition,
                event.time - event.b,
                event.time,
                "delivered",
                event.vcpu,
                number=event.a,
                occurrence=count,
            )
    for rest in jobs.rest(last):
        if asked.task in {NOBODY, rest.task}:
            yield rest


def choose(found: Iterable[Wait], asked: Asked) -> Wait | None:
    """
    Return the one that was asked for, or the worst; the first of equals.

    All are looked at, so that a truncated trace is found out.
    """
    chosen: Wait | None = None
    for wait in found:
        if asked.miss:
            late = wait.outcome != "not done" and 0 < wait.deadline < wait.end
            given_up = wait.outcome == "given up"
            if (late or given_up) and (
                chosen is None or wait.end < chosen.end
            ):
                chosen = wait
        elif asked.number:
            if chosen is None and asked.number == (
                wait.occurrence or wait.number
            ):
                chosen = wait
        elif chosen is None or _weight(wait) > _weight(chosen):
            chosen = wait
    return chosen


def _weight(wait: Wait) -> tuple[bool, int]:
    """Return how bad it is; what is not done counts if nothing is."""
    return (wait.outcome != "not done", wait.end - wait.begin)


def explain(path: Path, asked: Asked) -> tuple[Head, Wait, list[Part]]:
    """Find a wait and its parts, which add up; raises TraceError."""
    with open_trace(path) as trace:
        _check(trace)
        head = trace.head
        found = waits(head, trace, asked)
        if head.last:
            found = _whole(found, trace)
        wait = choose(found, asked)
        end = trace.end.time
    if wait is None:
        part = f" in the last {head.last} ns of the run" if head.last else ""
        raise TraceError(f"{path}: {missing(asked)}{part}")
    if wait.outcome == "not done":
        wait = replace(wait, end=end)
    with open_trace(path) as trace:
        return head, wait, Account(head, wait).read(trace)


def _whole(found: Iterable[Wait], trace: Trace) -> Iterator[Wait]:
    """Yield those that began in the stretch of which all is known."""
    every = list(found)
    begin = trace.end.time - trace.head.last
    return (wait for wait in every if wait.begin >= begin)


def missing(asked: Asked) -> str:
    """Say what was not found."""
    if asked.miss:
        return "no deadline was missed"
    if asked.interrupt != NOBODY:
        which = f", {asked.number} times" if asked.number else ""
        return f"interrupt {asked.interrupt} was not delivered{which}"
    return f"no job {asked.number} was started" if asked.number else "no jobs"


def _check(trace: Trace) -> None:
    """Refuse a trace from which too much was left out."""
    if not trace.head.only_kinds:
        return
    needed = {NAMES[kind] for kind in NEEDED}
    lacking = needed - {kind.lower() for kind in trace.head.only_kinds}
    if lacking:
        raise TraceError(
            f"{trace.path}: was recorded without {', '.join(sorted(lacking))}"
            ": record all kinds of events"
        )
