"""
Which words are instructions of RV64IMAFDC in user mode, and what they access.

Everything that is not listed here is illegal for a guest, whatever the engine
would make of it: privileged instructions, time, counters, every control
register but those of the floating point unit, other extensions, and what the
manual reserves.  (Tables: RISC-V unprivileged ISA, chapter 24, and chapter 16
for the compressed ones.)
"""

from typing import Final, NamedTuple

# Kinds of instructions.
PLAIN: Final = 0
ECALL: Final = 1
EBREAK: Final = 2
ILLEGAL: Final = 3

# How an instruction that accesses memory does it.
LOAD: Final = 0
STORE: Final = 1
RESERVE: Final = 2  # LR
CONDITIONAL: Final = 3  # SC
CHANGE: Final = 4  # AMO

_FP_CSRS: Final = frozenset({1, 2, 3})  # fflags, frm, fcsr
_AMOS: Final = frozenset({0, 1, 3, 4, 8, 12, 16, 20, 24, 28})
_LR: Final = 2
_SC: Final = 3
# OP-FP by its upper seven bits, without the bit for double precision:
# allowed rounding modes or functions, allowed second operands.
_ROUND: Final = frozenset({0, 1, 2, 3, 4, 7})
_ANY: Final = frozenset(range(32))
_NONE: Final = frozenset({0})
_FOUR: Final = frozenset(range(4))
_FLOAT: Final = {
    0x00: (_ROUND, _ANY),  # FADD
    0x04: (_ROUND, _ANY),  # FSUB
    0x08: (_ROUND, _ANY),  # FMUL
    0x0C: (_ROUND, _ANY),  # FDIV
    0x10: (frozenset({0, 1, 2}), _ANY),  # FSGNJ
    0x14: (frozenset({0, 1}), _ANY),  # FMIN, FMAX
    0x2C: (_ROUND, _NONE),  # FSQRT
    0x50: (frozenset({0, 1, 2}), _ANY),  # FLE, FLT, FEQ
    0x60: (_ROUND, _FOUR),  # FCVT to an integer
    0x68: (_ROUND, _FOUR),  # FCVT from an integer
    0x70: (frozenset({0, 1}), _NONE),  # FMV to an integer, FCLASS
    0x78: (frozenset({0}), _NONE),  # FMV from an integer
}
# Allowed functions by opcode, where nothing else decides.
_FUNCTIONS: Final = {
    0x03: frozenset(range(7)),  # LOAD
    0x07: frozenset({2, 3}),  # LOAD-FP
    0x0F: frozenset({0, 1}),  # FENCE, FENCE.I
    0x17: _ANY,  # AUIPC
    0x23: frozenset(range(4)),  # STORE
    0x27: frozenset({2, 3}),  # STORE-FP
    0x37: _ANY,  # LUI
    0x63: frozenset({0, 1, 4, 5, 6, 7}),  # BRANCH
    0x67: frozenset({0}),  # JALR
    0x6F: _ANY,  # JAL
}
# OP and OP-32 by their upper seven bits.
_OP: Final = {
    0x00: frozenset(range(8)),
    0x01: frozenset(range(8)),
    0x20: frozenset({0, 5}),
}
_OP_32: Final = {
    0x00: frozenset({0, 1, 5}),
    0x01: frozenset({0, 4, 5, 6, 7}),
    0x20: frozenset({0, 5}),
}


class Memory(NamedTuple):
    """An access: to *offset* behind register *base*."""

    how: int
    base: int
    offset: int
    length: int


def length_of(code: bytes, at: int) -> int:
    """Return the bytes of the instruction at offset *at*: 2 or 4."""
    return 4 if code[at] & 3 == 3 else 2


def kind_of(code: bytes, at: int) -> int:
    """Classify the instruction at offset *at*, which is all there."""
    if code[at] & 3 != 3:
        return _compressed(code[at] | code[at + 1] << 8)
    word = int.from_bytes(code[at : at + 4], "little")
    opcode = word & 0x7F
    if opcode == 0x73:
        return _system(word)
    return PLAIN if _legal(word, opcode) else ILLEGAL


def _system(word: int) -> int:
    if word == 0x73:
        return ECALL
    if word == 0x10_0073:
        return EBREAK
    legal = word >> 12 & 3 and word >> 20 in _FP_CSRS
    return PLAIN if legal else ILLEGAL


def _legal(word: int, opcode: int) -> bool:
    function = word >> 12 & 7
    upper = word >> 25
    if opcode in _FUNCTIONS:
        return function in _FUNCTIONS[opcode]
    if opcode == 0x13:
        return _shift(function, upper & ~1)
    if opcode == 0x1B:
        return function in {0, 1, 5} and _shift(function, upper)
    if opcode == 0x33:
        return function in _OP.get(upper, ())
    if opcode == 0x3B:
        return function in _OP_32.get(upper, ())
    if opcode == 0x2F:
        return function in {2, 3} and _atomic(word)
    if opcode == 0x53:
        return _floating(upper, function, word >> 20 & 31)
    if opcode in {0x43, 0x47, 0x4B, 0x4F}:
        return upper & 3 < 2 and function in _ROUND
    return False


def _shift(function: int, upper: int) -> bool:
    """Say whether an immediate is right, if *function* is a shift."""
    if function == 1:
        return upper == 0
    return function != 5 or upper in {0, 0x20}


def _atomic(word: int) -> bool:
    function = word >> 27
    if function == _LR:
        return word >> 20 & 31 == 0
    return function in _AMOS


def _floating(upper: int, function: int, second: int) -> bool:
    if upper in {0x20, 0x21}:  # between the precisions
        return second == 1 - (upper & 1) and function in _ROUND
    functions, seconds = _FLOAT.get(upper & ~1, (_NONE, ()))
    return second in seconds and function in functions


# --- compressed instructions ------------------------------------------------


def _compressed(half: int) -> int:
    function = half >> 13
    quadrant = half & 3
    if quadrant == 0:
        legal = half & 0x1FE0 if function == 0 else function != 4
    elif quadrant == 1:
        legal = _second(half, function)
    elif function == 4:
        return _jumps(half)
    else:
        # C.LWSP and C.LDSP need a destination.
        legal = function not in {2, 3} or half & 0xF80
    return PLAIN if legal else ILLEGAL


def _second(half: int, function: int) -> bool:
    if function == 1:  # C.ADDIW
        return half & 0xF80 != 0
    if function == 3:  # C.LUI, C.ADDI16SP
        return half & 0x107C != 0
    return function != 4 or half & 0x1C40 != 0x1C40


def _jumps(half: int) -> int:
    if half == 0x9002:
        return EBREAK
    return ILLEGAL if half == 0x8002 else PLAIN


# --- memory -----------------------------------------------------------------

_ATOMICS: Final = {_LR: RESERVE, _SC: CONDITIONAL}


def memory_of(code: bytes) -> Memory | None:
    """Return the access of a legal instruction, if it makes one."""
    if code[0] & 3 != 3:
        return _compressed_memory(code[0] | code[1] << 8)
    word = int.from_bytes(code[:4], "little")
    opcode = word & 0x7F
    length = 1 << (word >> 12 & 3)
    base = word >> 15 & 31
    if opcode in {0x03, 0x07}:
        return Memory(LOAD, base, _signed(word >> 20), length)
    if opcode in {0x23, 0x27}:
        offset = word >> 25 << 5 | word >> 7 & 31
        return Memory(STORE, base, _signed(offset), length)
    if opcode == 0x2F:
        return Memory(_ATOMICS.get(word >> 27, CHANGE), base, 0, length)
    return None


def _signed(offset: int) -> int:
    return offset - ((offset & 0x800) << 1)


def _compressed_memory(half: int) -> Memory | None:
    function = half >> 13
    quadrant = half & 3
    if quadrant == 1 or function in {0, 4}:
        return None
    how = LOAD if function < 4 else STORE
    wide = function & 3 != 2
    length = 8 if wide else 4
    if quadrant == 0:
        offset = half >> 7 & 0x38
        if wide:
            offset |= half << 1 & 0xC0
        else:
            offset |= half >> 4 & 4 | half << 1 & 0x40
        return Memory(how, 8 + (half >> 7 & 7), offset, length)
    field = half >> 7 & 0x3F
    if how == LOAD:
        field = field & 0x20 | half >> 2 & 0x1F
    low = field & (0x38 if wide else 0x3C)
    high = field & (7 if wide else 3)
    return Memory(how, 2, low | high << 6, length)
