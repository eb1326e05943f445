"""What all x86 targets have in common."""

import re
from ctypes import c_uint32
from typing import Final

from vpok.arch.x86_32 import (
    DEBUG,
    DIVIDE_ERROR,
    GENERAL_PROTECTION,
    INVALID_OPCODE,
    OVERFLOW,
)
from vpok.arch.x86_decode import Instruction
from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.isa.x86_calibrate import find_layout
from vpok.engines.unicorn.isa.x86_layout import (
    CC_OP,
    I32,
    NO_EXCEPTION,
    PACKED,
    Layout,
)
from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.target import ALONE, Danger, Special, Target

HLT: Final = 0xF4
_EAX: Final = 0
_EDX: Final = 2
_LOW: Final = 0xFFFF_FFFF
_LEAST: Final = 0x8000_0000


class X86(Target):
    """An x86 processor; `flags` is the number of its flags."""

    arch = uc.ARCH_X86
    model = uc.CPU_NEHALEM
    behind = frozenset({DEBUG, OVERFLOW})  # single step and INTO
    invalid = INVALID_OPCODE
    general = GENERAL_PROTECTION
    filler = HLT
    # BT, BTS, BTR or BTC of a register with LOCK: an invalid instruction, on
    # which the translator aborts the process, even if it is only behind what
    # will be executed.  A page that seems to have one, or a part of one, is
    # never translated; its instructions are executed one by one.
    deadly = re.compile(
        rb"\xf0[\x26\x2e\x36\x3e\x64-\x67\xf0\xf2\xf3]{0,13}"
        rb"\x0f[\xa3\xab\xb3\xba\xbb][\xc0-\xff]"
    )
    # IDIV of -2^63: its result never fits, but the library has the host
    # divide, which kills the process if it is by -1.
    danger = Danger(_EAX, _EDX, 0, _LEAST)
    flags: int

    def __init__(self) -> None:
        """Know nothing of the library yet."""
        self._layout: Layout | None = None

    def prepare(self, library: Library) -> None:
        """Find the words that must be mended; raises EngineUnavailable."""
        self._layout = find_layout(library, type(self)())

    def alone(self, core: Core, instruction: Instruction) -> Special:
        """
        Let the stepper execute *instruction*, unless that kills the process.

        PCMPESTRI and PCMPESTRM do, with a length of -2^31.
        """
        eax = core.registers.get(_EAX) & _LOW
        edx = core.registers.get(_EDX) & _LOW
        if instruction.divides and (eax, edx) == (0, _LEAST):
            return Special(DIVIDE_ERROR)
        if instruction.counts and _LEAST in {eax, edx}:
            return Special(INVALID_OPCODE)
        return Special(ALONE)

    def base_in_context(self) -> int:
        """Return the offset of the first general register in a context."""
        return self._layout.cc_op - CC_OP if self._layout else 0

    def settle(self, core: Core) -> None:
        """
        Have the flags both ways.

        The library keeps them in one word between runs and in several words
        during a run, and believes the one or the others accordingly.
        """
        registers = core.registers
        registers.set(self.flags, registers.get(self.flags))

    def mend(self, core: Core, *, packed: bool) -> None:
        """
        Put right what a fault leaves wrong: see `x86_layout`.

        *packed* says that the flags were in one word when the fault came.
        """
        layout = self._layout
        if layout is not None:
            spare = core.spare
            core.save(spare.address)
            I32.pack_into(spare.data, layout.old_exception, NO_EXCEPTION)
            if packed:
                I32.pack_into(spare.data, layout.cc_op, PACKED)
            core.load(spare.address)
            self.settle(core)

    def keep(self, core: Core) -> None:
        """In a core that counts, keep flags packed across a TLB miss."""
        layout = self._layout
        if layout is None:
            return
        base = core.registers.base
        if base:
            c_uint32.from_address(base + CC_OP).value = PACKED
            return
        spare = core.spare
        core.lib.context_save(core.handle, spare.address)
        I32.pack_into(spare.data, layout.cc_op, PACKED)
        core.load(spare.address)
