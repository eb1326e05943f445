"""What the numbers of events are called, for people."""

from collections.abc import Callable
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from vpok.abi.paravirt_calls import HealthKind, Number
from vpok.abi.pok import ERROR_NAMES, Syscall
from vpok.events import CONTROLS, DROPS
from vpok.kernel.module import END_NAMES
from vpok.kernel.partition import MODE_NAMES
from vpok.kernel.vcpu import STATE_NAMES
from vpok.spec.model import HEALTH_ACTIONS

# What follows the actions of configurations in ERROR events.
ACTIONS: Final = (*HEALTH_ACTIONS, "handled by the guest", "plan")


def _members(enum: type[IntEnum]) -> dict[int, str]:
    return {int(member): member.name for member in enum}


POK: Final = "pok"
_POK_CALLS: Final = MappingProxyType(_members(Syscall))
_CALLS: Final = MappingProxyType(_members(Number))
_KINDS: Final = MappingProxyType(
    {
        number: name.lower().replace("_", " ")
        for number, name in _members(HealthKind).items()
    }
)


def call(personality: str, number: int) -> str:
    """Name a call of a guest: `SAMPLING_READ`."""
    known = _POK_CALLS if personality == POK else _CALLS
    return known.get(number, f"call {number}")


def error(personality: str, kind: int) -> str:
    """Name what the health monitor heard of: `numeric error`."""
    known = ERROR_NAMES if personality == POK else _KINDS
    return known.get(kind, f"error {kind}")


def _of(names: tuple[str, ...], other: str) -> Callable[[int], str]:
    def name(number: int) -> str:
        if 0 <= number < len(names):
            return names[number]
        return f"{other} {number}"

    return name


action: Final = _of(ACTIONS, "action")
control: Final = _of(CONTROLS, "control")
drop: Final = _of(DROPS, "dropped")
end: Final = _of(END_NAMES, "end")
mode: Final = _of(MODE_NAMES, "mode")
state: Final = _of(STATE_NAMES, "state")
