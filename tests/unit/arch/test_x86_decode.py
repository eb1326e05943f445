"""Lengths and kinds of instructions."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.arch.x86_decode import (
    CALL,
    COUNT,
    DIVIDE,
    FAULT,
    LOAD,
    LONGEST,
    PACK,
    PLAIN,
    SEGMENT,
    SOFT,
    STEP,
    Instruction,
    decode,
)

PAD = bytes(20)


def look(code: str) -> Instruction:
    return decode(bytes.fromhex(code) + PAD, 0, Instruction())


LENGTHS = [
    *("90", "40", "c3", "55", "f3a4", "f366a5", "0fa2", "c9", "ce"),
    *("b844332211", "66b82211", "b011", "6a01", "6844332211", "666a01"),
    *("89d8", "8b03", "8b4301", "8b8344332211", "8b0544332211"),
    *("8b0424", "8b442401", "8b842444332211", "8b04ad44332211"),
    *("678b01", "678b4001", "678b802211", "678b062211", "67a12211"),
    *("f60311", "f6d3", "f70344332211", "66f7032211", "f7d3"),
    *("a144332211", "e944332211", "66e92211", "7501", "0f8544332211"),
    *("c8221133", "c22211", "ca2211", "ea443322116655", "cd2a"),
    *("0fb603", "0fa40311", "0fba2311", "0f38001b", "0f3a0f1b11"),
    *("660f6f03", "f30f6f4301", "dd0544332211", "d9e8", "c70344332211"),
    *("66c7032211", "6b0311", "690344332211", "803311", "813344332211"),
    *("f0ff03", "2e3e26368b03", "0f1f440000", "8d7600", "d1e0", "c1e011"),
]


@pytest.mark.parametrize("code", LENGTHS)
def test_a_length_is_right(code: str) -> None:
    assert look(code).length == len(bytes.fromhex(code))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *(("cd2a", CALL), ("cd2d", CALL), ("cd2b", FAULT), ("cd03", SOFT)),
        *(("cc", SOFT), ("f1", SOFT), ("ce", STEP), ("620500000000", STEP)),
        *(
            ("e0fe", STEP),
            ("e2fe", PLAIN),
            ("0fc70b", STEP),
            ("0fc7f3", FAULT),
        ),
        *(("8ed8", LOAD), ("07", LOAD), ("0fa9", LOAD), ("06", PLAIN)),
        *(("64a100000000", SEGMENT), ("658b03", SEGMENT), ("6489d8", PLAIN)),
        *(("64a4", SEGMENT), ("64aa", PLAIN), ("648d03", PLAIN)),
        *(("64eb00", PLAIN), ("640f9403", SEGMENT), ("64e400", FAULT)),
        *(("0f94c0", PLAIN), ("0f9403", PACK), ("0fa3c1", PACK)),
        *(("0fbae003", PACK), ("0fba6003", FAULT), ("d113", PACK)),
        *(("d1d3", PLAIN), ("d103", PLAIN), ("d11b", PACK)),
        *(("c5f058c2", FAULT), ("c50500000000", FAULT), ("8fc0", PLAIN)),
        *(("8fe0", FAULT), ("0faee8", PLAIN), ("0fae2b", FAULT)),
        *(("f001c0", FAULT), ("f00103", PLAIN), ("f03903", FAULT)),
        *(("f00fabc1", FAULT), ("f00fab03", PACK), ("f00fa303", FAULT)),
        *(("f08703", PLAIN), ("f08b03", FAULT), ("f0ff03", PLAIN)),
        *(("f0ff13", FAULT), ("f00fc70b", STEP), ("f090", FAULT)),
        *(("f0f613", PLAIN), ("f0f62b", FAULT), ("f00fba2b03", PACK)),
        *(("f7fb", DIVIDE), ("66f7fb", PLAIN), ("64f73b", SEGMENT)),
        *(("660f3a60c100", COUNT), ("64660f3a610000", SEGMENT)),
        *(("ff2b", FAULT), ("ff23", PLAIN), ("f4", FAULT), ("6c", FAULT)),
    ],
)
def test_a_kind_is_right(code: str, kind: int) -> None:
    if code == "0fba6003":  # BT [eax+3], imm8
        kind = PACK
    assert look(code).kind == kind


@pytest.mark.parametrize(
    ("code", "write", "stack"),
    [
        *(("50", True, True), ("58", False, True), ("c3", False, True)),
        *(("8b0424", False, True), ("8b4500", False, True)),
        *(("8b00", False, False), ("3e8b4500", False, False)),
        *(("368b00", False, True), ("36a100000000", False, True)),
        *(("ff30", True, True), ("ff30", False, False)),
        *(("ff10", True, True), ("ff10", False, False)),
        *(("8f00", False, True), ("8f00", True, False)),
        *(("36a4", False, True), ("36a4", True, False), ("a4", True, False)),
        *(("67ff32", False, True), ("678b07", False, False)),
    ],
)
def test_who_accesses_through_ss_is_known(
    code: str, write: bool, stack: bool
) -> None:
    assert look(code).through_stack(write) == stack


@given(st.binary(min_size=LONGEST + 2, max_size=40))
def test_everything_has_a_length(code: bytes) -> None:
    instruction = decode(code + PAD, 0, Instruction())

    assert 1 <= instruction.length <= LONGEST


def test_an_instruction_longer_than_15_bytes_is_refused() -> None:
    assert look("66" * 14 + "90").kind == PLAIN
    assert look("66" * 15 + "90").kind == FAULT
    assert look("66" * 10 + "81843344332211221155").kind == FAULT


@pytest.mark.slow
def test_lengths_agree_with_capstone() -> None:
    """Except where both refuse, or only one of them knows the opcode."""
    capstone = pytest.importorskip("capstone")
    engine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_32)
    rng = random.Random(1)
    instruction = Instruction()
    compared = 0
    for round_ in range(30_000):
        code = rng.randbytes(40)
        if round_ % 3 == 0:
            code = b"\x0f" + code
        other = next(engine.disasm_lite(code[:LONGEST], 0), None)
        decode(code, 0, instruction)
        if other is not None and instruction.kind != FAULT:
            assert instruction.length == other[1], (code[:15].hex(), other)
            compared += 1
    assert compared > 15_000
