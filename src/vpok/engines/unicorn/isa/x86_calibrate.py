"""
Trying out, once per process, where the library keeps what must be mended.

A library that keeps it elsewhere is refused.
"""

from typing import Final

from vpok.engines.unicorn.isa.x86_layout import (
    CC_OP,
    I32,
    NO_EXCEPTION,
    PACKED,
    Layout,
)
from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.mmu import Mmu
from vpok.engines.unicorn.saved import Saved
from vpok.engines.unicorn.stepper import Stepper
from vpok.engines.unicorn.target import Target
from vpok.kernel.errors import EngineUnavailable
from vpok.machine.memory import PAGE

_EAX: Final = 0
_EDX: Final = 2
_MARK: Final = 0x1234_5678
# xor eax, eax; add eax, 3; mov eax, [edx]: outside
_FLAGS_TEST: Final = bytes.fromhex("31c0 83c003 8b02")
_OUTSIDE: Final = 0x7FFF_0000
_FLAGS: Final = 0x206  # of 3: P; read otherwise they have C as well
# xor edx, edx; div edx
_DIVIDE_TEST: Final = bytes.fromhex("31d2 f7f2")
_DIVIDE_AT: Final = 16


def find_layout(library: Library, target: Target) -> Layout:
    """
    Return the layout of *library* as *target* needs it.

    Raises EngineUnavailable.  The tests mean the same in 32 and 64 bits.
    """
    mmu = Mmu(PAGE, target)
    mmu.memory.write(0, _FLAGS_TEST)
    mmu.memory.write(_DIVIDE_AT, _DIVIDE_TEST)
    mmu.wake(0)
    core = Stepper(library, mmu, target)
    try:
        saved = Saved(core.start())
        cc_op = _cc_op(core, saved)
        old_exception = _old_exception(core, saved)
    finally:
        core.close()
    if cc_op < 0 or old_exception < 0:
        raise EngineUnavailable(
            f"Unicorn {library.version} keeps its state in an unknown way;"
            " install unicorn 2.1.4"
        )
    return Layout(cc_op, old_exception)


def _cc_op(core: Stepper, saved: Saved) -> int:
    """Return where `cc_op` is, or -1: with it, EFLAGS of a fault are right."""
    core.registers.set(_EAX, _MARK)
    core.registers.set(_EDX, _OUTSIDE)
    core.save(saved.address)
    base = saved.data.raw.find(_MARK.to_bytes(8, "little"))
    core.run(10)
    core.save(saved.address)
    if base < 0:
        return -1
    I32.pack_into(saved.data, base + CC_OP, PACKED)
    core.load(saved.address)
    return (
        base + CC_OP
        if core.registers.get(core.target.pc + 1) == _FLAGS
        else -1
    )


def _old_exception(core: Stepper, saved: Saved) -> int:
    """Return the one word that a divide error changes as it should, or -1."""
    before = saved.data.raw
    core.registers.set(core.target.pc, _DIVIDE_AT)
    core.run(10)
    core.save(saved.address)
    after = saved.data.raw
    found = [
        at
        for at in range(0, len(before) - 3, 4)
        if I32.unpack_from(before, at)[0] == NO_EXCEPTION
        and I32.unpack_from(after, at)[0] == 0
    ]
    return found[0] if len(found) == 1 else -1
