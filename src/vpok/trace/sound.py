"""
Whether events can be of the system that a trace's head describes.

Files may be damaged or made by hand: what reads them afterwards relies on
this, and on numbers only.
"""

from collections.abc import Iterator
from typing import Final

from vpok.events import NOBODY, EventKind
from vpok.trace.head import Head
from vpok.trace.jsonl import TraceError
from vpok.trace.record import Event
from vpok.units import FAR

# Kinds that concern the module or a processor, perhaps nobody else.
ANYBODY: Final = frozenset(
    {
        EventKind.FRAME,
        EventKind.WINDOW_OPEN,
        EventKind.WINDOW_CLOSE,
        EventKind.SWITCH,
        EventKind.PORT_FLUSH,
        EventKind.SHUTDOWN,
        EventKind.CONSOLE,
        EventKind.PLAN,
    }
)
# Kinds of which *thread* is a modelled task.
JOBS: Final = frozenset(
    {
        EventKind.JOB_START,
        EventKind.JOB_STOP,
        EventKind.JOB_END,
        EventKind.JOB_MISS,
    }
)
# Kinds of which *a* is a number that cannot be less than 0.
COUNTED: Final = frozenset(
    {
        EventKind.FRAME,
        EventKind.WINDOW_OPEN,
        EventKind.RUNSTATE,
        EventKind.MODE,
        EventKind.IRQ_RAISE,
        EventKind.IRQ_DELIVER,
        EventKind.IRQ_COMPLETE,
        EventKind.IRQ_OVERRUN,
        EventKind.IRQ_DROP,
        EventKind.IRQ_LINE,
        EventKind.CONTROL,
        EventKind.PLAN,
    }
    | JOBS
)
PORTS: Final = frozenset({EventKind.PORT_SEND, EventKind.PORT_RECEIVE})


class Limits:
    """What numbers of events can be."""

    def __init__(self, head: Head) -> None:
        """Take them from a trace's head."""
        self.processors = head.processors
        self.ports = len(head.ports)
        # Of nobody, too: no vCPU and no task.
        self.vcpus = [each.vcpus for each in head.partitions] + [0]
        self.tasks = [len(each.tasks) for each in head.partitions] + [0]

    def wrong(self, event: Event) -> str:
        """Return which field cannot be, or ''."""
        time, kind, pcpu, partition, vcpu, thread, a, b, _ = event
        if not 0 <= time < FAR:
            return "time"
        if not NOBODY <= pcpu < self.processors:
            return "processor"
        least = NOBODY if kind in ANYBODY else 0
        if not least <= partition < len(self.vcpus) - 1:
            return "partition"
        if not NOBODY <= vcpu < self.vcpus[partition]:
            return "vcpu"
        tasks = self.tasks[partition]
        if not NOBODY <= thread < (tasks or FAR):
            return "thread"
        if kind in JOBS and not 0 <= thread < tasks:
            return "thread"
        return self._wrong_number(kind, a, b)

    def _wrong_number(self, kind: int, a: int, b: int) -> str:
        if kind in PORTS:
            return "" if 0 <= a < self.ports else "a"
        if kind == EventKind.PORT_FLUSH:
            if not 0 <= a < self.ports:
                return "a"
            return "" if 0 <= b < self.ports else "b"
        if not -FAR * 2 <= a < FAR * 2 or (a < 0 and kind in COUNTED):
            return "a"
        return "" if -FAR * 2 <= b < FAR * 2 else "b"


def sound(
    path: object, head: Head, events: Iterator[Event]
) -> Iterator[Event]:
    """Pass events on; raises TraceError at the first that cannot be."""
    limits = Limits(head)
    begun = 0
    for number, event in enumerate(events, 1):
        wrong = limits.wrong(event)
        # A ring begins with older events: their times may be any.
        if not wrong and not head.last and event.time < begun:
            wrong = "time"
        if wrong:
            raise TraceError(
                f"{path}: event {number}: its {wrong} cannot be: the file is "
                "damaged"
            )
        begun = event.time
        yield event
