"""
The registers of one partition's processor.

They are in one of the engine's cores, or, of the vCPUs that are not resident,
in contexts: copies of all that a core knows of a guest.
"""

import ctypes
from collections.abc import Sequence
from ctypes import c_uint64
from struct import Struct
from typing import Any, Final

from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.saved import Saved
from vpok.machine.arch import ArchVcpu, Context, Machine
from vpok.machine.memory import PAGE

_WORD: Final = (1 << 64) - 1


class UnicornMachine(Machine):
    """Where the registers are, and the ways between the places."""

    def __init__(self, library: Library, core: Core, first: bytes) -> None:
        """Begin without a resident vCPU; *first* is a fresh context."""
        self._lib = library
        self._first = first
        self._spare = Saved(first)  # for registers on their way
        self._value = c_uint64()
        self._at = ctypes.addressof(self._value)
        target = self._target = core.target
        # Registers that are their own words' numbers, and not constant.
        self._low = target.first
        self._end = target.pc
        self._mask = target.mask
        self._extra = target.extra
        self._count = len(target.numbers)
        self._general = Struct(f"<{target.pc}Q")
        self._constant = (0,) * target.first
        self.extended_size = target.extended_size
        self._home = core
        self.core = core  # which has the resident registers
        self._words = core.registers.words
        self.resident: ArchVcpu | None = None

    def new_context(self) -> Context:
        """Return a context: user mode, all else as at reset."""
        return Saved(self._first)

    def put(self, arch: ArchVcpu) -> None:
        """Save the registers into *arch*'s context, if it is resident."""
        if self.resident is arch:
            context: Any = arch.context
            self.save(context)
            reserved = self._target.reservation(context)
            if reserved >= 0:
                self.core.mmu.watch(reserved // PAGE, context)
            self.resident = None

    def take(self, arch: ArchVcpu) -> None:
        """Make *arch* resident; whoever was is saved first."""
        if self.resident is arch:
            return
        if self.resident is not None:
            self.put(self.resident)
        self.adopt(self._home)
        self.load(arch.context)
        self.resident = arch

    def save(self, context: Any) -> None:
        """Copy the resident registers into *context*."""
        self.core.save(context.address)
        if self._extra:
            context.extra = self._target.stow(self.core)

    def load(self, context: Any) -> None:
        """Copy *context* into the resident registers."""
        self.core.load(context.address)
        if self._extra:
            self._target.fetch(self.core, context.extra)

    def move(self, core: Core) -> None:
        """Bring the resident registers to *core*."""
        if self.core is not core:
            self.copy(core)
            self.adopt(core)

    def copy(self, core: Core) -> None:
        """Copy the resident registers to *core*."""
        self.core.save(self._spare.address)
        core.load(self._spare.address)
        if self._extra:
            self._target.fetch(core, self._target.stow(self.core))

    def adopt(self, core: Core) -> None:
        """Hear that the resident registers are in *core*."""
        self.core = core
        self._words = core.registers.words

    def get(self, register: int) -> int:
        """Return a register of the resident vCPU."""
        if register < self._end and self._words is not None:
            value: int = self._words[register]
            return value & self._mask
        return self.core.registers.get(register)

    def set(self, register: int, value: int) -> None:
        """Change a register of the resident vCPU."""
        if self._low <= register < self._end and self._words is not None:
            self._words[register] = value & self._mask
            return
        self.core.registers.set(register, value)

    def all(self) -> tuple[int, ...]:
        """Return all registers of the resident vCPU, in order."""
        get = self.core.registers.get
        if self._words is None:
            return tuple(map(get, range(self._count)))
        general: tuple[int, ...] = self._general.unpack_from(self._words)
        if self._mask != _WORD:
            general = tuple(value & self._mask for value in general)
        return (*general, *map(get, range(self._end, self._count)))

    def set_all(self, values: Sequence[int]) -> None:
        """Change all of them; what cannot be changed is left out."""
        put = self.core.registers.set
        first = 0
        if self._words is not None and self._mask == _WORD:
            first = self._end
            general = (*self._constant, *values[self._low : first])
            self._general.pack_into(self._words, 0, *general)
        for register in range(first, self._count):
            put(register, values[register])

    def get_in(self, context: Any, register: int) -> int:
        """Return a register of a saved *context*."""
        self._lib.check(
            self._lib.context_reg_read(
                context.address, self._target.numbers[register], self._at
            )
        )
        return self._value.value & self._mask

    def set_in(self, context: Any, register: int, value: int) -> None:
        """Change a register of a saved *context*."""
        if register < self._low:
            return
        self._value.value = self._target.legal(register, value)
        self._lib.check(
            self._lib.context_reg_write(
                context.address, self._target.numbers[register], self._at
            )
        )

    def extended(self) -> bytes:
        """Return the floating point and vector state of the resident vCPU."""
        return self._target.extended(self.core)

    def set_extended(self, data: bytes) -> None:
        """Change it."""
        self._target.set_extended(self.core, data)
