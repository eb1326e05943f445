"""
What is still so: of all that was told, the events that have not been undone.

Whoever hears these, and then what comes after them, knows as much of windows,
vCPUs, handlers, jobs and messages as one who has heard everything.
"""

from typing import Any, Final

from vpok.events import EventKind
from vpok.kernel.partition import IDLE, NORMAL
from vpok.kernel.vcpu import OFFLINE
from vpok.trace.flows import GONE, Channels, Raises
from vpok.trace.head import Head
from vpok.trace.writer import Row

Numbered = tuple[int, Row]  # events in the order in which they were told

# Kinds of which the last event is so until the next one, and of whom it is:
# of the module, a processor, a partition, a vCPU, a line.
LASTING: Final = {
    EventKind.FRAME: "",
    EventKind.PLAN: "",
    EventKind.WINDOW_OPEN: "pcpu",
    EventKind.SWITCH: "pcpu",
    EventKind.MODE: "partition",
    EventKind.RUNSTATE: "vcpu",
    EventKind.BUDGET: "vcpu",
    EventKind.THREAD: "vcpu",
    EventKind.JOB_START: "vcpu",
    EventKind.IRQ_LINE: "line",
}
OVER: Final = {  # which of these another kind puts an end to
    EventKind.WINDOW_CLOSE: EventKind.WINDOW_OPEN,
    EventKind.JOB_STOP: EventKind.JOB_START,
    EventKind.JOB_END: EventKind.JOB_START,
    EventKind.JOB_MISS: EventKind.JOB_START,
}


def whose(kind: int, row: Row) -> tuple[int, ...]:
    """Return whom an event of a lasting kind is of."""
    _, _, pcpu, partition, vcpu, _, a, _, _ = row
    return {
        "": (),
        "pcpu": (pcpu,),
        "partition": (partition,),
        "vcpu": (partition, vcpu),
        "line": (partition, vcpu, a),
    }[LASTING[EventKind(kind)]]


class Standing:
    """Takes events in and keeps those that are still so."""

    def __init__(self, head: Head) -> None:
        """Start with none."""
        self._last: dict[tuple[int, ...], Numbered] = {}
        self._handlers: dict[tuple[int, int], list[Numbered]] = {}
        self._raises = Raises()
        self._channels = Channels(head.ports)

    def take(self, number: int, row: Row) -> None:
        """Take an event in."""
        kind = row[1]
        if kind in LASTING:
            self._last[kind, *whose(kind, row)] = (number, row)
        elif kind in OVER:
            began = int(OVER[EventKind(kind)])
            self._last.pop((began, *whose(began, row)), None)
        if kind in SPECIAL:
            SPECIAL[kind](self, number, row)

    def rows(self) -> list[Row]:
        """Return what is still so, in the order in which it was told."""
        found = list(self._last.values())
        for handlers in self._handlers.values():
            found += handlers
        for raised in self._raises.waiting.values():
            found += [token for _, token in raised]
        tokens: dict[int, Row] = {}
        for queue in self._channels.queues:
            for message in queue:
                tokens.update(message.token)
        return [row for _, row in sorted(found + list(tokens.items()))]

    # --- kinds with more to them -----------------------------------------------

    def runstate(self, number: int, row: Row) -> None:
        """Forget the handlers and the thread of a vCPU that is no more."""
        if row[6] == OFFLINE:
            self._handlers.pop((row[3], row[4]), None)
            for kind in (EventKind.THREAD, EventKind.JOB_START):
                self._last.pop((int(kind), row[3], row[4]), None)

    def mode(self, number: int, row: Row) -> None:
        """Forget what waits for a partition that starts anew."""
        if row[6] not in (IDLE, NORMAL):
            self._raises.restarted(row[3])
            self._channels.restarted(row[3])

    def irq_raise(self, number: int, row: Row) -> None:
        """Keep an interrupt that is pending."""
        self._raises.raised(_target(row), row[0], row[7], (number, row))

    def irq_deliver(self, number: int, row: Row) -> None:
        """Keep a handler that runs."""
        self._raises.delivered(_target(row), row[0] - row[7])
        self._handlers.setdefault((row[3], row[4]), []).append((number, row))

    def irq_complete(self, number: int, row: Row) -> None:
        """Forget handlers that are done."""
        handlers = self._handlers.get((row[3], row[4]), [])
        del handlers[min(row[7], max(0, len(handlers) - 1)) :]

    def irq_drop(self, number: int, row: Row) -> None:
        """Forget what was pending."""
        if row[7] >= GONE:
            self._raises.forget(_target(row))

    def port_send(self, number: int, row: Row) -> None:
        """Keep a message that waits."""
        self._channels.sent(row[6], row[7], {number: row})

    def port_flush(self, number: int, row: Row) -> None:
        """Keep that it has travelled."""
        for message in self._channels.flushed(row[6], row[7], row[0]):
            message.token = {**message.token, number: row}

    def port_receive(self, number: int, row: Row) -> None:
        """Forget what has been received."""
        self._channels.received(row[6], row[7])


def _target(row: Row) -> tuple[int, int, int]:
    return row[3], row[4], row[6]


SPECIAL: Final[dict[int, Any]] = {
    int(EventKind.RUNSTATE): Standing.runstate,
    int(EventKind.MODE): Standing.mode,
    int(EventKind.IRQ_RAISE): Standing.irq_raise,
    int(EventKind.IRQ_DELIVER): Standing.irq_deliver,
    int(EventKind.IRQ_COMPLETE): Standing.irq_complete,
    int(EventKind.IRQ_DROP): Standing.irq_drop,
    int(EventKind.PORT_SEND): Standing.port_send,
    int(EventKind.PORT_FLUSH): Standing.port_flush,
    int(EventKind.PORT_RECEIVE): Standing.port_receive,
}
