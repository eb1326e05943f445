"""
What the kernel tells while it runs.

An event is eight integers; only console text travels as bytes.  Identities
are (partition, vcpu index), never module-wide ids: a neighbour's change must
not show in a partition's events.
"""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from mypy_extensions import i64, mypyc_attr

NOBODY: Final = -1  # no partition, vCPU or thread is concerned

# Why an occurrence is dropped: nobody registered it; a tick outside the
# window is merged with one that waits, or discarded; the guest unregistered
# it; the level was deasserted before it was delivered.
DROPS: Final = (
    "unregistered",
    "merged",
    "discarded",
    "cancelled",
    "deasserted",
)
# What can be done from outside; parameters also by a guest that may.
CONTROLS: Final = (
    "context",
    "parameters",
    "affinity",
    "migration",
    "pause",
    "unpause",
    "memory",
)


class EventKind(IntEnum):
    """What happened; `MEANINGS` says it in words."""

    FRAME = 1
    WINDOW_OPEN = 2
    WINDOW_CLOSE = 3
    SWITCH = 4
    RUNSTATE = 5
    THREAD = 6
    SYSCALL = 7
    RESULT = 8
    FAULT = 9
    ERROR = 10
    MODE = 11
    PORT_SEND = 12
    PORT_RECEIVE = 13
    PORT_FLUSH = 14
    SHUTDOWN = 15
    CONSOLE = 16
    IRQ_RAISE = 17
    IRQ_DELIVER = 18
    IRQ_COMPLETE = 19
    IRQ_OVERRUN = 20
    IRQ_DROP = 21
    IRQ_LINE = 22
    VECTOR = 23
    CONTROL = 24
    JOB_START = 25
    JOB_STOP = 26
    JOB_END = 27
    JOB_MISS = 28
    PLAN = 29
    BUDGET = 30


# What happened, and what *a* and *b* are.
MEANINGS: Final[Mapping[EventKind, tuple[str, str, str]]] = MappingProxyType(
    {
        EventKind.FRAME: ("a major frame starts", "number", "-"),
        EventKind.WINDOW_OPEN: (
            "a partition gets a processor",
            "window index",
            "end",
        ),
        EventKind.WINDOW_CLOSE: ("and loses it", "window index", "-"),
        EventKind.SWITCH: (
            "a processor switches to a vCPU; NOBODY: to idle",
            "-",
            "-",
        ),
        EventKind.RUNSTATE: ("a vCPU changes state", "new state", "-"),
        EventKind.THREAD: (
            "a personality switches threads on a vCPU",
            "-",
            "-",
        ),
        EventKind.SYSCALL: ("a guest called", "number", "result"),
        EventKind.RESULT: (
            "a call that had waited is answered",
            "number",
            "result",
        ),
        EventKind.FAULT: (
            "a guest did what the machine forbids",
            "cause",
            "pc",
        ),
        EventKind.ERROR: (
            "the health monitor heard of an error",
            "kind",
            "action",
        ),
        EventKind.MODE: ("a partition changes its mode", "new mode", "-"),
        EventKind.PORT_SEND: (
            "a message is written into a port",
            "global port",
            "bytes",
        ),
        EventKind.PORT_RECEIVE: (
            "a message is read from a port",
            "global port",
            "bytes",
        ),
        EventKind.PORT_FLUSH: (
            "data travels to a destination",
            "source",
            "destination",
        ),
        EventKind.SHUTDOWN: ("the module stops", "reason", "-"),
        EventKind.CONSOLE: (
            "text was printed; the bytes go to `Sink.console`",
            "its length",
            "-",
        ),
        EventKind.IRQ_RAISE: (
            "an interrupt occurs and is pending",
            "number",
            "pending",
        ),
        EventKind.IRQ_DELIVER: (
            "its handler is entered",
            "number",
            "ns since the raise",
        ),
        EventKind.IRQ_COMPLETE: (
            "its handler is done",
            "number",
            "depth after it",
        ),
        EventKind.IRQ_OVERRUN: (
            "it occurs once too often",
            "number",
            "pending",
        ),
        EventKind.IRQ_DROP: (
            "occurrences are not kept",
            "number",
            "why, an index of `DROPS`",
        ),
        EventKind.IRQ_LINE: ("a level changes", "number", "1 asserted, 0 not"),
        EventKind.VECTOR: (
            "a fault is handed to its guest",
            "cause",
            "address",
        ),
        EventKind.CONTROL: (
            "somebody outside intervened",
            "what, an index of `CONTROLS`",
            "value",
        ),
        EventKind.JOB_START: ("a job gets its vCPU", "job", "arrival"),
        EventKind.JOB_STOP: (
            "a more urgent one takes it away",
            "job",
            "ns left",
        ),
        EventKind.JOB_END: ("a job is done", "job", "response time"),
        EventKind.JOB_MISS: (
            "a deadline has been missed, perhaps of a job that waits",
            "job",
            "deadline",
        ),
        EventKind.PLAN: ("another plan is in force", "plan", "-"),
        EventKind.BUDGET: (
            "a vCPU's budget turns",
            "ns left",
            "instant of the next change",
        ),
    }
)


@mypyc_attr(allow_interpreted_subclasses=True)
class Sink:
    """Who listens.  Everything arrives in order of (time, processor)."""

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
        """Take one event."""

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """
        Take console text.

        *vcpu* is NOBODY for the kernel's own text about a partition.
        """
