"""Errors that the health monitor heard of, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from vpok.abi.paravirt import HEALTH_KINDS
from vpok.abi.pok import ERROR_NAMES
from vpok.report.words import exact_time
from vpok.spec.model import HEALTH_ACTIONS, SystemSpec

# As an ERROR event counts them (personalities/actions.py).
ACTIONS: Final = (*HEALTH_ACTIONS, "handled by the guest", "plan")
PARAVIRT: Final = {number: name for name, (number, *_) in HEALTH_KINDS.items()}
KINDS: Final[Mapping[str, Mapping[int, str]]] = {
    "pok": {int(kind): name for kind, name in ERROR_NAMES.items()},
    "paravirt": PARAVIRT,
    "python": PARAVIRT,
}


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """An error; *kind* is the word that `health:` of a configuration has."""

    time: int  # ns
    partition: str
    vcpu: int
    kind: str
    action: str  # one of ACTIONS

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
        names = KINDS.get(partition.personality, {})
        rows.append(
            ErrorRow(
                time,
                partition.name,
                vcpu,
                names.get(kind, f"error {kind}"),
                ACTIONS[action] if action < len(ACTIONS) else str(action),
            )
        )
    return tuple(rows)
