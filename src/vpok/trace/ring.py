"""
The last stretch of a run, kept in memory until it is wanted.

It is written when the health monitor hears of an error (ERROR), with all that
happens at that instant; what comes later is not kept.  If that never happens,
it is written at the end of the run.
"""

from collections import deque
from typing import Final

from mypy_extensions import i64

from vpok.events import EventKind
from vpok.trace.record import End
from vpok.trace.standing import Standing
from vpok.trace.writer import CONSOLE, Row, Writer

ERROR: Final = int(EventKind.ERROR)
MOST: Final = 250_000  # events, some 50 MB; the stretch may be shorter then
FIRED: Final = "health monitor"  # why such a trace ends


class Ring(Writer):
    """
    Keeps the events of the last `head.last` ns.

    Before them, it writes the older ones that are still so (`Standing`).
    """

    def __init__(self, target: Writer) -> None:
        """Write into *target*."""
        super().__init__(target.path, target.head)
        self.target = target
        self._rows: deque[Row] = deque()
        self._gone = 0  # events that left the ring
        self._standing = Standing(target.head)
        self._fired = -1
        self._done = False

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
        """Keep an event."""
        self._keep((time, kind, pcpu, partition, vcpu, thread, a, b, b""))

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Keep console text."""
        size = len(text)
        self._keep((time, CONSOLE, pcpu, partition, vcpu, -1, size, 0, text))

    def _keep(self, row: Row) -> None:
        if self._done:
            return
        if 0 <= self._fired < row[0]:
            self._write(End(self._fired, FIRED, "", 0))
            return
        if row[1] == ERROR:
            self._fired = row[0]
        self._rows.append(row)
        self._leave(row[0])

    def _leave(self, now: int) -> None:
        """Let go what is too old, or too much."""
        start = now - self.head.last
        rows = self._rows
        while rows and (rows[0][0] < start or len(rows) > MOST):
            self._standing.take(self._gone, rows.popleft())
            self._gone += 1

    def _write(self, end: End) -> None:
        """Write what is kept, and be done."""
        self._done = True
        self._leave(end.time)
        start = max(0, end.time - self.head.last)
        if self._gone and self._rows:
            start = max(start, self._rows[0][0])
        self.target.since = start
        before = self._standing.rows()
        for row in [*before, *self._rows]:
            if row[1] == CONSOLE:
                time, _, pcpu, partition, vcpu, _, _, _, text = row
                self.target.console(time, pcpu, partition, vcpu, text)
            else:
                self.target.emit(*row[:8])
        self._rows.clear()
        self.target.close(end)

    def close(self, end: End) -> None:
        """Write what is kept, unless that is done; raises OSError."""
        if self._fired >= 0:
            end = End(self._fired, FIRED, "", 0)
        if not self._done:
            self._write(end)

    def abandon(self) -> None:
        """Let the file go as it is."""
        self.target.abandon()
