"""
Events of several processors, put in order before anyone sees them.

Processors run ahead of each other; a sink hears everything ordered by (time,
processor, sequence).
"""

from heapq import heappop, heappush

from mypy_extensions import i64

from vpok.events import EventKind, Sink

CONSOLE = int(EventKind.CONSOLE)


class Merge(Sink):
    """Holds events back until no earlier one can come."""

    def __init__(self, sink: Sink) -> None:
        """Pass on to *sink*."""
        self.sink = sink
        self.held: list[tuple[int, int, int, tuple[int, ...], bytes]] = []
        self.sequence = 0
        self.marked = 0  # the last event before the module's end

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
        """Hold an event back."""
        body = (int(kind), int(partition), int(vcpu), int(thread), int(a), b)
        self.sequence += 1
        heappush(self.held, (int(time), int(pcpu), self.sequence, body, b""))

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Hold console text back."""
        body = (CONSOLE, int(partition), int(vcpu))
        self.sequence += 1
        heappush(self.held, (int(time), int(pcpu), self.sequence, body, text))

    def release(self, before: i64) -> None:
        """Pass on everything that happened before *before*."""
        while self.held and self.held[0][0] < before:
            time, pcpu, _, body, text = heappop(self.held)
            if body[0] == CONSOLE:
                self.sink.console(time, pcpu, body[1], body[2], text)
            else:
                kind, partition, vcpu, thread, a, b = body
                self.sink.emit(time, kind, pcpu, partition, vcpu, thread, a, b)

    def mark(self) -> None:
        """Hear that the module ends here: no event of this instant follows."""
        self.marked = self.sequence

    def finish(self, end: i64, pcpu: i64) -> None:
        """
        Pass on what happened before *end*, and forget what came after.

        Of that instant itself, only what the processor that ended it did
        before: whether others were already there is chance.  NOBODY means
        that none was running, so that they all were.
        """
        self.release(end)
        rest = sorted(self.held)
        self.held = []
        for entry in rest:
            time, number, sequence, _, _ = entry
            seen = pcpu < 0 or pcpu == number
            if time == end and sequence <= self.marked and seen:
                heappush(self.held, entry)
        self.release(end + 1)
