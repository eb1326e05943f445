"""
The block meter: see `meter.c`, whose machine code this module loads, and that
of `guard.c` with it.

Where the host has no machine code here, or lends no executable memory, the
engine counts instructions instead (the tier `count`).
"""

import ctypes
import os
import platform
from collections.abc import Callable
from ctypes import c_int64, c_uint32, c_uint64, c_void_p
from importlib import resources
from typing import Final

from vpok.engines.unicorn.host import Pages
from vpok.kernel.errors import EngineUnavailable

SLOTS: Final = 16384
# The cost of a block that must not run under the meter.
NEVER: Final = 0x7FFF_FFFF
# The size of a slot that is to be looked at again: of no block.
UNKNOWN: Final = 0xFFFF_FFFF

_ALIGNMENT: Final = 16  # of functions

_MACHINES: Final = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "aarch64": "aarch64",
    "arm64": "aarch64",
}


class Slot(ctypes.Structure):
    """A block and its cost in instructions."""

    _fields_ = (("pc", c_uint64), ("size", c_uint32), ("cost", c_uint32))


MISS_HOOK: Final = ctypes.CFUNCTYPE(
    None, c_void_p, c_uint64, c_uint32, ctypes.POINTER(Slot)
)


class Meter(ctypes.Structure):
    """The structure of `meter.c`."""

    _fields_ = (
        ("budget", c_int64),
        ("slot", ctypes.POINTER(Slot)),
        ("stopped", c_uint64),
        ("stop", c_void_p),
        ("miss", MISS_HOOK),
        ("table", Slot * SLOTS),
    )


class MeterCode:
    """The hooks, in executable memory."""

    def __init__(self) -> None:
        """Load it; raises EngineUnavailable where that cannot be done."""
        machine = _MACHINES.get(platform.machine().lower())
        if machine is None or os.name != "posix":
            raise EngineUnavailable(
                f"no block meter for {platform.system()} {platform.machine()}"
            )
        files = resources.files(__package__)
        meter = files.joinpath(f"meter-{machine}.bin").read_bytes()
        guard = files.joinpath(f"guard-{machine}.bin").read_bytes()
        start = len(meter) + _ALIGNMENT - len(meter) % _ALIGNMENT
        code = meter.ljust(start, b"\0") + guard
        try:
            self._pages = Pages(len(code), executable=True)
        except OSError as error:
            raise EngineUnavailable(
                f"the host lends no executable memory ({error})"
            ) from error
        self._pages.view[: len(code)] = code
        self.address = self._pages.address
        self.guard = self.address + start


_TABLE_BYTES: Final = SLOTS * ctypes.sizeof(Slot)


def slot_of(pc: int) -> int:
    """Return the index of a block's slot, as `meter.c` computes it."""
    return (pc ^ pc >> 14) & SLOTS - 1


def make_meter(
    stop: int, miss: Callable[[int, int, int, "ctypes._Pointer[Slot]"], None]
) -> Meter:
    """Return a meter with an empty table."""
    meter = Meter()
    # No block has this address and size.
    ctypes.memset(ctypes.addressof(meter.table), 0xFF, _TABLE_BYTES)
    meter.stop = stop
    meter.miss = MISS_HOOK(miss)
    return meter


def budget_of(meter: Meter) -> memoryview:
    """Return the budget as the one item of a view, which is read faster."""
    word = c_int64.from_address(ctypes.addressof(meter))
    return memoryview(word).cast("B").cast("q")
