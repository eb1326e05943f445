"""
What policies have in common that rank vCPUs: the line, and who goes where.

Who can run stands in a line, the best first.  The processors take the best;
ties are for who has a processor, then for who came first (`turn`), then for
the order of configuration.
"""

from bisect import bisect_left, insort
from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Policy
from vpok.kernel.vcpu import RUNNABLE, RUNNING, Vcpu

# (level, rank, turn, order): the lowest is the best.
Key = tuple[int, int, int, int]


class Place:
    """Where one vCPU stands."""

    def __init__(self, vcpu: Vcpu) -> None:
        """Stand nowhere."""
        self.vcpu = vcpu
        # The order of configuration.
        self.order = int(vcpu.partition.index) << 32 | int(vcpu.index)
        self.ready = False  # it stands in the line
        self.key: Key = (0, 0, 0, self.order)
        self.pcpu: i64 = -1  # while processors are assigned: the one it has


def better(one: Key, two: Key) -> bool:
    """Say whether *one* is strictly better: by more than its turn."""
    return one[0] < two[0] or (one[0] == two[0] and one[1] < two[1])


@mypyc_attr(allow_interpreted_subclasses=True)
class Ranked(Policy):
    """
    Gives the open processors to the first in the line.

    Who waits takes the processor that it had last if that is idle, else the
    lowest idle one, else, if strictly better, that of the worst (of equal
    ones the highest processor).  A window's end takes nobody's place.
    """

    preempts: ClassVar[bool] = True

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Start with an empty line and, if there are several, no window."""
        super().__init__(pcpus, quantum)
        self.alone = len(pcpus) == 1
        self.only = pcpus[0]
        self.places: dict[int, Place] = {}  # by id of vCPU
        self.line: list[Key] = []
        self.standing: dict[int, Place] = {}  # those in the line, by order
        self.turn = 0  # counts
        # By processor number: has a window; the last one chosen, until it
        # gives up; the one to be chosen.
        size = max(pcpus) + 1
        self.open = [False] * size
        self.holders: list[Place | None] = [None] * size
        self.plan: list[Place | None] = [None] * size
        self.stale = True  # the plan is to be made anew
        if self.alone:
            self.open[self.only] = True

    # --- the line ----------------------------------------------------------

    def enter(self, place: Place, level: int, rank: int, turn: int) -> None:
        """Let one stand in the line, or stand elsewhere in it."""
        self.leave(place)
        place.key = (level, rank, turn, place.order)
        place.ready = True
        insort(self.line, place.key)
        self.standing[place.order] = place

    def leave(self, place: Place) -> None:
        """Take one out of the line."""
        self.stale = True
        if place.ready:
            place.ready = False
            del self.line[bisect_left(self.line, place.key)]
            del self.standing[place.order]

    def give_up(self, place: Place) -> None:
        """Let it no longer be the one that has its processor."""
        pcpu = place.vcpu.pcpu
        if pcpu >= 0 and self.holders[pcpu] is place:
            self.holders[pcpu] = None
            self.stale = True

    def next_turn(self, now: i64, late: int) -> int:
        """
        Return a turn after all others.

        At one instant the end of a turn (*late* 0) comes before wakes and
        yields, whichever is told first (semantics 2).
        """
        self.turn += 1
        return (2 * int(now) + late << 32) + self.turn

    # --- what is told ------------------------------------------------------

    def add(self, vcpu: Vcpu, params: dict[str, int]) -> None:
        """Take a vCPU in."""
        super().add(vcpu, params)
        self.places[vcpu.id] = Place(vcpu)

    def remove(self, vcpu: Vcpu) -> None:
        """Forget a vCPU."""
        super().remove(vcpu)
        place = self.places.pop(vcpu.id)
        self.leave(place)
        for pcpu in self.pcpus:
            if self.holders[pcpu] is place:
                self.holders[pcpu] = None

    def blocked(self, vcpu: Vcpu, now: i64) -> None:
        """Take it out of the line."""
        place = self.places[vcpu.id]
        self.leave(place)
        self.give_up(place)

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """Put it behind its equals."""
        place = self.places[vcpu.id]
        if place.ready:
            self.enter(
                place, place.key[0], place.key[1], self.next_turn(now, 1)
            )
            self.give_up(place)

    def pin(self, vcpu: Vcpu, affinity: int) -> str:
        """Plan anew."""
        self.stale = True
        return super().pin(vcpu, affinity)

    def window(self, pcpu: i64, opened: bool, now: i64) -> None:
        """Use a processor, or no longer."""
        if not self.alone:
            self.open[pcpu] = opened
            self.stale = True

    def refresh(self, now: i64) -> None:
        """Do what is due by *now*, for policies in which time does things."""

    # --- who goes where ----------------------------------------------------

    def pick(self, pcpu: i64, now: i64) -> Vcpu | None:
        """Choose whom the plan has for *pcpu*."""
        self.refresh(now)
        if self.stale:
            self.stale = False
            if self.alone:
                self.plan[pcpu] = self.first()
            else:
                self.assign()
        place = self.plan[pcpu]
        if place is not None:
            vcpu = place.vcpu
            if vcpu.state == RUNNING and vcpu.pcpu != pcpu:
                place = None  # it still runs elsewhere
        self.holders[pcpu] = place
        return None if place is None else place.vcpu

    def first(self) -> Place | None:
        """Return the best one, for the only processor."""
        if not self.line:
            return None
        best = self.line[0]
        holder = self.holders[self.only]
        if holder is None or not holder.ready or better(best, holder.key):
            return self.standing[best[3]]
        return holder

    def assign(self) -> None:
        """Make the plan for all processors."""
        idle: list[int] = []
        # (level, rank, processor) of those that have one, the worst at last.
        taken: list[tuple[int, int, int]] = []
        for pcpu in self.pcpus:
            holder = self.holder(pcpu) if self.open[pcpu] else None
            self.plan[pcpu] = holder
            if holder is not None:
                holder.pcpu = pcpu
                taken.append((holder.key[0], holder.key[1], pcpu))
            elif self.open[pcpu]:
                idle.append(pcpu)
        taken.sort()
        for key in self.line:
            if not idle and (
                not taken
                or not better(key, (taken[-1][0], taken[-1][1], 0, 0))
            ):
                break
            place = self.standing[key[3]]
            if place.pcpu < 0:
                self.settle(place, idle, taken)
        for pcpu in self.pcpus:
            placed = self.plan[pcpu]
            if placed is not None:
                placed.pcpu = -1

    def holder(self, pcpu: int) -> Place | None:
        """Return who has an open processor, if he can still use it."""
        holder = self.holders[pcpu]
        if holder is None or not holder.ready:
            return None
        vcpu = holder.vcpu
        if vcpu.pcpu != pcpu or not vcpu.affinity >> int(pcpu) & 1:
            return None
        able = vcpu.state == RUNNING or vcpu.state == RUNNABLE
        return holder if able else None

    def settle(
        self, place: Place, idle: list[int], taken: list[tuple[int, int, int]]
    ) -> None:
        """Find a processor for one that waits; there may be none."""
        vcpu = place.vcpu
        chosen = -1
        for pcpu in idle:
            if vcpu.affinity >> int(pcpu) & 1 and (
                chosen < 0 or pcpu == vcpu.pcpu
            ):
                chosen = pcpu
        if chosen >= 0:
            idle.remove(chosen)
        else:
            chosen = self.oust(place, taken)
        if chosen >= 0:
            self.plan[chosen] = place
            place.pcpu = chosen

    def oust(self, place: Place, taken: list[tuple[int, int, int]]) -> int:
        """Take the processor of the worst that is worse; return it, or -1."""
        at = len(taken) - 1
        while at >= 0:
            level, rank, pcpu = taken[at]
            if not better(place.key, (level, rank, 0, 0)):
                return -1
            if place.vcpu.affinity >> int(pcpu) & 1:
                victim = self.plan[pcpu]
                if victim is not None:
                    victim.pcpu = -1
                del taken[at]
                return pcpu
            at -= 1
        return -1
