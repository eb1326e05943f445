"""
Shares of processors by weight, and caps on them.

A group is one vCPU, or, where a policy serves the whole module, those of a
partition, between which its weight and its cap are divided.
"""

from bisect import bisect_left, insort
from typing import Final

from mypy_extensions import i64

from vpok.units import FAR

UNIT: Final = 1 << 20  # of a weight of 1
TIME: Final = 1 << 40  # of virtual time: 1 ns at a weight of 1/UNIT


class Group:
    """Who shares a weight and a cap."""

    def __init__(self, ident: int, cap: int) -> None:
        """Start with nobody."""
        self.ident = ident
        self.weight = 1
        self.cap = cap  # per cent of one processor; 0: none
        self.members: list[int] = []  # ids of vCPUs
        self.runnable = 0  # of them
        self.each = 0  # the weight of each of these, in UNIT
        self.pool: i64 = FAR  # ns that nobody has been granted, this period

    def refill(self, period: i64) -> None:
        """Begin a period of caps."""
        self.pool = FAR
        if self.cap > 0:
            # Beyond 64 bits if a quantum is days long.
            self.pool = min(FAR, self.cap * int(period) // 100)


class Shares:
    """The weights of the groups that have runnable vCPUs."""

    def __init__(self) -> None:
        """Start with none."""
        self.total = 0  # of the weights, in UNIT
        self.count = 0  # of runnable vCPUs
        self.groups: dict[int, Group] = {}
        self.order: list[tuple[int, int]] = []  # (each, ident), ascending

    def update(self, group: Group, runnable: int) -> None:
        """Hear how many of a group are runnable now, or of a new weight."""
        if group.runnable > 0:
            del self.order[bisect_left(self.order, (group.each, group.ident))]
            self.total -= group.each * group.runnable
            self.count -= group.runnable
        group.runnable = runnable
        if runnable > 0:
            group.each = group.weight * UNIT // runnable
            insort(self.order, (group.each, group.ident))
            self.total += group.each * runnable
            self.count += runnable

    def rate(self, group: Group, processors: int) -> tuple[int, int]:
        """
        Return a vCPU's (numerator, denominator): its virtual time per ns.

        A weight that asks for more than a processor is worth one processor
        (the readjustment of Chandra et al., Surplus Fair Scheduling, 2000).
        """
        rest = self.total
        left = processors
        clamped = False
        for at in range(len(self.order) - 1, -1, -1):
            each, ident = self.order[at]
            if left <= 1 or each * left <= rest:
                break
            heavy = self.groups[ident]
            rest -= each * heavy.runnable
            left -= heavy.runnable
            clamped = clamped or heavy is group
        if not clamped:
            return TIME, group.each
        if rest <= 0 or left <= 0:
            return TIME * self.count, self.total  # a processor for each
        return TIME * left, rest
