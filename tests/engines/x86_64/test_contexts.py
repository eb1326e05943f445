"""vCPUs of x86-64 have registers of their own; all that there are."""

import random
from typing import Any

import pytest

from tests.engines.rig import Rig
from tests.engines.x86_64.conftest import Make
from tests.engines.x86_64.rig import CALL
from vpok.arch.x86_64 import NAMES, RAX, RBX, RFLAGS, RIP, RSP, USER_FLAGS
from vpok.kernel.engine import CONTINUE
from vpok.kernel.vcpu import Vcpu

TOP = (1 << 64) - 1
# The image of FXSAVE64 that holds what a vCPU begins with.
FRESH = bytes.fromhex("7f03") + bytes(22) + bytes.fromhex("801f0000ffff0000")


def test_a_vcpu_begins_with_zeros(make: Make, tier: str) -> None:
    rig = make("", tier=tier)
    rig.vcpu = rig.new_vcpu(entry=0x1234, stack=0x8000)

    registers = dict(zip(NAMES, rig.registers(), strict=True))

    assert registers == {
        **dict.fromkeys(NAMES, 0),
        "rsp": 0x8000,
        "rip": 0x1234,
        "rflags": USER_FLAGS,
    }
    assert rig.machine.extended() == FRESH + bytes(480)


def test_what_calls_the_hypervisor_is_told(make: Make, tier: str) -> None:
    rig = make("", tier=tier)
    rig.memory.write(0, rig.engine.hypercall + b"\xf4")

    rig.run(10)

    assert rig.engine.isa == "x86-64"
    assert rig.traps[0].cause == rig.engine.call_cause == CALL
    assert rig.traps[0].registers[RIP] == len(rig.engine.hypercall)


@pytest.mark.parametrize("register", range(len(NAMES)))
def test_a_context_can_be_read_and_changed(make: Make, register: int) -> None:
    rig = make("")
    context = rig.machine.new_context()
    value = 0xCD7 | 0x202 if register == RFLAGS else TOP - register

    rig.machine.set_in(context, register, value)

    assert rig.machine.get_in(context, register) == value
    rig.machine.load(context)
    assert rig.machine.get(register) == value


@pytest.mark.parametrize("inside", [False, True])
def test_flags_that_are_not_the_guests_are_not_set(
    make: Make, inside: bool
) -> None:
    rig = make("")
    context = rig.machine.new_context()
    rig.machine.set_in(context, RFLAGS, TOP if inside else 0)

    assert rig.machine.get_in(context, RFLAGS) == (
        USER_FLAGS | 0x24_4DD5 if inside else USER_FLAGS
    )


def test_two_vcpus_share_memory_and_no_register(make: Make, tier: str) -> None:
    """They run in turns; the engine switches by itself."""
    rig = make("49ffc7 4c013c25 00100000 f3480f2ac0 ebee", tier=tier)
    one, other = rig.vcpu, rig.new_vcpu(entry=0)
    for vcpu, start in ((one, 0), (other, 1000)):
        rig.vcpu = vcpu
        rig.set(r15=start, rax=start)

    for _ in range(20):
        for rig.vcpu in (one, other):
            rig.engine.run(rig.vcpu, 0, 40)

    values = []
    for rig.vcpu in (one, other):
        values.append((rig.get("r15"), rig.machine.extended()[160:164].hex()))
    assert values == [(200, "00000000"), (1200, "00007a44")]
    assert rig.memory.u32(0x1000) == sum(range(201)) + sum(range(1001, 1201))


# --- a trap changes everything ----------------------------------------------


def test_a_call_may_change_every_register(make: Make, tier: str) -> None:
    """The guest goes on from there, in the same run, at the same instant."""
    rng = random.Random(4)
    wanted = [rng.getrandbits(64) for _ in NAMES]
    wanted[RIP], wanted[RFLAGS] = 0x2100, 0x8D7 | 0x202

    def change(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        assert rig.engine.consumed() == 4
        for register, value in enumerate(wanted):
            rig.machine.set(register, value)
        assert rig.registers() == tuple(wanted)
        return CONTINUE

    # stc; sbb; std; int | jmp .
    rig = make("f9 19c9 fd cd2d f4", tier=tier, answer=change)
    rig.memory.write(0x2100, bytes.fromhex("ebfe"))

    assert rig.run(100) == 100
    assert rig.registers() == tuple(wanted)
    assert rig.engine.instructions() == 100


def test_flags_of_a_call_are_what_the_guest_finds(
    make: Make, tier: str
) -> None:
    """Read with PUSHF and used by ADC, SETcc and a string."""

    def change(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.set(RFLAGS, 0xC01 | 0x202)  # O, D, C
        return CONTINUE

    code = "31c0 fc cd2d 480f90c3 4883d000 aa 9c 59 ebfe"
    rig = make(code.replace("480f90c3", "0f90c3"), tier=tier, answer=change)
    rig.set(rdi=0x1000, rbx=0, rsp=0x4000)

    rig.run(20)

    assert rig.get("rbx") == 1
    assert rig.get("rax") == 1
    assert rig.get("rdi") == 0xFFF
    assert rig.get("rcx") & 0x400


def test_a_call_may_change_vectors(make: Make, tier: str) -> None:
    """movq xmm9, rax; int; movq rbx, xmm9; fstp [0x1000]; stmxcsr [...]."""

    def change(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        image = bytearray(rig.machine.extended())
        assert image[160 + 9 * 16 :][:8] == (77).to_bytes(8, "little")
        image[160 + 9 * 16 :][:8] = b""  # (a copy: nothing happens)
        image[304:312] = (78).to_bytes(8, "little")
        image[24:28] = (0x7F80).to_bytes(4, "little")
        image[2:4] = (0x3800).to_bytes(2, "little")  # ST0 is register 7
        image[4] = 0x80
        image[32:42] = bytes.fromhex("0000000000000080ff3f")  # 1.0
        rig.machine.set_extended(bytes(image))
        return CONTINUE

    rig = make(
        "664c0f6ec8 cd2d 664c0f7ecb dd1c2500100000 0fae1c2508100000 ebfe",
        tier=tier,
        answer=change,
    )
    rig.set(rax=77)

    assert rig.run(20) == 20
    assert rig.get("rbx") == 78
    assert rig.memory.read(0x1000, 8).hex() == "000000000000f03f"
    assert rig.memory.read(0x1008, 4) == b"\x80\x7f\0\0"


# --- the image --------------------------------------------------------------


def image_of(rng: random.Random) -> bytes:
    """An image that a processor could have."""
    image = bytearray(rng.randbytes(512))
    image[0:2] = (rng.getrandbits(16) & 0xF3F | 0x40).to_bytes(2, "little")
    image[3] = image[3] & 0x7F | image[2] & 0x80  # busy is: an error waits
    image[5:8] = bytes(3)
    image[16:24] = bytes(8)
    image[24:32] = bytes.fromhex("801f0000ffff0000")
    for number in range(8):
        image[42 + 16 * number : 48 + 16 * number] = bytes(6)
    image[416:512] = bytes(96)
    return bytes(image[:512])


def test_an_image_is_kept_as_it_is(make: Make, tier: str) -> None:
    rig = make("", tier=tier)
    rig.registers()
    rng = random.Random(8)
    for _ in range(20):
        image = image_of(rng)
        assert len(image) == rig.machine.extended_size == 512

        rig.machine.set_extended(image)

        assert rig.machine.extended() == image


def test_an_image_is_what_the_guest_saves(make: Make, tier: str) -> None:
    """fxsave64 [0x1000], after some arithmetic."""
    rig = make(
        "d9eb d9e8 dec1 d9e8 f3480f2ac0 0f57f6 660f76ff"
        "480fae042500100000 ebfe",
        tier=tier,
    )
    rig.set(rax=5)

    rig.run(9)

    image = rig.machine.extended()
    assert image == rig.memory.read(0x1000, 512)
    assert image[160:164] == b"\x00\x00\xa0\x40"  # 5.0


def test_reserved_bits_of_an_image_are_ignored(make: Make, tier: str) -> None:
    """ldmxcsr would refuse them; arithmetic goes on."""
    rig = make("f30f58c1 ebfe", tier=tier)
    rig.registers()

    rig.machine.set_extended(b"\xff" * 512)

    image = rig.machine.extended()
    assert image[24:32].hex() == "ffff0000ffff0000"
    assert image[416:] == bytes(96)
    rig.machine.set_extended(image)
    assert rig.machine.extended() == image
    assert rig.run(10) == 10


def test_rounding_comes_with_an_image(make: Make, tier: str) -> None:
    """1/3 by DIVSD, rounded down and up as MXCSR says."""
    rig = make("f20f5ec1 ebfe", tier=tier)
    rig.registers()
    results = []
    for control in (0x3F80, 0x5F80):
        image = bytearray(FRESH + bytes(480))
        image[24:28] = control.to_bytes(4, "little")
        image[160:168] = bytes.fromhex("000000000000f03f")
        image[176:184] = bytes.fromhex("0000000000000840")
        rig.machine.set_extended(bytes(image))
        rig.set(rip=0).run(3)
        results.append(rig.machine.extended()[160:168].hex())

    assert results == ["555555555555d53f", "565555555555d53f"]


# --- threads ----------------------------------------------------------------


def test_flags_survive_a_thread_switch(make: Make, tier: str) -> None:
    """Saved inside a call, loaded inside another."""
    saved: list[Any] = []

    def save(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        if not saved:
            saved.append(rig.machine.new_context())
            rig.machine.save(saved[0])
        else:
            rig.machine.load(saved[0])
        return CONTINUE

    # stc; sbb ecx, ecx; std; int; pushf; pop rdi; jmp . | xor; cld; int
    rig = make("f9 19c9 fd cd2d 9c 5f ebfe", tier=tier, answer=save)
    rig.memory.write(0x100, bytes.fromhex("31c0 fc cd2d ebfe"))
    rig.run(4)
    rig.set(rip=0x100)
    rig.run(10)

    assert rig.get("rdi") & 0xCD5 == 0x495
    assert rig.machine.get_in(saved[0], RFLAGS) & 0xCD5 == 0x495
    assert rig.machine.get_in(saved[0], RIP) == 6


def test_threads_switch_inside_a_call(make: Make, tier: str) -> None:
    """Three threads of the same code; the guest never stops."""
    contexts: list[Any] = []
    turn = [0]

    def switch(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.save(contexts[turn[0]])
        turn[0] = (turn[0] + 1) % 3
        rig.machine.load(contexts[turn[0]])
        return CONTINUE

    rig = make("4801d8 cd2d ebf9", tier=tier, answer=switch)
    for number in (1, 10 << 40, 100):
        context = rig.machine.new_context()
        rig.machine.set_in(context, RSP, 0x8000)
        rig.machine.set_in(context, RBX, number)
        contexts.append(context)
    rig.machine.take(rig.vcpu.arch)
    rig.machine.load(contexts[0])

    assert rig.run(3 * 2 + 27 * 3) == 87
    assert rig.vcpu.exit == CONTINUE

    rig.machine.save(contexts[turn[0]])
    sums = [rig.machine.get_in(c, RAX) for c in contexts]
    assert sums == [10, 100 << 40, 1000]
