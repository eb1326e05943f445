"""Random programs: bytes, and instructions that a compiler might not emit."""

import random
from collections.abc import Callable

Make = Callable[[random.Random, int], bytes]

R8 = range(8)


def u32(value: int) -> bytes:
    return (value & 0xFFFF_FFFF).to_bytes(4, "little")


def address(rng: random.Random, size: int) -> int:
    """An address: mostly inside, some at edges, few outside."""
    kind = rng.randrange(20)
    if kind == 0:
        return rng.randrange(1 << 32)
    if kind < 3:
        return size - rng.randrange(12)
    if kind < 6:
        return rng.choice((4096, 8192)) - rng.randrange(8)
    if kind < 9:
        return rng.randrange(0, 512)  # where the code is
    return rng.randrange(0, size)


def memory(rng: random.Random, size: int) -> bytes:
    """ModRM and displacement without the middle field."""
    base = rng.choice((0, 1, 2, 3, 5, 6, 7))
    kind = rng.randrange(4)
    if kind == 0:
        return bytes([0x05]) + u32(address(rng, size))
    if kind == 1 and base != 5:
        return bytes([base])
    if kind == 2:
        return bytes([0x44, 0x24, rng.randrange(256)])  # [esp + d8]
    return bytes([0x40 | base, rng.randrange(256)])


def with_register(modrm: bytes, register: int) -> bytes:
    return bytes([modrm[0] | register << 3]) + modrm[1:]


def alu(rng: random.Random, size: int) -> bytes:
    op = rng.choice((0x01, 0x03, 0x29, 0x2B, 0x31, 0x33, 0x39, 0x11, 0x89))
    return bytes([op, 0xC0 | rng.randrange(64)])


def alu_memory(rng: random.Random, size: int) -> bytes:
    op = rng.choice(
        (0x00, 0x01, 0x02, 0x03, 0x29, 0x31, 0x87, 0x88, 0x89, 0x8A, 0x8B)
    )
    return bytes([op]) + with_register(memory(rng, size), rng.choice(R8))


def constant(rng: random.Random, size: int) -> bytes:
    register = rng.choice((0, 1, 2, 3, 5, 6, 7))
    return bytes([0xB8 | register]) + u32(address(rng, size))


def small_count(rng: random.Random, size: int) -> bytes:
    return b"\xb9" + u32(rng.randrange(1, 9))


def step(rng: random.Random, size: int) -> bytes:
    return bytes([0x40 | rng.randrange(16)])


def stack(rng: random.Random, size: int) -> bytes:
    return rng.choice(
        (
            bytes([0x50 | rng.choice(R8)]),
            bytes([0x58 | rng.choice((0, 1, 2, 3, 6, 7))]),
            b"\x68" + u32(rng.randrange(1 << 32)),
            b"\x60",
            b"\x61",
            b"\x9c",
            b"\x9d",
            b"\xc8\x10\x00" + bytes([rng.randrange(4)]),
            b"\xc9",
            b"\x1e",
            b"\x0e",
            b"\xff\x35" + u32(address(rng, size)),
            b"\x8f\x05" + u32(address(rng, size)),
        )
    )


def branch(rng: random.Random, size: int) -> bytes:
    near = bytes([rng.randrange(-40, 40) & 255])
    kind = rng.randrange(10)
    if kind < 5:
        return bytes([0x70 | rng.randrange(16)]) + near
    if kind == 5:
        return b"\xe2" + near  # loop
    if kind == 6:
        return b"\xeb" + near
    if kind == 7:
        return b"\xe8" + u32(rng.randrange(-60, 60))
    if kind == 8:
        return b"\xc3"
    return rng.choice((b"\xff\xe0", b"\xff\xd3", b"\xff\x25" + u32(64)))


def string(rng: random.Random, size: int) -> bytes:
    op = rng.choice((0xA4, 0xA5, 0xAA, 0xAB, 0xA6, 0xAE, 0xAC, 0xAD))
    prefix = rng.choice((b"", b"\xf3", b"\xf3", b"\xf2"))
    return prefix + rng.choice((b"", b"\x66")) + bytes([op])


def smash(rng: random.Random, size: int) -> bytes:
    """Write to the code, perhaps to what comes next."""
    target = u32(rng.randrange(0, 400))
    kind = rng.randrange(4)
    if kind == 0:
        return b"\xc6\x05" + target + bytes([rng.choice((0x90, 0x40, 0x43))])
    if kind == 1:
        return b"\xc7\x05" + target + rng.choice((b"\x90" * 4, b"\x41BC\x90"))
    if kind == 2:
        return b"\x81\x05" + target + u32(rng.randrange(1 << 32))
    return b"\xfe\x05" + target


def trap(rng: random.Random, size: int) -> bytes:
    return rng.choice(
        (
            b"\xcd\x2a",
            b"\xcd\x2a",
            b"\xcd\x2a",
            b"\xcd" + bytes([rng.randrange(256)]),
            b"\xcc",
            b"\xce",
            b"\xf1",
            b"\x0f\x0b",
            b"\xf7\xf1",  # div ecx
            b"\xf7\xfb",  # idiv ebx
            b"\xf4",
            b"\xec",
            b"\xef",
            b"\xf3\x6d",
            b"\x0f\x31",
            b"\xfa",
            b"\x0f\xa2",
            b"\xd4\x00",  # aam 0
            b"\x62\x05" + u32(address(rng, size)),
            b"\x8e\xd8",
            b"\x8e\xe0",
            b"\x64\xa1" + u32(address(rng, size)),
            b"\xea" + bytes(6),
            b"\xcb",
            b"\xcf",
        )
    )


def locked(rng: random.Random, size: int) -> bytes:
    body = with_register(memory(rng, size), rng.choice(R8))
    return rng.choice(
        (
            b"\xf0\x0f\xb1" + body,
            b"\xf0\x0f\xc1" + body,
            b"\xf0\x01" + body,
            b"\xf0\x0f\xc7" + with_register(memory(rng, size), 1),
            b"\xf0\xff" + memory(rng, size),
            rng.choice((b"\xf0", b"\x90")) + b"\x0f\xab\xc1",
            b"\xf0\x90",
            b"\x0f\xab" + body,
            b"\x0f\xa3" + body,
        )
    )


def floating(rng: random.Random, size: int) -> bytes:
    where = memory(rng, size)
    return rng.choice(
        (
            b"\xd9\xe8",
            b"\xd9\xeb",
            b"\xde\xc1",
            b"\xdd" + with_register(where, 3),
            b"\xdb" + with_register(where, 7),
            b"\xdd" + with_register(where, 0),
            b"\xdb\xe3",
            b"\x9b",
            b"\xd9" + with_register(where, 5),  # fldcw
            b"\x0f\x28" + where,
            b"\x0f\x11" + where,
            b"\x66\x0f\x6f" + where,
            b"\x66\x0f\x7f" + where,
            b"\xf3\x0f\x6f" + where,
            b"\xf3\x0f\x7f" + with_register(where, 2),
            b"\x0f\x58\xc1",
            b"\xf2\x0f\x58\xc1",
            b"\x0f\xae" + with_register(where, 0),
            b"\x0f\xae" + with_register(where, 1),
            b"\x0f\xae" + with_register(where, 2),
            b"\x0f\xae" + with_register(where, 3),
        )
    )


def flagged(rng: random.Random, size: int) -> bytes:
    """Instructions that read and write flags beside memory."""
    where = memory(rng, size)
    body = with_register(where, rng.choice(R8))
    return rng.choice(
        (
            bytes([0x0F, 0x90 | rng.randrange(16)]) + where,
            bytes([0x0F, 0x90 | rng.randrange(16)]) + where,
            bytes([0x0F, 0x40 | rng.randrange(16)]) + body,
            bytes([rng.choice((0xD0, 0xD1, 0xD2, 0xD3))]) + body,
            bytes([0xC1]) + body + bytes([rng.randrange(40)]),
            bytes([rng.choice((0x10, 0x11, 0x13, 0x18, 0x19, 0x1B))]) + body,
            b"\x0f\xa4" + body + bytes([rng.randrange(40)]),
            b"\x0f\xad" + body,
            b"\xf7" + body + (u32(3) if body[0] >> 3 & 7 < 2 else b""),
            b"\x63" + body,
            b"\x0f\xbc" + body,
            b"\xf3\x0f\xb8" + body,
            rng.choice((b"\xf5", b"\xf8", b"\xf9", b"\x9e", b"\x9f")),
            rng.choice((b"\x27", b"\x2f", b"\x37", b"\x3f", b"\xd6")),
            rng.choice((b"\xdb\xf1", b"\xdf\xe9", b"\xda\xc1")),
        )
    )


def prefixed(rng: random.Random, size: int) -> bytes:
    prefix = rng.choice((0x66, 0x67, 0x2E, 0x36, 0x3E, 0x26, 0xF2, 0xF3))
    return bytes([prefix]) + alu_memory(rng, size)


def noise(rng: random.Random, size: int) -> bytes:
    return bytes(rng.randrange(256) for _ in range(rng.randrange(1, 6)))


MIX: tuple[tuple[Make, int], ...] = (
    (alu, 8),
    (alu_memory, 8),
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
    (prefixed, 2),
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
