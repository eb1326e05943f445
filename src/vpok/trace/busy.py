"""How busy a processor was: per major frame, or per millisecond."""

from collections.abc import Iterator
from typing import Final

from vpok.units import NS_PER_MS

GRID: Final = NS_PER_MS  # where there are no frames

Share = tuple[int, float]  # the start of a stretch, and per cent of it


class Busy:
    """One processor; what it tells is what differs from the stretch before."""

    def __init__(self, *, frames: bool) -> None:
        """Stand at 0, idle."""
        self.frames = frames
        self.on = False
        self._start = 0
        self._since = 0
        self._busy = 0
        self._told = -1.0

    def switch(self, time: int, *, on: bool) -> Iterator[Share]:
        """Hear that it begins or ceases to be busy."""
        yield from self._advance(time)
        self.on = on

    def frame(self, time: int) -> Iterator[Share]:
        """Hear that a major frame begins."""
        if self.frames:
            yield from self._advance(time)
            yield from self._stretch(time)

    def finish(self, time: int) -> Iterator[Share]:
        """End the last stretch, which may be shorter."""
        yield from self._advance(time)
        yield from self._stretch(time)

    def _advance(self, time: int) -> Iterator[Share]:
        """Account up to *time*."""
        if not self.frames and time >= self._start + GRID:
            self._pass(self._start + GRID)
            yield from self._stretch(self._since)
            # The whole ones that follow are all alike.
            last = time // GRID * GRID
            if last > self._start:
                self._pass(self._start + GRID)
                yield from self._stretch(self._since)
                self._start = self._since = last
        self._pass(time)

    def _pass(self, time: int) -> None:
        if self.on:
            self._busy += time - self._since
        self._since = time

    def _stretch(self, end: int) -> Iterator[Share]:
        """End a stretch and begin the next."""
        if end > self._start:
            share = 100 * self._busy / (end - self._start)
            if share != self._told:
                self._told = share
                yield self._start, share
        self._start = end
        self._busy = 0
