"""All rows of an analysis; shown as tables."""

from vpok.analysis.rows import BoundRow
from vpok.analysis.tables import remarks, tables
from vpok.report.markup import page
from vpok.report.table import render


class Bounds(tuple[BoundRow, ...]):
    """The rows; as text and in notebooks, tables and what is to be said."""

    __slots__ = ()

    def __str__(self) -> str:
        parts = [render(table) for table in tables(self)]
        said = "".join(f"{line}\n" for line in self._said())
        return "\n".join([*parts, said] if said else parts)

    def _repr_html_(self) -> str:
        return page("", tables(self), self._said())

    def _said(self) -> list[str]:
        return list(dict.fromkeys(remarks(self)))
