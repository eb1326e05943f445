"""
What processor time somebody gets, at least, however the phases fall.

A `Phase` is one way for an interval to begin; the supply bound function is the
minimum over all of them.  An interval that begins in a gap gets no less than
one that begins where the gap does, and one that begins inside a window no less
than one that begins at its end: so the ends of windows are all that need be
looked at.  Keeping them apart is what makes a bound exact: the worst phase may
differ from one demand to the next.
"""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

ANY = -1  # a phase that is no place in a frame


class Phase:
    """The supply of the intervals that begin in one way."""

    start = ANY  # ns of the major frame

    def given(self, length: int) -> int:
        """Return the least supply in the first *length* ns."""
        raise NotImplementedError

    def needed(self, work: int) -> int:
        """Return the least length in which *work* is supplied for sure."""
        raise NotImplementedError


class Supply:
    """All phases, and the share of a processor in the long run."""

    phases: Sequence[Phase]
    rate: Fraction

    def given(self, length: int) -> int:
        """Return the supply bound function at *length*."""
        return min(phase.given(length) for phase in self.phases)

    def needed(self, work: int) -> int:
        """Return its pseudo-inverse at *work*."""
        return max(phase.needed(work) for phase in self.phases)


class Windows(Supply):
    """Exact windows [start, end) of a frame that repeats."""

    def __init__(self, frame: int, windows: Sequence[tuple[int, int]]) -> None:
        """Take windows in any order; those that touch become one."""
        self.frame = frame
        self.windows = _merged(windows)
        self.before = [0]  # supply before each window, and in all
        for start, end in self.windows:
            self.before.append(self.before[-1] + end - start)
        self.total = self.before[-1]
        self.rate = Fraction(self.total, frame)
        self.phases = [WindowPhase(self, start) for start in self._starts()]

    @property
    def dedicated(self) -> bool:
        """Whether there is no gap."""
        return self.total == self.frame

    def _starts(self) -> list[int]:
        """Return the places where gaps begin."""
        if not self.windows or self.dedicated:
            return [ANY]
        first = self.windows[0][0]
        return [
            end % self.frame
            for _, end in self.windows
            if end < self.frame or first > 0
        ]

    def until(self, instant: int) -> int:
        """Return the supply of [0, instant)."""
        frames, place = divmod(instant, self.frame)
        index = bisect_left(self.windows, (place, 0)) - 1
        inside = 0
        if index >= 0:
            start, end = self.windows[index]
            inside = self.before[index] + min(place, end) - start
        return frames * self.total + inside

    def reached(self, work: int) -> int:
        """Return the instant at which *work* > 0 has been supplied."""
        frames, rest = divmod(work - 1, self.total)
        index = bisect_left(self.before, rest + 1) - 1
        place = self.windows[index][0] + rest + 1 - self.before[index]
        return frames * self.frame + place


def _merged(windows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if merged and merged[-1][1] >= start:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


class WindowPhase(Phase):
    """Intervals that begin at one place of the frame."""

    def __init__(self, windows: Windows, start: int) -> None:
        """Begin at *start*, or anywhere if there are no gaps."""
        self.windows = windows
        self.start = start
        self.origin = max(0, start)
        self.used = windows.until(self.origin)

    def given(self, length: int) -> int:
        """Count the windows that lie in the interval."""
        return self.windows.until(self.origin + length) - self.used

    def needed(self, work: int) -> int:
        """Find the instant, frames ahead if need be."""
        if work <= 0:
            return 0
        return self.windows.reached(self.used + work) - self.origin


DEDICATED = Windows(1, [(0, 1)])


class Turns(Supply):
    """
    What one of several gets that take turns on a supply: round robin.

    Whoever has work waits for at most one turn of each other, then has one:
    a waker goes to the tail, and the end of a window changes neither places
    nor what is left of a turn.
    """

    def __init__(self, inner: Supply, quantum: int, wait: int) -> None:
        """Share *inner* in turns of *quantum*; the others' make up *wait*."""
        self.phases = [
            TurnPhase(phase, quantum, wait) for phase in inner.phases
        ]
        self.rate = inner.rate * quantum / (quantum + wait)


class TurnPhase(Phase):
    """Turns in one phase of the supply below."""

    def __init__(self, inner: Phase, quantum: int, wait: int) -> None:
        """Begin when the own turn has just ended."""
        self.inner = inner
        self.start = inner.start
        self.quantum = quantum
        self.wait = wait

    def given(self, length: int) -> int:
        """Count own turns; the last may have begun."""
        supply = self.inner.given(length)
        rounds, rest = divmod(supply, self.wait + self.quantum)
        return rounds * self.quantum + max(0, rest - self.wait)

    def needed(self, work: int) -> int:
        """Let the others have a turn before each own one."""
        turns = -(-work // self.quantum)
        return self.inner.needed(work + turns * self.wait)
