"""
The registers of a core.

A call of the library costs more than serving a whole system call should, so
the words are read and written where the library keeps them, if they are found
there beyond doubt: a pattern is written through the library and searched for
in its memory, with a system call that cannot crash.  Elsewhere, and for
EFLAGS, the library is asked.
"""

import ctypes
import os
from collections.abc import Iterator
from ctypes import c_size_t, c_uint32, c_uint64, c_void_p
from functools import cache
from itertools import chain
from typing import Any, Final

from vpok.arch.x86_32 import EIP
from vpok.engines.unicorn.layout import CC_OP, PACKED
from vpok.engines.unicorn.lib import Library

# The library's numbers, in the order of `vpok.arch.x86_32`.
NUMBERS: Final = (19, 22, 24, 21, 30, 20, 29, 23, 26, 25)
MASK: Final = 0xFFFF_FFFF

# Where the library keeps the words: EAX to EDI, 8 unused, EIP.
WORDS: Final = 17
_INDEX: Final = (0, 1, 2, 3, 4, 5, 6, 7, 16)
_HANDLE_BYTES: Final = 4096
_STATE_BYTES: Final = 65536


class Registers:
    """The registers of one core, wherever they are."""

    def __init__(self, lib: Library, handle: int) -> None:
        """Find the registers of *handle*, which is not running."""
        self._lib = lib
        self._handle = handle
        self._value = c_uint32()
        self._at = ctypes.addressof(self._value)
        self._base = 0  # address of the words
        self.words = _find(self)
        self._cc_op = None
        if self.words is not None:
            self._cc_op = c_uint32.from_address(self._base + CC_OP)

    def get(self, register: int) -> int:
        """Return a register."""
        words = self.words
        if words is not None and register <= EIP:
            value: int = words[_INDEX[register]]
            return value & MASK
        self._lib.reg_read(self._handle, NUMBERS[register], self._at)
        return self._value.value

    def set(self, register: int, value: int) -> None:
        """Change a register; not from inside a translated block."""
        words = self.words
        if words is not None and register <= EIP:
            words[_INDEX[register]] = value & MASK
            return
        self.ask(NUMBERS[register], value)

    def pack_flags(self) -> bool:
        """Have the library believe that EFLAGS are in one word, if it can."""
        if self._cc_op is None:
            return False
        self._cc_op.value = PACKED
        return True

    def ask(self, number: int, value: int) -> None:
        """Let the library change the register that it calls *number*."""
        wide = c_uint64(value)
        self._lib.check(
            self._lib.reg_write(self._handle, number, ctypes.addressof(wide))
        )


# --- finding the words ------------------------------------------------------


class _Span(ctypes.Structure):
    _fields_ = (("base", c_void_p), ("length", c_size_t))


@cache
def _reader() -> Any:
    try:
        function = ctypes.CDLL(None).process_vm_readv
    except (OSError, AttributeError):
        return None
    function.restype = ctypes.c_ssize_t
    return function


def peek(address: int, length: int) -> bytes:
    """Return what can be read at *address*: nothing if nothing can."""
    function = _reader()
    if function is None:
        return b""
    buffer = ctypes.create_string_buffer(length)
    here = _Span(ctypes.addressof(buffer), length)
    there = _Span(address, length)
    got = function(
        os.getpid(),
        ctypes.byref(here),
        ctypes.c_ulong(1),
        ctypes.byref(there),
        ctypes.c_ulong(1),
        ctypes.c_ulong(0),
    )
    return buffer.raw[: max(got, 0)]


# Offsets that were right before: of the pointer, of the words behind it.
_hint: list[tuple[int, int]] = []


def _find(registers: Registers) -> Any:
    """Return the words as an array of 64-bit integers, or None."""
    pattern = _write_pattern(registers, 0x5EED_0000)
    handle = registers._handle  # noqa: SLF001
    block = peek(handle, _HANDLE_BYTES)
    for field, offset in chain(_hint[:], _candidates(block, pattern)):
        base = int.from_bytes(block[field : field + 8], "little")
        if peek(base + offset, len(pattern)) != pattern:
            continue
        again = _write_pattern(registers, 0x0BAD_1000)
        if peek(base + offset, len(again)) == again:
            if (field, offset) not in _hint:
                _hint.append((field, offset))
            registers._base = base + offset  # noqa: SLF001
            return (
                memoryview((c_uint64 * WORDS).from_address(base + offset))
                .cast("B")
                .cast("Q")
            )
    return None


def _write_pattern(registers: Registers, start: int) -> bytes:
    """Give the registers values that are nowhere else; return them."""
    values = [0] * WORDS
    for register, index in enumerate(_INDEX):
        values[index] = start + register * 0x1111
        registers.ask(NUMBERS[register], values[index])
    return b"".join(value.to_bytes(8, "little") for value in values[:8])


def _candidates(block: bytes, pattern: bytes) -> Iterator[tuple[int, int]]:
    """Tell where *pattern* is, behind which pointer in *block*."""
    near = []
    for field in range(0, len(block) - 7, 8):
        base = int.from_bytes(block[field : field + 8], "little")
        if base % 8 == 0 and 1 << 16 < base < 1 << 47:
            offset = peek(base, _STATE_BYTES).find(pattern)
            if offset >= 0:
                near.append((offset, field))
    # The nearest pointer is the one to the object that has the words.
    for offset, field in sorted(near):
        yield field, offset
