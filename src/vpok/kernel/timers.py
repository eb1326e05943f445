"""
A queue of timers, ordered by (time, rank, sequence), aimed at partitions.

A partition has at most one timer per tag; setting it again moves it.  Tags
from 0 on are its personality's; those below are arrivals of interrupts, which
come after them at the same instant (semantics 2).  The module has one queue of
all timers, and each domain one of its own.
"""

from heapq import heappop, heappush
from typing import Final

from mypy_extensions import i64

from vpok.kernel.partition import Partition
from vpok.units import FAR

# The order of what happens at one instant.
TIMEOUT: Final = 4
ARRIVAL: Final = 5


class Timers:
    """A queue; stale entries are skipped when they come up."""

    def __init__(self) -> None:
        """Start empty."""
        self.heap: list[tuple[int, int, int, Partition, int]] = []
        self.sequence = 0
        # Of the next one, after `next`.
        self.rank: i64 = TIMEOUT

    def add(self, partition: Partition, tag: i64, when: i64) -> None:
        """Queue a timer that `partition.due` has."""
        self.sequence += 1
        rank = ARRIVAL if tag < 0 else TIMEOUT
        heappush(
            self.heap, (int(when), rank, self.sequence, partition, int(tag))
        )

    def next(self) -> i64:
        """Return when the next timer is due, or FAR."""
        heap = self.heap
        while heap:
            entry = heap[0]
            if entry[3].due.get(entry[4], -1) == entry[0]:
                self.rank = entry[1]
                return entry[0]
            heappop(heap)
        return FAR

    def pop(self) -> tuple[Partition, int]:
        """Remove the next timer; return its partition and tag."""
        entry = heappop(self.heap)
        partition = entry[3]
        del partition.due[entry[4]]
        return partition, entry[4]
