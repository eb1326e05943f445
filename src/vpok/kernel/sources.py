"""
Where interrupts come from: periodic, listed, and one-time arrivals.

A source belongs to a partition and raises one interrupt of one of its vCPUs.
It says when it comes next; the kernel keeps the timer and raises.
"""

from typing import Final

from mypy_extensions import i64

from vpok.units import FAR

# What an arrival does to its vCPU.
RAISE: Final = 0
LOWER: Final = 1  # a level
DOWN: Final = 2
RESET: Final = 3
MOVE: Final = 4  # off a processor that it may use no more
TICK: Final = 5  # of a source
SPACED: Final = 6  # a tick that was delayed
NUDGE: Final = 7  # nothing: the slices of its domain end, and it chooses again

# What becomes of ticks that the partition's windows miss (libvirt's words).
DELAY: Final = 0  # all come, spaced as they can be
CATCHUP: Final = 1  # all come at once
MERGE: Final = 2  # one comes
DISCARD: Final = 3  # none comes
TICK_NAMES: Final = ("delay", "catchup", "merge", "discard")


class Source:
    """Raises interrupt *number* of vCPU *vcpu*, again and again."""

    def __init__(self, name: str, vcpu: i64, number: i64) -> None:
        """Raise never; the other fields say when."""
        self.name = name
        self.vcpu = vcpu
        self.number = number
        self.period: i64 = 0  # ns; 0: the instants say when
        self.instants: list[int] = []  # ns, ascending
        self.place = 0  # of the next one
        self.next: i64 = FAR  # when it comes, by its clock
        self.exec = False  # the clock is the vCPU's running time
        self.ticks: i64 = MERGE
        self.hold: i64 = 0  # ns until its level is deasserted again
        self.configured = True  # outlives a restart; else a guest's timer
        self.latest: i64 = -1  # when it raised last
        self.merged = False  # a tick that was missed is pending
        self.backlog = 0  # ticks that are delayed
        # Tags of its timers: the next tick, and a delayed one.
        self.tag = 0
        self.spaced_tag = 0

    def start(self, first: i64) -> None:
        """Begin with a tick at *first*, or with the first of the list."""
        self.next = first

    def advance(self) -> None:
        """Turn to the next tick."""
        if self.period > 0:
            self.next += self.period
            return
        self.place += 1
        self.next = FAR
        if self.place < len(self.instants):
            self.next = self.instants[self.place]


class Arrival:
    """What a timer below 0 stands for."""

    def __init__(
        self,
        what: i64,
        vcpu: i64,
        number: i64,
        source: Source | None,
        outside: bool,
    ) -> None:
        """
        Do *what* to a vCPU, or let *source* tick.

        What comes from *outside* the partition outlives its restart.
        """
        self.what = what
        self.vcpu = vcpu
        self.number = number
        self.source = source
        self.outside = outside
