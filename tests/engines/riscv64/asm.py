"""Instructions of riscv64 as words; not more than the tests need."""

ECALL = 0x73
EBREAK = 0x10_0073
NOP = 0x13
FENCE_I = 0x100F
ILLEGAL = 0


def code(*words: int | bytes) -> bytes:
    """Return words (4 bytes each) and halves (given as bytes) in order."""
    return b"".join(
        word if isinstance(word, bytes) else word.to_bytes(4, "little")
        for word in words
    )


def half(value: int) -> bytes:
    """Return a compressed instruction."""
    return value.to_bytes(2, "little")


def r(op: int, f3: int, f7: int, rd: int, rs1: int, rs2: int) -> int:
    return f7 << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op


def i(op: int, f3: int, rd: int, rs1: int, value: int) -> int:
    return (value & 0xFFF) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op


def s(op: int, f3: int, rs1: int, rs2: int, value: int) -> int:
    return r(op, f3, value >> 5 & 0x7F, value & 31, rs1, rs2)


def addi(rd: int, rs1: int, value: int) -> int:
    return i(0x13, 0, rd, rs1, value)


def lui(rd: int, value: int) -> int:
    return (value & 0xFFFFF) << 12 | rd << 7 | 0x37


def add(rd: int, rs1: int, rs2: int) -> int:
    return r(0x33, 0, 0, rd, rs1, rs2)


def load(f3: int, rd: int, base: int, offset: int = 0) -> int:
    return i(0x03, f3, rd, base, offset)


def store(f3: int, base: int, rs2: int, offset: int = 0) -> int:
    return s(0x23, f3, base, rs2, offset)


def ld(rd: int, base: int, offset: int = 0) -> int:
    return load(3, rd, base, offset)


def sd(rs2: int, base: int, offset: int = 0) -> int:
    return store(3, base, rs2, offset)


def sw(rs2: int, base: int, offset: int = 0) -> int:
    return store(2, base, rs2, offset)


def fld(rd: int, base: int, offset: int = 0) -> int:
    return i(0x07, 3, rd, base, offset)


def fsd(rs2: int, base: int, offset: int = 0) -> int:
    return s(0x27, 3, base, rs2, offset)


def branch(f3: int, rs1: int, rs2: int, offset: int) -> int:
    upper = (offset >> 12 & 1) << 6 | offset >> 5 & 0x3F
    lower = offset & 0x1E | offset >> 11 & 1
    return r(0x63, f3, upper, lower, rs1, rs2)


def bne(rs1: int, rs2: int, offset: int) -> int:
    return branch(1, rs1, rs2, offset)


def jal(rd: int, offset: int) -> int:
    value = (
        (offset >> 20 & 1) << 19
        | (offset >> 1 & 0x3FF) << 9
        | (offset >> 11 & 1) << 8
        | offset >> 12 & 0xFF
    )
    return value << 12 | rd << 7 | 0x6F


def jalr(rd: int, rs1: int, offset: int = 0) -> int:
    return i(0x67, 0, rd, rs1, offset)


def csr(f3: int, rd: int, number: int, rs1: int) -> int:
    return i(0x73, f3, rd, rs1, number)


def amo(function: int, f3: int, rd: int, rs1: int, rs2: int) -> int:
    return r(0x2F, f3, function << 2, rd, rs1, rs2)


def lr(rd: int, rs1: int, f3: int = 3) -> int:
    return amo(2, f3, rd, rs1, 0)


def sc(rd: int, rs1: int, rs2: int, f3: int = 3) -> int:
    return amo(3, f3, rd, rs1, rs2)


def fp(f7: int, rm: int, rd: int, rs1: int, rs2: int) -> int:
    return r(0x53, rm, f7, rd, rs1, rs2)
