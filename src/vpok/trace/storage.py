"""Files of traces: plain, or compressed if their name ends in `.gz`."""

import gzip
import zlib
from pathlib import Path
from typing import IO, Final

COMPRESSED: Final = ".gz"
LEVEL: Final = 6
GZIP: Final = 31  # zlib's number for a stream with a head of gzip's


class Storage:
    """
    A file that a trace is written into, block by block.

    What is written first waits for the second: a disk that is full must not
    keep a run from beginning.
    """

    def __init__(self, path: Path) -> None:
        """Begin it anew; raises OSError if it cannot be opened."""
        # Without a buffer nothing is left to be written when it is given up.
        self._raw = path.open("wb", buffering=0)
        # No name and no time of the host: the same bytes every time.
        packed = path.suffix == COMPRESSED
        self._packer = zlib.compressobj(LEVEL, wbits=GZIP) if packed else None
        self._first = b""
        self._begun = False

    @property
    def closed(self) -> bool:
        """Whether it takes no more."""
        return self._raw.closed

    def flush(self) -> None:
        """Hold nothing back: that is what `close` is for."""

    def write(self, data: bytes) -> None:
        """Write all of it; raises OSError."""
        if not self._first:
            self._first = bytes(data)
            return
        self._begin()
        self._write(data)

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._write(self._first)

    def _write(self, data: bytes) -> None:
        self._put(self._packer.compress(data) if self._packer else data)

    def _put(self, data: bytes) -> None:
        """Write all: a pipe may take less at once."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._raw.write(rest) :]

    def close(self) -> None:
        """Write what is left and let the file go; raises OSError."""
        with self._raw:
            self._begin()
            if self._packer is not None:
                self._put(self._packer.flush())

    def abandon(self) -> None:
        """Let the file go as it is."""
        self._raw.close()


def reading(path: Path) -> IO[bytes] | gzip.GzipFile:
    """Open a trace for reading; raises OSError."""
    if path.suffix == COMPRESSED:
        return gzip.open(path, "rb")
    return path.open("rb")
