"""
One file per instruction set that the cores can execute.

To add one: a `Target` in a file of its own, and a line in `TARGETS`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from vpok.engines.unicorn.isa.riscv64 import Riscv64
from vpok.engines.unicorn.isa.x86_32 import X86With32Bits
from vpok.engines.unicorn.isa.x86_64 import X86With64Bits
from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.target import Target
from vpok.kernel.errors import EngineUnavailable

TARGETS: Final[Mapping[str, Callable[[], Target]]] = MappingProxyType(
    {
        "x86-32": X86With32Bits,
        "riscv64": Riscv64,
        "x86-64": X86With64Bits,
    }
)


@cache
def target_of(isa: str, library: Library) -> Target:
    """Return the target for *isa*, tried out; raises EngineUnavailable."""
    if isa not in TARGETS:
        raise EngineUnavailable(
            f"the engine knows no instruction set `{isa}`:"
            f" it knows {', '.join(TARGETS)}"
        )
    target = TARGETS[isa]()
    target.prepare(library)
    return target
