"""x86-32 in ring 3, in flat segments of POK's."""

from typing import Final

from vpok.arch.x86_32 import (
    CODE_SELECTOR,
    DATA_SELECTOR,
    EFLAGS,
    EIP,
    GENERAL_PROTECTION,
    STACK_FAULT,
    USER_FLAGS,
)
from vpok.arch.x86_decode import (
    CALL,
    CALL_VECTORS,
    DIVIDE,
    LONGEST,
    PACK,
    PLAIN,
    Instruction,
    decode,
)
from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.host import Pages
from vpok.engines.unicorn.isa import x86_32_special as special
from vpok.engines.unicorn.isa.x86 import X86
from vpok.engines.unicorn.isa.x86_way import FLAT, Way
from vpok.engines.unicorn.target import (
    ALONE,
    CARE,
    GUARD,
    NOTHING,
    SITE,
    Access,
    Special,
)

_NEEDS: Final = {PLAIN: NOTHING, CALL: NOTHING, PACK: SITE, DIVIDE: GUARD}
_WAY: Final = Way(
    hidden_at=0xFFFF_F000,
    word=4,
    descriptors=(
        *(0, FLAT | 0x9B << 40, FLAT | 0x93 << 40, 0),
        *(FLAT | 0xFB << 40, FLAT | 0xF3 << 40),
    ),
    code=CODE_SELECTOR,
    data=DATA_SELECTOR,
    flags=USER_FLAGS,
    iret=b"\xcf",
    segments=(17, 28),  # DS, ES
)


class X86With32Bits(X86):
    """The processor of POK's partitions."""

    name = "x86-32"
    mode = uc.MODE_32
    # In the order of `vpok.arch.x86_32`; EIP is behind 16 words of registers.
    numbers = (19, 22, 24, 21, 30, 20, 29, 23, 26, 25)
    words = (0, 1, 2, 3, 4, 5, 6, 7, 16, -1)
    pc = EIP
    flags = EFLAGS
    mask = 0xFFFF_FFFF
    hypercall = b"\xcd\x2a"
    call_cause = 42
    calls = CALL_VECTORS
    margin = LONGEST + 2
    hidden_at = _WAY.hidden_at

    def __init__(self) -> None:
        """Begin with nothing decoded."""
        super().__init__()
        self._instruction = Instruction()

    def hidden_page(self) -> Pages:
        """Return descriptors, a frame, and the way."""
        return _WAY.hidden_page()

    def enter(self, core: Core) -> None:
        """Bring *core* to ring 3."""
        _WAY.enter(core)

    def look(self, code: bytes, at: int) -> tuple[int, int]:
        """Return the length of the instruction there, and what it needs."""
        instruction = decode(code, at, self._instruction)
        return instruction.length, _NEEDS.get(instruction.kind, CARE)

    def special(self, core: Core, code: bytes, inside: int) -> Special:
        """Deal with the instruction at the PC."""
        instruction = decode(code, 0, self._instruction)
        what = special.handle(core, instruction, inside)
        return self.alone(core, instruction) if what.cause == ALONE else what

    def call(self, code: bytes) -> tuple[int, int]:
        """Return length and vector of a software interrupt."""
        instruction = decode(code, 0, self._instruction)
        length = instruction.length
        is_call = instruction.kind == CALL
        return length, code[length - 1] if is_call else -1

    def outside(self, code: bytes, refused: Access) -> Special:
        """Return the fault of an access outside."""
        instruction = decode(code, 0, self._instruction)
        stack = instruction.through_stack(refused.write)
        vector = STACK_FAULT if stack else GENERAL_PROTECTION
        return Special(vector, refused.address)
