"""Listeners that keep everything, or all console text."""

from dataclasses import dataclass

from mypy_extensions import i64

from vpok.events import EventKind, Sink
from vpok.trace.digest import GUEST_VISIBLE


@dataclass(frozen=True, slots=True)
class Event:
    """One event; *text* with console text only."""

    time: int
    kind: EventKind
    pcpu: int
    partition: int
    vcpu: int
    thread: int = -1
    a: int = 0
    b: int = 0
    text: bytes = b""


class RecordingSink(Sink):
    """Keeps every event, in the order in which it came."""

    def __init__(self) -> None:
        """Start with none."""
        self.events: list[Event] = []

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
        event = Event(
            time, EventKind(kind), pcpu, partition, vcpu, thread, a, b
        )
        self.events.append(event)

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Keep console text."""
        event = Event(
            time, EventKind.CONSOLE, pcpu, partition, vcpu, text=text
        )
        self.events.append(event)

    def of(self, *kinds: EventKind) -> list[Event]:
        """Return the events of some kinds."""
        return [event for event in self.events if event.kind in kinds]

    def text(self, partition: int | None = None) -> bytes:
        """Return what was printed, by everybody or by one partition."""
        return b"".join(
            event.text
            for event in self.events
            if partition is None or event.partition == partition
        )

    def guest_view(self, partition: int) -> list[tuple[int | bytes, ...]]:
        """Return what the guests of a partition could see."""
        return [
            (e.time, e.kind, e.vcpu, e.thread, e.a, e.b, e.text)
            for e in self.events
            if e.partition == partition and e.kind in GUEST_VISIBLE
        ]


class ConsoleSink(Sink):
    """Keeps console text: all of it, and each partition's."""

    def __init__(self) -> None:
        """Start with none."""
        self._texts: dict[int | None, bytearray] = {}

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Keep the text."""
        for whose in (None, int(partition)):
            self._texts.setdefault(whose, bytearray()).extend(text)

    def text(self, partition: int | None = None) -> bytes:
        """Return what was printed, by everybody or by one partition."""
        return bytes(self._texts.get(partition, b""))
