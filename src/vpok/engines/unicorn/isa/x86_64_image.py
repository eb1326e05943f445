"""
The floating point and vector state, as the image of FXSAVE64.

It is read and written where the library keeps it: at fixed distances from the
registers, in a core or in a context.  That is tried out once: the guest's own
FXSAVE64 and FXRSTOR64 must agree.
"""

import ctypes
from hashlib import shake_128
from struct import Struct
from typing import Any, Final

from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.mmu import Mmu
from vpok.engines.unicorn.stepper import Stepper
from vpok.engines.unicorn.target import Target
from vpok.machine.memory import PAGE

SIZE: Final = 512
# The image: control, status, tags (1: valid) and instruction pointer of the
# FPU; MXCSR and its mask; the stack from its top; 16 XMM registers.
_HEAD: Final = Struct("<HHBxxxQxxxxxxxxII")
_HEAD_STACK: Final = Struct("10s6x" * 8)
_HEAD_VECTORS: Final = Struct("16s" * 16)
_XMM_AT: Final = _HEAD.size + _HEAD_STACK.size
_XMM_END: Final = _XMM_AT + _HEAD_VECTORS.size
_MASK: Final = 0xFFFF  # of MXCSR

# The library's state, from RAX: top, status, control, tags (1: empty); the
# registers in their own order; the others.
_FPU_AT: Final = 604
_FPU: Final = Struct("<IHH8s")
_STACK_AT: Final = 624
_POINTER_AT: Final = 760
_MXCSR_AT: Final = 816
_VECTORS_AT: Final = 824
_VECTORS: Final = Struct("16s48x" * 16)
_WORD: Final = Struct("<I")
_LONG: Final = Struct("<Q")
_BYTES: Final = _VECTORS_AT + _VECTORS.size
# In the status: the top; an error waits; the same, for the 8087.
_TOP, _ERROR, _BUSY = 7 << 11, 1 << 7, 1 << 15
# Tags of the library, by those of the image, and the other way round.
_TAGS: Final = tuple(
    bytes(not valid >> number & 1 for number in range(8))
    for valid in range(256)
)
_VALID: Final = {tags: valid for valid, tags in enumerate(_TAGS)}
# What the library calls the two control words, on which more depends.
_CONTROL, _MXCSR = 246, 249


def read(core: Core, offset: int) -> bytes:
    """Return the image; *offset* is that of RAX in a context."""
    state, at = _state(core, offset)
    top, status, control, tags = _FPU.unpack_from(state, at + _FPU_AT)
    (mxcsr,) = _WORD.unpack_from(state, at + _MXCSR_AT)
    (pointer,) = _LONG.unpack_from(state, at + _POINTER_AT)
    status = status & ~_TOP | top << 11 & _TOP
    stack = _HEAD_STACK.unpack_from(state, at + _STACK_AT)
    return b"".join(
        (
            _HEAD.pack(control, status, _VALID[tags], pointer, mxcsr, _MASK),
            _HEAD_STACK.pack(*stack[top:], *stack[:top]),
            *_VECTORS.unpack_from(state, at + _VECTORS_AT),
            bytes(SIZE - _XMM_END),
        )
    )


def write(core: Core, offset: int, image: bytes) -> None:
    """Take *image* over; reserved bits are nothing."""
    control, status, valid, pointer, mxcsr, _ = _HEAD.unpack_from(image)
    top = (status & _TOP) >> 11
    stack = _HEAD_STACK.unpack_from(image, _HEAD.size)
    status &= ~(_TOP | _BUSY)
    if status & _ERROR:
        status |= _BUSY
    state, at = _state(core, offset)
    _FPU.pack_into(state, at + _FPU_AT, top, status, control, _TAGS[valid])
    _HEAD_STACK.pack_into(
        state, at + _STACK_AT, *stack[8 - top :], *stack[: 8 - top]
    )
    _LONG.pack_into(state, at + _POINTER_AT, pointer)
    vectors = _HEAD_VECTORS.unpack_from(image, _XMM_AT)
    _VECTORS.pack_into(state, at + _VECTORS_AT, *vectors)
    if at:
        core.load(core.spare.address)
    core.registers.ask(_CONTROL, control)
    core.registers.ask(_MXCSR, mxcsr & _MASK)


def _state(core: Core, offset: int) -> tuple[Any, int]:
    """Return where the state is, and at what: in the core if that is known."""
    base = core.registers.base
    if base:
        return (ctypes.c_char * _BYTES).from_address(base), 0
    core.save(core.spare.address)
    return core.spare.data, offset


# --- trying it out ----------------------------------------------------------

# FXRSTOR64 from 0x1000, FXSAVE64 to 0x1200.
_TEST: Final = bytes.fromhex("480fae0c2500100000 480fae042500120000")


def agrees(library: Library, target: Target) -> bool:
    """Say whether the guest's own instructions see the same."""
    mmu = Mmu(2 * PAGE, target)
    mmu.memory.write(0, _TEST)
    mmu.wake(0)
    core = Stepper(library, mmu, target)
    first = _some_image(0x37F, 0x2845, 0x5A, 0, 0x1F80)
    second = _some_image(0xF7F, 0x1022, 0xC3, 0x1234_5678_9ABC, 0x5FA1)
    try:
        core.start()
        mmu.memory.write(PAGE, first)
        core.run(1)
        loaded = target.extended(core)
        target.set_extended(core, second)
        core.run(1)
        saved = mmu.memory.read(PAGE + SIZE, SIZE)
    finally:
        core.close()
    return (loaded, saved) == (first, second)


def _some_image(
    control: int, status: int, valid: int, pointer: int, mxcsr: int
) -> bytes:
    """Return an image with this head, and no two equal words behind it."""
    head = _HEAD.pack(control, status, valid, pointer, mxcsr, _MASK)
    noise = shake_128(head).digest(8 * 10 + _XMM_END - _XMM_AT)
    stack = (noise[at : at + 10] for at in range(0, 80, 10))
    return (
        head + _HEAD_STACK.pack(*stack) + noise[80:] + bytes(SIZE - _XMM_END)
    )
