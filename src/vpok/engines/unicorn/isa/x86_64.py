"""x86-64 in ring 3 of long mode, flat, of which FS and GS are no exception."""

import re
from typing import Final

from vpok.arch.x86_64 import (
    CODE_SELECTOR,
    DATA_SELECTOR,
    DEBUG,
    GENERAL_PROTECTION,
    OWN_FLAGS,
    PAGE_FAULT,
    RFLAGS,
    RIP,
    USER_FLAGS,
)
from vpok.arch.x86_decode import (
    CALL,
    DIVIDE,
    FAULT,
    LONGEST,
    PACK,
    PLAIN,
    SOFT,
    Instruction,
    decode,
)
from vpok.arch.x86_maps import LONG
from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.host import Pages
from vpok.engines.unicorn.isa import x86_64_image as image
from vpok.engines.unicorn.isa.x86 import X86
from vpok.engines.unicorn.isa.x86_way import FLAT, Way
from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.target import (
    CARE,
    GUARD,
    NOTHING,
    SITE,
    Access,
    Special,
)
from vpok.kernel.errors import EngineUnavailable

_NEEDS: Final = {PLAIN: NOTHING, CALL: NOTHING, PACK: SITE, DIVIDE: GUARD}
_CODE_64: Final = 0x00AF_FB00_0000_FFFF
_WAY: Final = Way(
    hidden_at=0xFFFF_FFFF_FFFF_F000,
    word=8,
    descriptors=(0, 0, FLAT | 0x93 << 40, 0, 0, FLAT | 0xF3 << 40, _CODE_64),
    code=CODE_SELECTOR,
    data=DATA_SELECTOR,
    flags=USER_FLAGS,
    iret=b"\x48\xcf",
    segments=(),  # null, as Linux has them
)


class X86With64Bits(X86):
    """The processor of paravirtual partitions."""

    name = "x86-64"
    mode = uc.MODE_64
    # In the order of `vpok.arch.x86_64`.
    numbers = (
        *(35, 38, 40, 37, 44, 36, 43, 39, *range(106, 114)),
        *(41, 253),
    )
    words = (*range(17), -1)
    pc = RIP
    flags = RFLAGS
    mask = (1 << 64) - 1
    hypercall = b"\xcd\x2d"
    call_cause = 45
    calls = LONG.calls
    behind = frozenset({DEBUG})
    margin = LONGEST + 2
    # As in 32 bits, with REX between the prefixes.
    deadly = re.compile(
        rb"\xf0[\x26\x2e\x36\x3e\x40-\x4f\x64-\x67\xf0\xf2\xf3]{0,13}"
        rb"\x0f[\xa3\xab\xb3\xba\xbb][\xc0-\xff]"
    )
    hidden_at = _WAY.hidden_at
    extended_size = image.SIZE

    def __init__(self) -> None:
        """Begin with nothing decoded."""
        super().__init__()
        self._instruction = Instruction(LONG)

    def prepare(self, library: Library) -> None:
        """Find what must be mended, and the FPU; raises EngineUnavailable."""
        super().prepare(library)
        if not image.agrees(library, self):
            raise EngineUnavailable(
                f"Unicorn {library.version} keeps its FPU in an unknown way;"
                " install unicorn 2.1.4"
            )

    def hidden_page(self) -> Pages:
        """Return descriptors, a frame, and the way."""
        return _WAY.hidden_page()

    def enter(self, core: Core) -> None:
        """Bring *core* to ring 3."""
        _WAY.enter(core)

    # --- code --------------------------------------------------------------

    def look(self, code: bytes, at: int) -> tuple[int, int]:
        """Return the length of the instruction there, and what it needs."""
        instruction = decode(code, at, self._instruction)
        return instruction.length, _NEEDS.get(instruction.kind, CARE)

    def special(self, core: Core, code: bytes, inside: int) -> Special:
        """Deal with the instruction at the PC."""
        instruction = decode(code, 0, self._instruction)
        pc = core.registers.pc()
        if instruction.length > inside:
            return _outside(max(pc, core.mmu.size))
        if instruction.kind == FAULT:
            return Special(instruction.vector)
        if instruction.kind == SOFT:
            core.registers.set(RIP, pc + instruction.length)
            return Special(instruction.vector, paid=True)
        return self.alone(core, instruction)

    def call(self, code: bytes) -> tuple[int, int]:
        """Return length and vector of a software interrupt."""
        instruction = decode(code, 0, self._instruction)
        is_call = instruction.kind == CALL
        return instruction.length, self.call_cause if is_call else -1

    def fault(self, core: Core, cause: int) -> Special:
        """Return what the library's exception is: HLT is what lies outside."""
        pc = core.registers.pc()
        return Special(cause) if pc < core.mmu.size else _outside(pc)

    def outside(self, code: bytes, refused: Access) -> Special:
        """Return the fault of an access outside."""
        return _outside(refused.first)

    # --- registers ----------------------------------------------------------

    def legal(self, register: int, value: int) -> int:
        """Return what *register* holds; flags are those of a user."""
        if register == RFLAGS:
            return value & OWN_FLAGS | USER_FLAGS
        return value & self.mask

    def extended(self, core: Core) -> bytes:
        """Return the image of FXSAVE64."""
        return image.read(core, self.base_in_context())

    def set_extended(self, core: Core, data: bytes) -> None:
        """Do what FXRSTOR64 does with an image."""
        image.write(core, self.base_in_context(), data)


def _outside(address: int) -> Special:
    """
    Return the fault of an access to *address*, outside the partition.

    (A processor has a vector of its own for stacks that are not canonical.)
    """
    canonical = address >> 47 in {0, 0x1FFFF}
    return Special(PAGE_FAULT if canonical else GENERAL_PROTECTION, address)
