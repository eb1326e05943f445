"""`vpok report`: an HTML report of a trace; and `--report` of runs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vpok.cli.common import Refused, refusals

if TYPE_CHECKING:
    from vpok.events import Sink
    from vpok.report.html import Report
    from vpok.report.rows import RunResult
    from vpok.spec.model import SystemSpec
    from vpok.trace.files import Trace
    from vpok.trace.head import Head


@click.command("report")
@click.argument("trace", type=click.Path(path_type=Path), metavar="TRACE")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it; otherwise beside the trace, as .html.",
)
def command(trace: Path, output: Path | None) -> None:
    """
    Make a report of TRACE: one HTML file that any browser opens.

    It has the timeline, the tables of the summary, latencies and response
    times, and the configuration.
    """
    from vpok.trace.files import open_trace

    target = output or beside(trace)
    with refusals(), open_trace(trace) as found:
        if target.exists() and target.samefile(trace):
            raise Refused(f"{target}: this is the trace: choose another -o")
        report, result = replay(found)
        try:
            report.write(target, result)
        except OSError as error:
            raise Refused(f"{target}: {error.strerror}") from error
    click.echo(target)


def beside(trace: Path) -> Path:
    """Return the default name of a trace's report."""
    plain = trace.with_suffix("") if trace.suffix == ".gz" else trace
    return plain.with_suffix(".html")


def replay(trace: "Trace") -> "tuple[Report, RunResult]":
    """Let a report hear a trace; raises TraceError."""
    from vpok.events import EventKind
    from vpok.report.html import Report

    head = trace.head
    report = Report(head, notes=left_out(head), whole=not head.last)
    for *event, text in trace:
        if event[1] == EventKind.CONSOLE:
            time, _, pcpu, partition, vcpu, *_ = event
            report.console(time, pcpu, partition, vcpu, text)
        else:
            report.emit(*event)
    end = trace.end
    return report, report.counted(end.time, end.reason, end.digest)


def left_out(head: "Head") -> list[str]:
    """Say what of the run a trace does not have."""
    from vpok.report.words import show_time

    notes = []
    if head.only_partitions:
        names = [head.partitions[each].name for each in head.only_partitions]
        notes.append(f"only {', '.join(names)}")
    if head.only_kinds:
        notes.append(f"only {', '.join(head.only_kinds)}")
    if head.last:
        notes.append(f"only the last {show_time(head.last)}")
    return notes


class Reporting:
    """The report of a run that goes on, if one is wanted."""

    def __init__(self, report: "Report | None", target: Path | None) -> None:
        """Write into *target* at the end."""
        self.report = report
        self.target = target

    def sinks(self) -> "list[Sink]":
        """Return who must hear of the run."""
        return [] if self.report is None else [self.report]

    def finish(self, result: "RunResult") -> None:
        """Write it, or say why not: the run is what it is."""
        if self.report is None or self.target is None:
            return
        try:
            self.report.write(self.target, result)
        except OSError as error:
            click.echo(
                f"vpok: no report: {self.target}: {error.strerror}", err=True
            )


def reporting(
    spec: "SystemSpec", config: Path, target: Path | None
) -> Reporting:
    """Prepare the report of a run; refuses where none can be written."""
    if target is None:
        return Reporting(None, None)
    from vpok.report.html import Report
    from vpok.trace.head import head_of

    if not target.parent.is_dir():
        raise Refused(f"{target}: there is no folder {target.parent}")
    text = config.read_text(errors="replace")
    return Reporting(Report(head_of(spec, text)), target)
