"""A guest gets at nothing but its own bytes, in any way."""

import random

import pytest

from tests.engines.conftest import Make
from tests.engines.rig import Rig, go_on
from vpok.arch.x86_32 import CODE_SELECTOR, DATA_SELECTOR
from vpok.engines.unicorn.isa.x86_32 import X86With32Bits
from vpok.kernel.engine import CONTINUE, RESCHEDULE
from vpok.kernel.vcpu import Vcpu

GP, SS, UD = 13, 12, 6
HIDDEN_AT = X86With32Bits.hidden_at
# Not a multiple of a page: 0x123 bytes of the last page are the guest's.
SIZE = 0x2123
LAST = 0x2000


# --- the last page, byte by byte --------------------------------------------


ACCESSES = {
    "read 1": ("8a05", 1, False),
    "read 2": ("668b05", 2, False),
    "read 4": ("8b05", 4, False),
    "read 8": ("dd05", 8, False),
    "read 16": ("0f1005", 16, False),
    "write 1": ("8805", 1, True),
    "write 2": ("668905", 2, True),
    "write 4": ("8905", 4, True),
    "write 8": ("dd1d", 8, True),
    "write 16": ("0f1105", 16, True),
    "change 4": ("0105", 4, True),
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
    rig.set(eax=0x8080_8080)

    rig.run(1)

    assert [trap.cause for trap in rig.traps] == [GP] * faults
    changed = rig.memory.read(SIZE - 16, 16) != before
    assert changed == (writes and not faults)
    if faults:
        assert at <= rig.traps[0].fault_address <= SIZE


def test_a_page_behind_the_end_stays_as_the_host_has_it(
    make: Make, tier: str
) -> None:
    """The host's page goes on behind the partition; nobody writes there."""
    rig = make("a320210000 ebf9", size=SIZE, tier=tier, answer=go_on)
    rig.set(eax=0xFFFF_FFFF)

    for _ in range(3):
        rig.run(50)

    assert bytes(rig.memory.buffer[SIZE:]) == bytes(0x3000 - SIZE)
    assert rig.traps[0].cause == GP


def test_code_and_data_share_the_last_page(make: Make, tier: str) -> None:
    """inc dword [0x2100]; dec ecx; jnz: in the page that is cut."""
    rig = make("", size=SIZE, tier=tier)
    rig.memory.write(LAST, bytes.fromhex("ff0500210000 49 75f7 f4"))
    rig.set(eip=LAST, ecx=20)

    rig.run(1000)

    assert rig.now == 60
    assert rig.traps[0].cause == GP
    assert rig.memory.u32(0x2100) == 20


def test_a_string_runs_up_to_the_last_byte(make: Make, tier: str) -> None:
    """rep stosb from 0x20 bytes before the end, 0x100 times."""
    rig = make("f3aa", size=SIZE, tier=tier)
    rig.set(edi=SIZE - 0x20, ecx=0x100, eax=0x55)

    rig.run(1000)

    assert rig.now == 0x20
    assert rig.traps[0].cause == GP
    assert rig.traps[0].fault_address == SIZE
    assert rig.get("edi") == SIZE
    assert rig.get("ecx") == 0xE0
    assert rig.memory.read(SIZE - 0x20, 0x20) == b"\x55" * 0x20


def test_a_refused_instruction_leaves_nothing(make: Make, tier: str) -> None:
    """pusha: its first words would fit."""
    rig = make("60", size=SIZE, tier=tier)
    rig.set(esp=8, eax=1, ecx=2)
    before = rig.digest()

    rig.run(10)

    assert rig.traps[0].cause == SS
    assert rig.get("esp") == 8
    assert rig.digest() == before


# --- privilege --------------------------------------------------------------


def test_the_guest_is_in_ring_3(make: Make, tier: str) -> None:
    """mov eax, cs; mov ebx, ds; mov ecx, ss; mov edx, es; mov esi, fs; gs."""
    rig = make("8cc8 8cdb 8cd1 8cc2 8ce6 8cef ebfe", tier=tier)

    rig.run(20)

    assert rig.get("eax") & 0xFFFF == CODE_SELECTOR
    for name in ("ebx", "ecx", "edx"):
        assert rig.get(name) & 0xFFFF == DATA_SELECTOR
    assert rig.get("esi") & 0xFFFF == rig.get("edi") & 0xFFFF == 0


def test_the_guest_cannot_change_its_privileges(make: Make, tier: str) -> None:
    """popf with everything set: IF stays, IOPL stays 0."""
    rig = make("68ffffffff 9d 9c 58 ebfe", tier=tier, answer=lambda *_: 0)
    rig.memory.write(1, (0xFFFF_FEFF).to_bytes(4, "little"))  # but TF

    rig.run(4)

    assert rig.get("eax") & 0x3200 == 0x200


@pytest.mark.parametrize("at", [HIDDEN_AT, HIDDEN_AT + 0x80, HIDDEN_AT - 4096])
def test_the_way_to_user_mode_is_gone(make: Make, tier: str, at: int) -> None:
    """Neither read, nor written, nor executed."""
    address = at.to_bytes(4, "little").hex()
    for code in ("a1" + address, "a3" + address, "b8" + address + "ffe0"):
        rig = make(code, tier=tier)
        rig.run(10)
        assert [trap.cause for trap in rig.traps] == [GP]


def test_own_selectors_can_be_loaded(make: Make, tier: str) -> None:
    """mov ax, ds; mov es, ax; mov ss, ax; push ds; pop es; mov [0], al."""
    rig = make("8cd8 8ec0 8ed0 1e 07 a200100000 ebfe", tier=tier)
    esp = rig.get("esp")

    assert rig.run(50) == 50
    assert rig.traps == []
    assert rig.get("esp") == esp
    assert rig.memory.read(0x1000, 1) == bytes([DATA_SELECTOR])


def test_fs_works_once_it_has_been_loaded(make: Make, tier: str) -> None:
    """mov ax, ds; mov fs, ax; mov ebx, fs:[0x1000]; then null again."""
    rig = make("8cd8 8ee0 648b1d00100000 31c0 8ee0 648b1d00100000", tier=tier)
    rig.memory.write(0x1000, b"\x11\x22\x33\x44")

    assert rig.run(50) == 5
    assert rig.get("ebx") == 0x4433_2211
    assert [trap.cause for trap in rig.traps] == [GP]


def test_fs_belongs_to_the_vcpu(make: Make, tier: str) -> None:
    """One vCPU loads FS, the other still has null there."""
    rig = make("8cd8 8ee0 64a100100000 ebfe 64a100100000", tier=tier)
    other = rig.new_vcpu(entry=12)

    rig.run(20)
    first, rig.vcpu = rig.vcpu, other
    rig.run(20)
    rig.vcpu = first
    rig.run(20)

    assert [trap.cause for trap in rig.traps] == [GP]
    assert rig.traps[0].registers[8] == 12


# --- what a guest could learn -----------------------------------------------


def test_cpuid_tells_the_same_in_every_engine(make: Make, tier: str) -> None:
    """All leaves that there are, twice."""
    told = []
    for _ in range(2):
        answers = []
        rig = make("0fa2 cd2a ebfa", tier=tier)
        for leaf in (*range(16), 0x4000_0000, *range(2**31, 2**31 + 9)):
            rig.set(eax=leaf, ecx=0)
            rig.run(20)
            answers.append(rig.registers()[:4])
        told.append(answers)

    assert told[0] == told[1]
    features = told[0][1]
    assert features[2] & 1 << 25  # EDX: SSE
    assert not features[1] & (1 << 30 | 1 << 26 | 1 << 28)  # ECX


def test_memory_begins_with_zeros(make: Make) -> None:
    rig = make("", size=0x8000)

    assert not any(rig.memory.read(0, 0x8000))


# --- guests that try everything ---------------------------------------------


def wander(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """Whatever happened, jump to the next unlikely place."""
    rng = random.Random(len(rig.traps))
    for register in range(8):
        rig.machine.set(register, rng.getrandbits(32))
    rig.machine.set(
        8, rng.choice((rng.randrange(rig.size), rng.getrandbits(32)))
    )
    return CONTINUE if rng.randrange(3) else RESCHEDULE


@pytest.mark.parametrize("seed", range(6))
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
    code = "40 0105 00100000 cd2a ebf5"

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
