"""Random programs in 64-bit mode."""

import random
from collections.abc import Callable

Make = Callable[[random.Random, int], bytes]


def u32(value: int) -> bytes:
    return (value & 0xFFFF_FFFF).to_bytes(4, "little")


def u64(value: int) -> bytes:
    return (value & (1 << 64) - 1).to_bytes(8, "little")


def address(rng: random.Random, size: int) -> int:
    """An address: mostly inside, some at edges, few outside."""
    kind = rng.randrange(24)
    if kind == 0:
        return rng.getrandbits(64)
    if kind == 1:
        far = rng.choice((1 << 32, 1 << 34, 1 << 47, (1 << 64) - 8, -1 << 47))
        return (far + rng.randrange(-9, 9)) % (1 << 64)
    if kind < 4:
        return size - rng.randrange(12)
    if kind < 7:
        return int(rng.choice((4096, 8192))) - rng.randrange(8)
    if kind < 10:
        return rng.randrange(0, 512)  # where the code is
    return rng.randrange(0, size)


def memory(rng: random.Random, size: int) -> bytes:
    """ModRM, SIB and displacement without the middle field."""
    base = rng.choice((0, 1, 2, 3, 5, 6, 7))
    kind = rng.randrange(5)
    if kind == 0:
        return b"\x04\x25" + u32(address(rng, size))
    if kind == 1 and base != 5:
        return bytes([base])
    if kind == 2:
        return bytes([0x44, 0x24, rng.randrange(256)])  # [rsp + d8]
    if kind == 3:
        return b"\x05" + u32(rng.randrange(-200, 9000))  # [rip + d32]
    return bytes([0x40 | base, rng.randrange(256)])


def operand(rng: random.Random, size: int, register: int = -1) -> bytes:
    """Memory with a register."""
    body = memory(rng, size)
    middle = rng.randrange(8) if register < 0 else register
    return bytes([body[0] | middle << 3]) + body[1:]


def rex(rng: random.Random) -> bytes:
    """Mostly none, REX.W or one that names the other registers."""
    kind = rng.randrange(6)
    if kind < 2:
        return b""
    if kind < 4:
        return b"\x48"
    return bytes([0x40 | rng.randrange(16)])


def alu(rng: random.Random, size: int) -> bytes:
    op = rng.choice((0x01, 0x03, 0x29, 0x2B, 0x31, 0x33, 0x39, 0x11, 0x89))
    return rex(rng) + bytes([op, 0xC0 | rng.randrange(64)])


def alu_memory(rng: random.Random, size: int) -> bytes:
    op = rng.choice(
        (0x00, 0x01, 0x02, 0x03, 0x29, 0x31, 0x63, 0x87, 0x88, 0x89, 0x8B)
    )
    prefix = rng.choice((b"", b"", b"", b"\x66", b"\x67", b"\x64", b"\xf2"))
    return prefix + rex(rng) + bytes([op]) + operand(rng, size)


def constant(rng: random.Random, size: int) -> bytes:
    register = rng.choice((0, 1, 2, 3, 5, 6, 7))
    if rng.randrange(2):
        return bytes([0xB8 | register]) + u32(address(rng, size))
    return (
        bytes([0x48 | rng.randrange(2), 0xB8 | register])
        + u64(address(rng, size))
    )  # fmt: skip


def small_count(rng: random.Random, size: int) -> bytes:
    return b"\xb9" + u32(rng.randrange(1, 9))


def step(rng: random.Random, size: int) -> bytes:
    return rex(rng) + bytes([0xFF, 0xC0 | rng.randrange(16)])


def stack(rng: random.Random, size: int) -> bytes:
    kinds = (
        rng.choice((b"", b"\x41")) + bytes([0x50 | rng.randrange(8)]),
        rng.choice((b"", b"\x41")) + bytes([0x58 | rng.choice((0, 1, 2, 3))]),
        b"\x68" + u32(rng.getrandbits(32)),
        *(b"\x9c", b"\x9d", b"\xc9", b"\x66\x50", b"\x66\x5b"),
        b"\xc8\x10\x00" + bytes([rng.randrange(4)]),
        b"\xff" + operand(rng, size, 6),
        b"\x8f" + operand(rng, size, 0),
    )
    return rng.choice(kinds)


def branch(rng: random.Random, size: int) -> bytes:
    near = bytes([rng.randrange(-40, 40) & 255])
    kind = rng.randrange(10)
    if kind < 5:
        return bytes([0x70 | rng.randrange(16)]) + near
    if kind == 5:
        return bytes([rng.choice((0xE0, 0xE1, 0xE2, 0xE3))]) + near
    if kind == 6:
        return b"\xeb" + near
    if kind == 7:
        return b"\xe8" + u32(rng.randrange(-60, 60))
    if kind == 8:
        return b"\xc3"
    return rng.choice((b"\xff\xe0", b"\x41\xff\xd3", b"\xff\x25" + u32(64)))


def string(rng: random.Random, size: int) -> bytes:
    op = rng.choice((0xA4, 0xA5, 0xAA, 0xAB, 0xA6, 0xAE, 0xAC, 0xAD))
    prefix = rng.choice((b"", b"\xf3", b"\xf3", b"\xf2"))
    return prefix + rng.choice((b"", b"\x66", b"\x67", b"\x48")) + bytes([op])


def smash(rng: random.Random, size: int) -> bytes:
    """Write to the code, perhaps to what comes next."""
    target = b"\x04\x25" + u32(rng.randrange(0, 400))
    if rng.randrange(2):
        target = b"\x05" + u32(rng.randrange(-20, 40))
    kind = rng.randrange(3)
    if kind == 0:
        return b"\xc6" + target + bytes([rng.choice((0x90, 0x48, 0xF5))])
    if kind == 1:
        return (
            b"\xc7" + target + rng.choice((b"\x90" * 4, b"\xff\xc0\xf5\x90"))
        )
    return b"\xfe" + target


def trap(rng: random.Random, size: int) -> bytes:
    kinds = (
        *(b"\xcd\x2d", b"\xcd\x2d", b"\xcd\x2d", b"\xcd\x2d"),
        b"\xcd" + bytes([rng.randrange(256)]),
        *(b"\xcc", b"\xce", b"\xf1", b"\x0f\x0b", b"\xf4", b"\xec", b"\xfa"),
        *(b"\xf7\xf1", b"\x48\xf7\xfb", b"\x49\xf7\xf2"),  # divisions
        *(b"\x0f\x31", b"\x0f\xa2", b"\x0f\x05", b"\x48\xcf", b"\xcb"),
        *(b"\x8e\xd8", b"\x0f\x01\xf8", b"\xf3\x0f\xae\xc0", b"\xc5\xf8\x58"),
        b"\x65\x48\x8b" + operand(rng, size),
        b"\x64\x89" + operand(rng, size),
    )
    return rng.choice(kinds)


def locked(rng: random.Random, size: int) -> bytes:
    body = operand(rng, size)
    wide = rex(rng)
    kinds = (
        b"\xf0" + wide + b"\x0f\xb1" + body,
        b"\xf0" + wide + b"\x0f\xc1" + body,
        b"\xf0" + wide + b"\x01" + body,
        rng.choice((b"\xf0", b"")) + b"\x48\x0f\xc7" + operand(rng, size, 1),
        b"\xf0\x0f\xc7" + operand(rng, size, 1),
        rng.choice((b"\xf0", b"")) + wide + b"\x0f\xab\xc1",
        *(b"\x0f\xab" + body, wide + b"\x0f\xa3" + body, b"\xf0\x90"),
    )
    return rng.choice(kinds)


def floating(rng: random.Random, size: int) -> bytes:
    other = rng.choice((b"", b"\x44", b"\x41", b"\x45"))
    body = operand(rng, size)
    kinds = (
        *(b"\xd9\xe8", b"\xd9\xeb", b"\xde\xc1", b"\xdb\xe3", b"\x9b"),
        b"\xdd" + operand(rng, size, 3),
        b"\xdb" + operand(rng, size, 7),
        b"\xdd" + operand(rng, size, 0),
        b"\xd9" + operand(rng, size, 5),  # fldcw
        *(other + b"\x0f\x28" + body, other + b"\x0f\x11" + body),
        *(b"\x66" + other + b"\x0f\x6f" + body, other + b"\x0f\x58\xc1"),
        *(b"\xf3" + other + b"\x0f\x7f" + body, b"\xf2\x48\x0f\x2a\xc0"),
        *(
            b"\x66\x48\x0f\x6e\xc1",
            b"\x66\x48\x0f\x7e\xc3",
            b"\xf2\x0f\x59\xc1",
        ),
        *(b"\x0f\xae" + operand(rng, size, n) for n in range(4)),
        b"\x48\x0f\xae" + operand(rng, size, 0),
        b"\x48\x0f\xae" + operand(rng, size, 1),
    )
    return rng.choice(kinds)


def flagged(rng: random.Random, size: int) -> bytes:
    """Instructions that read and write flags beside memory."""
    body = operand(rng, size)
    count = bytes([rng.randrange(80)])
    group3 = operand(rng, size)
    some = (
        bytes([0x0F, 0x90 | rng.randrange(16)]) + memory(rng, size),
        bytes([0x0F, 0x90 | rng.randrange(16)]) + memory(rng, size),
        bytes([0x0F, 0x40 | rng.randrange(16)]) + body,
        bytes([rng.choice((0xD0, 0xD1, 0xD2, 0xD3))]) + body,
        b"\xc1" + body + count,
        bytes([rng.choice((0x10, 0x11, 0x13, 0x18, 0x19, 0x1B))]) + body,
        b"\x0f\xa4" + body + count,
        b"\x0f\xad" + body,
        b"\xf7" + group3 + (u32(3) if group3[0] >> 3 & 7 < 2 else b""),
        *(b"\x0f\xbc" + body, b"\x0f\xaf" + body, b"\x0f\xba" + body + count),
        *(b"\xf5", b"\xf8", b"\xf9", b"\x9e", b"\x9f", b"\x99", b"\x98"),
        *(b"\xdb\xf1", b"\xdf\xe9", b"\xda\xc1"),
    )
    mandatory = rng.choice((b"", b"", b"", b"", b"\xf3", b"\x66"))
    return mandatory + rex(rng) + rng.choice(some)


def noise(rng: random.Random, size: int) -> bytes:
    return rng.randbytes(rng.randrange(1, 6))


MIX: tuple[tuple[Make, int], ...] = (
    (alu, 8),
    (alu_memory, 9),
    (constant, 6),
    (small_count, 3),
    (step, 4),
    (stack, 5),
    (branch, 6),
    (string, 4),
    (smash, 3),
    (trap, 2),
    (locked, 2),
    (floating, 3),
    (flagged, 6),
    (noise, 1),
)
MAKERS = tuple(make for make, _ in MIX)
WEIGHTS = tuple(weight for _, weight in MIX)


def program(rng: random.Random, size: int, length: int = 400) -> bytes:
    """Return about *length* bytes of code."""
    code = b""
    while len(code) < length:
        code += rng.choices(MAKERS, WEIGHTS)[0](rng, size)
    return code
