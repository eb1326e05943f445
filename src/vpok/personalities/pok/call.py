"""What a call's handler is given, and how it reads and writes memory."""

from typing import TYPE_CHECKING

from vpok.abi.pok_clock import clock
from vpok.machine.memory import GuestMemory
from vpok.personalities.pok.scheduler import Scheduler
from vpok.personalities.pok.thread import Processor, Thread

if TYPE_CHECKING:
    from vpok.personalities.pok.personality import Pok

# What a handler returns when the result comes later.
LATER = None


class Call:
    """
    The call under way.

    A handler checks all arguments, then acts, then returns the result (an
    errno), or LATER if the caller's thread gets it when it goes on.
    """

    __slots__ = (
        "a1",
        "a2",
        "a3",
        "a4",
        "a5",
        "memory",
        "nargs",
        "now",
        "number",
        "pok",
        "proc",
        "scheduler",
        "thread",
    )

    def __init__(self, pok: "Pok", memory: GuestMemory) -> None:
        """Serve one partition; every call fills the same object in."""
        self.pok = pok
        self.memory = memory
        self.scheduler: Scheduler = pok.scheduler
        self.proc: Processor = self.scheduler.processors[0]
        self.thread: Thread = self.scheduler.main
        self.now = 0
        self.number = self.nargs = 0
        self.a1 = self.a2 = self.a3 = self.a4 = self.a5 = 0

    @property
    def clock(self) -> int:
        """What POK's clock shows, ns."""
        return clock(self.now)

    def elect(self) -> None:
        """Hold a local election."""
        self.scheduler.elect(self.proc, self.now)

    def elect_all(self) -> None:
        """Hold a global election; the others follow after the latency."""
        self.pok.interrupt_others(self.proc, self.now)
        self.elect()

    def elect_for(self, thread: Thread) -> None:
        """Hold an election where *thread* runs, which became runnable."""
        if thread.processor == self.proc.number:
            self.elect()
        else:
            home = self.scheduler.home(thread)
            self.pok.interrupt(home, self.now)
