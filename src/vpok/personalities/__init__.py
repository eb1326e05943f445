"""What guests see of the hypervisor.  To add one: its folder, its line."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vpok.kernel.personality import Personality
from vpok.personalities.model.personality import make_tasks
from vpok.personalities.paravirt.personality import Paravirt
from vpok.personalities.pok.personality import Pok
from vpok.personalities.python.personality import PythonGuest
from vpok.spec.model import SystemSpec

# By name: from a system and the index of a partition in it.
PERSONALITIES: Mapping[str, Callable[[SystemSpec, int], Personality]] = (
    MappingProxyType(
        {
            "pok": Pok,
            "paravirt": Paravirt,
            "tasks": make_tasks,
            "python": PythonGuest,
        }
    )
)
