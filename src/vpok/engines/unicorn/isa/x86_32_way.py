"""
The way to user mode.

It leads through a hidden page with descriptors and three instructions, which
nothing can reach afterwards: neither it nor the landing is ever mapped again.
"""

import ctypes
from ctypes import c_uint64
from typing import Final

from vpok.arch.x86_32 import (
    CODE_SELECTOR,
    DATA_SELECTOR,
    EIP,
    ESP,
    USER_FLAGS,
)
from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.host import Pages
from vpok.kernel.errors import EngineUnavailable
from vpok.machine.memory import PAGE

HIDDEN_AT: Final = 0xFFFF_F000  # linear address of the hidden page
LANDING: Final = 0xFFFF_E000  # where the way leads to

# Library numbers of the registers that only this touches.
_CR0, _CR4, _DS, _ES, _SS, _GDTR = 50, 54, 17, 28, 49, 243
_KERNEL_DATA: Final = 0x10
_TABLE_LIMIT: Final = 0x2F  # six descriptors
# CR0: protection, FPU present, its errors are exceptions.
_CR0_VALUE: Final = 0x33
# CR4: no RDTSC for users, SSE, its errors are exceptions.
_CR4_VALUE: Final = 0x604

# Offsets in the hidden page: MXCSR, the frame of IRET, the code.
_MXCSR: Final = 0x40
_FRAME: Final = 0x50
_STUB: Final = 0x80


class _Descriptor(ctypes.Structure):
    """A descriptor table's register, as the library takes it."""

    _fields_ = (
        ("selector", ctypes.c_uint16),
        ("base", c_uint64),
        ("limit", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
    )


def hidden_page() -> Pages:
    """Return the hidden page: descriptors, FPU reset, a frame, IRET."""
    flat = 0x00CF_0000_0000_FFFF
    descriptors = (
        *(0, flat | 0x9B << 40, flat | 0x93 << 40, 0),
        *(flat | 0xFB << 40, flat | 0xF3 << 40),
    )
    frame = (LANDING, CODE_SELECTOR, USER_FLAGS, 0, DATA_SELECTOR)
    stub = (
        b"\xdb\xe3"  # fninit
        b"\x0f\xae\x15" + (HIDDEN_AT + _MXCSR).to_bytes(4, "little") + b"\xcf"
    )  # ldmxcsr, iret
    pages = Pages(PAGE)
    view = pages.view
    for index, value in enumerate(descriptors):
        view[8 * index : 8 * index + 8] = value.to_bytes(8, "little")
    view[_MXCSR : _MXCSR + 4] = (0x1F80).to_bytes(4, "little")
    for index, value in enumerate(frame):
        at = _FRAME + 4 * index
        view[at : at + 4] = value.to_bytes(4, "little")
    view[_STUB : _STUB + len(stub)] = stub
    return pages


def enter(core: Core) -> None:
    """Bring an instance that maps the hidden page to ring 3."""
    registers = core.registers
    library, handle = core.lib, core.handle
    gdtr = _Descriptor(0, HIDDEN_AT, _TABLE_LIMIT, 0)
    library.check(library.reg_write(handle, _GDTR, ctypes.addressof(gdtr)))
    registers.ask(_CR0, _CR0_VALUE)
    registers.ask(_CR4, _CR4_VALUE)
    registers.ask(_SS, _KERNEL_DATA)
    registers.ask(_DS, DATA_SELECTOR)
    registers.ask(_ES, DATA_SELECTOR)
    for register in range(EIP):
        registers.set(register, 0)
    registers.set(ESP, HIDDEN_AT + _FRAME)
    core.travel(HIDDEN_AT + _STUB)
    if registers.get(EIP) != LANDING:
        raise EngineUnavailable(
            f"Unicorn {library.version} does not reach user mode;"
            " install unicorn 2.1.4"
        )
    for register in (ESP, EIP):
        registers.set(register, 0)
