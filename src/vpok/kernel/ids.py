"""Identifiers that are unique while in use and recycled afterwards (V5)."""

from heapq import heappop, heappush

from mypy_extensions import i64


class IdAllocator:
    """
    Hands out the lowest free number.

    Lowest first, so that a run's numbers depend on nothing but the order of
    its allocations.
    """

    def __init__(self, limit: int) -> None:
        """Own the numbers below *limit*."""
        self.limit: i64 = limit
        self.fresh: i64 = 0  # all from here on have never been used
        self.free: list[int] = []  # a heap of recycled ones
        self.used: set[int] = set()

    def take(self) -> i64:
        """Return a number, or -1 if all are in use."""
        if self.free:
            number: i64 = heappop(self.free)
        elif self.fresh < self.limit:
            number = self.fresh
            self.fresh += 1
        else:
            return -1
        self.used.add(number)
        return number

    def release(self, number: i64) -> None:
        """Take back a number that is in use."""
        assert number in self.used, f"id {number} is not in use"
        self.used.remove(number)
        heappush(self.free, number)
