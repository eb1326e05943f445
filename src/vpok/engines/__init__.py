"""
What can execute guest code here.

To add an engine: a package with an `Engine`, and a line in `ENGINES`.  An
engine's libraries are loaded when it is first made or described.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from vpok.engines.model.build import make_model
from vpok.kernel.engine import Engine
from vpok.spec.model import SystemSpec

DEFAULT: Final = "unicorn"


@dataclass(frozen=True, slots=True)
class Description:
    """What `vpok engines` tells of an engine."""

    name: str
    version: str  # of what it is built on; empty if that is missing
    available: bool
    tier: str
    reason: str  # why this tier, or why the engine is not available
    isas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EngineKind:
    """An engine that can be chosen by name."""

    # (bytes of memory, instructions per second, tier or None, instruction set)
    # -> engine.  Raises EngineUnavailable.
    make: Callable[[int, int, str | None, str], Engine]
    describe: Callable[[], Description]


def _unicorn(
    memory_size: int, clock_hz: int, tier: str | None, isa: str
) -> Engine:
    from vpok.engines.unicorn.engine import UnicornEngine  # noqa: PLC0415

    return UnicornEngine(memory_size, clock_hz, tier, isa)


def _describe_unicorn() -> Description:
    from vpok.engines.unicorn.describe import describe  # noqa: PLC0415

    return describe()


ENGINES: Final[Mapping[str, EngineKind]] = MappingProxyType(
    {
        "unicorn": EngineKind(_unicorn, _describe_unicorn),
    }
)


def make_engine(spec: SystemSpec, index: int, tier: str | None) -> Engine:
    """
    Return an engine for a partition of *spec*, with its memory.

    Raises EngineUnavailable, or VpokError for a guest in Python.
    """
    partition = spec.partitions[index]
    if partition.personality == "python":
        from vpok.engines.python.build import make_python  # noqa: PLC0415

        return make_python(spec, index)
    if partition.model is not None:
        return make_model(partition)
    isa = getattr(partition.image, "isa", "x86-32")
    return ENGINES[DEFAULT].make(partition.size, spec.clock, tier, isa)
