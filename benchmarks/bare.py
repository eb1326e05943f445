"""
Unicorn without us: its fastest way to run the same code.

A virtual TLB whose fill hook tells code from data by the image's segments
(the library's own mode is several times slower), and one hook for calls.
"""

import ctypes
from collections.abc import Callable
from ctypes import c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any

from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.host import Pages
from vpok.machine.memory import PAGE
from vpok.spec.model import Image

EAX, EBX, EIP, ESP = 19, 21, 26, 30
NOWHERE = 0xFFFF_FFF0  # never reached
BLOCK_HOOK = ctypes.CFUNCTYPE(None, c_void_p, c_uint64, c_uint32, c_void_p)


class Bare:
    """One instance with an image in its memory."""

    def __init__(self, image: Image, size: int) -> None:
        self.lib = uc.library()
        handle = c_void_p()
        self.lib.check(
            self.lib.open(uc.ARCH_X86, uc.MODE_32, ctypes.byref(handle))
        )
        self.handle = handle.value or 0
        self.ctl(uc.CTL_BUFFER_SIZE, 16 << 20)
        self.ctl(uc.CTL_TLB_MODE, uc.TLB_VIRTUAL)
        self.pages = Pages(size)
        self.lib.check(
            self.lib.mem_map_ptr(
                self.handle, 0, self.pages.size, 7, self.pages.address
            )
        )
        for segment in image.segments:
            end = segment.address + len(segment.data)
            self.pages.view[segment.address : end] = segment.data
        code = image.segments[0]
        self.code = (code.address + code.size + PAGE - 1) // PAGE
        self.entry = image.entry
        self.hooks: list[Any] = []
        self.hook(uc.HOOK_TLB, uc.FILL_HOOK(self.fill))
        self.value = c_uint32()
        self.at = ctypes.addressof(self.value)
        self.set(ESP, size - 8196)

    def ctl(self, request: int, *arguments: int) -> None:
        values = [c_uint64(value) for value in arguments]
        self.lib.check(self.lib.ctl(self.handle, request, *values))

    def hook(self, kind: int, function: Any) -> None:
        self.hooks.append(function)
        number = c_size_t()
        self.lib.check(
            self.lib.hook_add(
                *(self.handle, ctypes.byref(number), kind),
                *(ctypes.cast(function, c_void_p), 0, 1, 0),
            )
        )

    def fill(
        self, _uc: int, address: int, _kind: int, entry: Any, _data: int
    ) -> bool:
        entry[0].paddr = address
        entry[0].perms = 5 if address // PAGE < self.code else 3
        return address < self.pages.size

    def serve(self, call: Callable[["Bare"], bool]) -> None:
        """Have *call* serve interrupts; it says whether to go on."""

        def interrupt(_uc: int, _vector: int, _data: int) -> None:
            if not call(self):
                self.lib.emu_stop(self.handle)

        self.hook(uc.HOOK_INTR, uc.INTR_HOOK(interrupt))

    def get(self, register: int) -> int:
        self.lib.reg_read(self.handle, register, self.at)
        return self.value.value

    def set(self, register: int, value: int) -> None:
        self.value.value = value
        self.lib.reg_write(self.handle, register, self.at)

    def run(self, count: int = 0) -> None:
        self.lib.emu_start(self.handle, self.entry, NOWHERE, 0, count)

    def close(self) -> None:
        self.lib.close(self.handle)


def block_length(image: Image, size: int, blocks: int = 50_000) -> float:
    """Return the mean instructions of the first *blocks* blocks that run."""
    bare = Bare(image, size)
    total = [0, 0]

    def block(_uc: int, pc: int, _size: int, _data: int) -> None:
        described = uc.Block()
        at = c_uint64(ctypes.addressof(described))
        bare.lib.ctl(bare.handle, uc.CTL_REQUEST_BLOCK, c_uint64(pc), at)
        total[0] += 1
        total[1] += described.icount
        if total[0] >= blocks:
            bare.lib.emu_stop(bare.handle)

    bare.hook(uc.HOOK_BLOCK, BLOCK_HOOK(block))
    bare.serve(lambda _: True)
    bare.run()
    bare.close()
    return total[1] / total[0]
