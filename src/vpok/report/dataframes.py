"""Rows of a result as columns, and as frames of pandas or polars."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from vpok.kernel.errors import VpokError

LIBRARIES: Final = ("pandas", "polars")
# Fields that are rows themselves.
INNER: Final = frozenset(
    {"interrupts", "misses", "response", "tasks", "vcpus"}
)

Columns = Mapping[str, Sequence[Any]]
Kinds = Sequence[tuple[str, type[Any]]]  # prefix of the names, kind of row


def columns(
    heads: Sequence[str],
    kinds: Kinds,
    found: Iterable[tuple[Sequence[Any], Sequence[Any]]],
) -> Columns:
    """
    Return the fields of rows as columns.

    *found*: for each line the values of *heads*, and a row of each of
    *kinds*, or None.
    """
    names = [
        [each.name for each in fields(kind) if each.name not in INNER]
        for _, kind in kinds
    ]
    titles = [
        prefix + name
        for (prefix, _), own in zip(kinds, names, strict=True)
        for name in own
    ]
    lines = [
        [
            *values,
            *(
                cell
                for row, own in zip(rows, names, strict=True)
                for cell in _cells(row, own)
            ),
        ]
        for values, rows in found
    ]
    return {
        title: [line[place] for line in lines]
        for place, title in enumerate([*heads, *titles])
    }


def _cells(row: Any, names: Sequence[str]) -> list[Any]:
    return [None if row is None else getattr(row, name) for name in names]


def dataframe(table: Columns, library: str | None = None) -> Any:
    """Return a DataFrame of *library*, or of the one that is installed."""
    if library is not None and library not in LIBRARIES:
        raise VpokError(
            f"no frames of {library!r}: take {' or '.join(LIBRARIES)}"
        )
    for name in LIBRARIES if library is None else (library,):
        if find_spec(name) is not None:
            return import_module(name).DataFrame(dict(table))
    wanted = library or " or ".join(LIBRARIES)
    raise VpokError(
        f"frames need {wanted}, which is not installed: pip install "
        f"{library or LIBRARIES[0]}"
    )
