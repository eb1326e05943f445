"""
One file per instruction set: registers, what a fault means.

To add one: its file, a line in `REGISTERS`, a target of an engine, and, for
guest operating systems, an `Isa` in `paravirt`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from vpok.arch import riscv64, x86_32, x86_64


@dataclass(frozen=True, slots=True)
class Registers:
    """The registers that a vCPU's context has, by number."""

    names: tuple[str, ...]
    mask: int  # of each
    flags: int = -1  # number of the one that a guest may change in part
    own_flags: int = 0  # that part
    user_flags: int = 0  # what is set in the rest


REGISTERS: Final[Mapping[str, Registers]] = MappingProxyType(
    {
        "x86-32": Registers(
            names=x86_32.NAMES,
            mask=0xFFFF_FFFF,
            flags=x86_32.EFLAGS,
            own_flags=x86_64.OWN_FLAGS,
            user_flags=x86_32.USER_FLAGS,
        ),
        "x86-64": Registers(
            names=x86_64.NAMES,
            mask=0xFFFF_FFFF_FFFF_FFFF,
            flags=x86_64.RFLAGS,
            own_flags=x86_64.OWN_FLAGS,
            user_flags=x86_64.USER_FLAGS,
        ),
        "riscv64": Registers(
            names=riscv64.NAMES,
            mask=0xFFFF_FFFF_FFFF_FFFF,
        ),
    }
)
