"""Rows of a result as columns, and as frames of pandas or polars."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from types import UnionType
from typing import Any, Final, get_args, get_origin

from vpok.kernel.errors import VpokError

LIBRARIES: Final = ("pandas", "polars")
# Fields that are rows themselves.
INNER: Final = frozenset(
    {"interrupts", "misses", "response", "tasks", "vcpus"}
)
SIMPLE: Final = (bool, float, int, str)

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


def types(heads: Sequence[str], kinds: Kinds) -> dict[str, type]:
    """Return what is in the columns of numbers and words, also if empty."""
    found: dict[str, type] = dict.fromkeys(heads, str)
    for prefix, kind in kinds:
        for each in fields(kind):
            if each.name in INNER:
                continue
            # Of `int | None` the first counts.
            known, *_ = get_args(each.type) or (each.type,)
            if each.type in SIMPLE or get_origin(each.type) is UnionType:
                found[prefix + each.name] = known
    return found


def dataframe(
    table: Columns, kinds: Mapping[str, type], library: str | None = None
) -> Any:
    """
    Return a DataFrame of *library*, or of the one that is installed.

    *kinds* of columns go for those in which there is nothing.
    """
    if library is not None and library not in LIBRARIES:
        raise VpokError(
            f"no frames of {library!r}: take {' or '.join(LIBRARIES)}"
        )
    for name in LIBRARIES if library is None else (library,):
        if find_spec(name) is not None:
            frame = import_module(name).DataFrame
            if name == "polars":
                return frame(dict(table), schema_overrides=dict(kinds))
            made = frame(dict(table))
            return made if len(made) else made.astype(dict(kinds))
    wanted = library or " or ".join(LIBRARIES)
    raise VpokError(
        f"frames need {wanted}, which is not installed: pip install "
        f"'vpok[{library or LIBRARIES[0]}]'"
    )
