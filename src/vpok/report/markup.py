"""Tables as HTML, for notebooks; everything that is named is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from vpok.report.table import Table

_LINE = "margin:4px 0"
_CELL = "padding:1px 8px;white-space:nowrap"


def heading(text: str) -> str:
    """Return a line above a table or a picture."""
    first, _, rest = text.partition(": ")
    behind = f": {escape(rest)}" if rest else ""
    return f'<p style="{_LINE}"><b>{escape(first)}</b>{behind}</p>'


def page(
    head: str, tables: Sequence[Table], remarks: Iterable[str] = ()
) -> str:
    """Return the lines of *head*, tables below them, and what is remarked."""
    first, *rest = head.splitlines() or [""]
    lines = [heading(first)] if first else []
    lines += map(_line, rest)
    lines += map(html_table, tables)
    lines += map(_line, remarks)
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return f'<p style="{_LINE}">{escape(text)}</p>'


def html_table(table: Table) -> str:
    """Return a table; its style is in it."""
    heads = [column[1:] for column in table.columns]
    rows = [
        f"<thead>{_row(table.columns, heads, 'th')}</thead>",
        "<tbody>",
        *(_row(table.columns, row, "td") for row in table.rows),
        "</tbody>",
    ]
    inner = "\n".join(rows)
    style = "border-collapse:collapse;margin:4px 0 10px"
    return f'<table style="{style}">\n{inner}\n</table>'


def _row(columns: Sequence[str], row: Sequence[str], tag: str) -> str:
    cells = [
        f'<{tag} style="{_CELL};text-align:{_side(column)}">'
        f"{escape(cell)}</{tag}>"
        for column, cell in zip(columns, row, strict=True)
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _side(column: str) -> str:
    return "right" if column[0] == ">" else "left"
