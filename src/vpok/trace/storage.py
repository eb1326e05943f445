"""Files of traces: plain, or compressed if their name ends in `.gz`."""

import gzip
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

COMPRESSED: Final = ".gz"
LEVEL: Final = 6


class Storage:
    """A file that a trace is written into, block by block."""

    def __init__(self, path: Path) -> None:
        """Begin it anew; raises OSError."""
        # Without a buffer nothing is left to be written when it is given up.
        self._raw = path.open("wb", buffering=0)
        self._file: Any = self._raw
        if path.suffix == COMPRESSED:
            # No name and no time of the host: the same bytes every time.
            self._file = gzip.GzipFile("", "wb", LEVEL, Whole(self._raw), 0)

    @property
    def closed(self) -> bool:
        """Whether it takes no more."""
        return self._raw.closed

    def flush(self) -> None:
        """Hold nothing back."""

    def write(self, data: bytes) -> None:
        """Write all of it; raises OSError."""
        if self._file is self._raw:
            write_all(self._raw, data)
        else:
            self._file.write(data)

    def close(self) -> None:
        """Write what is left and let the file go; raises OSError."""
        try:
            if self._file is not self._raw:
                self._file.close()
        finally:
            self._raw.close()

    def abandon(self) -> None:
        """Let the file go as it is."""
        with suppress(OSError, ValueError):
            self._raw.close()
        with suppress(OSError, ValueError):
            self._file.close()


class Whole:
    """What the compressor writes into."""

    def __init__(self, raw: Any) -> None:
        """Write into a file without a buffer."""
        self.raw = raw

    def write(self, data: bytes) -> int:
        """Write all of it; raises OSError."""
        write_all(self.raw, data)
        return len(data)

    def flush(self) -> None:
        """Hold nothing back."""


def write_all(raw: Any, data: bytes) -> None:
    """Write all of *data*: pipes may take less at once; raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[raw.write(rest) :]


def reading(path: Path) -> IO[bytes]:
    """Open a trace for reading; raises OSError."""
    if path.suffix == COMPRESSED:
        return gzip.open(path, "rb")
    return path.open("rb")
