"""A trace of some partitions, or of some kinds of events."""

from collections.abc import Set as AbstractSet
from typing import Final

from mypy_extensions import i64

from vpok.events import NOBODY, EventKind
from vpok.trace.record import End
from vpok.trace.writer import Writer

SWITCH: Final = int(EventKind.SWITCH)
FLUSH: Final = int(EventKind.PORT_FLUSH)
CONSOLE: Final = int(EventKind.CONSOLE)


class Chosen(Writer):
    """
    Passes on what was chosen.

    What concerns a partition is: its own events, those of no partition
    (frames, plans, idle processors), the switches that take its processor
    away, and the flushes of its ports.
    """

    def __init__(
        self,
        target: Writer,
        partitions: AbstractSet[int],
        kinds: AbstractSet[int],
    ) -> None:
        """Write into *target*; an empty set chooses all."""
        super().__init__(target.path, target.head)
        self.target = target
        indices = range(len(target.head.partitions))
        self.partitions = {NOBODY, *(partitions or indices)}
        self.kinds = kinds or set(map(int, EventKind))
        self._runs: dict[int, int] = {}  # by processor, whose vCPU it has

    def emit(
        self,
        time: i64,
        kind: i64,
        pcpu: i64,
        partition: i64,
        vcpu: i64,
        thread: i64,
        a: i64,
        b: i64,
    ) -> None:
        """Pass an event on, if it was chosen."""
        wanted = partition in self.partitions
        if kind == SWITCH:
            before = self._runs.get(pcpu, NOBODY)
            wanted |= before != NOBODY and before in self.partitions
            self._runs[pcpu] = partition
        elif kind == FLUSH:
            sender = self.head.ports[a].partition
            wanted |= sender in self.partitions
        if wanted and kind in self.kinds:
            self.target.emit(time, kind, pcpu, partition, vcpu, thread, a, b)

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Pass text on, if it was chosen."""
        if partition in self.partitions and CONSOLE in self.kinds:
            self.target.console(time, pcpu, partition, vcpu, text)

    def close(self, end: End) -> None:
        """Close the file; raises OSError."""
        self.target.close(end)

    def abandon(self) -> None:
        """Let the file go as it is."""
        self.target.abandon()
