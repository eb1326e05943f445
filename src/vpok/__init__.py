"""
vpok: POK with virtual CPUs, a deterministic partitioning hypervisor.

    import vpok

    with vpok.load("config.yaml").build() as system:
        print(system.run(until="2s"))

The names below are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vpok.config import ConfigError as ConfigError
    from vpok.events import EventKind as EventKind
    from vpok.events import Sink as Sink
    from vpok.kernel.errors import EngineUnavailable as EngineUnavailable
    from vpok.kernel.errors import VpokError as VpokError
    from vpok.report.rows import RunResult as RunResult
    from vpok.spec.model import SystemSpec as SystemSpec
    from vpok.system import System as System
    from vpok.system import build as build
    from vpok.system import load as load
    from vpok.trace.recording import Recording as Recording
    from vpok.variants import Comparison as Comparison
    from vpok.variants import compare as compare

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "vpok.variants",
    "ConfigError": "vpok.config",
    "EngineUnavailable": "vpok.kernel.errors",
    "EventKind": "vpok.events",
    "Recording": "vpok.trace.recording",
    "RunResult": "vpok.report.rows",
    "Sink": "vpok.events",
    "System": "vpok.system",
    "SystemSpec": "vpok.spec.model",
    "VpokError": "vpok.kernel.errors",
    "build": "vpok.system",
    "compare": "vpok.variants",
    "load": "vpok.system",
}

__all__ = [
    "Comparison",
    "ConfigError",
    "EngineUnavailable",
    "EventKind",
    "Recording",
    "RunResult",
    "Sink",
    "System",
    "SystemSpec",
    "VpokError",
    "__version__",
    "build",
    "compare",
    "load",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'vpok' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Name what can be imported."""
    return sorted(__all__)
