"""What a hart refuses: which cause, where, with which address, when."""

import pytest

from tests.engines.rig import Rig
from tests.engines.riscv64 import asm
from tests.engines.riscv64.asm import addi, half
from tests.engines.riscv64.conftest import Make
from vpok.arch.riscv64 import (
    BREAKPOINT,
    ILLEGAL_INSTRUCTION,
    INSTRUCTION_ACCESS,
    LOAD_ACCESS,
    LOAD_MISALIGNED,
    NAMES,
    PC,
    STORE_ACCESS,
    STORE_MISALIGNED,
)
from vpok.kernel.engine import BLOCK, CONTINUE, RESCHEDULE
from vpok.kernel.vcpu import Vcpu

T0, T1, T2 = 5, 6, 7
COUNT = addi(T0, T0, 1)

ILLEGAL = {
    "nothing": half(0),
    "all ones": 0xFFFF_FFFF,
    "wfi": 0x1050_0073,
    "mret": 0x3020_0073,
    "sret": 0x1020_0073,
    "uret": 0x0020_0073,
    "dret": 0x7B20_0073,
    "sfence.vma": 0x1200_0073,
    "hfence": 0x6200_0073,
    "rdcycle": asm.csr(2, T1, 0xC00, 0),
    "rdtime": asm.csr(2, T1, 0xC01, 0),
    "rdinstret": asm.csr(2, T1, 0xC02, 0),
    "hpmcounter3": asm.csr(2, T1, 0xC03, 0),
    "seed": asm.csr(1, T1, 0x015, 0),
    "vl": asm.csr(2, T1, 0xC20, 0),
    "ustatus": asm.csr(2, T1, 0x000, 0),
    "sstatus": asm.csr(2, T1, 0x100, 0),
    "satp": asm.csr(1, T1, 0x180, T2),
    "mstatus": asm.csr(2, T1, 0x300, 0),
    "mhartid": asm.csr(2, T1, 0xF14, 0),
    "dcsr": asm.csr(2, T1, 0x7B0, 0),
    "ecall in a hypervisor's form": 0x0000_4073,
    "ebreak with a register": 0x0010_80F3,
    "addition of 128 bits": asm.r(0x5B, 0, 0, T1, T1, T1),
    "vadd": 0x0220_8057,
    "andn": asm.r(0x33, 7, 0x20, T1, T1, T2),
    "clz": asm.i(0x13, 1, T1, T1, 0x600),
    "flq": asm.i(0x07, 4, 1, T1, 0),
    "fadd.q": asm.fp(0x03, 0, 1, 2, 3),
    "a reserved rounding mode": asm.fp(0x00, 5, 1, 2, 3),
    "custom": 0x0000_000B,
    "48 bits": 0x0000_001F,
    "c.addi4spn of 0": half(0x0004),
    "c.addi16sp of 0": half(0x6101),
    "c.addiw of x0": half(0x2005),
    "c.lwsp to x0": half(0x4002),
    "c.jr x0": half(0x8002),
    "c, reserved": half(0x8000),
    "c, reserved for 128 bits": half(0x9C41),
}


@pytest.mark.parametrize("word", ILLEGAL.values(), ids=ILLEGAL)
def test_an_instruction_is_illegal(
    make: Make, tier: str, word: int | bytes
) -> None:
    """In the middle of a block: what is before it was executed."""
    rig = make(COUNT, COUNT, word, COUNT, asm.ECALL, tier=tier)
    rig.set(t1=3, t2=0x55)
    before = rig.registers()

    assert [rig.run(100), rig.run(100)] == [2, 0]
    assert rig.vcpu.exit == RESCHEDULE
    for trap in rig.traps:
        assert (trap.time, trap.cause) == (2, ILLEGAL_INSTRUCTION)
        assert trap.fault_address == 0
        assert trap.registers[PC] == 8
        assert trap.registers[T0] == 2
        assert trap.registers[T1:PC] == before[T1:PC]
    assert rig.engine.instructions() == 2


def test_a_rounding_mode_that_is_reserved_is_illegal_when_it_is_used(
    make: Make, tier: str
) -> None:
    """fsrm 5; fmv.x.w; fadd.s dynamic: the last one only."""
    rig = make(
        *(addi(T1, 0, 5), asm.csr(1, 0, 2, T1)),
        *(asm.fp(0x70, 0, T2, 1, 0), COUNT, asm.fp(0, 7, 1, 2, 3)),
        tier=tier,
    )

    rig.run(100)

    assert (rig.traps[0].time, rig.traps[0].cause) == (4, ILLEGAL_INSTRUCTION)
    assert rig.traps[0].registers[PC] == 16
    assert rig.traps[0].registers[T0] == 1


@pytest.mark.parametrize("word", [asm.EBREAK, half(0x9002)])
def test_a_breakpoint_names_its_own_address(
    make: Make, tier: str, word: int | bytes
) -> None:
    rig = make(COUNT, word, COUNT, tier=tier)

    assert [rig.run(50), rig.run(50)] == [1, 0]
    for trap in rig.traps:
        assert (trap.cause, trap.fault_address) == (BREAKPOINT, 4)
        assert trap.registers[PC] == 4


# --- memory -----------------------------------------------------------------

SIZE = 0x3000
FAR = [SIZE, 0x10_0000, 1 << 32, 1 << 33, 1 << 38, 1 << 63, (1 << 64) - 16]
LOADS = {
    "lb": asm.load(0, T1, T2),
    "lhu": asm.load(5, T1, T2),
    "lw": asm.load(2, T1, T2),
    "ld": asm.ld(T1, T2),
    "fld": asm.fld(1, T2),
    "lr.w": asm.lr(T1, T2, 2),
    "c.ld": half(0x6398),  # c.ld a4, 0(a5)
    "c.lw": half(0x4398),
    "c.fld": half(0x2398),
}
STORES = {
    "sb": asm.store(0, T2, T1),
    "sd": asm.sd(T1, T2),
    "fsd": asm.fsd(1, T2),
    "amoadd.w": asm.amo(0, 2, T1, T2, T0),
    "amomaxu.d": asm.amo(28, 3, T1, T2, T0),
    "amoswap.d": asm.amo(1, 3, 0, T2, T0),
    "c.sd": half(0xE398),
    "c.sw": half(0xC398),
    "c.fsd": half(0xA398),
}


@pytest.mark.parametrize("at", FAR)
@pytest.mark.parametrize(
    ("word", "cause"),
    [
        *((word, LOAD_ACCESS) for word in LOADS.values()),
        *((word, STORE_ACCESS) for word in STORES.values()),
    ],
    ids=[*LOADS, *STORES],
)
def test_an_access_outside_names_its_address(
    make: Make, tier: str, word: int | bytes, cause: int, at: int
) -> None:
    rig = make(COUNT, COUNT, word, tier=tier, size=SIZE)
    rig.set(t1=9, t2=at, a5=at)
    before = rig.digest()

    assert [rig.run(100), rig.run(100)] == [2, 0]
    for trap in rig.traps:
        assert (trap.cause, trap.fault_address) == (cause, at)
        assert trap.registers[PC] == 8
        assert trap.registers[T0 : T1 + 1] == (2, 9)
    assert rig.digest() == before


@pytest.mark.parametrize("offset", [-8, 2040, -2048])
def test_the_offset_is_in_the_address(
    make: Make, tier: str, offset: int
) -> None:
    rig = make(asm.sd(T1, T2, offset), tier=tier, size=SIZE)
    rig.set(t2=0x8000)

    rig.run(10)

    assert rig.traps[0].fault_address == 0x8000 + offset


@pytest.mark.parametrize(
    "pair",
    [
        *((half(0xE02A), 0x100), (half(0xE3AA), 0x100 + 448)),  # c.sdsp a0
        *((half(0xDFAA), 0x100 + 252), (half(0x7FFE), 0x100 + 504)),
        (half(0x50FE), 0x100 + 252),  # c.lwsp
    ],
)
def test_a_compressed_access_through_the_stack_is_found_as_well(
    make: Make, tier: str, pair: tuple[bytes, int]
) -> None:
    word, at = pair
    rig = make(word, tier=tier, size=SIZE)
    rig.set(sp=(1 << 40) + 0x100)

    rig.run(10)

    assert rig.traps[0].fault_address == (1 << 40) + at


@pytest.mark.parametrize("size", [SIZE, SIZE + 0x123])
def test_an_access_over_the_end_names_the_first_byte_outside(
    make: Make, tier: str, size: int
) -> None:
    """And writes nothing; nor does it wrap round to address 0."""
    rig = make(asm.sd(T1, T2), tier=tier, size=size)
    rig.set(t1=(1 << 64) - 1)
    before = rig.digest()
    for at in (size - 7, size - 1, (1 << 64) - 4):
        rig.set(t2=at)
        rig.run(10)

    assert {trap.cause for trap in rig.traps} == {STORE_ACCESS}
    told = [trap.fault_address for trap in rig.traps]
    assert told == [size, size, (1 << 64) - 4]
    assert rig.digest() == before


def test_loads_and_stores_may_be_misaligned(make: Make, tier: str) -> None:
    """Over two pages, too."""
    rig = make(asm.sd(T1, T2), asm.ld(T0, T2), tier=tier, size=SIZE)
    rig.set(t1=0x1122_3344_5566_7788, t2=0x1FFD)

    assert rig.run(2) == 2
    assert rig.traps == []
    assert rig.get("t0") == 0x1122_3344_5566_7788
    assert rig.memory.read(0x1FFD, 8) == bytes.fromhex("8877665544332211")


@pytest.mark.parametrize("at", [0x1004, 0x1001, 0x1FFC, 0x2FFC, 0x9001])
@pytest.mark.parametrize(
    ("word", "cause"),
    [
        (asm.lr(T1, T2), LOAD_MISALIGNED),
        (asm.amo(0, 3, T1, T2, T0), STORE_MISALIGNED),
        (asm.amo(1, 3, T1, T2, T0), STORE_MISALIGNED),
    ],
    ids=["lr.d", "amoadd.d", "amoswap.d"],
)
def test_atomics_must_be_aligned(
    make: Make, tier: str, word: int, cause: int, at: int
) -> None:
    """Wherever they lead to: that is looked at first."""
    rig = make(COUNT, word, tier=tier, size=SIZE)
    rig.set(t2=at)

    assert [rig.run(100), rig.run(100)] == [1, 0]
    for trap in rig.traps:
        assert (trap.cause, trap.fault_address) == (cause, at)
        assert trap.registers[PC] == 4


# --- fetches ----------------------------------------------------------------


@pytest.mark.parametrize("at", [*FAR, SIZE + 6])
def test_a_fetch_outside_names_its_address(
    make: Make, tier: str, at: int
) -> None:
    """jalr: the jump is executed, its target is not."""
    rig = make(COUNT, asm.jalr(1, T2), tier=tier, size=SIZE)
    rig.set(t2=at)

    assert [rig.run(100), rig.run(100)] == [2, 0]
    for trap in rig.traps:
        assert (trap.cause, trap.fault_address) == (INSTRUCTION_ACCESS, at)
        assert trap.registers[PC] == at
        assert trap.registers[1] == 8
    assert rig.engine.instructions() == 2


@pytest.mark.parametrize("size", [SIZE, SIZE + 0x7E])
def test_an_instruction_that_is_cut_by_the_end_faults_there(
    make: Make, tier: str, size: int
) -> None:
    rig = make(tier=tier, size=size)
    rig.memory.write(size - 6, asm.code(COUNT) + asm.code(COUNT)[:2])
    rig.set(pc=size - 6)

    assert rig.run(100) == 1
    assert rig.traps[0].cause == INSTRUCTION_ACCESS
    assert rig.traps[0].fault_address == size
    assert rig.traps[0].registers[PC] == size - 2


def test_the_lowest_bit_of_a_jump_is_dropped(make: Make, tier: str) -> None:
    """So is that of a PC that the hypervisor gives."""
    rig = make(asm.jalr(0, T2), asm.ILLEGAL, COUNT, asm.jal(0, 0), tier=tier)
    rig.set(t2=9)

    rig.run(5)
    assert (rig.traps, rig.get("t0"), rig.get("pc")) == ([], 1, 12)
    rig.set(pc=9)
    rig.run(1)
    assert (rig.get("t0"), rig.get("pc")) == (2, 12)


# --- what a handler makes of it ---------------------------------------------


def test_a_handler_that_goes_on_after_a_fault_ends_the_run(
    make: Make, tier: str
) -> None:
    rig = make(asm.EBREAK, tier=tier, answer=lambda *_: CONTINUE)

    assert rig.run(100) == 0
    assert len(rig.traps) == 1
    assert rig.vcpu.exit == RESCHEDULE


def test_a_handler_may_send_the_guest_elsewhere(make: Make, tier: str) -> None:
    def skip(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.set(PC, 16)
        rig.machine.set(T0, 7)
        return BLOCK

    rig = make(COUNT, half(0), tier=tier, answer=skip)
    rig.memory.write(16, asm.code(COUNT, asm.jal(0, 0)))

    assert rig.run(10) == 1
    assert rig.vcpu.exit == BLOCK
    rig.run(2)
    assert rig.get("t0") == 8


def test_x0_stays_0(make: Make, tier: str) -> None:
    """Whoever writes to it."""
    rig = make(addi(0, 0, 5), half(0x0005), COUNT, asm.jal(0, 0), tier=tier)

    rig.machine.set_in(rig.vcpu.arch.context, NAMES.index("zero"), 5)
    rig.set(zero=7)
    rig.run(4)

    assert rig.get("zero") == 0
    assert rig.get("t0") == 1
