"""
Which tier counts instructions here: `native` or `count`.

Both give the same results.  `native` needs the machine code of the meter,
for this host, and memory to execute it in; `count` needs neither.
"""

import os
from dataclasses import dataclass
from typing import Final

from vpok.engines.unicorn.meter import MeterCode
from vpok.kernel.errors import EngineUnavailable

NATIVE: Final = "native"
COUNT: Final = "count"
VARIABLE: Final = "VPOK_METER"


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier and why it is in use."""

    name: str
    reason: str
    code: MeterCode | None


def choose(wish: str | None) -> Tier:
    """
    Return the tier to use; *wish*, then the environment, may force one.

    Raises EngineUnavailable if a forced tier cannot be had.
    """
    source = "asked for"
    if wish is None:
        wish = os.environ.get(VARIABLE) or None
        source = f"{VARIABLE}={wish}"
    if wish not in {None, NATIVE, COUNT}:
        raise EngineUnavailable(
            f"{VARIABLE} must be `native` or `count`, not `{wish}`"
        )
    if wish == COUNT:
        return Tier(COUNT, source, None)
    try:
        code = MeterCode()
    except EngineUnavailable as error:
        if wish == NATIVE:
            raise
        return Tier(COUNT, str(error), None)
    return Tier(NATIVE, source if wish else "the host has a meter", code)
