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

LEAST = 20  # characters of time, however narrow the terminal
TICK = 10  # characters between marks, at least


@dataclass(slots=True)
class Row:
    """Spans are (start, end); those of *ground* are drawn behind the others."""

    label: str
    spans: Sequence[tuple[int, int]]
    ground: Sequence[tuple[int, int]] = field(default_factory=list)


def draw(
    rows: Sequence[Row], end: int, width: int, *, marks: str = BLOCKS
) -> str:
    """Draw the time from 0 to *end* in lines of at most *width* characters."""
    labels = max(len(row.label) for row in rows)
    labels = max(labels, 4)
    columns = max(LEAST, width - labels - 2)
    unit, axis = _axis(end, columns)
    lines = [f"{unit:>{labels}}  {axis}"]
    lines += [
        f"{row.label:<{labels}}  {_cells(row, end, columns, marks)}"
        for row in rows
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cells(row: Row, end: int, columns: int, marks: str) -> str:
    covered = _shares(row.spans, end, columns)
    ground = _shares(row.ground, end, columns)
    share = end / columns
    cells = []
    for column in range(columns):
        if covered[column]:
            level = 1 + int(4 * covered[column] / share + 0.001)
            cells.append(marks[min(level, 4)])
        else:
            cells.append(marks[0] if ground[column] else " ")
    return "".join(cells)


def _shares(
    spans: Iterable[tuple[int, int]], end: int, columns: int
) -> list[int]:
    """Return the ns that *spans* cover of each column."""
    covered = [0] * columns
    for start, stop in spans:
        first = start * columns // end
        last = min(columns - 1, (stop * columns - 1) // end)
        for column in range(first, last + 1):
            left = max(start, column * end // columns)
            right = min(stop, (column + 1) * end // columns)
            covered[column] += max(0, right - left)
    return covered


def _axis(end: int, columns: int) -> tuple[str, str]:
    """Return the unit of time and the line of marks."""
    step = _step(end, columns)
    scale, unit = 1, "ns"
    for size, name in UNITS:
        if step % size == 0:
            scale, unit = size, name
            break
    line = ""
    for time in range(0, end + 1, step):
        place = time * columns // end
        mark = str(time // scale)
        if place + len(mark) <= columns and place >= len(line):
            line = line.ljust(place) + mark
    return unit, line


def _step(end: int, columns: int) -> int:
    """Return a round time of at least TICK columns."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step * columns >= TICK * end:
                return factor * step
        step *= 10
