"""
Where x86 instructions begin and end, and which of them an engine may run.

Not a disassembler: for one instruction at a time it tells the length and a
`kind`.  What the opcodes mean in 32-bit and in 64-bit mode is in `x86_maps`.
"""

from typing import Final

from vpok.arch.x86_maps import (
    CALL,
    COUNT,
    DIVIDE,
    FAULT,
    GP,
    LEGACY,
    LOAD,
    PACK,
    PLAIN,
    SEGMENT,
    SOFT,
    STEP,
    UD,
    Maps,
)

__all__ = (
    "CALL",
    "COUNT",
    "DIVIDE",
    "FAULT",
    "GP",
    "LOAD",
    "PACK",
    "PLAIN",
    "SEGMENT",
    "SOFT",
    "STEP",
    "UD",
    "Instruction",
    "decode",
)

LONGEST: Final = 15
CALL_VECTORS: Final = LEGACY.calls

# Instructions that address memory through ESP without a ModRM byte.
_STACK_ONE: Final = frozenset(
    {
        *(0x06, 0x07, 0x0E, 0x16, 0x17, 0x1E, 0x1F),
        *range(0x50, 0x62),
        *(0x68, 0x6A, 0x9A, 0x9C, 0x9D),
        *(0xC2, 0xC3, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF),
        0xE8,
    }
)
_STACK_TWO: Final = frozenset({0xA0, 0xA1, 0xA8, 0xA9})
_BIT_TESTS: Final = frozenset({0x0FA3, 0x0FAB, 0x0FB3, 0x0FBB})
_LOCKABLE: Final = frozenset(
    {0x86, 0x87, 0x0FAB, 0x0FB0, 0x0FB1, 0x0FB3, 0x0FBB, 0x0FC0, 0x0FC1}
)
_SHIFTS: Final = frozenset({0xC0, 0xC1, *range(0xD0, 0xD4)})
# Near branches: processors disagree about what an operand-size prefix does to
# them in 64-bit mode.
_NEAR: Final = frozenset(
    {
        *range(0x70, 0x80),
        *range(0xE0, 0xE4),
        *(0xC2, 0xC3, 0xE8, 0xE9, 0xEB),
        *range(0x0F80, 0x0F90),
    }
)
# Those of MMX and SSE that have no memory operand.
_REGISTERS_ONLY: Final = frozenset(
    {0x0F50, 0x0F71, 0x0F72, 0x0F73, 0x0FC5, 0x0FD7, 0x0FF7}
)
_HORIZONTAL: Final = frozenset({1, 2, 3, 5, 6, 7})  # behind 0F38
# String and other instructions whose memory operand obeys a segment prefix.
_STRING: Final = frozenset({0xA4, 0xA5, 0xA6, 0xA7, 0xAC, 0xAD, 0xD7})
_THROUGH: Final = frozenset({PLAIN, PACK, DIVIDE, COUNT})
_SEGMENTS: Final = frozenset({0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65})
_PREFIXES: Final = _SEGMENTS | {0x66, 0x67, 0xF0, 0xF2, 0xF3}


class Instruction:
    """One decoded instruction; `decode` fills it again and again."""

    def __init__(self, maps: Maps = LEGACY) -> None:
        """Start with nothing decoded, in the mode of *maps*."""
        self.maps = maps
        self.length = 0
        self.kind = PLAIN
        self.vector = 0
        self.opcode = 0  # 0x0F00 is added to two-byte opcodes
        self.third = 0  # the last byte of three-byte opcodes
        self.modrm = -1
        self.segment = 0  # the last segment prefix, or 0
        self.rex = 0  # the REX prefix, or 0
        self.lock = False
        self.base = -1  # the base register of the memory operand
        self.wide = True  # operands of 32 bits, or of 64 with REX.W
        self.wide_address = True  # no address-size prefix

    @property
    def register(self) -> int:
        """The middle field of ModRM."""
        return (self.modrm >> 3) & 7

    @property
    def in_memory(self) -> bool:
        """Whether ModRM names memory."""
        return 0 <= self.modrm < 0xC0

    @property
    def divides(self) -> bool:
        """Whether it is IDIV of EDX:EAX: dangerous if that is -2^63."""
        wide = self.wide and not self.rex & 8
        return self.opcode == 0xF7 and self.register == 7 and wide

    @property
    def counts(self) -> bool:
        """Whether it is PCMPESTRI or -M: dangerous with lengths of -2^31."""
        return self.opcode == 0x0F3A and self.third in {0x60, 0x61}

    def through_stack(self, write: bool) -> bool:
        """Say whether its access to memory (a *write*?) is through SS."""
        op = self.opcode
        if op == 0xFF and self.register in {2, 3, 6} and write:
            return True  # CALL and PUSH, from memory perhaps
        if op == 0x8F and not write:
            return True  # POP, to memory perhaps
        if self.in_memory:
            return self.segment == 0x36 or (
                self.segment == 0 and self.base in {4, 5}
            )
        if op in _STACK_ONE or (op >> 8 == 0x0F and op & 0xFF in _STACK_TWO):
            return True
        if op in _STRING:
            return self.segment == 0x36 and not write
        return self.segment == 0x36 and 0xA0 <= op <= 0xA3


def decode(code: bytes, at: int, into: Instruction) -> Instruction:
    """
    Decode the instruction at offset *at* of *code*.

    `code` has at least 15 bytes from there; an instruction that would be
    longer than that is refused.
    """
    into.segment = into.rex = 0
    into.wide = into.wide_address = True
    into.lock = False
    into.modrm = into.base = -1
    end = _prefixes(code, at, into)
    if end < 0:
        return _refuse(into, LONGEST, GP)
    maps = into.maps
    op = code[end]
    end += 1
    if op == 0x0F:
        op = code[end]
        end += 1
        form = maps.two[op]
        into.kind, into.vector = maps.kinds_two.get(op, (PLAIN, 0))
        into.opcode = 0x0F00 | op
        if op in {0x38, 0x3A}:
            into.third = code[end]
            end += 1
    else:
        form = maps.one[op]
        into.kind, into.vector = maps.kinds_one.get(op, (PLAIN, 0))
        into.opcode = op
    end = _operands(code, end, form, into)
    into.length = end - at
    if into.length > LONGEST:
        return _refuse(into, LONGEST, GP)
    _classify(code, end, form, into)
    return into


def _refuse(into: Instruction, length: int, vector: int) -> Instruction:
    into.length = length
    into.kind = FAULT
    into.vector = vector
    return into


def _prefixes(code: bytes, at: int, into: Instruction) -> int:
    """Return the offset of the opcode, or -1 if there is none."""
    end = at
    long = into.maps.long
    while True:
        byte = code[end]
        if long and byte & 0xF0 == 0x40:
            into.rex = byte
        elif byte in _PREFIXES:
            into.rex = 0  # it is nothing if another prefix follows
            _prefix(byte, into)
        else:
            into.wide |= into.rex & 8 != 0
            return end
        end += 1
        if end - at >= LONGEST:
            return -1


def _prefix(byte: int, into: Instruction) -> None:
    if byte in _SEGMENTS:
        into.segment = byte
    elif byte == 0x66:
        into.wide = False
    elif byte == 0x67:
        into.wide_address = False
    elif byte == 0xF0:
        into.lock = True


def _operands(code: bytes, end: int, form: str, into: Instruction) -> int:
    """Return the offset behind the operands."""
    if form in "mMZt":
        end = _modrm(code, end, into)
        if form == "t" and into.register < 2:
            form = "M" if into.opcode == 0xF6 else "Z"
    immediate = 4 if into.wide else 2
    if form in "bM":
        return end + 1
    if form == "q" and into.rex & 8:
        return end + 8
    if form in "zZq":
        return end + immediate
    if form == "a":
        return end + (4 if into.wide_address else 2) * (1 + into.maps.long)
    if form == "p":
        return end + immediate + 2
    return end + {"w": 2, "e": 3}.get(form, 0)


def _modrm(code: bytes, end: int, into: Instruction) -> int:
    """Return the offset behind ModRM, SIB and displacement."""
    if end >= len(code):
        return end + 1
    modrm = into.modrm = code[end]
    end += 1
    mode = modrm >> 6
    base = modrm & 7
    if mode == 3:
        return end
    if not (into.wide_address or into.maps.long):
        if base in {2, 3} or (base == 6 and mode):
            into.base = 5
        if mode == 0:
            return end + (2 if base == 6 else 0)
        return end + mode
    if base == 4:
        base = code[end] & 7 if end < len(code) else 0
        end += 1
    elif mode == 0 and base == 5:
        return end + 4
    if mode == 0 and base == 5:
        return end + 4
    into.base = base
    return end + (0, 1, 4)[mode]


def _classify(code: bytes, end: int, form: str, into: Instruction) -> None:
    """Refine the kind of what the opcode alone does not tell."""
    op = into.opcode
    undefined = form == "u" or 0x0F3B <= op <= 0x0F3F
    if undefined or (into.lock and not _lockable(into)):
        into.kind, into.vector = FAULT, UD
    elif op == 0xCD:
        _software_interrupt(code[end - 1], into)
    elif op == 0xFF and into.register in {3, 5}:
        into.kind, into.vector = FAULT, GP  # far, through memory
    elif op in {0xC4, 0xC5, 0x62} and into.modrm >= 0xC0:
        into.kind, into.vector = FAULT, UD  # VEX and EVEX
    elif op == 0x8F and into.register:
        into.kind, into.vector = FAULT, UD  # XOP
    elif op == 0x0FC7:
        _group_9(into)
    elif op == 0x0FAE:
        _state(into)
    elif into.kind == PLAIN:
        into.kind = _delicate(into)
    if into.maps.long:
        _classify_long(into)
    elif into.kind in _THROUGH and into.segment >= 0x64:
        memory = into.in_memory or form == "a" or op in _STRING
        if memory and op not in {0x8D, 0x0F1F}:
            into.kind = SEGMENT


def _classify_long(into: Instruction) -> None:
    """Refine the kind in 64-bit mode, where FS and GS are as plain as DS."""
    op = into.opcode
    near = op in _NEAR or (op == 0xFF and into.register in {2, 4})
    absent = op in _REGISTERS_ONLY and into.in_memory
    if absent or (near and not into.wide) or _adds_to_itself(into):
        into.kind, into.vector = FAULT, UD


def _adds_to_itself(into: Instruction) -> bool:
    """
    Say whether it is PHADD or PHSUB of a register with itself.

    (QEMU overwrites what it has yet to read.)
    """
    if into.opcode != 0x0F38 or into.third not in _HORIZONTAL:
        return False
    same = into.register == into.modrm & 7
    return into.modrm >= 0xC0 and same and into.rex & 5 in {0, 5}


def _delicate(into: Instruction) -> int:
    """Return the kind of an instruction whose opcode is plain."""
    if _packs(into):
        return PACK
    if into.divides:
        return DIVIDE
    return COUNT if into.counts else PLAIN


def _lockable(into: Instruction) -> bool:
    """
    Say whether LOCK is allowed: for what changes memory.

    (QEMU's translator fails on BTS of a register with LOCK, and its kin.)
    """
    op = into.opcode
    if not into.in_memory:
        return False
    if op < 0x40:  # ADD to XOR; CMP cannot be locked
        return op & 7 < 2 and op < 0x38
    if op in {0x80, 0x81, 0x82, 0x83}:
        return into.register != 7
    if op in {0xF6, 0xF7}:
        return into.register in {2, 3}
    if op in {0xFE, 0xFF}:
        return into.register < 2
    if op == 0x0FBA:
        return into.register > 4
    return op in _LOCKABLE or (op == 0x0FC7 and into.register == 1)


def _packs(into: Instruction) -> bool:
    """
    Say whether QEMU's flags depend on what the translator knows of them.

    BT and its kin leave other undefined flags; SETcc, RCL and RCR lose flags
    if their access to memory faults.
    """
    op = into.opcode
    if op in _BIT_TESTS or (op == 0x0FBA and into.register >= 4):
        return True
    if not into.in_memory:
        return False
    if op in _SHIFTS:
        return into.register in {2, 3}
    return op & ~15 == 0x0F90


def _group_9(into: Instruction) -> None:
    """CMPXCHG8B; RDRAND, RDSEED, XSAVEC, VMX do not exist."""
    if into.register == 1 and into.in_memory:
        # QEMU reads the flags of some earlier instruction of the block.
        into.kind = STEP
    else:
        into.kind, into.vector = FAULT, UD


def _software_interrupt(vector: int, into: Instruction) -> None:
    if vector in into.maps.calls:
        into.kind = CALL
    elif vector in into.maps.raised:
        into.kind, into.vector = SOFT, vector
    else:
        into.kind, into.vector = FAULT, GP


def _state(into: Instruction) -> None:
    """Fences are plain; FXSAVE to STMXCSR too; what needs XSAVE is not."""
    register = into.register
    if into.in_memory:
        if 4 <= register <= 6:
            into.kind, into.vector = FAULT, UD
    elif register < 5:
        into.kind, into.vector = FAULT, UD  # RDFSBASE and the like
