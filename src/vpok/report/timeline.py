"""
Timelines drawn with characters.

A row is a label and spans of time; a character stands for an equal share of
the time that is shown, and says how much of it is covered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vpok.report.words import UNITS

# From nothing to all of a character's time; the first is a window's ground.
BLOCKS = "\u00b7\u2591\u2592\u2593\u2588"
PLAIN = ".-=%#"
CROSS = "x"

LEAST = 20  # characters of time, however narrow the terminal
TICK = 10  # characters between marks, at least


@dataclass(slots=True)
class Row:
    """Spans are (start, end); those of *ground* are drawn behind the others."""

    label: str
    spans: Sequence[tuple[int, int]]
    ground: Sequence[tuple[int, int]] = field(default_factory=list)
    crosses: Sequence[int] = ()  # instants that are marked


def draw(
    rows: Sequence[Row],
    end: int,
    width: int,
    *,
    start: int = 0,
    marks: str = BLOCKS,
) -> str:
    """
    Draw the time from *start* to *end*, ns.

    Lines have at most *width* characters.
    """
    labels = max(len(row.label) for row in rows)
    labels = max(labels, 4)
    columns = max(LEAST, width - labels - 2)
    unit, axis = _axis(start, end, columns)
    lines = [f"{unit:>{labels}}  {axis}"]
    lines += [
        f"{row.label:<{labels}}  {_cells(row, start, end, columns, marks)}"
        for row in rows
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cells(row: Row, start: int, end: int, columns: int, marks: str) -> str:
    length = end - start
    covered = _shares(row.spans, start, length, columns)
    ground = _shares(row.ground, start, length, columns)
    share = length / columns
    cells = []
    for column in range(columns):
        if covered[column]:
            level = 1 + int(4 * covered[column] / share + 0.001)
            cells.append(marks[min(level, 4)])
        else:
            cells.append(marks[0] if ground[column] else " ")
    for instant in row.crosses:
        cells[min(columns - 1, (instant - start) * columns // length)] = CROSS
    return "".join(cells)


def _shares(
    spans: Iterable[tuple[int, int]], origin: int, end: int, columns: int
) -> list[int]:
    """Return the ns that *spans* cover of each column."""
    covered = [0] * columns
    for start, stop in ((a - origin, b - origin) for a, b in spans):
        first = start * columns // end
        last = min(columns - 1, (stop * columns - 1) // end)
        for column in range(first, last + 1):
            left = max(start, column * end // columns)
            right = min(stop, (column + 1) * end // columns)
            covered[column] += max(0, right - left)
    return covered


def _axis(start: int, end: int, columns: int) -> tuple[str, str]:
    """Return the unit of time and the line of marks."""
    step = step_of(end - start, columns)
    scale, unit = axis_unit(step)
    line = ""
    for time in range(-(-start // step) * step, end + 1, step):
        place = (time - start) * columns // (end - start)
        mark = str(time // scale)
        if place + len(mark) <= columns and place >= len(line):
            line = line.ljust(place) + mark
    return unit, line


def axis_unit(step: int) -> tuple[int, str]:
    """Return the largest unit in which a step needs no fraction."""
    for size, name in UNITS:
        if step % size == 0:
            return size, name
    return 1, "ns"


def step_of(length: int, columns: int) -> int:
    """Return a round time of at least TICK columns."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step * columns >= TICK * length:
                return factor * step
        step *= 10
