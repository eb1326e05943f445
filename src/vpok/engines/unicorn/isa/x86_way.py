"""
The way to user mode.

It leads through a hidden page with descriptors and three instructions, which
nothing can reach afterwards: neither it nor the landing is ever mapped again.
"""

import ctypes
from ctypes import c_uint64
from dataclasses import dataclass
from typing import Final

from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.host import Pages
from vpok.kernel.errors import EngineUnavailable
from vpok.machine.memory import PAGE

# Library numbers of the registers that only this touches.
_CR0, _CR4, _SS, _GDTR = 50, 54, 49, 243
_KERNEL_DATA: Final = 0x10
# CR0: protection, FPU present, its errors are exceptions.
_CR0_VALUE: Final = 0x33
# CR4: no RDTSC for users, SSE, its errors are exceptions.
_CR4_VALUE: Final = 0x604

# Offsets in the hidden page: MXCSR, the frame of IRET, the code.
_MXCSR: Final = 0x40
_FRAME: Final = 0x50
_STUB: Final = 0x80

_STACK: Final = 4  # the stack pointer, in both sets
FLAT: Final = 0x00CF_0000_0000_FFFF  # a descriptor without its rights


class _Descriptor(ctypes.Structure):
    """A descriptor table's register, as the library takes it."""

    _fields_ = (
        ("selector", ctypes.c_uint16),
        ("base", c_uint64),
        ("limit", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
    )


@dataclass(frozen=True, slots=True)
class Way:
    """The way in one mode; user code has the selectors *code* and *data*."""

    hidden_at: int  # linear address of the hidden page
    word: int  # bytes of a word of the frame
    descriptors: tuple[int, ...]  # the third is the kernel's data
    code: int
    data: int
    flags: int
    iret: bytes
    segments: tuple[
        int, ...
    ]  # those that get *data*, as the library calls them

    @property
    def landing(self) -> int:
        """Where the way leads to."""
        return self.hidden_at - PAGE

    def hidden_page(self) -> Pages:
        """Return the hidden page: descriptors, FPU reset, a frame, IRET."""
        # FNINIT, LDMXCSR from 16 bytes below the stack, IRET.
        stub = b"\xdb\xe3\x0f\xae\x54\x24\xf0" + self.iret
        frame = (self.landing, self.code, self.flags, 0, self.data)
        view = (pages := Pages(PAGE)).view
        for index, value in enumerate(self.descriptors):
            view[8 * index : 8 * index + 8] = value.to_bytes(8, "little")
        view[_MXCSR : _MXCSR + 4] = (0x1F80).to_bytes(4, "little")
        for index, value in enumerate(frame):
            at = _FRAME + self.word * index
            view[at : at + self.word] = value.to_bytes(self.word, "little")
        view[_STUB : _STUB + len(stub)] = stub
        return pages

    def enter(self, core: Core) -> None:
        """Bring an instance that maps the hidden page to ring 3."""
        registers, pc = core.registers, core.target.pc
        library, handle = core.lib, core.handle
        limit = 8 * len(self.descriptors) - 1
        gdtr = _Descriptor(0, self.hidden_at, limit, 0)
        library.check(library.reg_write(handle, _GDTR, ctypes.addressof(gdtr)))
        registers.ask(_CR0, _CR0_VALUE)
        registers.ask(_CR4, _CR4_VALUE)
        registers.ask(_SS, _KERNEL_DATA)
        for number in self.segments:
            registers.ask(number, self.data)
        for register in range(pc):
            registers.set(register, 0)
        registers.set(_STACK, self.hidden_at + _FRAME)
        core.travel(self.hidden_at + _STUB)
        if registers.get(pc) != self.landing:
            raise EngineUnavailable(
                f"Unicorn {library.version} does not reach user mode;"
                " install unicorn 2.1.4"
            )
        for register in (_STACK, pc):
            registers.set(register, 0)
