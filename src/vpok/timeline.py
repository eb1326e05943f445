"""
Who had the processors when, as a picture: SVG in notebooks, text elsewhere.

    with vpok.load("config.yaml").build(timeline=True) as system:
        system.run("2s").timeline().show()
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vpok.events import EventKind
from vpok.kernel.errors import VpokError
from vpok.report.lanes import ERROR, MISS, RAISE, Bar, Lane, Mark
from vpok.report.markup import heading
from vpok.report.svg import GREY, svg
from vpok.report.timeline import BLOCKS, Row, draw
from vpok.report.words import show_time
from vpok.spec.model import SystemSpec
from vpok.trace.timeline import Point, Seen, Span, Timeline

COLUMNS = 80


class History:
    """What was heard of a system's run, to be drawn."""

    def __init__(self, spec: SystemSpec, heard: Timeline) -> None:
        """Draw what *heard*, a listener of the run, has."""
        self.spec = spec
        self.heard = heard

    def drawing(self, start: int | str, end: int | str) -> "Drawing":
        """Draw [start, end), ns or text such as `2ms`; raises VpokError."""
        begin, stop = _instant(start), _instant(end)
        if begin >= stop:
            raise VpokError(
                f"a timeline from {begin} ns to {stop} ns shows nothing: let "
                "it end later than it starts"
            )
        seen = self.heard.between(begin, stop)
        return Drawing(
            self.spec.name,
            begin,
            stop,
            tuple(_processors(self.spec, seen)),
            tuple(_lanes(self.spec, seen)),
        )


def _instant(time: int | str) -> int:
    # Files are read by few who draw.
    from vpok.config.units import UnitError, parse_time  # noqa: PLC0415

    try:
        return parse_time(time)
    except UnitError as error:
        raise VpokError(f"no instant {time!r}: {error}") from None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A part of a run: [start, end) ns, and who did what in it."""

    system: str
    start: int
    end: int
    processors: tuple[Lane, ...]
    lanes: tuple[Lane, ...]  # of vCPUs, their tasks and interrupts

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int = COLUMNS, marks: str = BLOCKS) -> str:
        """Return lines of at most *width* characters; `x`: misses, errors."""
        rows = [_row(lane) for lane in self.lanes if not _silent(lane)]
        return draw(rows, self.end, width, start=self.start, marks=marks)

    def show(self, width: int = COLUMNS) -> None:
        """Print it as text."""
        print(self.text(width), end="")  # noqa: T201

    def svg(self) -> str:
        """Return it as a file for browsers and documents."""
        text = self._draw()
        return text.replace("<svg ", f'<svg color="{GREY}" ', 1)

    def _draw(self) -> str:
        return svg(
            [*self.processors, *self.lanes], self.start, self.end, self._title
        )

    @property
    def _title(self) -> str:
        return (
            f"{self.system}: {show_time(self.start)} to {show_time(self.end)}"
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        return (
            f'{heading(self._title)}\n<div style="overflow-x:auto">\n'
            f"{self._draw()}</div>\n"
        )


def _row(lane: Lane) -> Row:
    return Row(
        f"  {lane.label}" if lane.inner else lane.label,
        [(bar.start, bar.end) for bar in lane.bars],
        [(bar.start, bar.end) for bar in lane.ground],
        [mark.time for mark in lane.marks if mark.sort != RAISE],
    )


def _silent(lane: Lane) -> bool:
    """Say whether only a picture shows it: interrupts are short."""
    return any(mark.sort == RAISE for mark in lane.marks) or (
        lane.label == INTERRUPTS and lane.inner
    )


# --- from spans to lanes ------------------------------------------------------

INTERRUPTS = "interrupts"


def _processors(spec: SystemSpec, seen: Seen) -> Iterator[Lane]:
    names = {
        index: partition.name
        for index, partition in enumerate(spec.partitions)
    }
    for number in range(spec.processors):
        yield Lane(
            f"processor {number}",
            names,
            bars=_bars(s for s in seen.runs if s.pcpu == number),
            ground=_bars(s for s in seen.windows if s.pcpu == number),
        )


def _bars(spans: Iterable[Span]) -> list[Bar]:
    """Leave out who only came to find nothing to do."""
    return [
        Bar(span.start, span.end, span.partition)
        for span in spans
        if span.end > span.start
    ]


def _lanes(spec: SystemSpec, seen: Seen) -> Iterator[Lane]:
    """Yield a lane per vCPU and task, and per vCPU that was interrupted."""
    parts = _by_partition(seen, len(spec.partitions))
    for index, partition in enumerate(spec.partitions):
        part = parts[index]
        names = {index: partition.name}
        ground = _bars(part.windows)
        for vcpu in range(partition.vcpus.count):
            label = partition.name
            if partition.vcpus.count > 1:
                label = f"{label}/{vcpu}"
            yield Lane(
                label,
                names,
                _bars(s for s in part.runs if s.vcpu == vcpu),
                ground,
                [
                    Mark(p.time, ERROR, f"error {p.number} of {label}")
                    for p in part.points
                    if p.kind == EventKind.ERROR
                    and p.vcpu in {vcpu, -vcpu - 1}
                ],
                colour=index,
            )
            yield from _interrupts(part, index, vcpu)
        tasks = partition.model.tasks if partition.model else ()
        for place, task in enumerate(tasks):
            yield _task(part, index, place, task.name)


def _by_partition(seen: Seen, count: int) -> list[Seen]:
    parts = [Seen([], [], [], [], []) for _ in range(count)]
    for span in seen.windows:
        parts[span.partition].windows.append(span)
    for span in seen.runs:
        parts[span.partition].runs.append(span)
    for span in seen.jobs:
        parts[span.partition].jobs.append(span)
    for span in seen.handlers:
        parts[span.partition].handlers.append(span)
    for point in seen.points:
        parts[point.partition].points.append(point)
    return parts


def _interrupts(part: Seen, index: int, vcpu: int) -> Iterator[Lane]:
    handlers = [s for s in part.handlers if s.vcpu == vcpu]
    raised = [
        Mark(p.time, RAISE, f"interrupt {p.number} raised")
        for p in part.points
        if p.kind == EventKind.IRQ_RAISE and p.vcpu == vcpu
    ]
    if handlers or raised:
        numbers = {handler.number for handler in handlers}
        yield Lane(
            INTERRUPTS,
            {number: f"handler of {number}" for number in sorted(numbers)},
            [Bar(s.start, s.end, s.number) for s in handlers],
            marks=raised,
            colour=index,
            inner=True,
        )


def _task(part: Seen, index: int, place: int, name: str) -> Lane:
    return Lane(
        name,
        {place: name},
        [Bar(s.start, s.end, place) for s in part.jobs if s.task == place],
        marks=[
            Mark(p.time, MISS, _missed(p, name))
            for p in part.points
            if p.kind == EventKind.JOB_MISS and p.task == place
        ],
        colour=index,
        inner=True,
    )


def _missed(point: Point, name: str) -> str:
    return (
        f"{name}, job {point.number}, was to end by {show_time(point.value)}"
    )
