"""What writes a trace into a file."""

from pathlib import Path

from vpok.events import Sink
from vpok.trace.head import Head
from vpok.trace.record import End


class Writer(Sink):
    """
    A listener with a file; one class per format.

    Memory is bounded: events are written in blocks as they come.
    """

    def __init__(self, path: Path, head: Head) -> None:
        """Begin a file; raises OSError."""
        self.path = path
        self.head = head
        self.events = 0  # so far

    def close(self, end: End) -> None:
        """Write what is left; raises OSError."""
        raise NotImplementedError
