"""A physical processor of the module, as the scheduler sees it."""

from mypy_extensions import i64

from vpok.kernel.first_level import Window
from vpok.kernel.ranks import WINDOW_START
from vpok.kernel.vcpu import Vcpu


class Pcpu:
    """Where one processor stands; changed by the kernel's loop only."""

    def __init__(self, number: int, idle: Vcpu, window: Window) -> None:
        """Stand at time 0, idle, before its first window."""
        self.number: i64 = number
        self.idle = idle  # runs when nobody else does, as in Xen
        self.current: Vcpu = idle  # never None (mission V11)
        self.window = window
        self.opened = False  # the window's partition has been told
        self.busy = False  # runs, or is about to look for work
        self.parked = False  # waits for the next `run`, at `when`
        self.now: i64 = 0  # local time reached
        # What it does next, and the rank of that among what happens at the
        # same instant (semantics 2).
        self.when: i64 = 0
        self.rank: i64 = WINDOW_START
        self.slice_end: i64 = 0  # of the run under way
        self.ran: i64 = 0  # ns of `current` that the policy has not heard of
        self.slack: i64 = 0  # ns in which no instruction fitted
