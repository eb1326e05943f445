"""
What `health:` says: an action for each kind of error of a personality.

POK's kinds that are not named have the default action; those of a paravirtual
partition have one of their own, unless a default is given.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vpok.abi.paravirt import HEALTH_KINDS
from vpok.abi.pok import ERROR_NAMES
from vpok.config.kinds import plain_name
from vpok.config.log import Log
from vpok.config.names import unknown

DEFAULT: Final = "default"
STOP: Final = "stop"

# By personality: the number of each kind.
KINDS: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {
        "pok": {name: int(number) for number, name in ERROR_NAMES.items()},
        "paravirt": {
            name: number for name, (number, _, _) in HEALTH_KINDS.items()
        },
        "tasks": {},
        "python": {
            name: number for name, (number, _, _) in HEALTH_KINDS.items()
        },
    }
)
# All that may be written, each once.
NAMES: Final = tuple(
    dict.fromkeys(
        [DEFAULT, *(name for kinds in KINDS.values() for name in kinds)]
    )
)
OWN: Final[Mapping[str, Mapping[int, str]]] = MappingProxyType(
    {
        "pok": {},
        "paravirt": {
            number: action for number, action, _ in HEALTH_KINDS.values()
        },
        "tasks": {},
        "python": {
            number: action for number, action, _ in HEALTH_KINDS.values()
        },
    }
)


def build_health(
    raw: Mapping[str, str] | None, personality: str, path: str, log: Log
) -> Mapping[int, str]:
    """Return the action of each kind, by its number; of the others, by 0."""
    kinds = {DEFAULT: 0, **KINDS[personality]}
    given: dict[int, str] = {}
    for written, action in (raw or {}).items():
        name = plain_name(written)
        if name in kinds:
            given[kinds[name]] = action
        else:
            log.problem(f"{path}.{written}", unknown("error", name, [*kinds]))
    own = OWN[personality]
    if 0 in given:
        own = dict.fromkeys(own, given[0])
    return MappingProxyType({0: STOP, **own, **given})
