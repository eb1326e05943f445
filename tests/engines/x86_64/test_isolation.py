"""In 64-bit mode, too, a guest gets at nothing but its own bytes."""

import os
import random
import subprocess
import sys

import pytest

from tests.engines.rig import Rig
from tests.engines.x86_64.conftest import Make
from tests.engines.x86_64.rig import LongRig, go_on
from vpok.arch.x86_64 import (
    CODE_SELECTOR,
    DATA_SELECTOR,
    NAMES,
    OWN_FLAGS,
    RFLAGS,
    RIP,
    RSP,
    USER_FLAGS,
)
from vpok.kernel.engine import CONTINUE, RESCHEDULE
from vpok.kernel.vcpu import Vcpu

GP, PF = 13, 14
SIZE = 0x2123
LAST = 0x2000
TOP = (1 << 64) - 1

ACCESSES = {
    "read 1": ("8a0425", 1, False),
    "read 4": ("8b0425", 4, False),
    "read 8": ("488b0425", 8, False),
    "read 16": ("0f100425", 16, False),
    "write 1": ("880425", 1, True),
    "write 8": ("48890425", 8, True),
    "write 16": ("0f110425", 16, True),
    "change 8": ("48010425", 8, True),
}


@pytest.mark.parametrize("faults", [False, True])
@pytest.mark.parametrize(
    ("code", "length", "writes"), ACCESSES.values(), ids=ACCESSES
)
def test_the_last_page_ends_at_the_exact_byte(
    make: Make, tier: str, code: str, length: int, writes: bool, faults: bool
) -> None:
    """The last access that fits works, the next one faults."""
    at = SIZE - length + faults
    rig = make(code + at.to_bytes(4, "little").hex(), size=SIZE, tier=tier)
    before = bytes(range(1, 17))
    rig.memory.write(SIZE - 16, before)
    rig.set(rax=0x8080_8080_8080_8080)

    rig.run(1)

    assert [trap.cause for trap in rig.traps] == [PF] * faults
    changed = rig.memory.read(SIZE - 16, 16) != before
    assert changed == (writes and not faults)
    if faults:
        assert rig.traps[0].fault_address == SIZE
    assert bytes(rig.memory.buffer[SIZE:]) == bytes(0x3000 - SIZE)


def test_a_string_runs_up_to_the_last_byte(make: Make, tier: str) -> None:
    """rep stosb from 0x20 bytes before the end, 0x100 times."""
    rig = make("f3aa", size=SIZE, tier=tier)
    rig.set(rdi=SIZE - 0x20, rcx=0x100, rax=0x55)

    rig.run(1000)

    assert rig.now == 0x20
    assert (rig.traps[0].cause, rig.traps[0].fault_address) == (PF, SIZE)
    assert (rig.get("rdi"), rig.get("rcx")) == (SIZE, 0xE0)
    assert rig.memory.read(SIZE - 0x20, 0x20) == b"\x55" * 0x20


# --- privilege --------------------------------------------------------------


def test_the_guest_is_in_ring_3(make: Make, tier: str) -> None:
    """mov eax, cs; ebx, ds; ecx, ss; edx, es; esi, fs; edi, gs."""
    rig = make("8cc8 8cdb 8cd1 8cc2 8ce6 8cef ebfe", tier=tier)

    rig.run(20)

    assert rig.get("rax") == CODE_SELECTOR
    assert rig.get("rcx") == DATA_SELECTOR
    for name in ("rbx", "rdx", "rsi", "rdi"):
        assert rig.get(name) == 0


def test_the_guest_cannot_change_its_privileges(make: Make, tier: str) -> None:
    """popfq with everything set: IF stays, IOPL stays 0."""
    flags = (TOP ^ 0x100) & 0xFFFF_FFFF  # but TF
    rig = make("68" + flags.to_bytes(4, "little").hex() + "9d 9c 58 ebfe")

    rig.run(4)

    assert rig.get("rax") == USER_FLAGS | OWN_FLAGS & ~0x100


@pytest.mark.parametrize("inside", [False, True])
def test_nobody_can_give_the_guest_privileges(
    make: Make, tier: str, inside: bool
) -> None:
    """Whoever sets all the bits of RFLAGS, between runs or in a call."""

    def grant(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.set(RFLAGS, TOP ^ 0x100)
        return CONTINUE

    rig = make("cd2d 9c 58 fa", tier=tier, answer=grant)
    if not inside:
        rig.set(rip=2, rflags=TOP ^ 0x100)

    rig.run(10)

    assert rig.get("rax") == USER_FLAGS | OWN_FLAGS & ~0x100
    assert rig.traps[-1].cause == GP


@pytest.mark.parametrize("page", [TOP ^ 0xFFF, TOP ^ 0x1FFF])
def test_the_way_to_user_mode_is_gone(
    make: Make, tier: str, page: int
) -> None:
    """Neither read, nor written, nor executed."""
    rig = make("", tier=tier)
    for at in (page, page + 0x80):
        for code in ("488b01", "488901", "ffe1"):
            rig.memory.write(0, bytes.fromhex(code))
            rig.set(rip=0, rcx=at).run(10)
            assert rig.traps[-1].cause == PF
            assert rig.traps[-1].fault_address == at


def test_fs_and_gs_begin_at_0(make: Make, tier: str) -> None:
    """mov rax, fs:[0x1000]; mov gs:[0x1008], rax."""
    rig = make("64488b042500100000 654889042508100000 ebfe", tier=tier)
    rig.memory.write(0x1000, b"\x11\x22\x33\x44\x55\x66\x77\x88")

    assert rig.run(50) == 50
    assert rig.memory.read(0x1008, 8) == rig.memory.read(0x1000, 8)


# --- what a guest could learn -----------------------------------------------


def test_cpuid_tells_the_same_in_every_engine(make: Make, tier: str) -> None:
    """All leaves that there are, twice: long mode, SSE, nothing of the host."""
    told = []
    for _ in range(2):
        answers = []
        rig = make("0fa2 cd2d ebfa", tier=tier)
        for leaf in (*range(16), 0x4000_0000, *range(2**31, 2**31 + 9)):
            rig.set(rax=leaf, rcx=0)
            rig.run(20)
            answers.append(rig.registers()[:4])
        told.append(answers)

    assert told[0] == told[1]
    features = told[0][1]
    assert features[2] & 1 << 26  # EDX: SSE2
    # ECX: RDRAND, XSAVE, AVX.
    assert not features[1] & (1 << 30 | 1 << 26 | 1 << 28)
    assert told[0][18][2] & 1 << 29  # 80000001, EDX: long mode


# --- guests that try everything ---------------------------------------------


def wander(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """Whatever happened, jump to the next unlikely place."""
    rng = random.Random(len(rig.traps))
    for register in range(RIP):
        rig.machine.set(register, rng.getrandbits(rng.choice((13, 64))))
    rig.machine.set(
        RIP, rng.choice((rng.randrange(rig.size), rng.getrandbits(64)))
    )
    return CONTINUE if rng.randrange(3) else RESCHEDULE


@pytest.mark.parametrize("seed", range(4))
def test_noise_ends_in_faults_of_the_guest(
    make: Make, tier: str, seed: int
) -> None:
    """No Python exception, no overrun, no endless run."""
    rng = random.Random(seed)
    rig = make(
        rng.randbytes(SIZE), size=SIZE, tier=tier, answer=wander, most=400
    )

    rig.run_until(20_000)

    assert all(0 <= trap.cause < 256 for trap in rig.traps)
    assert bytes(rig.memory.buffer[SIZE:]) == bytes(0x3000 - SIZE)


def test_a_neighbour_sees_nothing(make: Make, tier: str) -> None:
    """Two engines in turns: one runs as it does alone."""
    code = "ffc0 48010425 00100000 cd2d ebf2"

    def trace(rig: Rig, between: Rig | None) -> list[object]:
        for _ in range(50):
            rig.run(7)
            if between is not None:
                between.run(100)
        return [rig.traps, rig.registers(), rig.digest()]

    alone = trace(make(code, tier=tier, answer=go_on), None)
    noise = make(
        random.Random(5).randbytes(SIZE), size=SIZE, tier=tier, answer=wander
    )

    assert trace(make(code, tier=tier, answer=go_on), noise) == alone


# --- instructions that could kill the host ----------------------------------

_PREFIXES = [
    *("", "66", "f2", "f3", "f0", "67", "66f2", "66f3", "f066", "64"),
]
_REX = ["", "48", "41", "4f"]


def every_opcode(tier: str, part: int, parts: int) -> int:
    """Execute each opcode with some operands; return how many there were."""
    rig = LongRig(b"", tier=tier, size=0x8000, most=1 << 60)
    word = 0x4000
    values = dict.fromkeys(NAMES[:RIP], word)
    codes = [
        bytes.fromhex(prefix + rex + escape) + bytes([opcode, modrm])
        for prefix in _PREFIXES
        for rex in _REX
        for escape in ("", "0f", "0f38", "0f3a")
        for opcode in range(256)
        for modrm in (0x00, 0x0D, 0x15, 0x6C, 0x1C, 0xC1, 0xD9, 0xE7, 0xF8)
    ][part::parts]
    for code in codes:
        rig.memory.write(0, code + bytes.fromhex("2500100000 10000000 f4"))
        rig.set(**values, rip=0)
        rig.run(3)
    rig.close()
    return len(codes)


def survive(tier: str, part: int, parts: int) -> int:
    """Try them in a process of their own; return how many there were."""
    script = (
        "from tests.engines.x86_64.test_isolation import every_opcode;"
        f"print(every_opcode({tier!r}, {part}, {parts}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.slow
def test_no_instruction_kills_the_host(tier: str) -> None:
    """A part of them; processes try others if they are told so."""
    part = int(os.environ.get("VPOK_FUZZ_SEED", "0")) % 400

    assert survive(tier, part, 400) > 900


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(20))
def test_none_at_all_kills_the_host(tier: str, part: int) -> None:
    assert survive(tier, part, 20) > 18_000


@pytest.mark.parametrize(
    "prefix", ["f0", "f048", "66f041", "f06644", "f0f34f"]
)
@pytest.mark.parametrize("opcode", ["0fabc1", "0fa3c1", "0fbae905", "0fbbd1"])
def test_a_locked_test_of_a_register_is_survived(
    make: Make, tier: str, prefix: str, opcode: str
) -> None:
    """The translator would abort, even if it is not reached."""
    rig = make("90 90 ebfc" + prefix + opcode, tier=tier)

    assert rig.run(30) == 30
    rig.set(rip=4)
    rig.run(30)
    assert rig.traps[0].cause == 6
    assert rig.get("rsp") == rig.traps[0].registers[RSP]
