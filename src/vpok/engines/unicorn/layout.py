"""
Two words of the library's state that it does not name, and that must be right.

* An instance that counts packs EFLAGS into one word for its hook, before each
  instruction.  At each miss of its TLB and each fault it restores the way in
  which they had been kept (`cc_op`), but not the words: EFLAGS would be
  nonsense.
* An exception is remembered (`old_exception`) until an interrupt descriptor
  has been fetched, which never happens here: the next one would look like a
  double fault.

Both can be mended in a saved context.  Where they are is tried out once per
process; a library that keeps them elsewhere is refused.
"""

from dataclasses import dataclass
from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, Final

from vpok.kernel.errors import EngineUnavailable

if TYPE_CHECKING:
    from vpok.engines.unicorn.lib import Library

I32: Final = Struct("<i")
PACKED: Final = 1  # the `cc_op` of flags that are all in one word
NO_EXCEPTION: Final = -1

# Where `cc_op` is, behind EAX: 16 registers, EIP, EFLAGS and three operands.
CC_OP: Final = 8 * 21
_FLAGS_TEST: Final = bytes.fromhex("31c0 83e801 a100000080")
_FLAGS: Final = 0x297  # of 0 - 1: C, P, A and S
_DIVIDE_TEST: Final = bytes.fromhex("31d2 f7f2")


@dataclass(frozen=True, slots=True)
class Layout:
    """Offsets in a saved context."""

    cc_op: int
    old_exception: int


@cache
def layout(library: "Library") -> Layout:
    """Return the layout of *library*; raises EngineUnavailable."""
    from vpok.arch.x86_32 import EAX, EFLAGS, EIP
    from vpok.engines.unicorn.saved import Saved
    from vpok.engines.unicorn.mmu import Mmu
    from vpok.engines.unicorn.stepper import Stepper
    from vpok.machine.memory import PAGE

    mmu = Mmu(PAGE)
    core = Stepper(library, mmu, None)
    saved = Saved(core.start())
    mmu.memory.write(0, _FLAGS_TEST)
    mmu.memory.write(16, _DIVIDE_TEST)
    mmu.wake(0)
    try:
        core.registers.set(EAX, 0x1234_5678)
        core.save(saved.address)
        base = saved.data.raw.find((0x1234_5678).to_bytes(8, "little"))
        core.run(10)
        core.save(saved.address)
        I32.pack_into(saved.data, base + CC_OP, PACKED)
        core.load(saved.address)
        right = base >= 0 and core.registers.get(EFLAGS) == _FLAGS
        before = bytes(saved.data.raw)
        core.registers.set(EIP, 16)
        core.run(10)
        core.save(saved.address)
        changed = _changed(before, bytes(saved.data.raw))
    finally:
        core.close()
    if not right or len(changed) != 1:
        raise EngineUnavailable(
            f"Unicorn {library.version} keeps its state in an unknown way;"
            " install unicorn 2.1.4"
        )
    return Layout(base + CC_OP, changed[0])


def _changed(before: bytes, after: bytes) -> list[int]:
    """Return where "no exception" has become a divide error."""
    return [
        at
        for at in range(0, len(before) - 3, 4)
        if I32.unpack_from(before, at)[0] == NO_EXCEPTION
        and I32.unpack_from(after, at)[0] == 0
    ]
