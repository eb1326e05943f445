"""What a run prints, and where: console text, timeline, summary, digest."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vpok.cli.common import colours, marks, put, width
from vpok.kernel.errors import VpokError
from vpok.trace.console import PrettyConsole, RawConsole
from vpok.trace.errors import Errors
from vpok.trace.latency import Latencies
from vpok.trace.timeline import Timeline

if TYPE_CHECKING:
    from vpok.events import Sink
    from vpok.report.rows import RunResult
    from vpok.spec.model import SystemSpec
    from vpok.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    raw: bool
    until: int | None  # ns
    realtime: bool
    quiet: bool
    digest: bool
    gantt: bool
    expect: Path | None
    junit: Path | None
    report: Path | None
    traces: tuple[Path, ...]
    trace_only: tuple[str, ...]
    trace_kinds: tuple[str, ...]
    trace_last: int | None  # ns
    as_json: bool

    def check_files(self, config: Path) -> None:
        """Refuse to write one file over another; raises VpokError."""
        taken = {config.resolve(): "the configuration"}
        if self.expect is not None:
            taken[self.expect.resolve()] = "the text for --expect"
        wanted = [("--junit", self.junit), ("--report", self.report)]
        wanted += [("--trace", path) for path in self.traces]
        for option, path in wanted:
            # Any number may go to /dev/null.
            if path is None or (path.exists() and not path.is_file()):
                continue
            if path.resolve() in taken:
                raise VpokError(
                    f"{path}: {option} would overwrite "
                    f"{taken[path.resolve()]}: choose another file"
                )
            taken[path.resolve()] = f"what {option} writes"

    def recordings(self) -> "list[Recording]":
        """Return the traces to be written; raises UsageError."""
        from vpok.trace.recording import Recording

        chosen = self.trace_only or self.trace_kinds or self.trace_last
        if chosen and not self.traces:
            raise click.UsageError("a choice of what to trace needs --trace")
        return [
            Recording(
                path, self.trace_only, self.trace_kinds, self.trace_last or 0
            )
            for path in self.traces
        ]


class Output:
    """
    Prints a run as it was asked for.

    Console text has standard output for itself with --raw, JSON with --json;
    then everything else goes to standard error.
    """

    def __init__(self, spec: "SystemSpec", wanted: Wanted) -> None:
        """Listen only for what will be printed."""
        self.spec = spec
        self.wanted = wanted
        self.side = sys.stderr if wanted.raw or wanted.as_json else sys.stdout
        names = [partition.name for partition in spec.partitions]
        # Tasks print nothing, and run faster when nobody listens.
        kinds = {partition.personality for partition in spec.partitions}
        self.silent = kinds <= {"tasks"}
        files = (wanted.expect, wanted.junit)
        keep = wanted.raw or wanted.as_json or files != (None, None)
        self.raw = RawConsole() if keep else None
        hidden = wanted.raw or wanted.as_json or wanted.quiet
        self.pretty = (
            None
            if hidden or self.silent
            else PrettyConsole(names, colour=colours(sys.stdout))
        )
        self.timeline = Timeline() if wanted.gantt else None
        summed = wanted.as_json or wanted.junit or not wanted.quiet
        any_interrupts = bool(kinds - {"pok", "tasks"})
        self.latencies = Latencies() if summed and any_interrupts else None
        self.errors = Errors() if wanted.junit is not None else None
        if wanted.junit is not None:
            # Before a long run rather than after it.
            with written(wanted.junit) as path:
                path.parent.mkdir(parents=True, exist_ok=True)

    def sinks(self) -> "list[Sink]":
        """Return who must hear of the run."""
        return [
            sink
            for sink in (
                None if self.silent else self.raw,
                self.pretty,
                self.timeline,
                self.latencies,
                self.errors,
            )
            if sink is not None
        ]

    def drain(self) -> None:
        """Print the console text that is new."""
        if self.pretty is not None:
            put(self.pretty.take())
        if self.raw is not None and self.wanted.raw:
            put(self.raw.take())

    def finish(self, result: "RunResult", *, interrupted: bool) -> bool:
        """Print what comes last; say whether the text is as expected."""
        if self.pretty is not None:
            put(self.pretty.rest())
        if self.latencies is not None:
            from vpok.report.interrupts import describe

            result = describe(
                result, self.spec.interrupts, self.latencies.heard
            )
        if self.wanted.as_json:
            put(self._json(result))
        if self.timeline is not None:
            self._aside(self._gantt(self.timeline, result))
        if not self.wanted.quiet and not self.wanted.as_json:
            self._aside(self._summary(result, interrupted=interrupted))
        if self.wanted.digest and not self.wanted.as_json:
            self._aside(f"digest {result.digest}\n")
        for failure in result.sink_failures:
            click.echo(f"vpok: a listener was dropped: {failure}", err=True)
        difference = self._difference()
        if difference:
            click.echo(
                f"vpok: not what {self.wanted.expect} expects, {difference}",
                err=True,
            )
        self._junit(result, difference, interrupted=interrupted)
        return not difference

    def _aside(self, text: str) -> None:
        if self.side is sys.stdout:
            put(text)
        else:
            click.echo(text, file=self.side, nl=False)

    def _json(self, result: "RunResult") -> str:
        from vpok.report.summary import as_json

        assert self.raw is not None
        report = as_json(result)
        report["console"] = self.raw.text.decode(errors="replace")
        return json.dumps(report, indent=2) + "\n"

    def _summary(self, result: "RunResult", *, interrupted: bool) -> str:
        from vpok.report.summary import summary

        text = summary(
            result, interrupted=interrupted, colour=colours(self.side)
        )
        return f"\n{text}"

    def _gantt(self, timeline: Timeline, result: "RunResult") -> str:
        from vpok.timeline import History

        if not result.end:
            return ""
        drawing = History(self.spec, timeline).drawing(0, result.end)
        return f"\n{drawing.text(width(), marks(self.side))}"

    def _difference(self) -> str:
        """Return how the text differs from what is expected, or nothing."""
        if self.wanted.expect is None:
            return ""
        from vpok.report.difference import difference

        assert self.raw is not None
        expected = self.wanted.expect.read_bytes()
        return difference(expected, bytes(self.raw.text)) or ""

    def _junit(
        self, result: "RunResult", difference: str, *, interrupted: bool
    ) -> None:
        if self.wanted.junit is None:
            return
        from vpok.report.health import error_rows
        from vpok.report.junit import Told, junit

        assert self.raw is not None
        assert self.errors is not None
        told = Told(
            errors=error_rows(self.spec, self.errors.heard),
            console=self.raw.text.decode(errors="replace"),
            interrupted=interrupted,
            expected=str(self.wanted.expect or ""),
            difference=difference,
        )
        with written(self.wanted.junit) as path:
            path.write_bytes(junit(result, told))


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Turn what keeps a file from being written into VpokError."""
    try:
        yield path
    except OSError as error:
        raise VpokError(
            f"{path}: cannot be written: {error.strerror}"
        ) from error
