"""The decoder of riscv64 against the manual, as capstone has read it."""

import random

import pytest

from vpok.engines.unicorn.isa.riscv64_decode import (
    CHANGE,
    CONDITIONAL,
    EBREAK,
    ECALL,
    ILLEGAL,
    LOAD,
    PLAIN,
    RESERVE,
    STORE,
    Memory,
    kind_of,
    length_of,
    memory_of,
)

capstone = pytest.importorskip("capstone")

ENGINE = capstone.Cs(
    capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV64 | capstone.CS_MODE_RISCVC
)


def known(code: bytes) -> bool:
    return any(True for _ in ENGINE.disasm_lite(code, 0))


def is_hint(half: int) -> bool:
    """Say whether it has x0 for a destination, or shifts by nothing."""
    no_destination = half & 0xF80 == 0
    if half & 3 == 1 and half >> 13 in {0, 2, 3}:
        return no_destination or (half >> 13 == 0 and half & 0x107C == 0)
    return half & 3 == 2 and half >> 13 in {0, 4} and no_destination


@pytest.mark.slow
def test_every_compressed_instruction_is_judged_as_by_capstone() -> None:
    """But for hints, which are legal, and c.lui of 0, which is reserved."""
    for half in range(1 << 16):
        if half & 3 == 3:
            continue
        code = half.to_bytes(2, "little")
        legal = kind_of(code, 0) != ILLEGAL
        reserved = half == 0 or half & 0xF07F == 0x6001
        assert length_of(code, 0) == 2
        assert (
            legal == known(code)
            or (legal and is_hint(half))
            or (not legal and reserved)
        ), hex(half)


OPCODES = (
    *(0x03, 0x07, 0x13, 0x17, 0x1B, 0x23, 0x27, 0x2F, 0x33, 0x37, 0x3B),
    *(0x43, 0x47, 0x4B, 0x4F, 0x53, 0x63, 0x67, 0x6F),
)


@pytest.mark.slow
def test_every_other_instruction_is_judged_as_by_capstone() -> None:
    """All functions; conversions are refused only by what the manual says."""
    rng = random.Random(7)
    for opcode in OPCODES:
        for number in range(8 * 128 * 4):
            f3, f7, low = number & 7, number >> 3 & 127, number >> 10
            second = low or rng.randrange(32)
            word = rng.getrandbits(20) << 7 & 0xF8F80 | f3 << 12
            word |= f7 << 25 | second << 20 | opcode
            code = word.to_bytes(4, "little")
            legal = kind_of(code, 0) != ILLEGAL
            conversion = opcode == 0x53 and f7 in {0x21, 0x20, 0x61, 0x69}
            assert length_of(code, 0) == 4
            assert legal == known(code) or (
                conversion and legal and f3 not in {5, 6}
            ), hex(word)


def test_system_instructions_are_three_registers_and_two_calls() -> None:
    legal = {}
    for number in range(1 << 12):
        for f3 in range(8):
            for first, rd in ((0, 0), (5, 0), (0, 6), (31, 31)):
                word = number << 20 | first << 15 | f3 << 12 | rd << 7 | 0x73
                kind = kind_of(word.to_bytes(4, "little"), 0)
                if kind != ILLEGAL:
                    legal[number, f3, first, rd] = kind

    calls = {key: kind for key, kind in legal.items() if kind != PLAIN}
    assert calls == {(0, 0, 0, 0): ECALL, (1, 0, 0, 0): EBREAK}
    plain = {key[:2] for key, kind in legal.items() if kind == PLAIN}
    assert plain == {(n, f) for n in (1, 2, 3) for f in (1, 2, 3, 5, 6, 7)}


MEMORY = {
    0x0003_B303: Memory(LOAD, 7, 0, 8),
    0xFFF3_C303: Memory(LOAD, 7, -1, 1),
    0x7FF3_A087: Memory(LOAD, 7, 2047, 4),
    0x8063_9023: Memory(STORE, 7, -2048, 2),
    0x0013_B427: Memory(STORE, 7, 8, 8),
    0x1003_B32F: Memory(RESERVE, 7, 0, 8),
    0x1853_A32F: Memory(CONDITIONAL, 7, 0, 4),
    0xE653_B32F: Memory(CHANGE, 7, 0, 8),
    0x5F7C: Memory(LOAD, 14, 124, 4),  # c.lw
    0x7F7C: Memory(LOAD, 14, 248, 8),  # c.ld
    0xBF7C: Memory(STORE, 14, 248, 8),  # c.fsd
    0xDF7C: Memory(STORE, 14, 124, 4),  # c.sw
    0x50FE: Memory(LOAD, 2, 252, 4),  # c.lwsp
    0x307E: Memory(LOAD, 2, 504, 8),  # c.fldsp
    0xDFBE: Memory(STORE, 2, 252, 4),  # c.swsp
    0xFFBE: Memory(STORE, 2, 504, 8),  # c.sdsp
    0x0000_0013: None,
    0x9002: None,
    0x0285: None,
    0xBFFD: None,  # c.j
}


@pytest.mark.parametrize("word", MEMORY, ids=hex)
def test_accesses_are_understood(word: int) -> None:
    assert memory_of(word.to_bytes(4, "little")) == MEMORY[word]
