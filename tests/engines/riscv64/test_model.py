"""Integer instructions do what the manual says; so do some of the others."""

import random
import struct

import pytest

from tests.engines.riscv64 import asm
from tests.engines.riscv64.asm import fp, half
from tests.engines.riscv64.conftest import Make
from tests.engines.riscv64.model import (
    ALL,
    ATOMICS,
    EXPANSIONS,
    NARROW,
    OPERATIONS,
    operate,
    signed,
)

T0, T1, T2 = 5, 6, 7
EDGES = (0, 1, 2, ALL, ALL - 1, 1 << 63, (1 << 63) - 1, 1 << 31, 0x7FFF_FFFF)


def value(rng: random.Random) -> int:
    return rng.choice(
        (*EDGES, rng.getrandbits(64), rng.getrandbits(32), rng.getrandbits(8))
    )


@pytest.mark.parametrize(("function", "upper"), OPERATIONS)
def test_operations_on_registers(
    make: Make, tier: str, function: int, upper: int
) -> None:
    rng = random.Random(function << 8 | upper)
    widths = {0x33: 64, 0x3B: 32}
    if (function, upper) not in NARROW:
        del widths[0x3B]
    for op, bits in widths.items():
        word = asm.r(op, function, upper, T0, T1, T2)
        rig = make(word, asm.jal(0, -4), tier=tier)
        for _ in range(40):
            a, b = value(rng), value(rng)
            rig.set(t1=a, t2=b)
            rig.run(2)
            assert rig.get("t0") == operate(function, upper, a, b, bits)


@pytest.mark.parametrize("function", range(8))
def test_operations_with_a_constant(
    make: Make, tier: str, function: int
) -> None:
    rng = random.Random(function)
    cases = []
    for op, bits in ((0x13, 64), (0x1B, 32)):
        shift = function in {1, 5}
        if bits == 64 or function == 0 or shift:
            for _ in range(20):
                number = rng.randrange(bits) if shift else rng.getrandbits(12)
                upper = rng.choice((0, 0x20)) if function == 5 else 0
                word = asm.i(op, function, T0, T1, upper << 5 | number)
                cases.append((word, upper, signed(number, 12), bits))
    words = [word for word, *_ in cases]
    rig = make(*words, tier=tier)
    for _, upper, number, bits in cases:
        a = value(rng)
        rig.set(t1=a)
        rig.run(1)
        expected = operate(function, upper, a, number & ALL, bits)
        assert rig.get("t0") == expected


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("function", ATOMICS)
def test_atomics(make: Make, tier: str, function: int, bits: int) -> None:
    """The old word is sign-extended, all of the new one is stored."""
    rng = random.Random(function)
    f3, size, mask = bits // 32 + 1, bits // 8, (1 << bits) - 1
    word = asm.amo(function, f3, T0, T1, T2)
    rig = make(word, asm.jal(0, -4), tier=tier).set(t1=0x1008)
    for _ in range(40):
        old, new = value(rng) & mask, value(rng)
        rig.memory.write(0x1008, old.to_bytes(size, "little") + b"\x5a")
        rig.set(t2=new)
        rig.run(2)
        stored = rig.memory.read(0x1008, size + 1)
        result = ATOMICS[function](old, new & mask, bits) & mask
        assert stored == result.to_bytes(size, "little") + b"\x5a"
        assert rig.get("t0") == signed(old, bits) & ALL


@pytest.mark.parametrize("short", EXPANSIONS, ids=hex)
def test_compressed_instructions(make: Make, tier: str, short: int) -> None:
    """The registers are the same as after what they stand for."""
    rng = random.Random(short)
    one = make(half(short), tier=tier)
    two = make(EXPANSIONS[short], tier=tier)
    for _ in range(10):
        values = {n: value(rng) for n in ("t0", "a4", "a5", "sp")}
        for rig in (one, two):
            rig.set(**values, pc=0)
            rig.run(1)
        assert one.registers()[:-1] == two.registers()[:-1]
        assert one.get("pc") == 2


@pytest.mark.parametrize("f3", range(7))
def test_loads_extend(make: Make, tier: str, f3: int) -> None:
    rng = random.Random(f3)
    rig = make(asm.load(f3, T0, T1, -3), asm.jal(0, -4), tier=tier)
    size = 1 << (f3 & 3)
    for _ in range(20):
        data = rng.randbytes(size)
        rig.memory.write(0x1001, data)
        rig.set(t1=0x1004)
        rig.run(2)
        expected = int.from_bytes(data, "little", signed=f3 < 4) & ALL
        assert rig.get("t0") == expected


@pytest.mark.parametrize(
    ("f3", "taken"),
    [
        (0, lambda a, b: a == b),
        (1, lambda a, b: a != b),
        (4, lambda a, b: signed(a) < signed(b)),
        (5, lambda a, b: signed(a) >= signed(b)),
        (6, lambda a, b: a < b),
        (7, lambda a, b: a >= b),
    ],
)
def test_branches(make: Make, tier: str, f3: int, taken: object) -> None:
    assert callable(taken)
    rng = random.Random(f3)
    rig = make(asm.branch(f3, T1, T2, 8), tier=tier)
    for _ in range(30):
        a = value(rng)
        b = rng.choice((a, value(rng)))
        rig.set(t1=a, t2=b, pc=0)
        rig.run(1)
        assert rig.get("pc") == (8 if taken(a, b) else 4)


DOUBLES = {
    0x01: lambda a, b: a + b,
    0x05: lambda a, b: a - b,
    0x09: lambda a, b: a * b,
    0x0D: lambda a, b: a / b,
}


@pytest.mark.parametrize("f7", DOUBLES)
def test_double_precision_rounds_as_anybody_does(
    make: Make, tier: str, f7: int
) -> None:
    """To nearest, for results that are numbers, denormal ones too."""
    rng = random.Random(f7)
    rig = make(fp(f7, 0, 1, 2, 3), asm.jal(0, -4), tier=tier)
    rig.machine.take(rig.vcpu.arch)
    for _ in range(60):
        scale = rng.choice((1.0, 1e-160, 1e150))
        a, b = (rng.uniform(-9, 9) * scale for _ in range(2))
        image = struct.pack("<4d", 0, 0, a, b) + bytes(232)
        rig.machine.set_extended(image)
        rig.run(2)
        result = rig.machine.extended()[8:16]
        assert result == struct.pack("<d", DOUBLES[f7](a, b))
