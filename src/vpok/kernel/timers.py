"""
One queue of timers, ordered by (time, sequence), each aimed at a partition.

A partition has at most one timer per tag; setting it again moves it.
"""

from heapq import heappop, heappush

from mypy_extensions import i64

from vpok.kernel.partition import Partition
from vpok.units import FAR


class Timers:
    """The queue; stale entries are skipped when they come up."""

    def __init__(self) -> None:
        """Start empty."""
        self.heap: list[tuple[int, int, int, int]] = []
        self.sequence = 0

    def set(self, partition: Partition, tag: i64, when: i64) -> None:
        """Set or move a timer."""
        if partition.due.get(int(tag), -1) == when:
            return
        partition.due[int(tag)] = when
        self.sequence += 1
        entry = (int(when), self.sequence, int(partition.index), int(tag))
        heappush(self.heap, entry)

    def cancel(self, partition: Partition, tag: i64) -> None:
        """Forget a timer."""
        partition.due.pop(int(tag), None)

    def next(self, partitions: list[Partition]) -> i64:
        """Return when the next timer is due, or FAR."""
        while self.heap:
            when, _, index, tag = self.heap[0]
            if partitions[index].due.get(tag, -1) == when:
                return when
            heappop(self.heap)
        return FAR

    def pop(self, partitions: list[Partition]) -> tuple[int, int]:
        """Remove the next timer; return (partition index, tag)."""
        _, _, index, tag = heappop(self.heap)
        del partitions[index].due[tag]
        return index, tag


def earliest(partition: Partition) -> i64:
    """Return when the first timer aimed at *partition* is due, or FAR."""
    first: i64 = FAR
    for when in partition.due.values():
        first = min(first, when)
    return first
