"""
Interleaved pairs: two things measured in turns, so that a machine whose speed
drifts slows both.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

Run = Callable[[], float]  # seconds per operation of one round


@dataclass(frozen=True, slots=True)
class Spread:
    """A median, and the middle half around it."""

    middle: float
    low: float
    high: float

    def show(self, scale: float = 1.0, digits: int = 2) -> str:
        """Return it as `2.70 (2.65-2.80)`."""
        low, high = self.low * scale, self.high * scale
        return (
            f"{self.middle * scale:.{digits}f} "
            f"({low:.{digits}f}-{high:.{digits}f})"
        )


def spread(values: list[float]) -> Spread:
    """Return the median and the quartiles of *values*."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(median(values), low, high)


@dataclass(frozen=True, slots=True)
class Pair:
    """What two things took, and how they relate, round by round."""

    ours: Spread
    other: Spread
    ratio: Spread  # ours / other


def interleave(ours: Run, other: Run, rounds: int) -> Pair:
    """Measure *ours* and *other* in turns, after one round of warming up."""
    ours()
    other()
    a: list[float] = []
    b: list[float] = []
    for _ in range(rounds):
        a.append(ours())
        b.append(other())
    ratios = [x / y for x, y in zip(a, b, strict=True)]
    return Pair(spread(a), spread(b), spread(ratios))


def timed(action: Callable[[], Any], operations: int) -> float:
    """Return the seconds per operation of *action*."""
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) / operations
