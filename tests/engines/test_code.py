"""Code that changes, whoever changes it."""

import pytest

from tests.engines.conftest import Make
from tests.engines.rig import CALL, Rig, go_on
from vpok.arch.x86_32 import NAMES
from vpok.kernel.engine import CONTINUE
from vpok.kernel.vcpu import Vcpu

PAGE = 4096
INVALID = 6
INC_EAX, INC_EBX = 0x40, 0x43


def test_the_next_instruction_may_be_written(make: Make, tier: str) -> None:
    """mov byte [7], inc ebx: in the same block, one instruction ahead."""
    rig = make("c605 07000000 43 40 ebfe", tier=tier)
    rig.set(eax=0, ebx=0)

    assert rig.run(10) == 10
    assert (rig.get("eax"), rig.get("ebx")) == (0, 1)


def test_a_loop_may_rewrite_its_body(make: Make, tier: str) -> None:
    """xor byte [8], 3: inc eax and inc ebx in turns; every time counts."""
    rig = make("8035 08000000 03 90 40 49 75f4 f4", tier=tier)
    rig.set(eax=0, ebx=0, ecx=10)

    rig.run(1000)

    assert rig.now == 10 * 5
    assert (rig.get("eax"), rig.get("ebx")) == (5, 5)


def test_an_instruction_may_write_itself(make: Make, tier: str) -> None:
    """rep stosb over the whole block, itself included: nop everywhere."""
    rig = make("b090 31ff b906000000 f3aa 40 ebfe", tier=tier)

    rig.run(2 + 1 + 7)

    assert rig.memory.read(0, 6) == b"\x90" * 6
    assert rig.get("eip") == 11
    assert rig.engine.instructions() == 10


def test_a_page_may_be_code_and_data(make: Make, tier: str) -> None:
    """inc dword [0x800]; dec ecx; jnz."""
    rig = make("ff0500080000 49 75f7 f4", tier=tier)
    rig.set(ecx=100)

    rig.run(1000)

    assert rig.now == 300
    assert rig.memory.u32(0x800) == 100


def test_code_may_write_the_code_that_it_calls(make: Make, tier: str) -> None:
    """A routine in another page is rewritten and called, in turns."""
    main = "8035 00100000 03 b800100000 ffd0 49 75ef f4"
    rig = make(main, tier=tier)
    rig.memory.write(PAGE, bytes.fromhex("43c3"))
    rig.set(edx=0, ebx=0, ecx=6)

    rig.run(1000)

    # 40, 43, 40 ...: EBX in every other turn.
    assert rig.get("ebx") == 3
    assert rig.now == 6 * 7


def test_an_instruction_over_two_pages_may_change(
    make: Make, tier: str
) -> None:
    """mov ebx, imm32: its immediate begins on the second page."""
    rig = make("", tier=tier)
    rig.memory.write(PAGE - 1, bytes.fromhex("bb11000000 ffe0"))
    rig.memory.write(0, bytes.fromhex("c605 00100000 22 e9") + bytes(4))
    rig.memory.write(8, (PAGE - 1 - 12).to_bytes(4, "little"))
    rig.set(eip=PAGE - 1, eax=0)

    rig.run(1)
    first = rig.get("ebx")
    rig.run(1 + 2 + 1)

    assert (first, rig.get("ebx")) == (0x11, 0x22)


def test_code_over_an_unmapped_end_runs_up_to_it(
    make: Make, tier: str
) -> None:
    """A block that goes on outside: what is inside is executed."""
    rig = make("", size=2 * PAGE, tier=tier)
    rig.memory.write(2 * PAGE - 3, bytes.fromhex("404040"))
    rig.set(eip=2 * PAGE - 3, eax=0)

    rig.run(100)

    assert rig.get("eax") == 3
    assert rig.traps[0].registers[8] == 2 * PAGE


def test_the_hypervisor_may_write_code(make: Make, tier: str) -> None:
    """Between two runs, at the place where the guest is."""
    rig = make("40 40 40 ebfb", tier=tier)
    rig.set(eax=0, ebx=0)

    rig.run(400)
    rig.memory.write(0, bytes([INC_EBX] * 3))
    rig.run(400)

    assert (rig.get("eax"), rig.get("ebx")) == (300, 300)


def test_the_hypervisor_may_write_code_in_a_call(
    make: Make, tier: str
) -> None:
    """What comes behind the call is already the new code."""

    def patch(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        count = len(rig.traps)
        rig.memory.write(2, bytes([INC_EBX if count % 2 else INC_EAX]))
        return CONTINUE

    rig = make("cd2a 40 ebfb", tier=tier, answer=patch)
    rig.set(eax=0, ebx=0)

    assert rig.run(30) == 30
    assert len(rig.traps) == 10
    assert (rig.get("eax"), rig.get("ebx")) == (5, 5)


def test_flush_is_for_those_who_write_past_the_memory_object(
    make: Make, tier: str
) -> None:
    rig = make("40 ebfd", tier=tier)
    rig.set(eax=0, ebx=0)
    rig.run(10)

    rig.memory.buffer[0] = INC_EBX
    rig.engine.flush(0, 1)
    rig.run(10)

    assert (rig.get("eax"), rig.get("ebx")) == (5, 5)


def test_a_restart_may_replace_everything(make: Make, tier: str) -> None:
    rig = make("40 ebfd" + "90" * 6000, size=0x3000, tier=tier)
    rig.run(100)

    rig.memory.write(0, bytes(0x3000))
    rig.memory.write(0, bytes.fromhex("43 ebfd"))
    rig.set(ebx=0, eip=0)
    rig.run(100)

    assert rig.get("ebx") == 50


def test_a_data_page_becomes_code_again_and_again(
    make: Make, tier: str
) -> None:
    """A routine is copied to a page, called, and overwritten, 30 times."""
    copy = "be00200000 bf00100000 b902000000 f3a4"
    rig = make(copy + "b800100000 ffd0 4d 75e5 f4", tier=tier)
    rig.memory.write(0x2000, bytes.fromhex("43c3"))
    rig.set(ebx=0, ebp=30)

    rig.run(10_000)

    assert rig.get("ebx") == 30
    assert rig.now == 30 * (3 + 3 + 1 + 1 + 2 + 2)


def test_many_blocks_share_the_slots_of_the_meter(
    make: Make, tier: str
) -> None:
    """40,000 blocks of two bytes: jmp to the next."""
    rig = make("eb00" * 40_000 + "f4", size=0x20000, tier=tier)

    rig.run(39_999)

    assert rig.get("eip") == 79_998
    assert rig.engine.instructions() == 39_999


@pytest.mark.parametrize("length", [1, 511, 512, 513, 3000, 9001])
def test_straight_code_is_counted_to_the_end(
    make: Make, tier: str, length: int
) -> None:
    """Longer than any block."""
    rig = make(b"\x40" * length + b"\xf4", tier=tier)
    rig.set(eax=0)

    rig.run(20_000)

    assert rig.now == length
    assert rig.get("eax") == length


def test_bit_tests_are_found_in_every_block(make: Make, tier: str) -> None:
    """Flags that a manual calls undefined are the same however it runs."""
    code = "39c8 0fa3c1 9c 58 0fbae003 9c 5b ebf0"
    whole, stepped = make(code, tier=tier), make(code, tier="count")
    for rig in (whole, stepped):
        rig.set(eax=0x8000_0000, ecx=1)

    whole.run(80)
    for _ in range(80):
        stepped.run(1)

    assert whole.registers() == stepped.registers()


def test_there_may_be_more_bit_tests_than_hooks(make: Make, tier: str) -> None:
    """2000 of them, each in a block of its own, twice."""
    rig = make(
        "0fa3c1 eb00" * 2000 + "cd2a 31c0 ffe0", tier=tier, answer=go_on
    )

    rig.run(4003 * 2)

    assert [trap.cause for trap in rig.traps] == [CALL, CALL]
    assert [trap.time for trap in rig.traps] == [4001, 4003 + 4001]


# --- code on which the translator would abort the process -------------------

DEADLY = ["f00fabc1", "f00fa3d0", "f0660fb3c1", "66f00fbbfb", "f0f00fbae903"]


@pytest.mark.parametrize("code", DEADLY)
def test_lock_on_a_bit_of_a_register_is_an_invalid_opcode(
    make: Make, tier: str, code: str
) -> None:
    """Before it, and in a loop around it, everything is as always."""

    def skip(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        if cause != CALL:
            eip = NAMES.index("eip")
            length = len(bytes.fromhex(code))
            rig.machine.set(eip, rig.machine.get(eip) + length)
        return CONTINUE

    back = -(1 + len(bytes.fromhex(code)) + 3 + 6 + 2) & 255
    rig = make(
        f"40 {code} cd2a 43 ff0500010000 eb{back:02x}",
        tier=tier,
        answer=skip,
    )
    rig.set(eax=0, ebx=0)

    for _ in range(4):
        rig.run(100)

    assert [(t.time, t.cause) for t in rig.traps[:4]] == [
        *((1, INVALID), (2, CALL), (6, INVALID), (7, CALL)),
    ]
    assert rig.memory.u32(0x100) == rig.get("ebx") == 3


def test_deadly_bytes_may_be_data(make: Make, tier: str) -> None:
    """In the operands of other instructions, or never executed."""
    rig = make("b8f00fabc1 81c3f00fabc1 40 ebf2 f00fabc1", tier=tier)
    rig.set(ebx=0)

    assert rig.run(401) == 401
    assert rig.traps == []
    assert rig.get("eax") == 0xC1AB_0FF0
    assert rig.get("ebx") == 100 * 0xC1AB_0FF0 & 0xFFFF_FFFF


@pytest.mark.parametrize("cut", range(1, 5))
def test_a_deadly_instruction_may_begin_at_the_end_of_a_page(
    make: Make, tier: str, cut: int
) -> None:
    rig = make("", tier=tier)
    rig.memory.write(PAGE - cut - 2, bytes.fromhex("4040 f00fabc1 40"))
    rig.set(eip=PAGE - cut - 2, eax=0)

    assert rig.run(100) == 2
    assert rig.traps[0].cause == INVALID
    assert rig.get("eax") == 2


def test_a_page_becomes_deadly_and_harmless_again(
    make: Make, tier: str
) -> None:
    """The guest writes the deadly bytes behind its own loop."""
    code = "c70500020000 f00fabc1 40 c70500020000 90909090 43 ebe8"
    rig = make(code, tier=tier)
    rig.set(eax=0, ebx=0)

    assert rig.run(500) == 500
    assert (rig.get("eax"), rig.get("ebx")) == (100, 100)
