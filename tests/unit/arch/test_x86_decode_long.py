"""Lengths and kinds of instructions in 64-bit mode."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.arch.x86_decode import (
    CALL,
    COUNT,
    DIVIDE,
    FAULT,
    GP,
    LONGEST,
    PACK,
    PLAIN,
    SOFT,
    STEP,
    UD,
    Instruction,
    decode,
)
from vpok.arch.x86_maps import LONG

PAD = bytes(20)


def look(code: str) -> Instruction:
    return decode(bytes.fromhex(code) + PAD, 0, Instruction(LONG))


LENGTHS = [
    *("90", "4890", "c3", "55", "4155", "f348a5", "f348ab", "0fa2", "c9"),
    *("660f3802d8", "66410f3801ed", "660f3800c0"),
    *("b844332211", "66b82211", "48b88877665544332211", "41b844332211"),
    *("6648b88877665544332211", "4866b82211", "48c7c044332211", "40b011"),
    *("48a18877665544332211", "a08877665544332211", "67a144332211"),
    *("488b05 44332211", "488b04 24", "488b0425 44332211", "4b8b4c2508"),
    *("8b4301", "678b4301", "678b8344332211", "67678b00", "418b4500"),
    *(
        "e844332211",
        "6648e844332211",
        "0f8544332211",
        "7501",
        "e3fe",
        "67e3fe",
    ),
    *("6844332211", "66682211", "6a01", "4863c3", "6303", "c8221133"),
    *("48f7c044332211", "66f7c02211", "48f6c011", "48f7d8", "480fc70b"),
    *("f30f1efa", "660f1f840000000000", "66480f6ec0", "f2480f2ac0"),
    *("0f38001b", "66440f3a0f1b11", "480fba2311", "c22211", "cd2d"),
]


@pytest.mark.parametrize("code", LENGTHS)
def test_a_length_is_right(code: str) -> None:
    assert look(code).length == len(bytes.fromhex(code))
    assert look(code).kind != FAULT


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *(("cd2d", CALL), ("cc", SOFT), ("f1", SOFT), ("e0fe", STEP)),
        *(("40cd2d", CALL), ("648b03", PLAIN), ("65488903", PLAIN)),
        *(("640f9403", PACK), ("0fa3c1", PACK), ("48d113", PACK)),
        *(("480fc70b", STEP), ("f0480fc70b", STEP), ("f0480fab03", PACK)),
        *(("e2fe", PLAIN), ("480fc8", PLAIN), ("8cc8", PLAIN)),
        *(("f7fb", DIVIDE), ("41f73b", DIVIDE), ("48f7fb", PLAIN)),
        *(("66f7fb", PLAIN), ("f7f3", PLAIN), ("660f3a61c100", COUNT)),
    ],
)
def test_a_kind_is_right(code: str, kind: int) -> None:
    assert look(code).kind == kind


@pytest.mark.parametrize(
    "code",
    [
        *("06", "07", "0e", "16", "17", "1e", "1f", "27", "2f", "37", "3f"),
        *(
            "60",
            "61",
            "62f1",
            "82c001",
            "9a",
            "c4e1",
            "c5f858c0",
            "ce",
            "d400",
        ),
        *(
            "d500",
            "d6",
            "ea",
            "480f05",
            "0f07",
            "0f0b",
            "480fc7f0",
            "f00fabc1",
        ),
        *("f0480fabc1", "f04801c0", "f30faec0", "0fae23", "f090", "0f24c0"),
        *("66e92211", "66eb01", "667501", "660f842211", "66c3", "66ffd0"),
        *("66e0fe", "6641ffe0", "0f5000", "660f711003", "0fd700", "0ff700"),
        *("660f3802db", "66450f3801ed", "66480f3807c0"),
    ],
)
def test_what_is_undefined_is_refused(code: str) -> None:
    assert (look(code).kind, look(code).vector) == (FAULT, UD)


@pytest.mark.parametrize(
    "code",
    [
        *("cd2a", "cd03", "cd04", "cd80", "f4", "fa", "48cf", "48cb", "ec"),
        *("48ff2b", "ff1b", "0f20c0", "0f01f8", "0f01f9", "0f34", "0f31"),
        *(
            "8ed8",
            "0fa1",
            "0fa9",
            "480fb203",
            "66" * 15,
            "4890".rjust(32, "6"),
        ),
    ],
)
def test_what_is_privileged_is_refused(code: str) -> None:
    assert (look(code).kind, look(code).vector) == (FAULT, GP)


def test_a_rex_that_is_not_the_last_prefix_is_nothing() -> None:
    assert look("48b8").rex == 0x48
    assert look("4866b8").rex == 0
    assert not look("4866b8").wide
    assert look("6648b8").wide


@given(st.binary(min_size=LONGEST + 2, max_size=40))
def test_everything_has_a_length(code: bytes) -> None:
    instruction = decode(code + PAD, 0, Instruction(LONG))

    assert 1 <= instruction.length <= LONGEST


PREFIXES = bytes.fromhex("26 2e 36 3e 64 65 66 67 f0 f2 f3 40 41 44 48 4f")


@pytest.mark.slow
def test_lengths_agree_with_capstone() -> None:
    """
    Except where both refuse, or only one of them knows the opcode.

    (Capstone 5 lets an operand-size prefix grow the immediate of RET.)
    """
    capstone = pytest.importorskip("capstone")
    engine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    rng = random.Random(1)
    instruction = Instruction(LONG)
    compared = 0
    for _ in range(30_000):
        code = bytes(rng.choices(PREFIXES, k=rng.randrange(4)))
        code += rng.choice((b"", b"", b"\x0f")) + rng.randbytes(40)
        other = next(engine.disasm_lite(code[:LONGEST], 0), None)
        decode(code, 0, instruction)
        if other is None or instruction.kind == FAULT:
            continue
        if instruction.opcode != 0xC2:
            assert instruction.length == other[1], (code[:15].hex(), other)
            compared += 1
    assert compared > 15_000
