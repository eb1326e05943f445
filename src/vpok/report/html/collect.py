"""A listener that makes a report of the run that it hears."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mypy_extensions import i64

from vpok.events import EventKind, Sink
from vpok.report.html.counts import Counts
from vpok.report.html.encode import arrows, payload, tracks
from vpok.report.html.histograms import histograms
from vpok.report.html.kinds import LOOKS
from vpok.report.html.names import Names
from vpok.report.html.page import page
from vpok.report.html.tables import tables
from vpok.report.html.timeline import Timeline
from vpok.report.interrupts import describe
from vpok.report.rows import RunResult
from vpok.report.summary import REASONS
from vpok.report.words import plural

CONSOLE: Final = int(EventKind.CONSOLE)
MOST: Final = 1_000_000  # events that are drawn; a browser has limits


class Report(Sink):
    """
    Hears a run and writes its report, one HTML file.

    *names*: `vpok.trace.head.Head`, or what is like it.  *notes* are shown
    beside the system's name.  Events beyond the first *most* are counted, and
    not drawn.  *whole*: from the start of the run, or from somewhere in it.
    """

    def __init__(
        self,
        names: Names,
        *,
        notes: Sequence[str] = (),
        most: int = MOST,
        whole: bool = True,
    ) -> None:
        """Start with nothing heard."""
        self.names = names
        self.notes = notes
        self.most = most
        self.whole = whole
        self.events = 0
        self.begin = 0  # ns
        self.cut: int | None = None  # the instant from which on none is drawn
        self._timeline = Timeline(names)
        self._counts = Counts(names)

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
        """Take one event."""
        if self._drawn(time):
            self._timeline.event(
                kind, time, pcpu, partition, vcpu, thread, a, b
            )
        self._counts.event(kind, time, pcpu, partition, vcpu, thread, a, b)

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Take console text."""
        if self._drawn(time):
            self._timeline.console(time, partition, vcpu, text)

    def _drawn(self, time: int) -> bool:
        if not self.whole and not self.events:
            self.begin = time
            self._counts.begin(time)
        self.events += 1
        if self.events > self.most and self.cut is None:
            self.cut = time
            self._timeline.finish(time)
        return self.cut is None

    def counted(self, end: int, reason: str, digest: str) -> RunResult:
        """Return a result that the events tell: for who has no other."""
        return self._counts.result(end, reason, digest)

    def write(self, path: Path, result: RunResult) -> None:
        """Write the report of the run that came to *result*; OSError."""
        path.write_text(self.html(result), encoding="utf-8")

    def html(self, result: RunResult) -> str:
        """Return the report of the run that came to *result*."""
        result = describe(result, self.names.sources, self._counts.latencies)
        if self.cut is None:
            self._timeline.finish(result.end)
        timeline = self._timeline
        groups = [(group, list(group.tracks())) for group in timeline.groups()]
        flat = [track for _, found in groups for track in found]
        numbers = {id(track): place for place, track in enumerate(flat)}
        flows = timeline.messages.arrows
        ports = {
            port: numbers[id(timeline.messages.row(port))]
            for port in {*flows[1], *flows[3]}
        }
        head = {
            **self._about(result),
            "arrows": len(flows[0]),
            "groups": [
                {
                    "label": group.head.label,
                    "note": group.note,
                    "tracks": [
                        {
                            "label": track.label,
                            "partition": track.partition,
                            "spans": len(track.spans[0]),
                            "marks": len(track.marks[0]),
                        }
                        for track in found
                    ],
                }
                for group, found in groups
            ],
        }
        columns = tracks(flat) + arrows(flows, ports)
        return page(result.system, payload(head, columns))

    def _about(self, result: RunResult) -> dict[str, Any]:
        """Return what the page has beside the timeline."""
        return {
            "system": result.system,
            "begin": self.begin,
            "end": result.end,
            "reason": REASONS.get(result.reason, result.reason),
            "digest": result.digest or "",
            "events": self.events,
            "cut": self.cut,
            "notes": [*self.notes, *_unended(result)],
            "config": self.names.config,
            "processors": self.names.processors,
            "partitions": [each.name for each in self.names.partitions],
            "strings": self._timeline.strings.all,
            "kinds": [LOOKS[kind]._asdict() for kind in sorted(LOOKS)],
            "tables": tables(result),
            "histograms": histograms(self.names, self._counts),
        }


def _unended(result: RunResult) -> list[str]:
    """Tell of jobs that no event says to be late: they never ended."""
    count = sum(
        task.overdue for each in result.partitions for task in each.tasks
    )
    return [f"{plural(count, 'job')} late and not ended"] if count else []
