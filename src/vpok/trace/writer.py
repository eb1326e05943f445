"""What writes a trace into a file."""

from pathlib import Path
from typing import Final

from mypy_extensions import i64

from vpok.events import EventKind, Sink
from vpok.trace.head import Head
from vpok.trace.record import End

CONSOLE: Final = int(EventKind.CONSOLE)
BLOCK: Final = 2048  # events that are encoded at once

# The fields of `Event`: plain, because making a named one takes longer.
Row = tuple[int, int, int, int, int, int, int, int, bytes]


class Writer(Sink):
    """
    A listener with a file; one class per format.

    Memory is bounded: events are written in blocks as they come.
    """

    def __init__(self, path: Path, head: Head) -> None:
        """Begin a file; raises OSError."""
        self.path = path
        self.head = head
        self.events = 0  # so far
        self.since = 0  # ns: from there on the trace has everything

    def close(self, end: End) -> None:
        """Write what is left, and how many events; raises OSError."""
        raise NotImplementedError

    def abandon(self) -> None:
        """Let the file go as it is, after a failure; raises nothing."""
        raise NotImplementedError


class BlockWriter(Writer):
    """Encodes many events at once: that is cheaper than one by one."""

    def __init__(self, path: Path, head: Head) -> None:
        """Hold nothing yet."""
        super().__init__(path, head)
        self._held: list[Row] = []
        self._hold = self._held.append

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
        """Hold an event until there is a block of them."""
        self._hold((time, kind, pcpu, partition, vcpu, thread, a, b, b""))
        if len(self._held) >= BLOCK:
            self.flush()

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Hold console text, which is an event of its own."""
        size = len(text)
        self._hold((time, CONSOLE, pcpu, partition, vcpu, -1, size, 0, text))
        if len(self._held) >= BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what is held; raises OSError."""
        rows = self._held[:]
        self._held.clear()
        self.events += len(rows)
        self.write(rows)

    def write(self, rows: list[Row]) -> None:
        """Encode a block and write it; raises OSError."""
        raise NotImplementedError
