"""Rows of a result by the names that tests use, and lists in messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from vpok.kernel.errors import VpokError
from vpok.report.rows import (
    InterruptRow,
    PartitionRow,
    RunResult,
    TaskRow,
)

SHOWN: Final = 20  # lines in a message; the others are counted
Row = TypeVar("Row")


def partition_of(result: RunResult, name: str) -> PartitionRow:
    """Return a partition; raises VpokError."""
    __tracebackhide__ = True
    return _named({row.name: row for row in result.partitions}, name)


def tasks(result: RunResult, name: str | None) -> list[tuple[str, TaskRow]]:
    """Return all tasks or one, with their names; raises VpokError."""
    __tracebackhide__ = True
    found = {
        f"{partition.name}/{task.name}": task
        for partition in result.partitions
        for task in partition.tasks
    }
    if name is not None:
        return [(name, _named(found, name))]
    if not found:
        raise VpokError(f"{result.system} has no modelled tasks")
    return list(found.items())


def interrupt(result: RunResult, name: str) -> InterruptRow:
    """Return an interrupt by a source or by its place; raises VpokError."""
    __tracebackhide__ = True
    found: dict[str, InterruptRow] = {}
    for partition in result.partitions:
        for vcpu in partition.vcpus:
            for row in vcpu.interrupts:
                place = f"{partition.name}/{vcpu.index}/{row.number}"
                found |= dict.fromkeys((*row.sources, place), row)
    return _named(found, name)


def used(result: RunResult, name: str) -> float:
    """Return the utilisation of a partition or a vCPU; raises VpokError."""
    __tracebackhide__ = True
    found = {}
    for partition in result.partitions:
        found[partition.name] = partition.utilisation
        for vcpu in partition.vcpus:
            found[f"{partition.name}/{vcpu.index}"] = vcpu.utilisation
    return _named(found, name)


def _named(rows: Mapping[str, Row], name: str) -> Row:
    __tracebackhide__ = True
    if name not in rows:
        known = f"name one of {', '.join(rows)}" if rows else "there are none"
        raise VpokError(f"no {name!r} in this run: {known}")
    return rows[name]


def listed(rows: Iterable[object], *, last: bool = False) -> str:
    """Return rows as indented lines: the first ones, or the *last*."""
    lines: Sequence[str] = [f"\n  {row}" for row in rows]
    more = len(lines) - SHOWN
    if more <= 0:
        return "".join(lines)
    if last:
        return f"\n  ... {more} before" + "".join(lines[-SHOWN:])
    return "".join(lines[:SHOWN]) + f"\n  ... {more} more"
