"""
Instructions with which the translator's own code would kill the process.

It leaves IDIV to the host, which divides -2^63 by -1 with a signal, and reads
far beyond its state for PCMPESTRI with a length of -2^31.
"""

from collections.abc import Iterator

import pytest

from tests.engines.rig import Rig
from tests.engines.x86_64.rig import LongRig

DE, UD, PF = 0, 6, 14
LEAST = 0x8000_0000
MAKERS = {"x86-32": (Rig, "e"), "x86-64": (LongRig, "r")}


@pytest.fixture(params=MAKERS)
def guest(request: pytest.FixtureRequest, tier: str) -> Iterator[Rig]:
    """A guest of both widths; registers get their names in it."""
    rig = MAKERS[request.param][0](b"", tier=tier)
    yield rig
    rig.close()


def start(guest: Rig, code: str, **values: int) -> None:
    """Run *code* with values in EAX, EDX and so on."""
    letter = "r" if isinstance(guest, LongRig) else "e"
    guest.memory.write(0, bytes.fromhex(code))
    guest.set(**{letter + name: value for name, value in values.items()})
    guest.run(50)


@pytest.mark.parametrize("divisor", [0xFFFF_FFFF, 0, 1, LEAST])
def test_the_least_dividend_never_fits(guest: Rig, divisor: int) -> None:
    """nop; idiv ebx; in the middle of a block, as often as it is tried."""
    start(guest, "90 f7fb f4", ax=0, dx=LEAST, bx=divisor)
    guest.run(50)

    assert guest.now == 1
    assert [trap.cause for trap in guest.traps] == [DE] * 2
    assert guest.traps[0].registers[:4] == (0, 0, LEAST, divisor)


@pytest.mark.parametrize(
    ("dividend", "divisor", "result"),
    [
        ((1, 0), 0xFFFF_FFFF, (0xFFFF_FFFF, 0)),
        ((0xFFFF_FFF9, 0xFFFF_FFFF), 2, (0xFFFF_FFFD, 0xFFFF_FFFF)),
        ((0, 0xFFFF_FFFF), 0x4000_0000, (0xFFFF_FFFC, 0)),
    ],
)
def test_other_dividends_are_divided(
    guest: Rig,
    dividend: tuple[int, int],
    divisor: int,
    result: tuple[int, int],
) -> None:
    """idiv ebx; jmp ."""
    low, high = dividend
    start(guest, "f7fb ebfe", ax=low, dx=high, bx=divisor)

    assert guest.traps == []
    registers = guest.registers()
    assert (registers[0], registers[2]) == result


def test_a_division_may_be_reached_by_every_way(guest: Rig) -> None:
    """
    A loop: cdq; idiv ebx; dec ecx; and into its middle with the least.

    The block is known, and guarded, long before.
    """
    code = "99 f7fb b850000000 ffc9 75f4 ba00000080 31c0 ebec f4"
    start(guest, code, ax=100, bx=0xFFFF_FFFF, cx=9)
    guest.run(200)

    assert guest.traps[0].cause == DE
    assert guest.traps[0].registers[:4] == (0, 0, LEAST, 0xFFFF_FFFF)
    assert guest.traps[0].time == 9 * 5 + 3


def test_a_division_may_be_written_over_another(guest: Rig) -> None:
    """What was a division of 64 by 32 bits is another instruction, and back."""
    start(guest, "f7fb f4", ax=5, dx=0, bx=2)
    guest.memory.write(0, b"\xf7\xf3")
    start(guest, "f7f3 f4", ax=0, dx=0, bx=2, ip=0)
    start(guest, "f7fb f4", ax=0, dx=LEAST, bx=0xFFFF_FFFF, ip=0)

    assert guest.traps[-1].cause == DE
    assert guest.traps[-1].registers[2] == LEAST


@pytest.mark.parametrize("control", ["00", "01", "05", "08", "0c", "0d", "44"])
@pytest.mark.parametrize("opcode", ["60", "61"])
def test_the_least_length_of_a_string_is_refused(
    guest: Rig, opcode: str, control: str
) -> None:
    """nop; pcmpestrm or pcmpestri xmm0, xmm1, control."""
    code = f"90 660f3a{opcode}c1{control} f4"
    for lengths in ((LEAST, 5), (5, LEAST), (LEAST, LEAST)):
        start(guest, code, ax=lengths[0], dx=lengths[1], ip=0)
        assert guest.traps[-1].cause == UD
    start(guest, code, ax=3, dx=20, ip=0)

    assert guest.traps[-1].cause != UD
    assert guest.now == 5


# --- LOCK and a test of a bit of a register, over two pages -----------------

PAGE = 4096


@pytest.mark.parametrize("cut", [1, 2, 3])
@pytest.mark.parametrize("first", [True, False])
def test_two_pages_may_become_deadly_together(
    guest: Rig, cut: int, first: bool
) -> None:
    """Each of them has been translated before, with another neighbour."""
    deadly = bytes.fromhex("f00fabc1")
    at = PAGE - cut
    harmless = bytes([0x90] * 4)
    guest.memory.write(at - 2, b"\x90\x90" + harmless + b"\xf4")
    start(guest, "", ax=0, cx=0, bx=0x3000, ip=at - 2)
    assert guest.now == 6
    one, other = (at, deadly[:cut]), (PAGE, deadly[cut:])

    for place, part in (one, other) if first else (other, one):
        guest.memory.write(place, part)
        start(guest, "", ip=at - 2, cx=0)
        start(guest, "", ip=PAGE + 4 - cut, cx=0)
    before = guest.now
    start(guest, "", ip=at - 2, cx=0)

    assert guest.now == before + 2
    assert guest.traps[-1].cause == UD


@pytest.mark.parametrize("end", ["f0", "f00f", "f0660fab"])
def test_a_page_may_end_like_a_deadly_one(guest: Rig, end: str) -> None:
    """It is translated: what follows on the next page is harmless."""
    tail = bytes.fromhex(end)
    guest.memory.write(PAGE - len(tail), tail + b"\x08")
    start(guest, "90 ebfd")

    assert guest.traps == []
    assert guest.engine._mmu.code == {0}
