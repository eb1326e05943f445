"""
Traces as JSON lines: a head, a line per event, an end.

The reference format: it has everything, and other programs read it line by
line (docs/reference/trace.md).  With `.gz` it is compressed.
"""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from vpok.events import EventKind
from vpok.kernel.errors import VpokError
from vpok.trace.checks import Checks
from vpok.trace.head import FORMAT, Head, as_dict, from_dict, shaped
from vpok.trace.record import End, Event
from vpok.trace.storage import Storage, reading
from vpok.trace.writer import BlockWriter, Row

MARK: Final = "vpok-trace"  # the key of the format's number, in line 1
NAMES: Final = {int(kind): kind.name.lower() for kind in EventKind}
KINDS: Final = {name: number for number, name in NAMES.items()}
# A line per kind, made of a row: the kind's number and the text take no room.
LINES: Final = {
    kind: (
        f'{{"time":%d,"kind":"{name}"%.0s,"processor":%d,"partition":%d,'
        '"vcpu":%d,"thread":%d,"a":%d,"b":%d}%.0s\n'
    )
    for kind, name in NAMES.items()
}


class TraceError(VpokError):
    """A file that is no trace, or not a whole one."""


class JsonLines(BlockWriter):
    """Writes them."""

    def __init__(self, path: Path, head: Head) -> None:
        """Begin a file; raises OSError."""
        super().__init__(path, head)
        self._file = Storage(path)
        self._line({MARK: FORMAT, **as_dict(head)})

    def write(self, rows: list[Row]) -> None:
        """Write a block of events."""
        self._file.write(
            "".join(
                [
                    LINES[row[1]] % row if not row[8] else console_line(row)
                    for row in rows
                ]
            ).encode()
        )

    def _line(self, value: dict[str, Any]) -> None:
        text = json.dumps(value, separators=(",", ":"))
        self._file.write(text.encode() + b"\n")

    def close(self, end: End) -> None:
        """Write the last line; raises OSError."""
        self.flush()
        self._line(
            {
                "end": end.time,
                "reason": end.reason,
                "digest": end.digest,
                "events": self.events,
            }
        )
        self._file.close()

    def abandon(self) -> None:
        """Let the file go as it is."""
        self._file.abandon()


def console_line(row: Row) -> str:
    """Return a line with text; bytes that are no UTF-8 become surrogates."""
    shown = json.dumps(row[8].decode(errors="surrogateescape"))
    plain = LINES[row[1]] % (*row[:8], b"")
    return f'{plain[:-2]},"text":{shown}}}\n'


def event_of(row: dict[str, Any]) -> Event:
    """Read a line; raises KeyError, TypeError, AttributeError, ValueError."""
    text = row.get("text")
    return Event(
        row["time"],
        KINDS[row["kind"]],
        row["processor"],
        row["partition"],
        row["vcpu"],
        row["thread"],
        row["a"],
        row["b"],
        text.encode(errors="surrogateescape") if text else b"",
    )


def end_of(row: dict[str, Any]) -> End:
    """Read the last line; raises KeyError or TypeError."""
    end: End = shaped(End, {"time": row.pop("end"), **row})
    return end


class JsonLinesReader:
    """Reads them; `end` is known when all events have been read."""

    def __init__(self, path: Path) -> None:
        """Read the head; raises TraceError."""
        self.path = path
        self.end = End(0, "", "", 0)
        self._file = reading(path)
        try:
            self.head = self._head()
        except TraceError:
            self.close()
            raise

    def _head(self) -> Head:
        line = self._next()
        if not line:
            raise TraceError(f"{self.path}: empty: record a trace anew")
        try:
            data = json.loads(line)
            number = data.pop(MARK)
        except (ValueError, KeyError, AttributeError, TypeError):
            raise TraceError(
                f"{self.path}: no trace of vpok: its first line has no "
                f'"{MARK}"'
            ) from None
        if number != FORMAT:
            raise TraceError(
                f"{self.path}: format {number}, this vpok reads {FORMAT}: "
                "read it with the vpok that wrote it"
            )
        try:
            return from_dict(data)
        except (KeyError, TypeError, ValueError) as error:
            raise TraceError(
                f"{self.path}:1: the head is damaged: {error}"
            ) from None

    def _next(self) -> bytes:
        try:
            return self._file.readline()
        except (EOFError, OSError, zlib.error) as error:
            raise TraceError(f"{self.path}: damaged: {error}") from None

    def __iter__(self) -> Iterator[Event]:
        """Yield the events; raises TraceError where the file is damaged."""
        count = 0
        checks = Checks(self.head)
        while line := self._next():
            try:
                row = json.loads(line)
                if "end" in row:
                    self.end = end_of(row)
                    break
                event = event_of(row)
            except (ValueError, KeyError, TypeError, AttributeError):
                raise TraceError(
                    f"{self.path}:{count + 2}: no event: the file is "
                    "truncated or damaged"
                ) from None
            count += 1
            if not checks.passes(event):
                raise TraceError(
                    f"{self.path}:{count + 1}: an event that this system "
                    "cannot have: the file is damaged"
                )
            yield event
        # Reading on compares the sums of a compressed file.
        if not line or self._next() or self.end.events != count:
            raise TraceError(
                f"{self.path}: truncated after {count} events: record it anew"
            )
        if not checks.ends(self.end):
            raise TraceError(f"{self.path}:{count + 2}: the end is damaged")

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
