"""
Where everybody is, as a trace tells it: instant by instant.

Within an instant events are in order per processor only.  A vCPU's are told
on the processor that it has or had last: so it runs if any of them leaves it
running, else it sleeps if any leaves it so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import ClassVar, Final

from vpok.events import NOBODY, EventKind
from vpok.trace.head import Head
from vpok.trace.record import Event

RUNNING, RUNNABLE, BLOCKED, OFFLINE = range(4)
STATES: Final = ("running", "runnable", "blocked", "offline")
Who = tuple[int, int]  # partition, vCPU
Job = tuple[int, int, int]  # partition, task, number


class Present:
    """What is so between two instants."""

    def __init__(self, head: Head) -> None:
        """Stand before the first event."""
        size = head.processors
        self.time = 0
        self.status: dict[Who, int] = {}  # of those that have been told of
        self.places: dict[Who, int] = {}  # where those that run do
        self.running: list[Who | None] = [None] * size
        # Partition and index.  Where there are none, all is everybody's.
        framed = head.major_frame or head.plans
        everybodys = None if framed else (NOBODY, 0)
        self.windows: list[tuple[int, int] | None] = [everybodys] * size
        self.grounds: dict[int, set[int]] = {}  # processors of partitions
        self.jobs: dict[Who, tuple[Job, int]] = {}  # under way, and arrivals
        self.handlers: dict[Who, list[int]] = {}  # in hand, the outer first
        self.spent: set[Who] = set()  # whose budget is used up
        self.touched: set[Who] = set()  # whose state was told of just now
        self._seen: dict[Who, dict[int, int]] = {}
        self._restarts: dict[int, int] = {}

    def take(self, events: Iterable[Event]) -> None:
        """Let an instant happen, all of it."""
        for event in events:
            self.time = event.time
            follow = self.FOLLOW.get(event.kind)
            if follow is not None:
                follow(self, (event.partition, event.vcpu), event)
        self._settle()

    def _settle(self) -> None:
        self.touched = set(self._seen)
        for who, seen in self._seen.items():
            home = self._restarts.get(who[0])
            if home is not None:
                # A restart takes it down where it was; it begins at home.
                for pcpu in [n for n in seen if n != home]:
                    if seen[pcpu] == OFFLINE:
                        del seen[pcpu]
            states = set(seen.values()) or {OFFLINE}
            state = RUNNING if RUNNING in states else max(states)
            self.status[who] = state
            self.places.pop(who, None)
            if state == RUNNING:
                self.places[who] = next(n for n in seen if seen[n] == RUNNING)
        if self._seen:
            self.running = [None] * len(self.running)
            for who, pcpu in self.places.items():
                self.running[pcpu] = who
        self._seen.clear()
        self._restarts.clear()

    # --- kinds of events ----------------------------------------------------

    def _runstate(self, who: Who, event: Event) -> None:
        self._seen.setdefault(who, {})[event.pcpu] = event.a

    def _open(self, who: Who, event: Event) -> None:
        self.windows[event.pcpu] = (event.partition, event.a)
        self.grounds.setdefault(event.partition, set()).add(event.pcpu)

    def _close(self, who: Who, event: Event) -> None:
        self.windows[event.pcpu] = None

    def _mode(self, who: Who, event: Event) -> None:
        self._restarts[event.partition] = event.pcpu
        for other in [w for w in self.handlers if w[0] == event.partition]:
            del self.handlers[other]

    def _start(self, who: Who, event: Event) -> None:
        job = (event.partition, event.thread, event.a)
        self.jobs[who] = (job, event.b)

    def _stop(self, who: Who, event: Event) -> None:
        job = (event.partition, event.thread, event.a)
        if who in self.jobs and self.jobs[who][0] == job:
            del self.jobs[who]

    def _deliver(self, who: Who, event: Event) -> None:
        self.handlers.setdefault(who, []).append(event.a)

    def _complete(self, who: Who, event: Event) -> None:
        stack = self.handlers.get(who, [])
        if event.a in stack:
            del stack[len(stack) - 1 - stack[::-1].index(event.a)]

    def _budget(self, who: Who, event: Event) -> None:
        if event.a > 0:
            self.spent.discard(who)
        else:
            self.spent.add(who)

    FOLLOW: ClassVar[Mapping[int, Callable[["Present", Who, Event], None]]] = (
        MappingProxyType(
            {
                EventKind.RUNSTATE: _runstate,
                EventKind.WINDOW_OPEN: _open,
                EventKind.WINDOW_CLOSE: _close,
                EventKind.MODE: _mode,
                EventKind.JOB_START: _start,
                EventKind.JOB_STOP: _stop,
                EventKind.JOB_END: _stop,
                EventKind.JOB_MISS: _stop,
                EventKind.IRQ_DELIVER: _deliver,
                EventKind.IRQ_COMPLETE: _complete,
                EventKind.BUDGET: _budget,
            }
        )
    )


def instants(events: Iterable[Event]) -> Iterator[tuple[int, list[Event]]]:
    """Yield (time, events) of each instant."""
    for time, group in groupby(events, key=attrgetter("time")):
        yield time, list(group)
