"""A guest of riscv64 gets at nothing but its own bytes."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.rig import Rig
from tests.engines.riscv64 import asm
from tests.engines.riscv64.asm import csr
from tests.engines.riscv64.conftest import Make
from tests.engines.riscv64.rig import go_on
from vpok.arch.riscv64 import (
    EXCEPTIONS,
    ILLEGAL_INSTRUCTION,
    INSTRUCTION_ACCESS,
    LOAD_ACCESS,
    PC,
    STORE_ACCESS,
)
from vpok.engines.unicorn.isa.riscv64_way import HIDDEN_AT, LANDING
from vpok.kernel.engine import CONTINUE, RESCHEDULE
from vpok.kernel.vcpu import Vcpu

SIZE = 0x2123
T0, T1 = 5, 6
ROOT = Path(__file__).parents[3]


def skip(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """Go on behind an instruction that was refused, on the next page's end."""
    rig.machine.set(PC, rig.machine.get(PC) + 4)
    return CONTINUE


@pytest.mark.slow
def test_every_control_register_but_three_is_illegal(
    make: Make, tier: str
) -> None:
    """All 4096, in the six forms, with x0 and without."""
    words = [
        csr(f3, rd, number, first)
        for number in range(1 << 12)
        for f3, rd, first in (
            *((1, 0, T0), (1, T1, 0), (2, T1, 0), (3, T1, T0)),
            *((5, 0, 1), (6, T1, 0), (7, T1, 31)),
        )
    ]
    text = asm.code(*words)
    rig = make(text, size=len(text), tier=tier, answer=skip, most=1 << 20)
    rig.traps = Causes()

    for _ in words:
        rig.run(4 * len(words))

    assert rig.traps.causes == {ILLEGAL_INSTRUCTION, INSTRUCTION_ACCESS}
    assert rig.engine.instructions() == 3 * 7
    assert rig.get("t1") <= 0xFF


class Causes(list):  # type: ignore[type-arg]
    """A record of traps that keeps their causes only."""

    def __init__(self) -> None:
        super().__init__()
        self.causes: set[int] = set()

    def append(self, trap: object) -> None:
        self.causes.add(trap.cause)  # type: ignore[attr-defined]


def test_every_privileged_instruction_is_illegal(
    make: Make, tier: str
) -> None:
    """SYSTEM without a control register: all but ECALL and EBREAK."""
    words = [
        number << 20 | first << 15 | f3 << 12 | rd << 7 | 0x73
        for number in range(1 << 12)
        for f3, first, rd in ((0, 0, 0), (0, 3, 0), (0, 0, 4), (4, 1, 2))
    ]
    words.remove(asm.ECALL)
    words.remove(asm.EBREAK)
    rng = random.Random(2)
    for word in rng.sample(words, 300):
        rig = make(asm.NOP, word, tier=tier)
        rig.run(10)
        rig.close()
        assert [t.cause for t in rig.traps] == [ILLEGAL_INSTRUCTION], hex(word)
        assert rig.traps[0].registers[PC] == 4


@pytest.mark.parametrize("at", [HIDDEN_AT, HIDDEN_AT + 8, LANDING])
def test_the_way_to_user_mode_is_gone(make: Make, tier: str, at: int) -> None:
    """Neither read, nor written, nor executed."""
    words = (asm.ld(T0, T1), asm.sd(T0, T1), asm.jalr(0, T1))
    causes = []
    for word in words:
        rig = make(word, tier=tier)
        rig.set(t1=at)
        rig.run(10)
        causes.append(rig.traps[0].cause)
        assert rig.traps[0].fault_address == at
    assert causes == [LOAD_ACCESS, STORE_ACCESS, INSTRUCTION_ACCESS]


ACCESSES = [
    *((asm.load(n & 3, T0, T1), 1 << n, False) for n in range(4)),
    *((asm.store(n, T1, T0), 1 << n, True) for n in range(4)),
    (asm.fld(1, T1), 8, False),
    (asm.fsd(1, T1), 8, True),
]


@pytest.mark.parametrize("faults", [False, True])
@pytest.mark.parametrize(("word", "length", "writes"), ACCESSES)
def test_the_last_page_ends_at_the_exact_byte(
    make: Make, tier: str, word: int, length: int, writes: bool, faults: bool
) -> None:
    """The last access that fits works, the next one faults."""
    rig = make(word, size=SIZE, tier=tier)
    before = bytes(range(1, 17))
    rig.memory.write(SIZE - 16, before)
    rig.set(t1=SIZE - length + faults, t0=0x8080_8080_8080_8080)
    rig.machine.set_extended(b"\x80" * 264)

    rig.run(1)

    cause = STORE_ACCESS if writes else LOAD_ACCESS
    assert [trap.cause for trap in rig.traps] == [cause] * faults
    changed = rig.memory.read(SIZE - 16, 16) != before
    assert changed == (writes and not faults)
    assert bytes(rig.memory.buffer[SIZE:]) == bytes(0x3000 - SIZE)
    if faults:
        assert rig.traps[0].fault_address == SIZE


def wander(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """Whatever happened, jump to the next unlikely place."""
    rng = random.Random(len(rig.traps))
    for register in range(PC):
        rig.machine.set(register, rng.getrandbits(64) >> rng.randrange(64))
    rig.machine.set(
        PC, rng.choice((rng.randrange(rig.size), rng.getrandbits(64)))
    )
    return CONTINUE if rng.randrange(3) else RESCHEDULE


@pytest.mark.parametrize("seed", range(4))
def test_noise_ends_in_faults_of_the_guest(
    make: Make, tier: str, seed: int
) -> None:
    """No Python exception, no overrun, no endless run."""
    text = random.Random(seed).randbytes(SIZE)
    rig = make(text, size=SIZE, tier=tier, answer=wander, most=400)

    rig.run_until(20_000)

    assert all(0 < trap.cause < EXCEPTIONS for trap in rig.traps)
    assert bytes(rig.memory.buffer[SIZE:]) == bytes(0x3000 - SIZE)


def test_a_neighbour_sees_nothing(make: Make, tier: str) -> None:
    """Two engines in turns: one runs as it does alone."""
    words = (
        *(asm.lr(T0, T1), asm.addi(T0, T0, 1), asm.sc(T0, T1, T0)),
        *(asm.fp(0x0D, 7, 1, 2, 3), asm.ECALL, asm.jal(0, -20)),
    )

    def trace(between: Rig | None) -> list[object]:
        rig = make(*words, tier=tier, answer=go_on).set(t1=0x1000)
        for _ in range(50):
            rig.run(7)
            if between is not None:
                between.run(100)
        return [rig.traps, rig.registers(), rig.digest(), rig.state()]

    noise = make(
        random.Random(5).randbytes(SIZE), size=SIZE, tier=tier, answer=wander
    )

    assert trace(noise) == trace(None)


@pytest.mark.slow
def test_what_the_engine_remembers_is_bounded(make: Make, tier: str) -> None:
    """Wherever a guest jumps to, and whatever it stores into its code."""
    far = make(asm.jalr(0, T0), tier=tier, size=0x3000)
    for number in range(2000):
        far.set(pc=0, t0=0x10_0000 + number * 0x1_0002)
        far.run(10)
    near = make(
        *(asm.sw(0, T0, 0x100), asm.addi(T0, T0, 2), asm.jal(0, -8)),
        tier=tier,
        size=0x3000,
    )
    near.run(3 * 2000)

    assert {trap.cause for trap in far.traps} == {INSTRUCTION_ACCESS}
    for rig in (far, near):
        for core in rig.engine._mmu.cores:
            assert len(core.empty) < 5000
            assert len(getattr(core, "_slots", ())) <= 3
            assert len(getattr(core, "_odd", ())) == 0
        assert rig.engine._mmu.watched == {}


FUZZ = """
import random, sys
from tests.engines.riscv64.asm import code
from tests.engines.riscv64.programs import program
from tests.engines.riscv64.rig import HartRig
from tests.engines.riscv64.test_isolation import wander

seed, rounds = int(sys.argv[1]), int(sys.argv[2])
for number in range(rounds):
    rng = random.Random(seed * 100_000 + number)
    words = [rng.getrandbits(32) | 3 for _ in range(1000)]
    text = rng.choice((rng.randbytes(4000), code(*words)))
    for tier in ("native", "count"):
        rig = HartRig(text, size=0x2002, tier=tier, answer=wander, most=200)
        rig.run_until(20_000)
        rig.close()
print("alive")
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_no_words_bring_the_host_down(seed: int) -> None:
    """Random ones, all kinds of instructions, in a process of their own."""
    ended = subprocess.run(
        [sys.executable, "-c", FUZZ, str(seed), "12"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        check=False,
        timeout=120,
        text=True,
    )

    assert (ended.returncode, ended.stdout) == (0, "alive\n"), ended.stderr
