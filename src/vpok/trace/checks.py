"""Whether what is read can have been told by the system of the head."""

from struct import Struct, error
from typing import Final

from vpok.events import NOBODY, EventKind
from vpok.trace.head import Head
from vpok.trace.record import End, Event

_WIDTHS: Final = Struct("qiiiiiqq")
_TYPES: Final = {int, bytes}
FAR: Final = 1 << 62  # ns: no run is so long
# Kinds that concern nobody, or need not.
_ANYBODYS: Final = frozenset(
    {
        *(EventKind.FRAME, EventKind.WINDOW_OPEN, EventKind.WINDOW_CLOSE),
        *(EventKind.SWITCH, EventKind.CONSOLE, EventKind.PLAN),
        *(EventKind.ERROR, EventKind.SHUTDOWN, EventKind.CONTROL),
    }
)
_VCPUS: Final = frozenset(
    {
        *(EventKind.RUNSTATE, EventKind.THREAD, EventKind.BUDGET),
        *(EventKind.JOB_START, EventKind.JOB_STOP),
        *(EventKind.IRQ_RAISE, EventKind.IRQ_DELIVER, EventKind.IRQ_COMPLETE),
    }
)
_JOBS: Final = frozenset(
    {
        *(EventKind.JOB_START, EventKind.JOB_STOP),
        *(EventKind.JOB_END, EventKind.JOB_MISS),
    }
)


def sound(event: Event) -> bool:
    """Say whether an event consists of numbers of the right widths."""
    if set(map(type, event)) != _TYPES:
        return False
    try:
        _WIDTHS.pack(*event[:8])
    except error:
        return False
    return 0 <= event[0] < FAR


class Checks:
    """Looks at the events of a trace, in order."""

    def __init__(self, head: Head) -> None:
        """Stand at its start."""
        self._processors = head.processors
        self._vcpus = [partition.vcpus for partition in head.partitions]
        self._tasks = [len(partition.tasks) for partition in head.partitions]
        ports = len(head.ports)
        # How many values *a* and *b* have, by kind.
        self._values = {
            int(EventKind.RUNSTATE): (4, None),
            int(EventKind.MODE): (4, None),
            int(EventKind.SHUTDOWN): (4, None),
            int(EventKind.PORT_SEND): (ports, FAR),
            int(EventKind.PORT_RECEIVE): (ports, FAR),
            int(EventKind.PORT_FLUSH): (ports, ports),
            int(EventKind.IRQ_COMPLETE): (None, FAR),
            int(EventKind.WINDOW_OPEN): (None, FAR),
            int(EventKind.JOB_START): (FAR, FAR),
        }
        self._now = 0

    def passes(self, event: Event) -> bool:
        """Say whether the next event is one that the system can have."""
        if not sound(event):
            return False
        time, kind, pcpu, partition, vcpu, thread, a, b, _ = event
        before, self._now = self._now, time
        if time < before or not 0 <= pcpu < self._processors:
            return False
        if not self._somebody(kind, partition, vcpu, thread):
            return False
        if kind == EventKind.IRQ_DELIVER:
            return 0 <= b <= time
        most_a, most_b = self._values.get(kind, (None, None))
        return (most_a is None or 0 <= a < most_a) and (
            most_b is None or 0 <= b < most_b
        )

    def ends(self, end: End) -> bool:
        """Say whether the trace can end so."""
        return self._now <= end.time < FAR

    def _somebody(
        self, kind: int, partition: int, vcpu: int, thread: int
    ) -> bool:
        """Say whether they are there, and may be concerned."""
        if partition == NOBODY:
            return vcpu == NOBODY and kind in _ANYBODYS
        if not 0 <= partition < len(self._vcpus) or thread < NOBODY:
            return False
        if kind in _JOBS and not 0 <= thread < self._tasks[partition]:
            return False
        lowest = 0 if kind in _VCPUS else NOBODY
        return lowest <= vcpu < self._vcpus[partition]
