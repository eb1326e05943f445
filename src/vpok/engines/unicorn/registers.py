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
from ctypes import c_size_t, c_uint64, c_void_p
from functools import cache
from itertools import chain
from typing import Any, Final

from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.target import Target

_HANDLE_BYTES: Final = 4096
_STATE_BYTES: Final = 65536


class Registers:
    """The registers of one core, wherever they are."""

    def __init__(self, lib: Library, handle: int, target: Target) -> None:
        """Find the registers of *handle*, which is not running."""
        self._lib = lib
        self._handle = handle
        self.target = target
        self._mask = target.mask
        self._value = c_uint64()
        self._at = ctypes.addressof(self._value)
        self.base = 0  # address of the words, if they are found
        self.words = _find(self)

    def get(self, register: int) -> int:
        """Return a register."""
        words = self.words
        place = self.target.words[register]
        if words is not None and place >= 0:
            value: int = words[place]
            return value & self._mask
        self._lib.reg_read(
            self._handle, self.target.numbers[register], self._at
        )
        return self._value.value & self._mask

    def set(self, register: int, value: int) -> None:
        """Change a register; not from inside a translated block."""
        target = self.target
        if register < target.first:
            return
        value = target.legal(register, value)
        words = self.words
        place = target.words[register]
        if words is not None and place >= 0:
            words[place] = value
            return
        self.ask(target.numbers[register], value)

    def pc(self) -> int:
        """Return the PC."""
        return self.get(self.target.pc)

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
_hints: dict[str, list[tuple[int, int]]] = {}


def _find(registers: Registers) -> Any:
    """Return the words as an array of 64-bit integers, or None."""
    target = registers.target
    hints = _hints.setdefault(target.name, [])
    pattern = _write_pattern(registers, 0x5EED_0000)
    block = peek(registers._handle, _HANDLE_BYTES)  # noqa: SLF001
    for field, offset in chain(hints[:], _candidates(block, pattern)):
        base = int.from_bytes(block[field : field + 8], "little")
        if peek(base + offset, len(pattern)) != pattern:
            continue
        again = _write_pattern(registers, 0x0BAD_1000)
        if peek(base + offset, len(again)) == again:
            if (field, offset) not in hints:
                hints.append((field, offset))
            registers.base = base + offset
            words = c_uint64 * (max(target.words) + 1)
            return (
                memoryview(words.from_address(base + offset))
                .cast("B")
                .cast("Q")
            )
    return None


def _write_pattern(registers: Registers, start: int) -> bytes:
    """Give the registers values that are nowhere else; return them."""
    target = registers.target
    general = [0] * target.pc
    for register, place in enumerate(target.words):
        if place >= 0 and register >= target.first:
            value = start + register * 0x1112
            registers.ask(target.numbers[register], value)
            if register < target.pc:
                general[place] = value
    return b"".join(value.to_bytes(8, "little") for value in general)


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
