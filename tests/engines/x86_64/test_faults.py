"""What 64-bit mode refuses: which vector, where, at which time."""

import pytest

from tests.engines.rig import Rig
from tests.engines.x86_64.conftest import Make
from vpok.arch.x86_64 import RAX, RCX, RIP, RSP
from vpok.kernel.engine import BLOCK, RESCHEDULE
from vpok.kernel.vcpu import Vcpu

DE, DB, BP, UD, GP, PF, MF = 0, 1, 3, 6, 13, 14, 16
TOP = (1 << 64) - 1

# At the instruction, which costs nothing.
REFUSED = {
    "in al, 5": ("e405", GP),
    "in eax, dx": ("ed", GP),
    "out dx, al": ("ee", GP),
    "out 5, eax": ("e705", GP),
    "rep insd": ("f36d", GP),
    "outsb": ("6e", GP),
    "hlt": ("f4", GP),
    "cli": ("fa", GP),
    "sti": ("fb", GP),
    "mov rax, cr0": ("0f20c0", GP),
    "mov cr3, rax": ("0f22d8", GP),
    "mov rax, cr8": ("440f20c0", GP),
    "mov dr7, rax": ("0f23f8", GP),
    "mov rax, dr6": ("0f21f0", GP),
    "clts": ("0f06", GP),
    "wbinvd": ("0f09", GP),
    "invlpg": ("0f0138", GP),
    "lgdt": ("0f0110", GP),
    "lidt": ("0f0118", GP),
    "lldt": ("0f00d0", GP),
    "ltr": ("0f00d8", GP),
    "lmsw": ("0f01f0", GP),
    "sgdt": ("0f01042500100000", GP),
    "sidt": ("0f010c2500100000", GP),
    "sldt": ("480f00c0", GP),
    "str": ("480f00c8", GP),
    "smsw": ("480f01e0", GP),
    "lar": ("0f02c0", GP),
    "lsl": ("0f03c0", GP),
    "rdmsr": ("0f32", GP),
    "wrmsr": ("0f30", GP),
    "rdtsc": ("0f31", GP),
    "rdtscp": ("0f01f9", GP),
    "rdpmc": ("0f33", GP),
    "swapgs": ("0f01f8", GP),
    "sysenter": ("0f34", GP),
    "sysexit": ("480f35", GP),
    "syscall": ("0f05", UD),
    "sysret": ("480f07", UD),
    "rdrand": ("480fc7f0", UD),
    "rdseed": ("0fc7f8", UD),
    "rdpid": ("f30fc7f8", UD),
    "xgetbv": ("0f01d0", GP),
    "xsave64": ("480fae242500100000", UD),
    "xrstor": ("0fae2c2500100000", UD),
    "rdfsbase": ("f3480faec0", UD),
    "wrfsbase": ("f3480faed0", UD),
    "wrgsbase": ("f3480faed8", UD),
    "vaddps": ("c5f058c2", UD),
    "EVEX": ("62f17c4858c2", UD),
    "ud2": ("0f0b", UD),
    "ud1": ("0fb9c0", UD),
    "rsm": ("0faa", UD),
    "vmcall": ("0f01c1", GP),
    "undefined": ("0f24c0", UD),
    "push es": ("06", UD),
    "pop ds": ("1f", UD),
    "daa": ("27", UD),
    "pusha": ("60", UD),
    "salc": ("d6", UD),
    "aam": ("d400", UD),
    "into": ("ce", UD),
    "far jump": ("ea000000002300", UD),
    "far call": ("9a000000002300", UD),
    "far jump through memory": ("48ff2c2500100000", GP),
    "far call through memory": ("ff1c2500100000", GP),
    "retf": ("48cb", GP),
    "retf 4": ("ca0400", GP),
    "iretq": ("48cf", GP),
    "iret": ("cf", GP),
    "lss": ("0fb2042500100000", GP),
    "lfs": ("480fb4042500100000", GP),
    "mov ds, ax": ("8ed8", GP),
    "mov fs, ax": ("8ee0", GP),
    "pop fs": ("0fa1", GP),
    "pop gs": ("0fa9", GP),
    "int 3, long": ("cd03", GP),
    "int 42": ("cd2a", GP),
    "int 0x80": ("cd80", GP),
    "int 255": ("cdff", GP),
    "sixteen bytes": ("66" * 15 + "90", GP),
    "a short jump of 16 bits": ("66eb00", UD),
    "divide by zero": ("48f7f5", DE),
    "divide overflow": ("f7f6", DE),
    "lock on a register": ("f04801c0", UD),
    "lock and a test of a register": ("f0480fabc1", UD),
    "cmpxchg16b, not aligned": ("480fc70c2508100000", GP),
}
# Behind the instruction, which costs what any other costs.
RAISED = {"int3": ("cc", BP), "icebp": ("f1", DB)}


@pytest.mark.parametrize(("code", "vector"), REFUSED.values(), ids=REFUSED)
def test_an_instruction_is_refused(
    make: Make, tier: str, code: str, vector: int
) -> None:
    """In the middle of a block, and again where it begins one."""
    rig = make("ffc1 48ffc1" + code + "ffc1 f4", tier=tier)
    rig.set(rax=2**63, rcx=2**32 - 2, rdx=0x77, rbx=5, rsi=1)
    before = rig.registers()

    elapsed = rig.run(100)

    assert elapsed == 2
    assert rig.vcpu.exit == RESCHEDULE
    (trap,) = rig.traps
    assert (trap.time, trap.cause) == (2, vector)
    assert trap.registers[RIP] == 5
    assert trap.registers[RCX] == 2**32
    assert trap.registers[2:RIP] == before[2:RIP]
    assert trap.registers[RAX] == before[RAX]
    assert rig.registers() == trap.registers
    rig.set(rcx=0)
    assert [rig.run(100) for _ in range(2)] == [0, 0]
    assert [trap.cause for trap in rig.traps] == [vector] * 3


@pytest.mark.parametrize(("code", "vector"), RAISED.values(), ids=RAISED)
def test_a_vector_is_raised(
    make: Make, tier: str, code: str, vector: int
) -> None:
    rig = make("ffc0" + code + "ffc0", tier=tier)

    assert rig.run(100) == 2
    assert rig.traps[0].cause == vector
    assert rig.traps[0].registers[RIP] == 3
    rig.run(1)
    assert rig.engine.instructions() == 3


def test_unmasked_errors_of_the_fpu_are_exceptions(
    make: Make, tier: str
) -> None:
    """fldcw (nothing is masked); 1 / 0; fwait."""
    rig = make("d92c2500100000 d9e8 d9ee def9 9b", tier=tier)
    rig.memory.write(0x1000, (0x340).to_bytes(2, "little"))

    assert rig.run(50) == 4
    assert rig.traps[0].cause == MF


def test_the_trap_flag_traps_behind_the_next_instruction(
    make: Make, tier: str
) -> None:
    """pushfq; or [rsp], TF; popfq; inc ecx."""
    rig = make("9c 48810c2400010000 9d ffc1 ffc1", tier=tier)

    assert rig.run(50) == 4
    assert rig.traps[0].cause == DB
    assert rig.traps[0].registers[RIP] == 12
    assert rig.traps[0].registers[RCX] == 1


def test_a_handler_may_send_the_guest_elsewhere(make: Make, tier: str) -> None:
    def skip(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.set(RIP, 6)
        rig.machine.set(RAX, 2**40)
        return BLOCK

    rig = make("ffc0 f4 909090 48ffc0 ebfe", tier=tier, answer=skip)

    assert rig.run(10) == 1
    assert rig.vcpu.exit == BLOCK
    rig.run(2)
    assert rig.get("rax") == 2**40 + 1


# --- memory -----------------------------------------------------------------

SIZE = 0x3000
# Through RCX or RDI.
OUTSIDE = {
    "read 1": "8a01",
    "read 8": "488b01",
    "write 4": "8901",
    "write 8": "488901",
    "read and write": "480101",
    "push from": "ff31",
    "call through": "ff11",
    "pop to": "8f01",
    "x87": "dd19",
    "SSE": "0f1101",
    "SSE, read": "f30f6f01",
    "compare and exchange": "f0480fb111",
    "through GS": "65488b01",
    "string": "f348ab",
}
PLACES = [
    *(SIZE, 0x10_0000, 0x8000_0000, 1 << 32, (1 << 32) + 0x1000, 1 << 33),
    *((1 << 34) + 0x80, 1 << 35, 1 << 36, (1 << 47) - 16, TOP - 0xFFF),
    *(TOP - 0xF7F, TOP << 47 & TOP),
]
NOT_CANONICAL = [1 << 47, 1 << 60, 1 << 63, (TOP << 47 & TOP) - 64]


@pytest.mark.parametrize("at", [*PLACES, *NOT_CANONICAL], ids=hex)
def test_an_access_outside_names_its_address(
    make: Make, tier: str, at: int
) -> None:
    """Also where the engine has pages of its own; nothing changes."""
    vector = GP if at in NOT_CANONICAL else PF
    rig = make("", tier=tier, size=SIZE)
    for number, code in enumerate(OUTSIDE.values()):
        rig.memory.write(0, bytes.fromhex("90 90" + code))
        rig.set(rip=0, rcx=at, rdi=at)
        before = rig.digest()

        rig.run(100)

        trap = rig.traps[number]
        assert (trap.cause, trap.fault_address) == (vector, at), code
        assert trap.registers[RIP] == 2
        assert rig.digest() == before


@pytest.mark.parametrize(
    "code",
    ["50", "58", "9c", "9d", "c3", "c9", "e800000000", "c8100000", "6a01"],
)
def test_a_stack_outside_is_a_page_fault(
    make: Make, tier: str, code: str
) -> None:
    rig = make("90" + code, tier=tier, size=SIZE)
    rig.set(rsp=1 << 40, rbp=1 << 40)

    assert rig.run(100) == 1
    assert rig.traps[0].cause == PF
    assert rig.traps[0].registers[RSP] == 1 << 40
    assert rig.traps[0].fault_address in {1 << 40, (1 << 40) - 8}


@pytest.mark.parametrize("at", [*PLACES, *NOT_CANONICAL], ids=hex)
def test_a_fetch_outside_faults_at_its_target(
    make: Make, tier: str, at: int
) -> None:
    """jmp rax: the jump is executed, its target is not."""
    rig = make("90 ffe0", tier=tier, size=SIZE)
    rig.set(rax=at)

    for _ in range(2):
        rig.run(100)

    vector = GP if at in NOT_CANONICAL else PF
    assert rig.now == 2
    assert [trap.cause for trap in rig.traps] == [vector] * 2
    assert rig.traps[0].registers[RIP] == at
    assert rig.traps[0].fault_address == at
    assert rig.engine.instructions() == 2


def test_code_that_runs_off_the_end_faults_there(
    make: Make, tier: str
) -> None:
    """Also if the last instruction is cut by the end."""
    rig = make("", tier=tier, size=SIZE)
    rig.memory.write(SIZE - 6, bytes.fromhex("ffc1ffc1 b801"))
    rig.set(rip=SIZE - 6)

    assert rig.run(100) == 2
    assert rig.traps[0].cause == PF
    assert rig.traps[0].registers[RIP] == SIZE - 2
    assert rig.traps[0].fault_address == SIZE


@pytest.mark.parametrize("size", [SIZE, SIZE + 0x123])
def test_an_access_over_the_end_writes_nothing(
    make: Make, tier: str, size: int
) -> None:
    """It names the first byte that is not there."""
    at = (size - 3).to_bytes(4, "little").hex()
    rig = make("48890425" + at, tier=tier, size=size)
    rig.set(rax=TOP)

    rig.run(100)

    assert (rig.traps[0].cause, rig.traps[0].fault_address) == (PF, size)
    assert rig.memory.read(size - 8, 8) == bytes(8)


def test_an_access_around_the_top_is_outside(make: Make, tier: str) -> None:
    """Its last bytes would be at address 0."""
    rig = make("488901", tier=tier, size=SIZE)
    rig.set(rcx=TOP - 3, rax=TOP)

    rig.run(100)

    assert (rig.traps[0].cause, rig.traps[0].fault_address) == (PF, TOP - 3)
    assert rig.memory.read(0, 3) == bytes.fromhex("488901")
