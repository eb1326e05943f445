"""Whether what is read can have been told by the system of the head."""

from struct import Struct, error
from typing import Final

from vpok.events import NOBODY, EventKind
from vpok.kernel.module import END_NAMES
from vpok.kernel.partition import MODE_NAMES
from vpok.kernel.vcpu import STATE_NAMES
from vpok.trace.head import Head
from vpok.trace.record import End, Event

_WIDTHS: Final = Struct("qiiiiiqq")
_TYPES: Final = {int, bytes}
FAR: Final = 1 << 62  # ns: no run is so long
WIDE: Final = 1 << 63  # of *a* and *b*
KEPT: Final = 10_000  # of who and what has passed: the same comes again
_ANY: Final = (-WIDE, WIDE, -WIDE, WIDE)
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
        # The least of *a*, and the first too large; those of *b*; by kind.
        self._values = {
            int(EventKind.RUNSTATE): (0, len(STATE_NAMES), -WIDE, WIDE),
            int(EventKind.MODE): (0, len(MODE_NAMES), -WIDE, WIDE),
            int(EventKind.SHUTDOWN): (0, len(END_NAMES), -WIDE, WIDE),
            int(EventKind.PORT_SEND): (0, ports, 0, WIDE),
            int(EventKind.PORT_RECEIVE): (0, ports, 0, WIDE),
            int(EventKind.PORT_FLUSH): (0, ports, 0, ports),
            int(EventKind.IRQ_COMPLETE): (-WIDE, WIDE, 0, WIDE),
            int(EventKind.WINDOW_OPEN): (-WIDE, WIDE, 0, WIDE),
            int(EventKind.JOB_START): (0, WIDE, 0, WIDE),
        }
        self._known: set[tuple[int, ...]] = set()  # who and what has passed
        self._now = 0

    def passes(self, event: Event) -> bool:
        """Say whether the next event is one that the system can have."""
        if set(map(type, event)) != _TYPES:
            return False
        time, kind, _, _, _, _, a, b, _ = event
        if not self._now <= time < FAR:
            return False
        self._now = time
        who = event[1:6]
        if who not in self._known:
            if not sound(event) or not self._somebody(*who):
                return False
            if len(self._known) < KEPT:
                self._known.add(who)
        if kind == EventKind.IRQ_DELIVER and not 0 <= b <= time:
            return False
        least_a, most_a, least_b, most_b = self._values.get(kind, _ANY)
        return least_a <= a < most_a and least_b <= b < most_b

    def ends(self, end: End) -> bool:
        """Say whether the trace can end so."""
        return self._now <= end.time < FAR

    def _somebody(
        self, kind: int, pcpu: int, partition: int, vcpu: int, thread: int
    ) -> bool:
        """Say whether they are there, and may be concerned."""
        if not 0 <= pcpu < self._processors:
            return False
        if partition == NOBODY:
            return vcpu == NOBODY and kind in _ANYBODYS
        if not 0 <= partition < len(self._vcpus) or thread < NOBODY:
            return False
        if kind in _JOBS and not 0 <= thread < self._tasks[partition]:
            return False
        lowest = 0 if kind in _VCPUS else NOBODY
        return lowest <= vcpu < self._vcpus[partition]
