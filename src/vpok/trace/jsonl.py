"""
Traces as JSON lines: a head, a line per event, an end.

The reference format: it has everything, and other programs read it line by
line (docs/reference/trace.md).  With `.gz` it is compressed.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from mypy_extensions import i64

from vpok.events import EventKind
from vpok.kernel.errors import VpokError
from vpok.trace.head import FORMAT, Head, as_dict, from_dict
from vpok.trace.record import End, Event
from vpok.trace.writer import Writer

MARK: Final = "vpok-trace"  # the key of the format's number, in line 1
NAMES: Final = {int(kind): kind.name.lower() for kind in EventKind}
KINDS: Final = {name: number for number, name in NAMES.items()}
BLOCK: Final = 512  # lines that are written at once
_CONSOLE: Final = int(EventKind.CONSOLE)


class TraceError(VpokError):
    """A file that is no trace, or not a whole one."""


class JsonLines(Writer):
    """Writes them."""

    def __init__(self, path: Path, head: Head) -> None:
        """Begin a file; raises OSError."""
        super().__init__(path, head)
        self._file: IO[bytes] = opened(path, "wb")
        self._held: list[str] = []
        self._line({MARK: FORMAT, **as_dict(head)})

    def emit(
        self,
        time: i64,
        kind: i64,
        pcpu: i64,
        partition: i64,
        vcpu: i64,
        thread: i64,
        a: i64,
        b: i64,
    ) -> None:
        """Write one event."""
        self._put(
            f'{{"time":{time},"kind":"{NAMES[kind]}","processor":{pcpu},'
            f'"partition":{partition},"vcpu":{vcpu},"thread":{thread},'
            f'"a":{a},"b":{b}}}\n'
        )

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Write console text; bytes that are no UTF-8 become surrogates."""
        shown = json.dumps(text.decode(errors="surrogateescape"))
        self._put(
            f'{{"time":{time},"kind":"console","processor":{pcpu},'
            f'"partition":{partition},"vcpu":{vcpu},"thread":-1,'
            f'"a":{len(text)},"b":0,"text":{shown}}}\n'
        )

    def _put(self, line: str) -> None:
        self.events += 1
        self._held.append(line)
        if len(self._held) >= BLOCK:
            self._flush()

    def _line(self, value: dict[str, Any]) -> None:
        self._held.append(json.dumps(value, separators=(",", ":")) + "\n")

    def _flush(self) -> None:
        self._file.write("".join(self._held).encode())
        self._held.clear()

    def close(self, end: End) -> None:
        """Write the last line; raises OSError."""
        with self._file:
            self._line(
                {
                    "end": end.time,
                    "reason": end.reason,
                    "digest": end.digest,
                    "events": end.events,
                }
            )
            self._flush()


def opened(path: Path, mode: str) -> Any:
    """Open a trace; `.gz` is compressed, the same bytes every time."""
    if path.suffix != ".gz":
        return path.open(mode)
    if mode == "wb":
        # No name and no time of the host.
        return gzip.GzipFile("", mode, 6, path.open(mode), mtime=0)
    return gzip.open(path, mode)


class JsonLinesReader:
    """Reads them; `end` is known when all events have been read."""

    def __init__(self, path: Path) -> None:
        """Read the head; raises TraceError."""
        self.path = path
        self.end = End(0, "", "", 0)
        self._file: IO[bytes] = opened(path, "rb")
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
        except (EOFError, OSError) as error:
            raise TraceError(f"{self.path}: damaged: {error}") from None

    def __iter__(self) -> Iterator[Event]:
        """Yield the events; raises TraceError where the file is damaged."""
        count = 0
        while line := self._next():
            try:
                row = json.loads(line)
                if "end" in row:
                    self.end = End(row.pop("end"), **row)
                    return
                text = row.get("text")
                event = Event(
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
            except (ValueError, KeyError, TypeError, AttributeError):
                raise TraceError(
                    f"{self.path}:{count + 2}: no event: the file is "
                    "truncated or damaged"
                ) from None
            count += 1
            yield event
        raise TraceError(
            f"{self.path}: truncated after {count} events: record it anew"
        )

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
