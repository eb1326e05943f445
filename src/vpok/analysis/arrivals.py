"""
When jobs can come: how many in an interval, and how close together.

Both are bounds over every interval of every run, so that nothing need be known
of offsets (ignoring them is safe).  Lengths are ns; n releases at the least
distance are called the *spread* of n.
"""

from collections.abc import Sequence
from fractions import Fraction

from vpok.units import FAR


class Arrivals:
    """How often something is released, at most."""

    rate: Fraction  # releases per ns, in the long run

    def within(self, length: int) -> int:
        """Return the most releases in a half-open interval of *length*."""
        raise NotImplementedError

    def spread(self, count: int) -> int:
        """
        Return the least time from a release to the *count*-th (itself: 1).

        FAR: there never are so many.
        """
        raise NotImplementedError


class Periodic(Arrivals):
    """
    One release per period, each late by up to *jitter*.

    A sporadic task's jobs come no closer than that.
    """

    def __init__(self, period: int, jitter: int = 0) -> None:
        """Take both in ns; a jitter above the period bunches releases."""
        self.period = period
        self.jitter = jitter
        self.rate = Fraction(1, period)

    def within(self, length: int) -> int:
        """Return ceil((length + jitter) / period)."""
        if length <= 0:
            return 0
        return -(-(length + self.jitter) // self.period)

    def spread(self, count: int) -> int:
        """Return (count - 1) periods less the jitter."""
        return max(0, (count - 1) * self.period - self.jitter)


class Listed(Arrivals):
    """Releases at known instants, of an aperiodic task: finitely many."""

    rate = Fraction(0)

    def __init__(self, instants: Sequence[int], jitter: int = 0) -> None:
        """Take the instants in any order."""
        self.instants = sorted(instants)
        self.jitter = jitter
        self._spreads: dict[int, int] = {}

    def within(self, length: int) -> int:
        """Search for the largest number whose spread fits."""
        least, most = 0, len(self.instants)
        while length > 0 and least < most:
            middle = (least + most + 1) // 2
            if self.spread(middle) < length:
                least = middle
            else:
                most = middle - 1
        return least

    def spread(self, count: int) -> int:
        """Return the least distance over all runs of *count* instants."""
        if count > len(self.instants):
            return FAR
        if count not in self._spreads:
            last = self.instants[count - 1 :]
            pairs = zip(self.instants, last, strict=False)
            closest = min(late - early for early, late in pairs)
            self._spreads[count] = max(0, closest - self.jitter)
        return self._spreads[count]
