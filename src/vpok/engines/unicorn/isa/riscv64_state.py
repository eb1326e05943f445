"""
What the library knows of a hart without saving or naming it.

* The accrued exception flags are in no context: they travel beside it
  (`Saved.extra`), in the library's own order of bits.
* The address of a reservation (LR) is in the contexts, without a name.  A vCPU
  must lose it when another one writes there.

Where things are is found out by changing them and looking what has changed.
"""

import ctypes
from collections.abc import Sequence
from ctypes import c_uint8, c_uint64
from dataclasses import dataclass
from typing import Final, NamedTuple

from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.mmu import Mmu
from vpok.engines.unicorn.registers import peek
from vpok.engines.unicorn.saved import Saved
from vpok.engines.unicorn.stepper import Stepper
from vpok.engines.unicorn.target import Target
from vpok.kernel.errors import EngineUnavailable
from vpok.machine.memory import PAGE, U64

NOTHING_RESERVED: Final = (1 << 64) - 1
_STATE_BYTES: Final = 65536
# The library's numbers: f0, exception flags, rounding mode.
_F0, _FFLAGS, _FRM = 158, 41, 42
_FLOATS: Final = 32 * 8  # behind as many bytes of x0 to x31
# The library's bits of the flags, from the ISA's lowest one: inexact,
# underflow, overflow, division by zero, invalid.
_BITS: Final = (0x20, 0x10, 0x08, 0x04, 0x01)
_TO_LIBRARY: Final = tuple(
    sum(bit for i, bit in enumerate(_BITS) if flags >> i & 1)
    for flags in range(32)
)
_FROM_LIBRARY: Final = tuple(
    sum(1 << i for i, bit in enumerate(_BITS) if byte & bit)
    for byte in range(256)
)
# lr.d x5, (x6); the next one is illegal.
_RESERVE_TEST: Final = bytes.fromhex("af320310 00000000")
_X6: Final = 6
_RESERVED: Final = 0x548


class Own(NamedTuple):
    """Two bytes of one core, where the library keeps them."""

    flags: memoryview
    rounding: memoryview


@dataclass(frozen=True, slots=True)
class State:
    """Where that is; -1: not found, the library must be asked."""

    flags_at: int  # behind x0, in the library's memory
    rounding_at: int  # as well
    reserved_at: int  # in a context

    def own(self, core: Core) -> Own | None:
        """Return a look at the library's memory, if it is known."""
        base = core.registers.base
        if not base or min(self.flags_at, self.rounding_at) < 0:
            return None
        return Own(_byte(base + self.flags_at), _byte(base + self.rounding_at))

    def reservation(self, context: Saved) -> int:
        """Return the address that is reserved in *context*, or -1."""
        address: int = U64.unpack_from(context.data, self.reserved_at)[0]
        return -1 if address == NOTHING_RESERVED else address

    def forsake(self, context: Saved) -> None:
        """Drop the reservation of *context*."""
        U64.pack_into(context.data, self.reserved_at, NOTHING_RESERVED)

    def reserved(self, core: Core) -> int:
        """Return the address that is reserved in *core*, or -1."""
        core.lib.context_save(core.handle, core.spare.address)
        return self.reservation(core.spare)

    def fcsr(self, core: Core) -> int:
        """Return rounding mode and flags."""
        own: Own | None = core.own
        rounding = own.rounding[0] if own else _ask(core, _FRM)
        return rounding << 5 | _FROM_LIBRARY[self.flags(core)]

    def set_fcsr(self, core: Core, value: int) -> None:
        """Change rounding mode and flags."""
        own: Own | None = core.own
        if own:
            own.rounding[0] = value >> 5
        else:
            core.registers.ask(_FRM, value >> 5)
        self.set_flags(core, _TO_LIBRARY[value & 31])

    def floats(self, core: Core) -> bytes:
        """Return f0 to f31."""
        base = core.registers.base
        if base:
            return ctypes.string_at(base + _FLOATS, _FLOATS)
        return b"".join(U64.pack(_ask(core, _F0 + n)) for n in range(32))

    def set_floats(self, core: Core, data: bytes) -> None:
        """Change f0 to f31."""
        base = core.registers.base
        if base:
            ctypes.memmove(base + _FLOATS, data, _FLOATS)
            return
        for number in range(32):
            core.registers.ask(
                _F0 + number, U64.unpack_from(data, 8 * number)[0]
            )

    def flags(self, core: Core) -> int:
        """Return the exception flags, in the library's order."""
        own: Own | None = core.own
        if own:
            return own.flags[0]
        return _TO_LIBRARY[_ask(core, _FFLAGS)]

    def set_flags(self, core: Core, flags: int) -> None:
        """Change them."""
        own: Own | None = core.own
        if own:
            own.flags[0] = flags
        else:
            core.registers.ask(_FFLAGS, _FROM_LIBRARY[flags])


def _byte(address: int) -> memoryview:
    return memoryview(c_uint8.from_address(address)).cast("B")


def _ask(core: Core, number: int) -> int:
    value = c_uint64()
    core.lib.reg_read(core.handle, number, ctypes.addressof(value))
    return value.value


# --- finding it -------------------------------------------------------------


def find_state(library: Library, target: Target) -> State:
    """Find the state of *library*; raises EngineUnavailable."""
    mmu = Mmu(PAGE, target)
    mmu.memory.write(0, _RESERVE_TEST)
    mmu.wake(0)
    core = Stepper(library, mmu, target)
    try:
        saved = Saved(core.start())
        flags_at = _find(core, _FFLAGS, _TO_LIBRARY)
        rounding_at = _find(core, _FRM, range(8))
        reserved_at = _find_reservation(core, saved)
    finally:
        core.close()
    if reserved_at < 0:
        raise EngineUnavailable(
            f"Unicorn {library.version} keeps its state in an unknown way;"
            " install unicorn 2.1.4"
        )
    return State(flags_at, rounding_at, reserved_at)


def _find(core: Core, number: int, values: Sequence[int]) -> int:
    """Return where a byte is *values[n]* when *number* is set to n, or -1."""
    base = core.registers.base
    if not base:
        return -1
    found = list(range(_STATE_BYTES))
    for value in (*reversed(range(len(values))), 1, 0):
        core.registers.ask(number, value)
        data = peek(base, _STATE_BYTES)
        byte = values[value]
        found = [at for at in found if at < len(data) and data[at] == byte]
    return found[0] if len(found) == 1 else -1


def _find_reservation(core: Stepper, saved: Saved) -> int:
    """Return the word that LR changes to its address, from all ones."""
    core.registers.set(_X6, _RESERVED)
    core.save(saved.address)
    before = saved.data.raw
    core.alone(1)
    core.save(saved.address)
    after = saved.data.raw
    found = [
        at
        for at in range(0, len(before) - 7, 8)
        if U64.unpack_from(before, at)[0] == NOTHING_RESERVED
        and U64.unpack_from(after, at)[0] == _RESERVED
    ]
    return found[0] if len(found) == 1 else -1
