"""
Traces as lines of bytes, to be compared fast.

Traces in JSON lines are taken as they are, block by block; others are put
into the same lines.  The head and the end are left out.
"""

import gzip
import json
import re
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

from vpok.trace.checks import sound
from vpok.trace.files import Trace, format_of, open_trace
from vpok.trace.jsonl import KINDS, NAMES, TraceError, end_of, event_of
from vpok.trace.record import End, Event

BLOCK: Final = 1 << 20  # bytes that are read at once
FIELDS: Final = ("time", "processor", "vcpu", "thread", "a", "b", "text")
END: Final = b'{"end":'


class Ignore:
    """What is not compared: fields, and events of some kinds."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Know them by name; raises TraceError."""
        self.fields = [name for name in names if name in FIELDS]
        self.kinds = [name for name in names if name in KINDS]
        for name in names:
            if name not in FIELDS and name not in KINDS:
                known = ", ".join([*FIELDS, *KINDS])
                raise TraceError(f"no field or kind {name}: there is {known}")
        kinds = "|".join(self.kinds).encode()
        self._kinds = re.compile(
            rb'^.*"kind":"(?:%b)",.*\n' % kinds, re.MULTILINE
        )
        self._fields = [
            (
                re.compile(rb'"%b":(?:-?\d+|"(?:[^"\\]|\\.)*")' % name),
                b'"%b":%b' % (name, b'""' if name == b"text" else b"0"),
            )
            for name in map(str.encode, self.fields)
        ]

    def clean(self, block: bytes) -> bytes:
        """Return whole lines without it."""
        if self.kinds:
            block = self._kinds.sub(b"", block)
        for pattern, instead in self._fields:
            block = pattern.sub(instead, block)
        return block


Blocks = Generator[bytes, None, End]


def blocks(path: Path, ignore: Ignore, *, raw: bool) -> Blocks:
    """
    Yield a trace's events as whole lines, return its end.

    Raises TraceError.

    *raw*: take JSON lines as they are written, if it is a file of these.
    """
    with open_trace(path) as trace:
        if raw and format_of(path).module == "jsonl":
            found = _raw(path)
        else:
            found = _rendered(trace)
        while True:
            try:
                cleaned = ignore.clean(next(found))
            except StopIteration as stop:
                end: End = stop.value
                return end
            if cleaned:
                yield cleaned


def _raw(path: Path) -> Blocks:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        try:
            file.readline()
            count = 0
            while block := file.read(BLOCK):
                block += file.readline()
                at = 0
                if not block.startswith(END):
                    at = block.rfind(b"\n" + END) + 1
                if at or block.startswith(END):
                    if not block.endswith(b"\n") or file.read(1):
                        raise TraceError(f"{path}: damaged at its end")
                    yield block[:at]
                    count += block.count(b"\n", 0, at)
                    return _end(path, block[at:], count)
                if not block.endswith(b"\n"):
                    break
                yield block
                count += block.count(b"\n")
        except (EOFError, OSError, zlib.error) as error:
            raise TraceError(f"{path}: damaged: {error}") from None
    raise TraceError(f"{path}: truncated: record it anew")


def _end(path: Path, line: bytes, count: int) -> End:
    """Read the last line, after *count* events."""
    try:
        end = end_of(json.loads(line))
    except (ValueError, KeyError, TypeError):
        raise TraceError(f"{path}: damaged at its end") from None
    if end.events != count:
        raise TraceError(f"{path}: truncated: record it anew")
    return end


def _rendered(trace: Trace) -> Blocks:
    held = bytearray()
    for event in trace:
        held += line_of(event)
        if len(held) >= BLOCK:
            yield bytes(held)
            held = bytearray()
    yield bytes(held)
    return trace.end


def line_of(event: Event) -> bytes:
    """Return an event as `JsonLines` writes it."""
    text = ""
    if event.text:
        shown = event.text.decode(errors="surrogateescape")
        text = f',"text":{json.dumps(shown)}'
    return (
        f'{{"time":{event.time},"kind":"{NAMES[event.kind]}",'
        f'"processor":{event.pcpu},"partition":{event.partition},'
        f'"vcpu":{event.vcpu},"thread":{event.thread},'
        f'"a":{event.a},"b":{event.b}{text}}}\n'
    ).encode()


def event_at(line: bytes) -> Event | None:
    """Read a line; None if it is no event."""
    try:
        event = event_of(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return event if sound(event) else None


class Source:
    """Lines of a trace, a piece at a time; it remembers the last ones."""

    def __init__(self, blocks: Blocks) -> None:
        """Stand at the first line."""
        self.end: End | None = None  # once all has been read
        self._blocks = self._all(blocks)
        self.held = b""

    def _all(self, blocks: Blocks) -> Iterator[bytes]:
        self.end = yield from blocks

    def fill(self) -> bool:
        """Have something; say whether there is."""
        if not self.held:
            self.held = next(self._blocks, b"")
        return bool(self.held)

    def take(self, size: int) -> bytes:
        """Go on by *size* bytes; return them."""
        taken, self.held = self.held[:size], self.held[size:]
        return taken

    def line(self) -> bytes:
        """Return the next line, b'' at the end."""
        while b"\n" not in self.held:
            more = next(self._blocks, b"")
            if not more:
                break
            self.held += more
        return self.take(self.held.find(b"\n") + 1)
