"""Tables as plain data, and their text."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Columns start with `<` or `>`: where their cells are aligned."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def render(table: Table, *, colour: bool = False) -> str:
    """Return the table as lines; two blanks between the columns."""
    heads = [column[1:] for column in table.columns]
    widths = [
        max(len(row[place]) for row in [heads, *table.rows])
        for place in range(len(heads))
    ]
    lines = [_line(table.columns, widths, row) for row in [heads, *table.rows]]
    if colour:
        lines[0] = f"\x1b[1m{lines[0]}\x1b[0m"
    return "".join(f"{line}\n" for line in lines)


def _line(
    columns: Sequence[str], widths: Sequence[int], row: Sequence[str]
) -> str:
    cells = [
        cell.rjust(width) if column[0] == ">" else cell.ljust(width)
        for column, width, cell in zip(columns, widths, row, strict=True)
    ]
    return "  ".join(cells).rstrip()
