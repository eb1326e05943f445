"""The tables of `query`: columns, and what they are made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final

from vpok.events import EventKind
from vpok.trace.head import Head
from vpok.trace.present import (
    RUNNING,
    STATES,
    Job,
    Present,
    Who,
    instants,
)
from vpok.trace.record import Event

TABLES: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "events": (
            "id INTEGER PRIMARY KEY",
            "time INT",
            "kind TEXT",
            "processor INT",
            "partition INT",
            "vcpu INT",
            "thread INT",
            "a INT",
            "b INT",
            "text TEXT",
        ),
        "partitions": (
            "partition INT",
            "name TEXT",
            "personality TEXT",
            "vcpus INT",
            "policy TEXT",
            "threads INT",
            "scheduler TEXT",
        ),
        "vcpus": ("partition INT", "vcpu INT", "name TEXT"),
        "tasks": (
            "partition INT",
            "task INT",
            "name TEXT",
            "kind TEXT",
            "period INT",
            "deadline INT",
            "priority INT",
            "vcpu INT",
        ),
        "ports": (
            "port INT",
            "name TEXT",
            "kind TEXT",
            "partition INT",
            "direction TEXT",
        ),
        "sources": (
            "source INT",
            "name TEXT",
            "partition INT",
            "vcpu INT",
            "number INT",
        ),
        "runs": (
            "processor INT",
            "partition INT",
            "vcpu INT",
            "start INT",
            '"end" INT',
        ),
        "windows": (
            "processor INT",
            "partition INT",
            "window INT",
            "start INT",
            '"end" INT',
        ),
        "runstates": (
            "partition INT",
            "vcpu INT",
            "state TEXT",
            "start INT",
            '"end" INT',
        ),
        "jobs": (
            "partition INT",
            "task INT",
            "job INT",
            "arrival INT",
            "start INT",
            '"end" INT',
            "response INT",
            "deadline INT",
            "missed INT",
            "preemptions INT",
        ),
        "interrupts": (
            "partition INT",
            "vcpu INT",
            "number INT",
            "raised INT",
            "delivered INT",
            "completed INT",
            "latency INT",
        ),
        "messages": (
            "source INT",
            "destination INT",
            "bytes INT",
            "sent INT",
            "arrived INT",
            "received INT",
        ),
        "console": (
            "time INT",
            "partition INT",
            "vcpu INT",
            "text TEXT",
        ),
    }
)
COLUMNS: Final = MappingProxyType(
    {
        table: tuple(column.split()[0].strip('"') for column in columns)
        for table, columns in TABLES.items()
    }
)
Row = tuple[Any, ...]
Span = tuple[int, int, int]  # processor or state, window or 0, start


class Derived:
    """Makes rows of events; what is not over yet is held back."""

    def __init__(self, head: Head) -> None:
        """Start with nothing."""
        self.present = Present(head)
        self.head = head
        self.rows: dict[str, list[Row]] = {}
        self._states: dict[Who, tuple[int, int]] = {}  # state, since
        self._runs: dict[Who, tuple[int, int]] = {}  # processor, since
        self._windows: dict[int, tuple[int, int, int]] = {}
        self._jobs: dict[Job, list[Any]] = {}
        self._handlers: dict[Who, list[list[Any]]] = {}
        self._sent: dict[int, tuple[int, int]] = {}  # by port: when, bytes
        self._arrived: dict[int, list[list[Any]]] = {}  # not received yet

    def take(self, events: Sequence[Event]) -> None:
        """Hear of whole instants."""
        for time, told in instants(events):
            for event in told:
                own = self.KINDS.get(event.kind)
                if own is not None:
                    own(self, event)
            self.present.take(told)
            for who in sorted(self.present.touched):
                self._state(who, time)

    def drain(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield what is new, by table."""
        yield from self.rows.items()
        self.rows = {}

    def finish(self, end: int) -> None:
        """End at *end* what is under way; jobs have no end then."""
        for who in sorted(self._states):
            state, since = self._states[who]
            self._put("runstates", *who, STATES[state], since, end)
        for who in sorted(self._runs):
            pcpu, since = self._runs[who]
            self._put("runs", pcpu, *who, since, end)
        for pcpu in sorted(self._windows):
            self._put("windows", pcpu, *self._windows[pcpu], end)
        for job in sorted(self._jobs):
            self._put_job(job)
        for who in sorted(self._handlers):
            for row in self._handlers[who]:
                self._put("interrupts", *row)
        for port in sorted(self._arrived):
            for row in self._arrived[port]:
                self._put("messages", *row)

    def _put(self, table: str, *row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    # --- vCPUs and windows --------------------------------------------------

    def _state(self, who: Who, now: int) -> None:
        present = self.present
        state = min(present.status[who], len(STATES) - 1)
        before, since = self._states.get(who, (-1, 0))
        if state != before:
            if before >= 0 and now > since:
                self._put("runstates", *who, STATES[before], since, now)
            self._states[who] = (state, now)
        pcpu = present.places.get(who, -1) if state == RUNNING else -1
        ran, began = self._runs.get(who, (-1, 0))
        if pcpu == ran:
            return
        if self._runs.pop(who, None) and now > began:
            self._put("runs", ran, *who, began, now)
        if pcpu >= 0:
            self._runs[who] = (pcpu, now)

    def _open(self, event: Event) -> None:
        self._windows[event.pcpu] = (event.partition, event.a, event.time)

    def _close(self, event: Event) -> None:
        if event.pcpu in self._windows:
            window = self._windows.pop(event.pcpu)
            self._put("windows", event.pcpu, *window, event.time)

    # --- jobs ---------------------------------------------------------------

    def _job(self, event: Event) -> None:
        key = (event.partition, event.thread, event.a)
        kind = event.kind
        if kind == EventKind.JOB_START:
            # arrival, start, end, missed, starts
            job = self._jobs.setdefault(key, [event.b, event.time, None, 0, 0])
            job[4] += 1
            return
        job = self._jobs.get(key, [])
        if job and kind == EventKind.JOB_MISS:
            job[3] = 1
        elif job and kind == EventKind.JOB_END:
            job[2] = event.time
            self._put_job(key)
            del self._jobs[key]

    def _put_job(self, key: Job) -> None:
        arrival, start, end, missed, starts = self._jobs[key]
        relative = self.head.partitions[key[0]].tasks[key[1]].deadline
        response = None if end is None else end - arrival
        deadline = arrival + relative if relative else None
        times = (arrival, start, end, response, deadline)
        self._put("jobs", *key, *times, missed, starts - 1)

    # --- interrupts ---------------------------------------------------------

    def _deliver(self, event: Event) -> None:
        who = (event.partition, event.vcpu)
        raised = event.time - event.b
        row = [*who, event.a, raised, event.time, None, event.b]
        self._handlers.setdefault(who, []).append(row)

    def _complete(self, event: Event) -> None:
        stack = self._handlers.get((event.partition, event.vcpu), [])
        for place in reversed(range(len(stack))):
            if stack[place][2] == event.a:
                row = stack.pop(place)
                row[5] = event.time
                self._put("interrupts", *row)
                return

    # --- messages and text --------------------------------------------------

    def _send(self, event: Event) -> None:
        self._sent[event.a] = (event.time, event.b)

    def _flush(self, event: Event) -> None:
        sent, size = self._sent.get(event.a, (None, None))
        row = [event.a, event.b, size, sent, event.time, None]
        self._arrived.setdefault(event.b, []).append(row)

    def _receive(self, event: Event) -> None:
        for row in self._arrived.pop(event.a, []):
            row[5] = event.time
            self._put("messages", *row)

    def _console(self, event: Event) -> None:
        text = event.text.decode(errors="replace")
        self._put("console", event.time, event.partition, event.vcpu, text)

    KINDS: ClassVar[Mapping[int, Callable[["Derived", Event], None]]] = (
        MappingProxyType(
            {
                EventKind.WINDOW_OPEN: _open,
                EventKind.WINDOW_CLOSE: _close,
                EventKind.JOB_START: _job,
                EventKind.JOB_END: _job,
                EventKind.JOB_MISS: _job,
                EventKind.IRQ_DELIVER: _deliver,
                EventKind.IRQ_COMPLETE: _complete,
                EventKind.PORT_SEND: _send,
                EventKind.PORT_FLUSH: _flush,
                EventKind.PORT_RECEIVE: _receive,
                EventKind.CONSOLE: _console,
            }
        )
    )
