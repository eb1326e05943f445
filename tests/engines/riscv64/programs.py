"""Random programs: what compilers emit, and what they would not."""

import random
from collections.abc import Callable

from tests.engines.riscv64 import asm
from tests.engines.riscv64.asm import half

Piece = Callable[[random.Random, int], bytes]

BASES = (8, 9, 10, 11)  # registers that hold addresses, mostly
TARGETS = (5, 6, 7, 12, 13, 14, 15, 28, 0, 1)


def word(value: int) -> bytes:
    return value.to_bytes(4, "little")


def address(rng: random.Random, size: int) -> int:
    """An address: mostly inside, some at edges, few outside."""
    kind = rng.randrange(24)
    if kind == 0:
        return rng.getrandbits(64)
    if kind < 3:
        return size - rng.randrange(12)
    if kind < 6:
        return rng.choice((4096, 8192)) - rng.randrange(8)
    if kind < 9:
        return rng.randrange(0, 512)  # where the code is
    return rng.randrange(0, size) & ~7


def target(rng: random.Random) -> int:
    return rng.choice(TARGETS)


def any_of(rng: random.Random) -> int:
    return rng.choice((*TARGETS, *BASES))


def offset(rng: random.Random) -> int:
    return rng.choice((0, 0, 8, 16, -8, 3, rng.randrange(-2048, 2048)))


def alu(rng: random.Random, size: int) -> bytes:
    op = rng.choice((0x33, 0x3B))
    f3 = rng.choice((0, 1, 5) if op == 0x3B else range(8))
    f7 = rng.choice((0, 0x20)) if f3 in {0, 5} else 0
    return word(asm.r(op, f3, f7, target(rng), any_of(rng), any_of(rng)))


def immediate(rng: random.Random, size: int) -> bytes:
    op, f3 = rng.choice(
        ((0x13, 0), (0x13, 2), (0x13, 4), (0x13, 7), (0x1B, 0))
    )
    value = rng.randrange(-2048, 2048)
    return word(asm.i(op, f3, target(rng), any_of(rng), value))


def shift(rng: random.Random, size: int) -> bytes:
    wide = rng.randrange(2)
    f3 = rng.choice((1, 5))
    value = rng.randrange(64 if wide else 32)
    value |= rng.choice((0, 0x400)) if f3 == 5 else 0
    op = 0x13 if wide else 0x1B
    return word(asm.i(op, f3, target(rng), any_of(rng), value))


def multiply(rng: random.Random, size: int) -> bytes:
    op = rng.choice((0x33, 0x3B))
    f3 = rng.choice((0, 4, 5, 6, 7) if op == 0x3B else range(8))
    return word(asm.r(op, f3, 1, target(rng), any_of(rng), any_of(rng)))


def upper(rng: random.Random, size: int) -> bytes:
    op = rng.choice((0x37, 0x17))
    return word(rng.getrandbits(20) << 12 | target(rng) << 7 | op)


def pointer(rng: random.Random, size: int) -> bytes:
    """Give a base another address: lui; addi."""
    where = address(rng, size)
    base = rng.choice(BASES)
    return asm.code(
        asm.lui(base, where + 0x800 >> 12), asm.addi(base, base, where)
    )


def memory(rng: random.Random, size: int) -> bytes:
    base, where = rng.choice(BASES), offset(rng)
    kind = rng.randrange(8)
    if kind < 3:
        return word(asm.load(rng.randrange(7), target(rng), base, where))
    if kind < 6:
        return word(asm.store(rng.randrange(4), base, any_of(rng), where))
    if kind == 6:
        return word(
            asm.i(0x07, rng.choice((2, 3)), rng.randrange(8), base, where)
        )
    return word(asm.s(0x27, rng.choice((2, 3)), base, rng.randrange(8), where))


def atomic(rng: random.Random, size: int) -> bytes:
    function = rng.choice((0, 1, 3, 4, 8, 12, 16, 20, 24, 28))
    f3 = rng.choice((2, 3))
    base = rng.choice(BASES)
    return word(asm.amo(function, f3, target(rng), base, any_of(rng)))


def reserved(rng: random.Random, size: int) -> bytes:
    """LR and SC, with nothing or something between them."""
    base, f3 = rng.choice(BASES), rng.choice((2, 3))
    between = rng.choice((alu, alu, memory, branch, call, atomic))(rng, size)
    return (
        word(asm.lr(target(rng), base, f3))
        + between
        + word(asm.sc(target(rng), base, any_of(rng), f3))
    )


def branch(rng: random.Random, size: int) -> bytes:
    near = rng.randrange(-40, 40) & ~1
    kind = rng.randrange(8)
    if kind < 5:
        f3 = rng.choice((0, 1, 4, 5, 6, 7))
        return word(asm.branch(f3, any_of(rng), any_of(rng), near))
    if kind < 7:
        return word(asm.jal(rng.choice((0, 1)), near))
    return word(asm.jalr(1, any_of(rng), offset(rng)))


def compressed(rng: random.Random, size: int) -> bytes:
    """Any half at all; C.J and C.JR lead far too often."""
    while True:
        value = rng.getrandbits(16)
        if value & 3 == 3 or value & 0xE003 == 0xA001:
            continue
        if value & 0xE07F == 0x8002 and rng.randrange(20):
            continue
        return half(value)


def floating(rng: random.Random, size: int) -> bytes:
    double = rng.randrange(2)
    f7 = rng.choice((*(0, 4, 8, 12, 16, 20, 44, 80, 32), 96, 104, 112, 120))
    rm = rng.choice((0, 1, 2, 3, 4, 7, 7))
    second = rng.randrange(8)
    if f7 == 0x20:
        second = 1 - double
    elif f7 in {0x60, 0x68}:
        second = rng.randrange(4)
    elif f7 in {0x2C, 0x70, 0x78}:
        second = 0
    if f7 in {0x10, 0x50, 0x14, 0x70}:
        rm = rng.randrange(2)
    if f7 == 0x78:
        rm = 0
    return word(
        asm.fp(f7 | double, rm, rng.randrange(8), rng.randrange(8), second)
    )


def fused(rng: random.Random, size: int) -> bytes:
    op = rng.choice((0x43, 0x47, 0x4B, 0x4F))
    f7 = rng.randrange(8) << 2 | rng.randrange(2)
    rm = rng.choice((0, 1, 2, 3, 4, 7))
    registers = (rng.randrange(8) for _ in range(3))
    return word(asm.r(op, rm, f7, *registers))


def control(rng: random.Random, size: int) -> bytes:
    f3 = rng.choice((1, 2, 3, 5, 6, 7))
    number = rng.choice((1, 2, 3, 3))
    return word(asm.csr(f3, target(rng), number, rng.choice((0, 1, 5, 6))))


def call(rng: random.Random, size: int) -> bytes:
    return word(asm.ECALL)


def trap(rng: random.Random, size: int) -> bytes:
    return rng.choice(
        (
            word(asm.EBREAK),
            half(0x9002),
            half(0),
            word(0x1050_0073),  # wfi
            word(0x3020_0073),  # mret
            word(asm.csr(2, 5, 0xC01, 0)),  # rdtime
            word(asm.csr(1, 5, rng.randrange(4096), 6)),
            word(rng.getrandbits(32)),
            word(asm.fp(0, 5, 1, 2, 3)),
        )
    )


def fence(rng: random.Random, size: int) -> bytes:
    return word(rng.choice((asm.FENCE_I, 0x0FF0_000F, 0x8330_000F)))


def smash(rng: random.Random, size: int) -> bytes:
    """Write to the code, perhaps to what comes next."""
    where = rng.randrange(0, 400)
    kind = rng.randrange(3)
    return word(asm.store(kind, 0, rng.choice((0, 5, 6)), where))


def noise(rng: random.Random, size: int) -> bytes:
    return rng.randbytes(2 * rng.randrange(1, 4))


MIX: tuple[tuple[Piece, int], ...] = (
    (alu, 6),
    (immediate, 6),
    (shift, 3),
    (multiply, 4),
    (upper, 2),
    (pointer, 6),
    (memory, 10),
    (atomic, 4),
    (reserved, 3),
    (branch, 6),
    (compressed, 10),
    (floating, 6),
    (fused, 2),
    (control, 2),
    (call, 3),
    (trap, 1),
    (fence, 1),
    (smash, 2),
    (noise, 1),
)
# What vCPUs do that share their memory.
SHARED: tuple[tuple[Piece, int], ...] = (
    (reserved, 8),
    (atomic, 4),
    (memory, 6),
    (alu, 4),
    (branch, 2),
    (call, 1),
    (floating, 1),
    (smash, 1),
)


def program(
    rng: random.Random,
    size: int,
    length: int = 400,
    mix: tuple[tuple[Piece, int], ...] = MIX,
) -> bytes:
    """Return about *length* bytes of code."""
    pieces = [piece for piece, _ in mix]
    weights = [weight for _, weight in mix]
    text = b""
    while len(text) < length:
        text += rng.choices(pieces, weights)[0](rng, size)
    return text
