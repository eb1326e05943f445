"""Errors that the health monitor heard of, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from vpok import names
from vpok.report.words import exact_time
from vpok.spec.model import SystemSpec


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """An error; *kind* is the word that `health:` of a configuration has."""

    time: int  # ns
    partition: str
    vcpu: int
    kind: str
    action: str  # of `vpok.names`

    def __str__(self) -> str:
        return (
            f"at {exact_time(self.time)}: {self.partition}/{self.vcpu}: "
            f"{self.kind} ({self.action})"
        )


def error_rows(
    spec: SystemSpec, heard: Iterable[tuple[int, int, int, int, int]]
) -> tuple[ErrorRow, ...]:
    """Name what was *heard*: (time, partition, vCPU, kind, action) each."""
    rows = []
    for time, index, vcpu, kind, action in heard:
        partition = spec.partitions[index]
        rows.append(
            ErrorRow(
                time,
                partition.name,
                vcpu,
                names.error(partition.personality, kind),
                names.action(action),
            )
        )
    return tuple(rows)
