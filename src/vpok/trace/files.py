"""
Trace files by their extension: the one table of formats.

To add a format: its file, with a `Writer` and, if it has everything that was
told, a reader, and its line here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from vpok.trace.head import Head
from vpok.trace.jsonl import TraceError
from vpok.trace.record import End, Event
from vpok.trace.storage import reading
from vpok.trace.writer import CONSOLE, Writer

PACKET: Final = b"\x0a"  # how every file for Perfetto begins


class Format(NamedTuple):
    """A format of trace files."""

    module: str  # imported when it is used
    writer: str
    reader: str  # '': for viewers only
    extra: str = ""  # what pip installs with vpok for it
    packs: bool = True  # `.gz` makes it smaller


FORMATS = {
    ".jsonl": Format("jsonl", "JsonLines", "JsonLinesReader"),
    ".parquet": Format(
        "parquet", "Parquet", "ParquetReader", "parquet", packs=False
    ),
    ".pftrace": Format("perfetto", "Perfetto", "", "perfetto"),
}


class Trace(Protocol):
    """A trace that is being read."""

    path: Path
    head: Head
    end: End  # known when all events have been read

    def __iter__(self) -> Iterator[Event]:
        """Yield the events in order; raises TraceError."""
        ...

    def close(self) -> None:
        """Let the file go."""
        ...


def format_of(path: Path) -> Format:
    """Return the format of a file's name; raises TraceError."""
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    if plain.suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise TraceError(
            f"{path}: no format of traces: end the name in {known}, and "
            ".gz to compress"
        )
    found = FORMATS[plain.suffix]
    if plain != path and not found.packs:
        raise TraceError(
            f"{path}: this format is compressed as it is: leave .gz out"
        )
    return found


def _part(found: Format, name: str) -> Any:
    try:
        module = import_module(f"vpok.trace.{found.module}")
    except ModuleNotFoundError as error:
        if not found.extra:
            raise
        raise TraceError(
            f"traces in this format need {error.name}: "
            f"pip install 'vpok[{found.extra}]'"
        ) from None
    return getattr(module, name)


def make_writer(path: Path, head: Head) -> Writer:
    """Begin a trace; raises TraceError or OSError."""
    found = format_of(path)
    writer: Writer = _part(found, found.writer)(path, head)
    return writer


@contextmanager
def open_trace(path: Path) -> Iterator[Trace]:
    """Open a trace; raises TraceError."""
    found = format_of(path)
    if not found.reader:
        raise TraceError(
            f"{path}: a file for viewers: record the run as .jsonl too, and "
            "take that"
        )
    try:
        trace: Trace = _part(found, found.reader)(path)
    except OSError as error:
        raise TraceError(f"{path}: {error.strerror or error}") from None
    try:
        yield trace
    finally:
        trace.close()


def convert(source: Path, target: Path) -> None:
    """Write a trace in another format; raises TraceError."""
    with open_trace(source) as trace:
        writer = make_writer(target, trace.head)
        try:
            for event in trace:
                if event.kind == CONSOLE:
                    time, _, pcpu, partition, vcpu, _, _, _, text = event
                    writer.console(time, pcpu, partition, vcpu, text)
                else:
                    writer.emit(*event[:8])
            writer.close(trace.end)
        except BaseException:
            writer.abandon()
            raise


def check_viewable(path: Path) -> None:
    """Refuse what is certainly no file for Perfetto; raises TraceError."""
    try:
        with reading(path) as file:
            start = file.read(1)
    except (OSError, EOFError) as error:
        what = getattr(error, "strerror", None) or error
        raise TraceError(f"{path}: {what}") from None
    if not start:
        raise TraceError(f"{path}: empty: record a trace anew")
    if start != PACKET:
        raise TraceError(f"{path}: no trace for Perfetto: take a .pftrace")
