"""
A queue of timers, aimed at partitions, in the order of semantics 2: by time,
rank, configuration (partition and tag); when they were set does not matter.

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
        # (time, rank, partition, order, sequence) decide; then what it is.
        self.heap: list[tuple[int, int, int, int, int, Partition, int]] = []
        self.sequence = 0
        # When the next one is due, or FAR, and its rank.
        self.first: i64 = FAR
        self.rank: i64 = TIMEOUT

    def add(self, partition: Partition, tag: i64, when: i64) -> None:
        """Queue a timer that `partition.due` has."""
        self.sequence += 1
        rank = TIMEOUT
        order = tag
        if tag < 0:
            rank = ARRIVAL
            order = -tag  # in the order in which they were planned
        heap = self.heap
        heappush(
            heap,
            (
                when,
                rank,
                partition.index,
                order,
                self.sequence,
                partition,
                tag,
            ),
        )
        if when < self.first:
            self.first = when
            self.rank = rank
        elif when == self.first or heap[0][5] is partition:
            self.next()  # it may have been the first, and have moved

    def next(self) -> i64:
        """Find the next timer, after one was cancelled; return its time."""
        heap = self.heap
        while heap:
            when, rank, _, _, _, partition, tag = heap[0]
            if partition.due.get(tag, -1) == when:
                self.first = when
                self.rank = rank
                return when
            heappop(heap)
        self.first = FAR
        return FAR

    def pop(self) -> tuple[Partition, int]:
        """Remove the next timer; return its partition and tag."""
        _, _, _, _, _, partition, tag = heappop(self.heap)
        del partition.due[tag]
        self.next()
        return partition, tag
