"""
What a guest may not do, and what becomes of it then: what the prototype of 2014 got wrong.

A headline is a defect; `tests/mutants.py` puts each one back.
"""

import pytest

from tests.defects.driver import (
    ISAS,
    MAILBOX,
    SIZE,
    SPARE,
    Do,
    alone,
    partition,
    running,
    windows,
)
from vpok.abi.paravirt import REGISTERS_OFFSET
from vpok.abi.paravirt_calls import Error, HealthKind, Number

ALL = range(64)
MS = 1_000_000
both = pytest.mark.parametrize("isa", ISAS)


# --- an unknown hypercall panics the kernel ------------------------------------


@both
@pytest.mark.parametrize(
    "number", [12, 63, 1000, (1 << 32) + 1, 1 << 63, (1 << 64) - 1]
)
def test_an_unknown_call_is_refused_and_told(isa: str, number: int) -> None:
    """A neighbour and the caller go on."""
    two = (partition(isa), partition(isa, "other"))
    plan = windows((0, 0, MS), (1, MS, MS), frame=2 * MS)
    with running(*two, schedule=plan) as (guest, other):
        found = guest.do(Do.CALL, 1, 2, 3, 4, 5, 6, number=number)

        assert found == -Error.ENOSYS
        assert guest.told(HealthKind.ILLEGAL_CALL) == 1
        assert other.told(HealthKind.ILLEGAL_CALL) == 0
        assert guest.call(Number.VCPU_SELF) == 0
        assert other.call(Number.VCPU_SELF) == 1 << 16
        assert not guest.system.ended


# --- a guest pointer is adjusted, not checked ----------------------------------

FOREIGN = [SIZE, SIZE + 4, 2 * SIZE, 1 << 32, 1 << 63, (1 << 64) - 8]
CODE = [
    (Number.IRQ_REGISTER, lambda bad: (1, bad)),
    (Number.FAULT_REGISTER, lambda bad: (bad,)),
    (Number.VCPU_UP, lambda bad: (1, bad, SPARE, 0)),
]
BUFFERS = [
    (Number.CONSOLE_WRITE, lambda bad: (bad, 16)),
    (Number.CONSOLE_READ, lambda bad: (bad, 16)),
    (Number.VCPU_INFO, lambda bad: (0, bad)),
    (Number.NOTIFICATION_ID, lambda bad: (bad, 16)),
    (Number.PORT_ID, lambda bad: (bad, 16)),
    (Number.HEALTH_RAISE, lambda bad: (0, bad, 16)),
    (Number.IRQ_RETURN, lambda bad: (bad,)),
]


@both
@pytest.mark.parametrize("call", [*CODE, *BUFFERS], ids=lambda c: c[0].name)
def test_every_address_is_checked_against_the_callers_partition(
    isa: str, call: tuple[Number, object]
) -> None:
    number, arguments = call
    edge = [SIZE - 1, SIZE - 15] if call in BUFFERS else []
    with alone(isa, vcpus=2) as guest:
        guest.call(Number.ABI_VERSION)
        before = guest.read(0, MAILBOX)
        for bad in [*FOREIGN, *edge]:
            found = guest.call(number, *arguments(bad))  # type: ignore[operator]
            assert found == -Error.EFAULT, hex(bad)

        assert guest.read(0, MAILBOX) == before
        assert guest.interrupts().handlers == [-1] * 64
        assert guest.interrupts().fault_handler == -1
        assert not guest.vcpu(1).up


@both
def test_a_start_with_a_foreign_stack_is_refused(isa: str) -> None:
    with alone(isa, vcpus=2) as guest:
        for bad in [SIZE + 1, *FOREIGN[1:]]:
            found = guest.call(Number.VCPU_UP, 1, 0x10000, bad, 0)
            assert found == -Error.EFAULT
        assert not guest.vcpu(1).up


@both
@pytest.mark.parametrize("place", ["pc", "sp"])
def test_a_frame_is_checked_before_anything_changes(
    isa: str, place: str
) -> None:
    """The program counter and the stack pointer in a forged frame."""
    frame = SPARE + 0x2000
    offset = {"x86-64": {"pc": 16, "sp": 4}, "riscv64": {"pc": 0, "sp": 2}}
    with alone(isa) as guest:
        for bad in [SIZE + 2, *FOREIGN[1:]]:
            assert guest.do(Do.FRAME, frame, SPARE + 0x6000) == 0
            at = frame + REGISTERS_OFFSET + 8 * offset[isa][place]
            guest.put(at, bad)
            found = guest.call(Number.IRQ_RETURN, frame)
            assert found == -Error.EFAULT


@both
@pytest.mark.parametrize("stack", [0, 64, SIZE + 4096, 1 << 40, 1 << 63])
def test_an_interrupt_on_a_foreign_stack_writes_nothing(
    isa: str, stack: int
) -> None:
    """The health monitor hears of it; the neighbour sees nothing."""
    two = (partition(isa), partition(isa, "other"))
    plan = windows((0, 0, MS), (1, MS, MS), frame=2 * MS)
    with running(*two, schedule=plan) as (guest, other):
        guest.register(1)
        guest.enable()
        pointer = "rsp" if isa == "x86-64" else "sp"
        code = b"\xeb\xfe" if isa == "x86-64" else b"\x01\xa0"
        guest.system.write(0, SPARE, code)  # jumps to itself
        program = {"x86-64": "rip", "riscv64": "pc"}[isa]
        before = other.read(0, SIZE)
        guest.system.set_context(0, 0, **{pointer: stack, program: SPARE})
        guest.inject(1)
        guest.run(10_000)

        assert guest.handled() == []
        assert guest.told(HealthKind.STACK) == 1
        assert not guest.vcpu().up, "its configuration says: stop"
        assert other.read(0, SIZE) == before
        assert other.call(Number.VCPU_SELF) == 1 << 16
