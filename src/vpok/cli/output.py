"""What a run prints, and where: console text, timeline, summary, digest."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vpok.cli.common import colours, marks, put, width
from vpok.trace.console import PrettyConsole, RawConsole
from vpok.trace.latency import Latencies
from vpok.trace.timeline import Timeline

if TYPE_CHECKING:
    from vpok.events import Sink
    from vpok.report.rows import RunResult
    from vpok.report.timeline import Row
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
    traces: tuple[Path, ...]
    trace_only: tuple[str, ...]
    trace_kinds: tuple[str, ...]
    trace_last: int | None  # ns
    as_json: bool

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
        keep = wanted.raw or wanted.as_json or wanted.expect is not None
        self.raw = RawConsole() if keep else None
        hidden = wanted.raw or wanted.as_json or wanted.quiet
        self.pretty = (
            None
            if hidden or self.silent
            else PrettyConsole(names, colour=colours(sys.stdout))
        )
        self.timeline = Timeline() if wanted.gantt else None
        summed = wanted.as_json or not wanted.quiet
        any_interrupts = bool(kinds - {"pok", "tasks"})
        self.latencies = Latencies() if summed and any_interrupts else None

    def sinks(self) -> "list[Sink]":
        """Return who must hear of the run."""
        return [
            sink
            for sink in (
                None if self.silent else self.raw,
                self.pretty,
                self.timeline,
                self.latencies,
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
        if result.digest is not None and not self.wanted.as_json:
            self._aside(f"digest {result.digest}\n")
        for failure in result.sink_failures:
            click.echo(f"vpok: a listener was dropped: {failure}", err=True)
        return self._as_expected()

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
        from vpok.report.timeline import Row, draw

        timeline.finish(result.end)
        rows = []
        for index, partition in enumerate(self.spec.partitions):
            ground = [
                (span.start, span.end)
                for span in timeline.windows
                if span.partition == index
            ]
            for vcpu in range(partition.vcpus.count):
                label = partition.name
                if partition.vcpus.count > 1:
                    label = f"{label}/{vcpu}"
                runs = [
                    (span.start, span.end)
                    for span in timeline.runs
                    if (span.partition, span.vcpu) == (index, vcpu)
                ]
                rows.append(Row(label, runs, ground))
            rows += self._tasks(timeline, index)
        if not result.end:
            return ""
        drawn = draw(rows, result.end, width(), marks=marks(self.side))
        return f"\n{drawn}"

    def _tasks(self, timeline: Timeline, index: int) -> "list[Row]":
        """Return a row for each task of a partition."""
        from vpok.report.timeline import Row

        partition = self.spec.partitions[index]
        return [
            Row(
                f"  {task.name}",
                [
                    (span.start, span.end)
                    for span in timeline.jobs
                    if (span.partition, span.task) == (index, place)
                ],
            )
            for place, task in enumerate(
                partition.model.tasks if partition.model else ()
            )
        ]

    def _as_expected(self) -> bool:
        if self.wanted.expect is None:
            return True
        from vpok.report.difference import difference

        assert self.raw is not None
        expected = self.wanted.expect.read_bytes()
        found = difference(expected, bytes(self.raw.text))
        if found is None:
            return True
        click.echo(
            f"vpok: not what {self.wanted.expect} expects, {found}", err=True
        )
        return False
