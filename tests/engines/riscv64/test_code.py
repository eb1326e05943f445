"""Code of riscv64 that changes, and code that is awkward to translate."""

import pytest

from tests.engines.rig import Rig
from tests.engines.riscv64 import asm
from tests.engines.riscv64.asm import addi, half
from tests.engines.riscv64.conftest import Make
from vpok.arch.riscv64 import CALL, ILLEGAL_INSTRUCTION, PC
from vpok.kernel.engine import CONTINUE
from vpok.kernel.vcpu import Vcpu

T0, T1, T2 = 5, 6, 7
PAGE = 4096
COUNT = addi(T0, T0, 1)
OTHER = addi(T1, T1, 1)
BACK = asm.jal(0, -8)


@pytest.mark.parametrize("fence", [asm.NOP, asm.FENCE_I])
def test_the_next_instruction_may_be_written(
    make: Make, tier: str, fence: int
) -> None:
    """sw t2, 8(x0): what is there is executed, with a fence and without."""
    rig = make(asm.sw(T2, 0, 8), fence, COUNT, asm.jal(0, 0), tier=tier)
    rig.set(t2=OTHER)

    assert rig.run(4) == 4
    assert (rig.get("t0"), rig.get("t1")) == (0, 1)


def test_a_routine_may_be_rewritten_before_each_call(
    make: Make, tier: str
) -> None:
    """Its page is data and code in turns; both versions, ten times each."""
    rig = make(
        *(asm.sw(T2, 9), asm.FENCE_I, asm.jalr(1, 9)),
        *(asm.r(0x33, 4, 0, T2, T2, 10), asm.jal(0, -16)),
        tier=tier,
    )
    rig.memory.write(PAGE, asm.code(0, asm.jalr(0, 1)))
    rig.set(t2=COUNT, a0=COUNT ^ OTHER, s1=PAGE)

    assert rig.run(20 * 7) == 140
    assert (rig.get("t0"), rig.get("t1")) == (10, 10)


def test_a_loop_may_count_in_its_own_page(make: Make, tier: str) -> None:
    rig = make(
        *(asm.ld(T0, 0, 0x400), COUNT, asm.sd(T0, 0, 0x400)),
        asm.jal(0, -12),
        tier=tier,
    )

    assert rig.run(400) == 400
    assert rig.memory.u32(0x400) == 100


def test_an_instruction_over_two_pages_may_change(
    make: Make, tier: str
) -> None:
    """Its immediate is on the second one."""
    rig = make(asm.store(1, 9, T2, 2), asm.jalr(0, 9), tier=tier)
    rig.memory.write(PAGE - 2, asm.code(addi(T0, 0, 0x11), asm.jalr(0, 0)))
    rig.set(pc=PAGE - 2, s1=PAGE - 2, t2=addi(T0, 0, 0x22) >> 16)

    rig.run(1)
    first = rig.get("t0")
    rig.run(1 + 2 + 1)

    assert (first, rig.get("t0")) == (0x11, 0x22)


def test_the_hypervisor_may_write_code_in_a_call(
    make: Make, tier: str
) -> None:
    def patch(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        text = OTHER if len(rig.traps) % 2 else COUNT
        rig.memory.write(4, asm.code(text))
        return CONTINUE

    rig = make(asm.ECALL, COUNT, BACK, tier=tier, answer=patch)

    assert rig.run(30) == 30
    assert (rig.get("t0"), rig.get("t1")) == (5, 5)


def test_a_jump_may_lead_into_the_middle_of_an_instruction(
    make: Make, tier: str
) -> None:
    """The upper half of a lui is c.addi t0, 3."""
    rig = make(asm.lui(T1, 0x028D << 4), asm.jal(0, -2), tier=tier)

    assert rig.run(2 + 2 * 20) == 42
    assert rig.get("t0") == 60
    assert rig.get("t1") == 0x028D << 16


@pytest.mark.parametrize("length", [1, 511, 512, 513, 3000])
def test_straight_code_is_counted_to_the_end(
    make: Make, tier: str, length: int
) -> None:
    """Compressed and not, longer than any block; then it is illegal."""
    text = asm.code(COUNT, half(0x0285)) * length
    rig = make(text + bytes(2), tier=tier)

    rig.run(20_000)

    assert rig.now == 2 * length
    assert rig.get("t0") == 2 * length
    assert rig.traps[0].cause == ILLEGAL_INSTRUCTION


def test_a_run_executes_exactly_what_fits(make: Make, tier: str) -> None:
    rig = make(COUNT, half(0x0305), asm.amo(0, 2, 0, 9, T0), asm.jal(0, -10))
    rig.set(s1=0x1000)
    done = 0
    for budget in (1, 2, 3, 5, 1000, 1001, 99_999, 1):
        assert rig.run(budget) == budget
        done += budget
        assert rig.engine.instructions() == done
        assert rig.get("t0") == (done + 3) // 4
        assert rig.get("t1") == (done + 2) // 4


@pytest.mark.parametrize("before", [0, 1, 3])
@pytest.mark.parametrize("at", [0, 0x10, PAGE, PAGE + 0x10, PAGE - 2])
def test_what_is_legal_may_become_illegal_and_legal_again(
    make: Make, tier: str, at: int, before: int
) -> None:
    """With other instructions before it or none, at edges of pages or not."""
    at += 8 if at < 2 * before else 0
    start = at - 2 * before

    def change(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        illegal = len(rig.traps) % 3 == 2
        rig.memory.write(at, asm.code(asm.ILLEGAL if illegal else COUNT))
        rig.machine.set(PC, start)
        return CONTINUE

    rig = make(tier=tier, answer=change)
    rig.memory.write(start, half(0x0305) * before)
    rig.memory.write(at, asm.code(COUNT, asm.ECALL))
    rig.set(pc=start)

    for _ in range(40):
        rig.run(2 * (before + 2) + before + 1)

    turns = len(rig.traps) // 3
    assert turns > 20
    causes = [trap.cause for trap in rig.traps[: 3 * turns]]
    assert causes == [CALL, CALL, ILLEGAL_INSTRUCTION] * turns
    assert {trap.registers[PC] for trap in rig.traps} == {at, at + 8}
