"""
How far a long run has got: a bar on standard error, if that is a terminal.

It is a line that is drawn anew below whatever is printed, and cleared at the
end.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

import click

if TYPE_CHECKING:
    from vpok.cli.output import Wanted

PATIENCE: Final = 1.0  # s of the host before there is a bar
ERASE: Final = "\r\x1b[K"


class Progress:
    """Shows nothing."""

    def clear(self) -> None:
        """Make room for what is printed next."""

    def draw(self, now: int) -> None:
        """Show that *now*, ns of virtual time, has been reached."""


class Bar(Progress):
    """A bar, its share and how long the rest takes, by click."""

    def __init__(
        self,
        until: int,
        stream: TextIO,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Run up to *until*, ns."""
        self.stream = stream
        self.clock = clock
        self.begun = clock()
        self.bar = click.progressbar(length=until, file=stream)
        self.drawn = False

    def clear(self) -> None:
        """Take the line away."""
        if self.drawn:
            self._write(ERASE)
            self.drawn = False

    def draw(self, now: int) -> None:
        """Draw the line once the run turns out to be long."""
        self.bar.make_step(now - self.bar.pos)
        if self.clock() - self.begun >= PATIENCE:
            self._write(self.bar.format_progress_line())
            self.drawn = True

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


@contextmanager
def progress(wanted: "Wanted") -> Iterator[Progress]:
    """
    Show progress to whom it helps: at a terminal, when the end is known.

    Raw text has no lines between which a bar could stand.
    """
    mixed = wanted.raw and sys.stdout.isatty()
    silent = wanted.quiet or wanted.as_json or mixed
    if silent or not wanted.until or not sys.stderr.isatty():
        yield Progress()
        return
    bar = Bar(wanted.until, sys.stderr)
    try:
        yield bar
    finally:
        bar.clear()
