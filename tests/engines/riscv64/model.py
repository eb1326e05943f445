"""The integer instructions of RV64IMAC as the manual has them, in Python."""

from collections.abc import Callable

from tests.engines.riscv64 import asm
from tests.engines.riscv64.asm import addi, half

ALL = (1 << 64) - 1


def signed(value: int, bits: int = 64) -> int:
    value &= (1 << bits) - 1
    return value - (value >> bits - 1 << bits)


def divide(a: int, b: int) -> int:
    """Round to 0; -1 for a division by 0."""
    if b == 0:
        return -1
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def rest(a: int, b: int) -> int:
    return a if b == 0 else a - b * divide(a, b)


# (function, upper bits): of two unsigned words of so many bits.
Word = Callable[[int, int, int], int]
OPERATIONS: dict[tuple[int, int], Word] = {
    (0, 0x00): lambda a, b, _: a + b,
    (0, 0x20): lambda a, b, _: a - b,
    (1, 0x00): lambda a, b, n: a << (b & n - 1),
    (2, 0x00): lambda a, b, n: signed(a, n) < signed(b, n),
    (3, 0x00): lambda a, b, _: a < b,
    (4, 0x00): lambda a, b, _: a ^ b,
    (5, 0x00): lambda a, b, n: a >> (b & n - 1),
    (5, 0x20): lambda a, b, n: signed(a, n) >> (b & n - 1),
    (6, 0x00): lambda a, b, _: a | b,
    (7, 0x00): lambda a, b, _: a & b,
    (0, 0x01): lambda a, b, _: a * b,
    (1, 0x01): lambda a, b, n: signed(a, n) * signed(b, n) >> n,
    (2, 0x01): lambda a, b, n: signed(a, n) * b >> n,
    (3, 0x01): lambda a, b, n: a * b >> n,
    (4, 0x01): lambda a, b, n: divide(signed(a, n), signed(b, n)),
    (5, 0x01): lambda a, b, _: divide(a, b),
    (6, 0x01): lambda a, b, n: rest(signed(a, n), signed(b, n)),
    (7, 0x01): lambda a, b, _: rest(a, b),
}
NARROW = frozenset(
    {
        *((0, 0), (0, 0x20), (1, 0), (5, 0), (5, 0x20)),
        *((0, 1), (4, 1), (5, 1), (6, 1), (7, 1)),
    }
)


def operate(function: int, upper: int, a: int, b: int, bits: int) -> int:
    """Return what OP (64 bits) or OP-32 makes of two registers."""
    mask = (1 << bits) - 1
    result = OPERATIONS[function, upper](a & mask, b & mask, bits)
    return signed(int(result), bits) & ALL


# What an AMO stores, by its function: of old and new word.
ATOMICS: dict[int, Word] = {
    0x00: lambda old, new, _: old + new,
    0x01: lambda _, new, __: new,
    0x04: lambda old, new, _: old ^ new,
    0x08: lambda old, new, _: old | new,
    0x0C: lambda old, new, _: old & new,
    0x10: lambda old, new, n: min(old, new, key=lambda x: signed(x, n)),
    0x14: lambda old, new, n: max(old, new, key=lambda x: signed(x, n)),
    0x18: lambda old, new, _: min(old, new),
    0x1C: lambda old, new, _: max(old, new),
}

# Compressed instructions and what they stand for.
EXPANSIONS: dict[int, int | bytes] = {
    0x1FFC: addi(15, 2, 0x3FC),  # c.addi4spn
    0x62F9: asm.lui(5, 0x1E),
    0x7285: asm.lui(5, 0xFFFE1),
    0x713D: addi(2, 2, -32),  # c.addi16sp
    0x12FD: addi(5, 5, -1),
    0x32FD: asm.i(0x1B, 0, 5, 5, -1),  # c.addiw
    0x52C5: addi(5, 0, -15),  # c.li
    0x87FD: asm.i(0x13, 5, 15, 15, 0x400 | 31),  # c.srai
    0x93FD: asm.i(0x13, 5, 15, 15, 63),  # c.srli
    0x9BF9: asm.i(0x13, 7, 15, 15, -2),  # c.andi
    0x8F9D: asm.r(0x33, 0, 0x20, 15, 15, 15),  # c.sub
    0x8FB9: asm.r(0x33, 4, 0, 15, 15, 14),  # c.xor
    0x8FD9: asm.r(0x33, 6, 0, 15, 15, 14),  # c.or
    0x8FF9: asm.r(0x33, 7, 0, 15, 15, 14),  # c.and
    0x9F99: asm.r(0x3B, 0, 0x20, 15, 15, 14),  # c.subw
    0x9FB9: asm.r(0x3B, 0, 0, 15, 15, 14),  # c.addw
    0x12FE: asm.i(0x13, 1, 5, 5, 63),  # c.slli
    0x82BE: asm.add(5, 0, 15),  # c.mv
    0x92BE: asm.add(5, 5, 15),  # c.add
    0x0001: asm.NOP,
    0x4001: half(1),  # a hint
}
