"""
What the kernel tells while it runs.

An event is eight integers; only console text travels as bytes.  Identities
are (partition, vcpu index), never module-wide ids: a neighbour's change must
not show in a partition's events.
"""

from enum import IntEnum
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
    """What happened; *a* and *b* of each kind in brackets."""

    FRAME = 1  # a major frame starts (number, -)
    WINDOW_OPEN = 2  # a partition gets a processor (window index, end)
    WINDOW_CLOSE = 3  # and loses it (window index, -)
    SWITCH = 4  # a processor switches to a vCPU (-, -); NOBODY: to idle
    RUNSTATE = 5  # a vCPU changes state (new state, -)
    THREAD = 6  # a personality switches threads on a vCPU (-, -)
    SYSCALL = 7  # a guest called (number, result)
    RESULT = 8  # a call that had waited is answered (number, result)
    FAULT = 9  # a guest did what the machine forbids (cause, pc)
    ERROR = 10  # the health monitor heard of an error (kind, action)
    MODE = 11  # a partition changes its mode (new mode, -)
    PORT_SEND = 12  # (global port, bytes)
    PORT_RECEIVE = 13  # (global port, bytes)
    PORT_FLUSH = 14  # data travels to a destination (source, destination)
    SHUTDOWN = 15  # the module stops (reason, -)
    CONSOLE = 16  # text was printed; the bytes go to `Sink.console`
    IRQ_RAISE = 17  # an interrupt occurs and is pending (number, pending)
    IRQ_DELIVER = 18  # its handler is entered (number, ns since the raise)
    IRQ_COMPLETE = 19  # its handler is done (number, depth after it)
    IRQ_OVERRUN = 20  # it occurs once too often (number, pending)
    IRQ_DROP = 21  # occurrences are not kept (number, why: DROPS)
    IRQ_LINE = 22  # a level changes (number, 1 asserted, 0 not)
    VECTOR = 23  # a fault is handed to its guest (cause, address)
    CONTROL = 24  # somebody intervened (what: CONTROLS, value)
    JOB_START = 25  # a job gets its vCPU (job, arrival)
    JOB_STOP = 26  # a more urgent one takes it away (job, ns left)
    JOB_END = 27  # a job is done (job, response time)
    JOB_MISS = 28  # a deadline has been missed (job, deadline)
    PLAN = 29  # another plan is in force (plan, -)


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
