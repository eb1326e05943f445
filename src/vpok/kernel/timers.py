"""
One queue of timers, ordered by (time, rank, sequence), aimed at partitions.

A partition has at most one timer per tag; setting it again moves it.  Tags
from 0 on are its personality's; those below are arrivals of interrupts, which
come after them at the same instant (semantics 2).
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
    """The queue; stale entries are skipped when they come up."""

    def __init__(self) -> None:
        """Start empty."""
        self.heap: list[tuple[int, int, int, int, int]] = []
        self.rank: i64 = TIMEOUT  # of the next one, after `next`
        self.sequence = 0

    def set(self, partition: Partition, tag: i64, when: i64) -> None:
        """Set or move a timer."""
        if partition.due.get(int(tag), -1) == when:
            return
        partition.due[int(tag)] = when
        self.sequence += 1
        rank = ARRIVAL if tag < 0 else TIMEOUT
        entry = (
            int(when),
            rank,
            self.sequence,
            int(partition.index),
            int(tag),
        )
        heappush(self.heap, entry)

    def cancel(self, partition: Partition, tag: i64) -> None:
        """Forget a timer."""
        partition.due.pop(int(tag), None)

    def next(self, partitions: list[Partition]) -> i64:
        """Return when the next timer is due, or FAR."""
        while self.heap:
            when, rank, _, index, tag = self.heap[0]
            if partitions[index].due.get(tag, -1) == when:
                self.rank = rank
                return when
            heappop(self.heap)
        return FAR

    def pop(self, partitions: list[Partition]) -> tuple[int, int]:
        """Remove the next timer; return (partition index, tag)."""
        _, _, _, index, tag = heappop(self.heap)
        del partitions[index].due[tag]
        return index, tag


def earliest(partition: Partition) -> i64:
    """Return when the first timer aimed at *partition* is due, or FAR."""
    first: i64 = FAR
    for when in partition.due.values():
        first = min(first, when)
    return first
