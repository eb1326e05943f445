"""What the processor refuses: which vector, where, at which time."""

import pytest

from tests.engines.conftest import Make
from tests.engines.rig import Rig
from vpok.kernel.engine import BLOCK, CONTINUE, RESCHEDULE
from vpok.kernel.vcpu import Vcpu

DE, DB, BP, OF, BR, UD, SS, GP, MF = 0, 1, 3, 4, 5, 6, 12, 13, 16

# At the instruction, which costs nothing.
REFUSED = {
    "in al, 5": ("e405", GP),
    "in eax, 5": ("e505", GP),
    "out 5, al": ("e605", GP),
    "in al, dx": ("ec", GP),
    "in eax, dx": ("ed", GP),
    "out dx, al": ("ee", GP),
    "out dx, eax": ("ef", GP),
    "insb": ("6c", GP),
    "rep insd": ("f36d", GP),
    "outsb": ("6e", GP),
    "rep outsd": ("f36f", GP),
    "hlt": ("f4", GP),
    "cli": ("fa", GP),
    "sti": ("fb", GP),
    "mov eax, cr0": ("0f20c0", GP),
    "mov cr3, eax": ("0f22d8", GP),
    "mov dr7, eax": ("0f23f8", GP),
    "mov eax, dr6": ("0f21f0", GP),
    "clts": ("0f06", GP),
    "invd": ("0f08", GP),
    "wbinvd": ("0f09", GP),
    "invlpg": ("0f0138", GP),
    "lgdt": ("0f0110", GP),
    "lidt": ("0f0118", GP),
    "lldt": ("0f00d0", GP),
    "ltr": ("0f00d8", GP),
    "lmsw": ("0f01f0", GP),
    "sgdt": ("0f010500100000", GP),
    "sidt": ("0f010d00100000", GP),
    "sldt": ("0f00c0", GP),
    "str": ("0f00c8", GP),
    "smsw": ("0f01e0", GP),
    "lar": ("0f02c0", GP),
    "lsl": ("0f03c0", GP),
    "rdmsr": ("0f32", GP),
    "wrmsr": ("0f30", GP),
    "rdtsc": ("0f31", GP),
    "rdtscp": ("0f01f9", GP),
    "rdpmc": ("0f33", GP),
    "sysenter": ("0f34", GP),
    "sysexit": ("0f35", GP),
    "syscall": ("0f05", UD),
    "sysret": ("0f07", UD),
    "rdrand": ("0fc7f0", UD),
    "rdseed": ("0fc7f8", UD),
    "xgetbv": ("0f01d0", GP),
    "xsave": ("0fae2500100000", UD),
    "xrstor": ("0fae2d00100000", UD),
    "rdfsbase": ("f30faec0", UD),
    "vaddps": ("c5f058c2", UD),
    "ud2": ("0f0b", UD),
    "ud1": ("0fb9c0", UD),
    "rsm": ("0faa", UD),
    "vmcall": ("0f01c1", GP),
    "undefined": ("0f24c0", UD),
    "far jump": ("ea000000002300", GP),
    "far call": ("9a000000002300", GP),
    "far jump through memory": ("ff2d00100000", GP),
    "far call through memory": ("ff1d00100000", GP),
    "retf": ("cb", GP),
    "retf 4": ("ca0400", GP),
    "iret": ("cf", GP),
    "lds": ("c50500100000", GP),
    "les": ("c40500100000", GP),
    "lss": ("0fb20500100000", GP),
    "lfs": ("0fb40500100000", GP),
    "mov ds, ax": ("8ed8", GP),  # not its selector
    "mov cs, ax": ("8ec8", UD),
    "mov ds, memory": ("8e1d00100000", GP),
    "pop ds": ("1f", GP),
    "through FS": ("64a100100000", GP),
    "through GS": ("658b05 00100000", GP),
    "int 20": ("cd14", GP),
    "int 32": ("cd20", GP),
    "int 0x80": ("cd80", GP),
    "int 43": ("cd2b", GP),
    "int 255": ("cdff", GP),
    "sixteen bytes": ("66" * 15 + "90", GP),
    "divide by zero": ("f7f1", DE),
    "aam 0": ("d400", DE),
    "bound": ("620500100000", BR),
    "lock on a register": ("f001c0", UD),
}
# Behind the instruction, which costs what any other costs.
RAISED = {
    "int 0": ("cd00", 0),
    "int 6": ("cd06", 6),
    "int 8": ("cd08", 8),
    "int 13": ("cd0d", 13),
    "int 19": ("cd13", 19),
    "int3": ("cc", BP),
    "int 3": ("cd03", BP),
    "icebp": ("f1", DB),
    "into": ("ce", OF),
}


@pytest.mark.parametrize(("code", "vector"), REFUSED.values(), ids=REFUSED)
def test_an_instruction_is_refused(
    make: Make, tier: str, code: str, vector: int
) -> None:
    """In the middle of a block: the instructions before it were executed."""
    rig = make("41 41" + code + "41 f4", tier=tier)
    rig.set(eax=2**31, ecx=2**32 - 2, edx=0x77, ebx=5)
    before = rig.registers()

    elapsed = rig.run(100)

    assert elapsed == 2
    assert rig.vcpu.exit == RESCHEDULE
    (trap,) = rig.traps
    assert (trap.time, trap.cause) == (2, vector)
    assert trap.registers[8] == 2  # EIP
    assert trap.registers[1] == 0  # ECX
    assert trap.registers[2:8] == before[2:8]
    assert trap.registers[0] == before[0]
    assert rig.registers() == trap.registers


@pytest.mark.parametrize(("code", "vector"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_as_often_as_it_is_tried(
    make: Make, tier: str, code: str, vector: int
) -> None:
    """Also where it begins a block, and after it has been seen."""
    rig = make(code + "41", tier=tier)
    rig.set(eax=2**31, ecx=0)

    assert [rig.run(100) for _ in range(3)] == [0, 0, 0]
    assert [trap.cause for trap in rig.traps] == [vector] * 3


@pytest.mark.parametrize(("code", "vector"), RAISED.values(), ids=RAISED)
def test_a_vector_is_raised(
    make: Make, tier: str, code: str, vector: int
) -> None:
    """EFLAGS.OF is set, for INTO."""
    rig = make("b0ff 04 01 b07f 0401" + code + "41", tier=tier)

    assert rig.run(100) == 5
    assert rig.traps[0].cause == vector
    assert rig.traps[0].registers[8] == 8 + len(bytes.fromhex(code))
    rig.run(1)
    assert rig.engine.instructions() == 6


def test_a_raised_vector_needs_time_for_its_instruction(
    make: Make, tier: str
) -> None:
    rig = make("41 cc 41", tier=tier)

    assert rig.run(1) == 1
    assert rig.traps == []
    assert rig.vcpu.exit == CONTINUE
    assert rig.run(1) == 1
    assert rig.traps[0].cause == BP


def test_a_fault_waits_for_a_time_in_which_its_instruction_would_fit(
    make: Make, tier: str
) -> None:
    """The budget is spent: what would come next is not known yet."""
    rig = make("41 41 f4", tier=tier)

    assert rig.run(2) == 2
    assert rig.vcpu.exit == CONTINUE
    assert rig.traps == []
    assert rig.run(1) == 0
    assert rig.traps[0].cause == GP


def test_into_without_overflow_is_nothing(make: Make, tier: str) -> None:
    rig = make("31c0 ce 40 ebfe", tier=tier)

    assert rig.run(50) == 50
    assert rig.traps == []
    assert rig.get("eax") == 1


def test_unmasked_errors_of_the_fpu_are_exceptions(
    make: Make, tier: str
) -> None:
    """fldcw (nothing is masked); 1 / 0; fwait."""
    rig = make("d92d00100000 d9e8 d9ee def9 9b", tier=tier)
    rig.memory.write(0x1000, (0x340).to_bytes(2, "little"))

    assert rig.run(50) == 4
    assert rig.traps[0].cause == MF


def test_every_divide_error_is_one(make: Make, tier: str) -> None:
    """A second contributory exception does not become a double fault."""
    rig = make("f7f1 f7f1", tier=tier)
    rig.set(ecx=0)

    for _ in range(4):
        rig.run(10)

    assert [trap.cause for trap in rig.traps] == [DE] * 4


def test_the_trap_flag_traps_behind_the_next_instruction(
    make: Make, tier: str
) -> None:
    """pushf; or [esp], TF; popf; inc ecx."""
    rig = make("9c 810c2400010000 9d 41 41", tier=tier)

    assert rig.run(50) == 4
    assert rig.traps[0].cause == DB
    assert rig.traps[0].registers[8] == 10
    assert rig.traps[0].registers[1] == 1


def test_a_handler_that_goes_on_after_a_fault_ends_the_run(
    make: Make, tier: str
) -> None:
    """The kernel bounds faults that fault again."""
    rig = make("f4", tier=tier, answer=lambda *_: CONTINUE)

    assert rig.run(100) == 0
    assert len(rig.traps) == 1
    assert rig.vcpu.exit == RESCHEDULE


def test_a_handler_may_send_the_guest_elsewhere(make: Make, tier: str) -> None:
    def skip(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.machine.set(8, 5)
        rig.machine.set(0, 7)
        return BLOCK

    rig = make("40 f4 909090 40 ebfe", tier=tier, answer=skip)

    assert rig.run(10) == 1
    assert rig.vcpu.exit == BLOCK
    rig.run(2)
    assert rig.get("eax") == 8


# --- memory -----------------------------------------------------------------

SIZE = 0x3000
OUTSIDE = {
    "read": ("a1", GP),
    "write": ("a3", GP),
    "read and write": ("0105", GP),
    "through SS": ("368b05", SS),
    "push from": ("ff35", GP),
    "call through": ("ff15", GP),
    "pop to": ("8f05", GP),
    "through SS, other form": ("36a1", SS),
    "x87": ("dd1d", GP),
    "SSE": ("0f1105", GP),
    "compare and exchange": ("f00fb10d", GP),
}


@pytest.mark.parametrize("at", [0x3000, 0x10_0000, 0x8000_0000, 0xFFFF_FFF0])
@pytest.mark.parametrize(("code", "vector"), OUTSIDE.values(), ids=OUTSIDE)
def test_an_access_outside_names_its_address(
    make: Make, tier: str, code: str, vector: int, at: int
) -> None:
    rig = make(
        "41 41" + code + at.to_bytes(4, "little").hex(), tier=tier, size=SIZE
    )

    assert rig.run(100) == 2
    assert rig.traps[0].cause == vector
    assert rig.traps[0].registers[8] == 2
    assert rig.traps[0].fault_address == at


@pytest.mark.parametrize(
    "code",
    [
        *("50", "58", "60", "61", "9c", "9d", "c3", "c9"),
        *("e800000000", "c8100000", "8b0424", "890424"),
        *("8b4500", "894500", "ff3424", "6a01"),
    ],
)
def test_a_stack_outside_is_a_stack_fault(
    make: Make, tier: str, code: str
) -> None:
    rig = make("41" + code, tier=tier, size=SIZE)
    rig.set(esp=0x5000_0000, ebp=0x6000_0000)

    assert rig.run(100) == 1
    assert rig.traps[0].cause == SS
    assert rig.traps[0].registers[4] == 0x5000_0000
    assert abs(rig.traps[0].fault_address - 0x5800_0000) <= 0x800_0020


@pytest.mark.parametrize("at", [SIZE, SIZE + 5, 0x100_0000, 0xFFFF_FFFF])
def test_a_fetch_outside_is_a_protection_fault(
    make: Make, tier: str, at: int
) -> None:
    """jmp eax: the jump is executed, its target is not."""
    rig = make("41 ffe0", tier=tier, size=SIZE)
    rig.set(eax=at)

    for _ in range(2):
        rig.run(100)

    assert rig.now == 2
    assert [trap.cause for trap in rig.traps] == [GP] * 2
    assert rig.traps[0].registers[8] == at
    assert rig.engine.instructions() == 2


def test_code_that_runs_off_the_end_faults_there(
    make: Make, tier: str
) -> None:
    """Also if the last instruction is cut by the end."""
    rig = make("", tier=tier, size=SIZE)
    rig.memory.write(SIZE - 4, bytes.fromhex("4141 b801"))
    rig.set(eip=SIZE - 4)

    assert rig.run(100) == 2
    assert rig.traps[0].cause == GP
    assert rig.traps[0].registers[8] == SIZE - 2


def test_an_access_over_the_end_writes_nothing(make: Make, tier: str) -> None:
    rig = make("a3fe2f0000", tier=tier, size=SIZE)
    rig.set(eax=0xFFFF_FFFF)

    rig.run(100)

    assert rig.traps[0].cause == GP
    assert rig.memory.read(SIZE - 4, 4) == bytes(4)
