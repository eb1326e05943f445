"""What belongs to a vCPU of riscv64, and what a handler may change."""

import random
from typing import Any

import pytest

from tests.engines.rig import Rig
from tests.engines.riscv64 import asm
from tests.engines.riscv64.asm import addi, csr
from tests.engines.riscv64.conftest import Make
from tests.engines.riscv64.rig import HartRig, go_on
from vpok.arch.riscv64 import CALL, EXTENDED_SIZE, NAMES, PC
from vpok.kernel.engine import CONTINUE
from vpok.kernel.vcpu import Vcpu

T0, T1, T2, A0, A1 = 5, 6, 7, 10, 11
COUNT = addi(T0, T0, 1)
HERE = asm.jal(0, 0)
FCSR = 3
# 1.0 / 3.0 is inexact, 1.0 / 0.0 divides by zero.
DIVIDE = asm.fp(0x0D, 7, 1, 2, 3)
ONE, THREE = 0x3FF0_0000_0000_0000, 0x4008_0000_0000_0000


def image(*floats: int, fcsr: int = 0) -> bytes:
    """Return extended state whose first registers are *floats*."""
    words = (*floats, *(0 for _ in range(32 - len(floats))), fcsr)
    return b"".join(word.to_bytes(8, "little") for word in words)


@pytest.mark.parametrize("register", range(len(NAMES)))
def test_a_context_can_be_read_and_changed(make: Make, register: int) -> None:
    rig = make(COUNT)
    context = rig.machine.new_context()
    value = 0xFEDC_BA98_7654_3210 if register else 0

    rig.machine.set_in(context, register, 0xFEDC_BA98_7654_3210)

    assert rig.machine.get_in(context, register) == value
    rig.machine.load(context)
    assert rig.machine.get(register) == value
    rig.machine.set(register, (1 << 64) - 1)
    expected = {0: 0, PC: (1 << 64) - 2}.get(register, (1 << 64) - 1)
    assert rig.machine.get(register) == expected


def test_everything_begins_as_0(make: Make, tier: str) -> None:
    rig = make(COUNT, tier=tier)
    context = rig.machine.new_context()
    rig.machine.set_extended(b"\xff" * EXTENDED_SIZE)

    rig.machine.load(context)

    assert not any(rig.machine.get(n) for n in range(len(NAMES)))
    assert rig.machine.extended() == bytes(EXTENDED_SIZE)


# --- floating point ---------------------------------------------------------


def test_the_extended_state_is_kept_to_the_bit(make: Make, tier: str) -> None:
    rig = make(HERE, tier=tier)
    rig.run(3)
    data = random.Random(1).randbytes(256)

    for fcsr in (0, 0xFF, 0x61, 0x9E):
        whole = data + fcsr.to_bytes(8, "little")
        rig.machine.set_extended(whole)
        rig.run(3)
        assert rig.machine.extended() == whole


def test_reserved_bits_of_fcsr_are_ignored(make: Make, tier: str) -> None:
    rig = make(HERE, tier=tier)

    rig.machine.take(rig.vcpu.arch)
    rig.machine.set_extended(b"\xff" * EXTENDED_SIZE)

    assert rig.machine.extended()[256:] == b"\xff" + bytes(7)


def test_flags_and_rounding_are_the_guests(make: Make, tier: str) -> None:
    """fdiv.d rounds as fcsr says, and says that it was inexact."""
    results = []
    for mode in range(4):
        rig = make(DIVIDE, csr(2, T0, FCSR, 0), HERE, tier=tier)
        rig.machine.take(rig.vcpu.arch)
        rig.machine.set_extended(image(0, 0, ONE, THREE, fcsr=mode << 5))
        rig.run(5)
        assert rig.get("t0") == mode << 5 | 1
        results.append(rig.machine.extended()[8:16].hex())

    nearest, to_zero, down, up = results
    assert nearest == to_zero == down == "555555555555d53f"
    assert up == "565555555555d53f"


def test_flags_belong_to_the_vcpu(make: Make, tier: str) -> None:
    """One divides by zero; the other has seen nothing of that."""
    rig = make(DIVIDE, csr(2, T0, FCSR, 0), asm.jal(0, -4), tier=tier)
    other = rig.new_vcpu(entry=4)
    rig.machine.take(rig.vcpu.arch)
    rig.machine.set_extended(image(0, 0, ONE, 0))

    rig.run(7)
    assert rig.get("t0") == 8
    first, rig.vcpu = rig.vcpu, other
    rig.run(7)
    assert rig.get("t0") == 0
    assert rig.machine.extended() == bytes(EXTENDED_SIZE)
    rig.vcpu = first
    rig.set(t0=0)
    rig.run(7)
    assert rig.get("t0") == 8
    assert rig.machine.extended()[8:16].hex() == "000000000000f07f"


def test_flags_move_between_the_cores(make: Make, tier: str) -> None:
    """A division, a store to its own page, a slice's end: and again."""
    rig = make(
        *(DIVIDE, asm.sd(T1, 0, 0x100), csr(3, T0, FCSR, T2)),
        *(asm.store(0, 0, T0, 0x108), asm.jal(0, -16)),
        tier=tier,
    )
    rig.set(t2=0x1F)
    rig.machine.set_extended(image(0, 0, ONE, THREE))
    seen = []
    for step in range(60):
        rig.run(1 + step % 3)
        seen.append((rig.get("pc"), rig.machine.extended()[256]))

    # Raised by the division, cleared behind the second store.
    assert {(pc, flags) for pc, flags in seen if pc != 0} == {
        *((4, 1), (8, 1), (12, 0), (16, 0)),
    }


# --- reservations -----------------------------------------------------------


def pair(between: int) -> tuple[int, ...]:
    """lr.d t0, (t1); *between*; sc.d a0, t2, (t1)."""
    return (asm.lr(T0, T1), between, asm.sc(A0, T1, T2), HERE)


@pytest.mark.parametrize("cuts", [(), (1,), (2,), (1, 2)])
def test_a_slice_does_not_lose_a_reservation(
    make: Make, tier: str, cuts: tuple[int, ...]
) -> None:
    rig = make(*pair(COUNT), tier=tier)
    rig.set(t1=0x1000, t2=77)

    rig.run_until(5, cuts)

    assert rig.get("a0") == 0
    assert rig.memory.u32(0x1000) == 77


S0, S1 = 8, 9
# What another vCPU does; S0 is the address, S1 is in the same page.
HARMLESS = {
    "nothing": COUNT,
    "a load": asm.ld(T0, S0),
    "a reservation": asm.lr(T0, S0),
    "sc without one": asm.sc(T0, S0, T2),
    "a store elsewhere": asm.sd(T2, 0, 0x400),
}
HARMFUL = {
    "a store": asm.sd(0, S0),
    "a store that changes nothing": asm.store(0, S0, 0, 1),
    "a store nearby": asm.sd(T2, S1),
    "an atomic": asm.amo(8, 2, 0, S0, 0),
    "floating point": asm.fsd(1, S0),
}


def meet(make: Make, tier: str, word: int, at: int, cuts: int) -> HartRig:
    """Let another vCPU execute *word* between a vCPU's LR and SC."""
    rig = make(*pair(COUNT), tier=tier, size=0x2100)
    rig.memory.write(0x100, asm.code(COUNT, word, COUNT, HERE))
    one, other = rig.vcpu, rig.new_vcpu(entry=0x100)
    rig.set(t1=at, t2=77, a0=9)
    rig.run(cuts)
    rig.vcpu = other
    rig.set(s0=at, s1=at + 0x80)
    rig.run(2)
    rig.run(2)
    rig.vcpu = one
    rig.run(4 - cuts)
    return rig


# An ordinary page, the one that executes, the last one, which is cut.
PAGES = (0x1000, 0x800, 0x2000)


@pytest.mark.parametrize("cuts", [1, 2])
@pytest.mark.parametrize("at", PAGES)
@pytest.mark.parametrize("word", HARMLESS.values(), ids=HARMLESS)
def test_another_vcpu_does_not_unless_it_writes(
    make: Make, tier: str, word: int, at: int, cuts: int
) -> None:
    if at < 0x1000 and word == HARMLESS["a store elsewhere"]:
        at = 0x1800
    rig = meet(make, tier, word, at, cuts)

    assert rig.get("a0") == 0
    assert rig.memory.u32(at) == 77


@pytest.mark.parametrize("cuts", [1, 2])
@pytest.mark.parametrize("at", PAGES)
@pytest.mark.parametrize("word", HARMFUL.values(), ids=HARMFUL)
def test_another_vcpu_does_if_it_writes(
    make: Make, tier: str, word: int, at: int, cuts: int
) -> None:
    """Even if the word is the same afterwards."""
    rig = meet(make, tier, word, at, cuts)

    assert rig.get("a0") == 1
    assert rig.memory.u32(at) == 0


def test_of_two_who_have_reserved_a_word_one_gets_it(
    make: Make, tier: str
) -> None:
    """Then the other one tries again, and gets it as well."""
    rig = make(*pair(COUNT)[:3], asm.bne(A0, 0, -12), HERE, tier=tier)
    one, other = rig.vcpu, rig.new_vcpu(entry=0)
    for rig.vcpu, value in ((one, 5), (other, 6)):
        rig.set(t1=0x1000, t2=value, a0=9)
        rig.run(1)

    for rig.vcpu in (other, one):
        rig.run(2)

    told = []
    for rig.vcpu in (one, other):
        told.append(rig.get("a0"))
    assert told == [1, 0]
    assert rig.memory.u32(0x1000) == 6
    rig.vcpu = one
    rig.run(4)
    assert (rig.get("a0"), rig.memory.u32(0x1000)) == (0, 5)


def test_short_turns_do_not_stop_everybody(make: Make, tier: str) -> None:
    """Two vCPUs add to a word, in turns of so many instructions."""
    for turn in (1, 2, 3, 4, 5, 7):
        rig = make(
            *(asm.lr(T0, T1), COUNT, asm.sc(A0, T1, T0)),
            *(asm.bne(A0, 0, -12), addi(A1, A1, 1), asm.jal(0, -20)),
            tier=tier,
        )
        one, other = rig.vcpu, rig.new_vcpu(entry=0)
        for rig.vcpu in (one, other):
            rig.set(t1=0x1000)
        for _ in range(40):
            for rig.vcpu in (one, other):
                rig.run(turn)
        done = []
        for rig.vcpu in (one, other):
            rig.run(8)  # as far as its last addition is counted
            done.append(rig.get("a1"))
        assert sum(done) in {rig.memory.u32(0x1000) - n for n in range(3)}
        assert sum(done) >= 40 * turn // 6


def test_a_call_and_a_fault_do_not(make: Make, tier: str) -> None:
    rig = make(*pair(asm.ECALL), tier=tier, answer=go_on)
    rig.set(t1=0x1000, t2=77)
    rig.run(5)
    assert (rig.get("a0"), rig.memory.u32(0x1000)) == (0, 77)

    def skip(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.set(PC, 8)
        return CONTINUE

    rig = make(*pair(asm.EBREAK), tier=tier, answer=skip)
    rig.set(t1=0x1000, t2=77)
    rig.run(5)
    rig.run(5)
    assert (rig.get("a0"), rig.memory.u32(0x1000)) == (0, 77)


@pytest.mark.parametrize(
    "between",
    [asm.sd(T2, T1), asm.sc(0, T1, T2), asm.amo(0, 3, 0, T1, T2)],
    ids=["sd", "sc", "amo"],
)
def test_a_store_to_it_does(make: Make, tier: str, between: int) -> None:
    """A store-conditional, of course, and whatever changes the word."""
    rig = make(*pair(between), tier=tier)
    rig.set(t1=0x1000, t2=3, a0=9)

    rig.run(5)

    assert rig.get("a0") == 1
    assert rig.memory.u32(0x1000) == 3


def test_a_reservation_is_for_one_address(make: Make, tier: str) -> None:
    rig = make(*pair(addi(T1, T1, 8)), tier=tier)
    rig.set(t1=0x1000, t2=3)

    rig.run(5)

    assert rig.get("a0") == 1
    assert rig.memory.read(0x1000, 16) == bytes(16)


def test_atomics_work_on_pages_that_are_not_mapped(
    make: Make, tier: str
) -> None:
    """The last one, which is cut, and the one that executes."""
    size = 0x2100
    for at in (0x2000, 0x800):
        rig = make(*pair(COUNT), tier=tier, size=size)
        rig.memory.write(at, bytes([5]))
        rig.set(t1=at, t2=6)
        rig.run(5)
        assert (rig.get("t0"), rig.get("a0")) == (6, 0)
        assert rig.memory.u32(at) == 6
        amo = make(asm.amo(0, 2, A0, T1, T2), HERE, tier=tier, size=size)
        amo.memory.write(at, bytes([5]))
        amo.set(t1=at, t2=6)
        amo.run(5)
        assert (amo.get("a0"), amo.memory.u32(at)) == (5, 11)


# --- what a handler may change ----------------------------------------------


def test_a_handler_may_change_every_register(make: Make, tier: str) -> None:
    """PC, fcsr and floating point as well; the guest simply goes on."""
    rng = random.Random(3)
    values = [rng.getrandbits(64) for _ in range(PC)]
    floats = rng.randbytes(256) + (0x7F).to_bytes(8, "little")

    def change(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        for register in range(PC):
            rig.machine.set(register, values[register])
        rig.machine.set(PC, 0x100)
        rig.machine.set_extended(floats)
        return CONTINUE

    rig = make(COUNT, asm.ECALL, COUNT, tier=tier, answer=change)
    rig.memory.write(0x100, asm.code(COUNT, HERE))

    assert rig.run(5) == 5
    assert rig.vcpu.exit == CONTINUE
    assert len(rig.traps) == 1
    values[0], values[T0] = 0, values[T0] + 1 & (1 << 64) - 1
    assert rig.registers() == (*values, 0x104)
    assert rig.machine.extended() == floats


def test_every_call_may_lead_somewhere_else(make: Make, tier: str) -> None:
    """Round a ring of calls, in an order of the handler's; time is exact."""
    stops = list(range(0, 0x400, 16))
    random.Random(5).shuffle(stops)

    def onward(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.set(PC, stops[len(rig.traps) % len(stops)])
        return CONTINUE

    rig = make(tier=tier, answer=onward)
    for stop in stops:
        rig.memory.write(stop, asm.code(COUNT, COUNT, asm.ECALL, COUNT))
    rig.set(pc=stops[0])

    assert rig.run(3 * 200) == 600
    assert [trap.time for trap in rig.traps] == list(range(3, 601, 3))
    assert rig.get("t0") == 400


class Threads:
    """Round-robin between contexts, at each call."""

    def __init__(self) -> None:
        self.contexts: list[Any] = []
        self.current = 0

    def switch(self, rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.save(self.contexts[self.current])
        self.current = (self.current + 1) % len(self.contexts)
        rig.machine.load(self.contexts[self.current])
        return CONTINUE


def test_threads_switch_inside_a_call(make: Make, tier: str) -> None:
    """Three threads of the same code; flags are their own, too."""
    threads = Threads()
    rig = make(
        *(asm.add(T0, T0, T1), csr(6, 0, FCSR, 0), asm.ECALL),
        *(csr(2, 0, 1, T1), asm.jal(0, -16)),
        tier=tier,
        answer=threads.switch,
    )
    machine = rig.machine
    for number in (1, 2, 4):
        context = machine.new_context()
        machine.set_in(context, T1, number)
        threads.contexts.append(context)
    machine.take(rig.vcpu.arch)
    machine.load(threads.contexts[0])

    # A thread's turn: add, csr, call; csr, jump.
    assert rig.run(3 * 3 + 27 * 5) == 144

    machine.save(threads.contexts[threads.current])
    for context, number in zip(threads.contexts, (1, 2, 4), strict=True):
        assert machine.get_in(context, T0) == 10 * number
        machine.load(context)
        assert machine.extended()[256] == number


@pytest.mark.parametrize("verdict", [1, 2, 3])
def test_a_verdict_ends_the_run_behind_the_call(
    make: Make, tier: str, verdict: int
) -> None:
    rig = make(COUNT, asm.ECALL, COUNT, tier=tier, answer=lambda *_: verdict)

    assert rig.run(100) == 2
    assert rig.vcpu.exit == verdict
    assert rig.get("pc") == 8
    assert rig.run(1) == 1
    assert rig.get("t0") == 2


def test_what_a_call_costs_is_paid_before_the_guest_goes_on(
    make: Make, tier: str
) -> None:
    def costly(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        vcpu.debt += 10
        return CONTINUE

    rig = make(COUNT, asm.ECALL, asm.jal(0, -8), tier=tier, answer=costly)

    assert rig.run(40) == 40
    assert [trap.time for trap in rig.traps] == [2, 15, 28]
    assert rig.vcpu.debt == 0


def test_the_engine_tells_how_it_is_called() -> None:
    rig = HartRig(b"")

    assert rig.engine.hypercall == asm.code(asm.ECALL)
    assert rig.engine.call_cause == CALL
    assert rig.engine.isa == "riscv64"
    assert rig.machine.extended_size == EXTENDED_SIZE
    rig.close()
