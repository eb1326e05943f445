"""vCPUs and threads have registers of their own; all that there are."""

from typing import Any

import pytest

from tests.engines.conftest import Make
from tests.engines.rig import Rig
from vpok.arch.x86_32 import EAX, EBX, EFLAGS, EIP, ESP, NAMES, X86Ops
from vpok.kernel.engine import CONTINUE
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchVcpu

LOOP = "40 ebfd"  # inc eax; jmp


def test_a_thread_begins_as_pok_has_it(make: Make, tier: str) -> None:
    rig = make("", tier=tier)
    rig.vcpu = rig.new_vcpu(entry=0x1234, stack=0x8000)

    registers = dict(zip(NAMES, rig.registers(), strict=True))

    assert registers == {
        **dict.fromkeys(NAMES, 0),
        "eax": 0xDEAD,
        "ebx": 0xBEAF,
        "esp": 0x8000,
        "eip": 0x1234,
        "eflags": 0x202,
    }


def test_two_vcpus_share_memory_and_no_register(make: Make, tier: str) -> None:
    """They run in turns; the engine switches by itself."""
    rig = make("40 0105 00100000 ebf7", tier=tier)
    one, other = rig.vcpu, rig.new_vcpu(entry=0)
    for vcpu, start in ((one, 0), (other, 1000)):
        rig.vcpu = vcpu
        rig.set(eax=start)

    for _ in range(20):
        for rig.vcpu in (one, other):
            rig.engine.run(rig.vcpu, 0, 30)

    values = []
    for rig.vcpu in (one, other):
        values.append(rig.get("eax"))
    assert values == [200, 1200]
    assert rig.memory.u32(0x1000) == sum(range(201)) + sum(range(1001, 1201))


def test_put_and_take_keep_the_registers(make: Make, tier: str) -> None:
    rig = make(LOOP, tier=tier)
    other = rig.new_vcpu(entry=0)
    rig.run(7)
    before = rig.registers()

    rig.ops.ctxt_switch_from(rig.vcpu.arch)
    rig.ops.ctxt_switch_to(other.arch)
    rig.machine.set(EAX, 99)
    rig.ops.ctxt_switch_from(other.arch)

    assert rig.machine.get_in(rig.vcpu.arch.context, EAX) == before[EAX]
    assert rig.machine.get_in(other.arch.context, EAX) == 99
    rig.ops.ctxt_switch_to(rig.vcpu.arch)
    assert rig.registers() == before


def test_to_put_who_is_not_resident_is_nothing(make: Make) -> None:
    rig = make(LOOP)
    other = rig.new_vcpu(entry=0x77)
    rig.set(eax=5)

    rig.machine.put(other.arch)

    assert rig.get("eax") == 5
    assert rig.machine.get_in(other.arch.context, EIP) == 0x77


def test_a_vcpu_that_is_gone_is_not_resident(make: Make) -> None:
    rig = make(LOOP)
    rig.run(5)

    rig.ops.teardown(rig.vcpu.arch)
    rig.vcpu = rig.new_vcpu(entry=0)

    assert rig.get("eax") == 0xDEAD
    assert rig.run(10) == 10


def test_a_vcpu_without_setup_can_be_torn_down(make: Make) -> None:
    """What a failing `alloc_vcpu` does."""
    rig = make(LOOP)
    ops = X86Ops()

    ops.teardown(ArchVcpu(ops, rig.machine))

    assert rig.run(3) == 3


@pytest.mark.parametrize("register", range(len(NAMES)))
def test_a_context_can_be_read_and_changed(make: Make, register: int) -> None:
    rig = make("")
    context = rig.machine.new_context()
    value = 0x202 if register == EFLAGS else 0xFFFF_FFF0

    rig.machine.set_in(context, register, value)

    assert rig.machine.get_in(context, register) == value
    rig.machine.load(context)
    assert rig.machine.get(register) == value


# --- the FPU ----------------------------------------------------------------


def test_the_fpu_begins_clean(make: Make, tier: str) -> None:
    """fnstcw, fnstsw, stmxcsr, fnstenv: as FNINIT and a reset leave them."""
    rig = make("d93d00100000 dfe0 0fae1d04100000 d93500110000", tier=tier)

    rig.run(4)

    assert rig.memory.read(0x1000, 2) == b"\x7f\x03"
    assert rig.get("eax") & 0xFFFF == 0
    assert rig.memory.read(0x1004, 4) == b"\x80\x1f\0\0"
    assert rig.memory.read(0x1108, 2) == b"\xff\xff"  # all tags empty


def test_the_fpu_belongs_to_the_vcpu(make: Make, tier: str) -> None:
    """One pushes 1.0 and fills xmm0; the other finds nothing of that."""
    rig = make("d9e8 0f2805 00100000 ebfe", tier=tier)
    rig.memory.write(0x1000, b"\x01\x02\x03\x04" * 4)
    rig.memory.write(0x100, bytes.fromhex("dfe0 0f1105 20100000 ebfe"))
    other = rig.new_vcpu(entry=0x100)
    rig.run(10)
    first, rig.vcpu = rig.vcpu, other

    rig.run(10)

    assert rig.get("eax") & 0x3800 == 0  # the top of the stack
    assert rig.memory.read(0x1020, 16) == bytes(16)
    rig.vcpu = first
    rig.memory.write(0x200, bytes.fromhex("dd1d 30100000 0f1105 40100000"))
    rig.set(eip=0x200)
    rig.run(2)
    assert rig.memory.read(0x1030, 8).hex() == "000000000000f03f"
    assert rig.memory.read(0x1040, 16) == b"\x01\x02\x03\x04" * 4


def test_a_fresh_context_is_clean_after_anything(
    make: Make, tier: str
) -> None:
    """Whatever earlier vCPUs of the engine have done to the FPU."""
    rig = make("d9e8 d9e8 0f2805 00100000 d9e8 ebfe", tier=tier)
    rig.memory.write(0x1000, b"\xaa" * 16)
    rig.run(20)
    rig.vcpu = rig.new_vcpu(entry=0x100)
    rig.memory.write(0x100, bytes.fromhex("dfe0 0f1105 20100000"))
    rig.memory.write(0x1020, b"\xbb" * 16)

    rig.run(2)

    assert rig.get("eax") & 0xFFFF == 0
    assert rig.memory.read(0x1020, 16) == bytes(16)


# --- threads: contexts that change inside a call ----------------------------


class Threads:
    """Round-robin between contexts, at each call."""

    def __init__(self) -> None:
        self.contexts: list[Any] = []
        self.current = 0

    def switch(self, rig: Rig, vcpu: Vcpu, cause: int) -> int:
        ops, arch = rig.ops, vcpu.arch
        ops.save(arch, self.contexts[self.current])
        self.current = (self.current + 1) % len(self.contexts)
        ops.load(arch, self.contexts[self.current])
        return CONTINUE


def test_threads_switch_inside_a_call(make: Make, tier: str) -> None:
    """Three threads of the same code; the guest never stops."""
    threads = Threads()
    rig = make("01d8 cd2a ebfa", tier=tier, answer=threads.switch)
    for number in (1, 10, 100):
        context = rig.ops.new_context(rig.vcpu.arch, 0, 0x8000, 0)
        rig.machine.set_in(context, EAX, 0)
        rig.machine.set_in(context, EBX, number)
        threads.contexts.append(context)
    rig.machine.take(rig.vcpu.arch)
    rig.ops.load(rig.vcpu.arch, threads.contexts[0])

    # A thread's turn: jmp (but the first time), add, int.
    assert rig.run(3 * 2 + 27 * 3) == 87
    assert rig.vcpu.exit == CONTINUE

    rig.ops.save(rig.vcpu.arch, threads.contexts[threads.current])
    sums = [rig.machine.get_in(c, EAX) for c in threads.contexts]
    assert sums == [10, 100, 1000]


@pytest.mark.parametrize("outside", [False, True])
def test_flags_survive_a_thread_switch(
    make: Make, tier: str, outside: bool
) -> None:
    """Saved inside a call, loaded inside another or between two runs."""
    saved: list[Any] = []

    def save(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        if not saved:
            saved.append(rig.machine.new_context())
            rig.ops.save(vcpu.arch, saved[0])
        elif not outside:
            rig.ops.load(vcpu.arch, saved[0])
        return CONTINUE

    # stc; sbb ecx, ecx; std; int; pushf; pop edi; jmp . | xor; cld; int
    rig = make("f9 19c9 fd cd2a 9c 5f ebfe", tier=tier, answer=save)
    rig.memory.write(0x100, bytes.fromhex("31c0 fc cd2a ebfe"))
    rig.run(4)
    rig.set(eip=0x100)
    rig.run(10)

    if outside:
        rig.ops.load(rig.vcpu.arch, saved[0])
    assert rig.get("eflags") & 0xCD5 == 0x495  # D, S, A, P, C
    rig.set(eip=6)
    rig.run(2)
    assert rig.get("edi") & 0xCD5 == 0x495


def test_a_fault_can_be_answered_with_another_thread(
    make: Make, tier: str
) -> None:
    """POK's error thread: the context that faulted is put aside."""
    aside: list[Any] = []

    def handle(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        aside.append(rig.machine.new_context())
        rig.ops.save(vcpu.arch, aside[0])
        rig.ops.load(
            vcpu.arch, rig.ops.new_context(vcpu.arch, 0x100, 0x4000, 0)
        )
        return CONTINUE

    rig = make("40 f4 40", tier=tier, answer=handle)
    rig.memory.write(0x100, bytes.fromhex("43 ebfe"))
    rig.set(eax=0)

    assert rig.run(100) == 1
    assert rig.run(100) == 100
    assert rig.get("ebx") == 0xBEB0
    assert rig.get("esp") == 0x4000
    assert rig.machine.get_in(aside[0], EAX) == 1
    assert rig.machine.get_in(aside[0], EIP) == 1
    assert rig.machine.get_in(aside[0], ESP) == 0xFFFC


def test_a_handler_may_change_every_register(make: Make, tier: str) -> None:
    """EIP and EFLAGS as well, inside the call; the guest simply goes on."""
    flags = 0x202 | 0x8C1  # overflow, sign, zero, carry

    def change(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.traps.clear()
        for register in range(ESP):
            rig.machine.set(register, 0x1000 + register)
        rig.machine.set(EIP, 0x100)
        rig.machine.set(EFLAGS, flags)
        return CONTINUE

    # add eax, eax; int; hlt -> pushf; sbb ecx, 0; pop edx; jmp .
    rig = make("01c0 cd2a f4", tier=tier, answer=change)
    rig.memory.write(0x100, bytes.fromhex("9c 83d900 5a ebfe"))

    assert rig.run(6) == 6
    assert rig.vcpu.exit == CONTINUE
    assert rig.traps == []
    assert rig.get("edx") == flags
    assert rig.get("ecx") == 0x1000
    assert rig.get("eip") == 0x105
