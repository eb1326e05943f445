"""Rows of a result as columns, and as frames of pandas or polars."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final

from vpok.kernel.errors import VpokError
from vpok.report.rows import (
    MissRow,
    PartitionRow,
    ProcessorRow,
    ResponseRow,
    RunResult,
    TaskRow,
    VcpuRow,
)

LIBRARIES: Final = ("pandas", "polars")
Columns = Mapping[str, Sequence[Any]]
# Fields that are rows themselves.
INNER: Final = frozenset(
    {"interrupts", "misses", "response", "tasks", "vcpus"}
)


def dataframe(columns: Columns, library: str | None = None) -> Any:
    """Return a DataFrame of *library*, or of the one that is installed."""
    if library is not None and library not in LIBRARIES:
        raise VpokError(
            f"no frames of {library!r}: take {' or '.join(LIBRARIES)}"
        )
    for name in LIBRARIES if library is None else (library,):
        if find_spec(name) is not None:
            return import_module(name).DataFrame(dict(columns))
    wanted = library or " or ".join(LIBRARIES)
    raise VpokError(
        f"frames need {wanted}, which is not installed: pip install "
        f"{library or LIBRARIES[0]}"
    )


def _plain(kind: type[Any]) -> list[str]:
    return [each.name for each in fields(kind) if each.name not in INNER]


def _columns(
    head: Sequence[str], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Columns:
    table = list(rows)
    return {
        name: [row[place] for row in table]
        for place, name in enumerate([*head, *names])
    }


def _values(row: Any, names: Sequence[str]) -> list[Any]:
    return [None if row is None else getattr(row, name) for name in names]


def tasks(result: RunResult) -> Columns:
    """A row per task; response times are `response_minimum` and so on."""
    own, times = _plain(TaskRow), _plain(ResponseRow)
    return _columns(
        ("partition",),
        [*own, *(f"response_{name}" for name in times)],
        (
            [row.name, *_values(task, own), *_values(task.response, times)]
            for row in result.partitions
            for task in row.tasks
        ),
    )


def misses(result: RunResult) -> Columns:
    """A row per missed deadline that was kept."""
    own = _plain(MissRow)
    return _columns(
        ("partition", "task"),
        own,
        (
            [row.name, task.name, *_values(miss, own)]
            for row in result.partitions
            for task in row.tasks
            for miss in task.misses
        ),
    )


def vcpus(result: RunResult) -> Columns:
    """A row per virtual CPU."""
    own = _plain(VcpuRow)
    return _columns(
        ("partition",),
        own,
        (
            [row.name, *_values(vcpu, own)]
            for row in result.partitions
            for vcpu in row.vcpus
        ),
    )


def partitions(result: RunResult) -> Columns:
    """A row per partition."""
    own = _plain(PartitionRow)
    return _columns((), own, (_values(row, own) for row in result.partitions))


def processors(result: RunResult) -> Columns:
    """A row per processor."""
    own = _plain(ProcessorRow)
    return _columns((), own, (_values(row, own) for row in result.processors))


COLUMNS: Final[Mapping[str, Callable[[RunResult], Columns]]] = (
    MappingProxyType(
        {
            "tasks": tasks,
            "misses": misses,
            "vcpus": vcpus,
            "partitions": partitions,
            "processors": processors,
        }
    )
)
