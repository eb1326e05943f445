"""
When jobs can come: how many in an interval, and how close together.

A job arrives at its nominal instant and is released up to a jitter later;
response times and deadlines count from the arrival.  All of it are bounds over
every interval of every run, so that nothing need be known of offsets (ignoring
them is safe).  Lengths are ns.
"""

from collections.abc import Sequence
from fractions import Fraction

from vpok.units import FAR


class Arrivals:
    """How often something is released, at most, and how late."""

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

    def nominal(self, count: int) -> int:
        """
        Return when the *count*-th job arrives, at the earliest.

        Counted from an instant at which the first is released or before; so
        it may be negative.
        """
        raise NotImplementedError

    def due(self, length: int) -> int:
        """Return how many of those arrive within *length* (inclusive)."""
        raise NotImplementedError


class Periodic(Arrivals):
    """One arrival per period; a jitter above the period bunches releases."""

    def __init__(self, period: int, jitter: int = 0) -> None:
        """Take both in ns."""
        self.period = period
        self.jitter = jitter
        self.rate = Fraction(1, period)

    def within(self, length: int) -> int:
        """Return ceil((length + jitter) / period)."""
        if length <= 0:
            return 0
        return -(-(length + self.jitter) // self.period)

    def spread(self, count: int) -> int:
        """Let the first be as late as it can, the others punctual."""
        return max(0, (count - 1) * self.period - self.jitter)

    def nominal(self, count: int) -> int:
        """Let the first be as late as it can."""
        return (count - 1) * self.period - self.jitter

    def due(self, length: int) -> int:
        """Return the inverse of `nominal`."""
        return max(0, (length + self.jitter) // self.period + 1)


class Sporadic(Arrivals):
    """An arrival comes a period after the last release, or later."""

    def __init__(self, period: int, jitter: int = 0) -> None:
        """Take both in ns."""
        self.period = period
        self.jitter = jitter
        self.rate = Fraction(1, period)

    def within(self, length: int) -> int:
        """Return ceil(length / period)."""
        return -(-max(0, length) // self.period)

    def spread(self, count: int) -> int:
        """Count periods: a late release puts off those that follow."""
        return (count - 1) * self.period

    def nominal(self, count: int) -> int:
        """Let the first be as late as it can."""
        return self.spread(count) if count > 1 else -self.jitter

    def due(self, length: int) -> int:
        """Return the inverse of `nominal`."""
        if length < -self.jitter:
            return 0
        return max(1, length // self.period + 1)


class Listed(Arrivals):
    """Arrivals at known instants, of an aperiodic task: finitely many."""

    rate = Fraction(0)

    def __init__(self, instants: Sequence[int], jitter: int = 0) -> None:
        """Take the instants in any order."""
        self.instants = sorted(instants)
        self.jitter = jitter
        self._closest: dict[int, int] = {}

    def within(self, length: int) -> int:
        """Count those that the jitter may push into the interval."""
        return self.due(length - 1) if length > 0 else 0

    def spread(self, count: int) -> int:
        """Let the first be as late as it can, the others punctual."""
        return max(0, self.nominal(count))

    def nominal(self, count: int) -> int:
        """Return the least distance over all runs of *count* instants."""
        if count > len(self.instants):
            return FAR
        if count not in self._closest:
            last = self.instants[count - 1 :]
            pairs = zip(self.instants, last, strict=False)
            self._closest[count] = min(late - early for early, late in pairs)
        return self._closest[count] - self.jitter

    def due(self, length: int) -> int:
        """Search for the largest number that fits."""
        least, most = 0, len(self.instants)
        while least < most:
            middle = (least + most + 1) // 2
            if self.nominal(middle) <= length:
                least = middle
            else:
                most = middle - 1
        return least
