"""
One file per instruction set: registers, frames, what a fault means.

To add one: write its `ArchOps`, add a line to `ISAS`, and give an engine that
understands its code.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from vpok.arch.x86_32 import X86Ops
from vpok.machine.arch import ArchOps

ISAS: Final[Mapping[str, Callable[[], ArchOps]]] = MappingProxyType(
    {
        "x86-32": X86Ops,
    }
)
