"""
What the library knows of a hart without saving or naming it.

* The accrued exception flags are in no context: they travel in a byte of our
  own, behind it.  In the library they are a byte in an order of its own.
* The address of a reservation (LR) is in the contexts, without a name.  A vCPU
  must not keep it while others run.

Where things are is found out by changing them and looking what has changed.
"""

import ctypes
from ctypes import c_uint8, c_uint64
from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True)
class State:
    """Where that is; -1: not found, the library must be asked."""

    flags_at: int  # behind x0, in the library's memory
    reserved_at: int  # in a context

    def stow(self, core: Core, address: int) -> None:
        """Put the exception flags at *address*, in the library's order."""
        base = core.registers.base
        if base and self.flags_at >= 0:
            ctypes.memmove(address, base + self.flags_at, 1)
        else:
            byte = c_uint8.from_address(address)
            byte.value = _TO_LIBRARY[self._flags(core)]

    def fetch(self, core: Core, address: int) -> None:
        """Take the exception flags from *address*."""
        base = core.registers.base
        if base and self.flags_at >= 0:
            ctypes.memmove(base + self.flags_at, address, 1)
        else:
            byte = c_uint8.from_address(address)
            self._set_flags(core, _FROM_LIBRARY[byte.value])

    def part(self, context: Saved) -> None:
        """Lose the reservation that is in *context*."""
        ctypes.memset(context.address + self.reserved_at, 0xFF, 8)

    def reserved(self, core: Core) -> int:
        """Return the address that is reserved, all ones for none."""
        core.lib.context_save(core.handle, core.spare.address)
        address: int = U64.unpack_from(core.spare.data, self.reserved_at)[0]
        return address

    def fcsr(self, core: Core) -> int:
        """Return rounding mode and flags."""
        return _ask(core, _FRM) << 5 | self._flags(core)

    def set_fcsr(self, core: Core, value: int) -> None:
        """Change rounding mode and flags."""
        core.registers.ask(_FRM, value >> 5 & 7)
        self._set_flags(core, value & 31)

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

    def _flags(self, core: Core) -> int:
        base = core.registers.base
        if base and self.flags_at >= 0:
            byte = c_uint8.from_address(base + self.flags_at).value
            return _FROM_LIBRARY[byte]
        return _ask(core, _FFLAGS)

    def _set_flags(self, core: Core, flags: int) -> None:
        base = core.registers.base
        if base and self.flags_at >= 0:
            byte = c_uint8.from_address(base + self.flags_at)
            byte.value = _TO_LIBRARY[flags]
        else:
            core.registers.ask(_FFLAGS, flags)


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
        flags_at = _find_flags(core)
        reserved_at = _find_reservation(core, saved)
    finally:
        core.close()
    if reserved_at < 0:
        raise EngineUnavailable(
            f"Unicorn {library.version} keeps its state in an unknown way;"
            " install unicorn 2.1.4"
        )
    return State(flags_at, reserved_at)


def _find_flags(core: Core) -> int:
    """Return where a byte follows the flags in all that is written."""
    base = core.registers.base
    if not base:
        return -1
    seen = []
    for flags in (0, *(1 << bit for bit in range(5)), 31, 0):
        core.registers.ask(_FFLAGS, flags)
        seen.append((peek(base, _STATE_BYTES), _TO_LIBRARY[flags]))
    length = min(len(data) for data, _ in seen)
    found = [
        at
        for at in range(length)
        if seen[6][0][at] == seen[6][1]
        and all(data[at] == byte for data, byte in seen)
    ]
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
