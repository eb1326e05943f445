"""
The way to user mode of a hart: MRET, on a page that is never mapped again.

The floating point unit is on, and marked dirty from the beginning, so that
nothing changes when it is used.
"""

from typing import Final

from vpok.arch.riscv64 import PC
from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.host import Pages
from vpok.kernel.errors import EngineUnavailable
from vpok.machine.memory import PAGE

HIDDEN_AT: Final = 0xFFFF_F000
LANDING: Final = 0xFFFF_E000

# The library's numbers, and values: user mode before, FS dirty; no counters.
_MSTATUS, _MCOUNTEREN, _MEPC, _FCSR = 116, 122, 128, 43
_MSTATUS_VALUE: Final = 0x6000
_NOP: Final = 0x13
_MRET: Final = 0x3020_0073


def hidden_page() -> Pages:
    """Return the page: three instructions."""
    pages = Pages(PAGE)
    for index, word in enumerate((_NOP, _NOP, _MRET)):
        pages.view[4 * index : 4 * index + 4] = word.to_bytes(4, "little")
    return pages


def enter(core: Core) -> None:
    """Bring an instance that maps the hidden page to user mode."""
    registers = core.registers
    registers.ask(_MSTATUS, _MSTATUS_VALUE)
    registers.ask(_MCOUNTEREN, 0)
    registers.ask(_MEPC, LANDING)
    for register in range(1, PC):
        registers.set(register, 0)
    core.travel(HIDDEN_AT)
    if registers.get(PC) != LANDING:
        raise EngineUnavailable(
            f"Unicorn {core.lib.version} does not reach user mode;"
            " install unicorn 2.1.4"
        )
    registers.ask(_FCSR, 0)
    registers.set(PC, 0)
