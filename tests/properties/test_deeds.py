"""
What a guest can do on purpose, by name: what comes of it is in abi.md.

`attack` runs each to its limit, and compares what the witnesses saw.
"""

from struct import pack

import pytest

from tests.guests.paravirt.driver import (
    ISAS,
    SIZE,
    U32,
    Behaviour,
    Command,
)
from tests.properties.beside import (
    ATTACKER,
    BELL,
    BUILT,
    FRAME,
    NEIGHBOUR,
    SPARE,
    STACK,
    TURN,
    WINDOWS,
    Attack,
    attack,
)
from vpok.abi.paravirt import MAX_DEPTH, MAX_PENDING, MIN_PERIOD
from vpok.abi.paravirt_calls import Error, HealthKind, Number
from vpok.events import EventKind
from vpok.units import MAX_TIME

X86 = "x86-64"
isas = pytest.mark.parametrize("isa", ISAS)
HYPERCALLS = SIZE - 4096
STACK_AT = {X86: 64 + 8 * 4, "riscv64": 64 + 8 * 2}  # in a frame
# A jump to itself with the stack pointer at the end of the address space.
FAR_STACK = {
    X86: b"\x48\xc7\xc4\xf0\xff\xff\xff\xeb\xfe",
    "riscv64": pack("<II", 0xFF000113, 0x0000006F),
}
# NOTIFY(0) for ever.
FLOOD = {
    X86: b"\xb8\x1a\0\0\0\x31\xff\xcd\x2d\xeb\xf5",
    "riscv64": pack("<IIII", 0x01A00893, 0x513, 0x73, 0xFF5FF06F),
}


def vectored(attacker: Attack) -> int:
    """Return how many faults its guest was handed."""
    told = attacker.sink.of(EventKind.VECTOR)
    return sum(event.partition == ATTACKER for event in told)


# --- addresses ----------------------------------------------------------------


@isas
@pytest.mark.parametrize("address", [SIZE, SIZE + 8, 1 << 32, (1 << 64) - 16])
def test_code_outside_of_the_partition_is_refused(
    isa: str, address: int
) -> None:
    with attack(isa) as attacker:
        for number, args in (
            (Number.IRQ_REGISTER, (9, address)),
            (Number.FAULT_REGISTER, (address,)),
            (Number.VCPU_UP, (1, address, STACK)),
        ):
            assert attacker.call(0, number, *args) == -Error.EFAULT


@isas
def test_an_odd_handler_is_refused_where_code_is_even(isa: str) -> None:
    wanted = 0 if isa == X86 else -Error.EFAULT
    with attack(isa) as attacker:
        found = attacker.call(0, Number.IRQ_REGISTER, 9, SPARE + 1)

    assert found == wanted


@isas
@pytest.mark.parametrize(
    "handler", [0, SPARE, HYPERCALLS, HYPERCALLS + 3500, SIZE - 2]
)
def test_a_handler_without_sense_is_entered_and_faults(
    isa: str, handler: int
) -> None:
    """Zeros, a call of whatever is in a register, the end of the memory."""
    with attack(isa) as attacker:
        assert attacker.call(0, Number.IRQ_REGISTER, 9, handler) == 0
        attacker.post(0, Command.ENABLE)
        attacker.system.inject(ATTACKER, 0, 9)
        attacker.turn(3)

    delivered = [
        event.a
        for event in attacker.sink.of(EventKind.IRQ_DELIVER)
        if event.partition == ATTACKER
    ]
    assert delivered == [9]


@isas
@pytest.mark.parametrize("stack", [0, 8, 700])
def test_a_stack_without_room_is_an_error_and_disables(
    isa: str, stack: int
) -> None:
    """If the health monitor lets the partition go on."""
    with attack(isa) as attacker:
        assert attacker.call(0, Number.VCPU_DOWN, 1) == 0
        code = {X86: b"\xeb\xfe", "riscv64": b"\x6f\0\0\0"}[isa]
        attacker.system.write(ATTACKER, SPARE, code)
        assert attacker.call(0, Number.VCPU_UP, 1, SPARE, stack) == 0
        attacker.drivers[1].write(attacker.drivers[1].shared_at + 4, U32, 1)
        attacker.system.inject(ATTACKER, 1, 0)
        attacker.turn(2)
        shared = attacker.drivers[1].shared()

    assert attacker.errors() == [HealthKind.STACK]
    assert (shared.enable, shared.depth, shared.pending) == (0, 0, 1)


@isas
@pytest.mark.parametrize("stack", [SIZE + 1, 1 << 63, (1 << 64) - 8])
def test_a_foreign_stack_is_refused_at_a_start_and_in_a_frame(
    isa: str, stack: int
) -> None:
    with attack(isa) as attacker:
        assert attacker.call(0, Number.VCPU_DOWN, 1) == 0
        up = attacker.call(0, Number.VCPU_UP, 1, SPARE, stack)
        at = BUILT + STACK_AT[isa]
        attacker.system.write(ATTACKER, at, pack("<Q", stack))
        back = attacker.call(0, Number.IRQ_RETURN, BUILT)

    assert (up, back) == (-Error.EFAULT, -Error.EFAULT)


@isas
def test_a_stack_pointer_that_points_nowhere_is_an_error_at_delivery(
    isa: str,
) -> None:
    with attack(isa) as attacker:
        attacker.post(0, Command.ENABLE)
        attacker.run_code(0, FAR_STACK[isa])
        attacker.system.inject(ATTACKER, 0, 0)
        attacker.turn(2)
        shared = attacker.drivers[0].shared()

    assert attacker.errors() == [HealthKind.STACK]
    assert (shared.enable, shared.pending) == (0, 1)


@isas
def test_an_unaligned_stack_is_aligned_by_the_frame(isa: str) -> None:
    with attack(isa) as attacker:
        attacker.post(0, Command.FRAME, BUILT, STACK + 8)
        at = BUILT + STACK_AT[isa]
        attacker.system.write(ATTACKER, at, pack("<Q", STACK - 0x103))
        attacker.post(0, Command.CALL, BUILT, number=Number.IRQ_RETURN)
        attacker.system.inject(ATTACKER, 0, 0)
        attacker.turn(2)
        log = attacker.drivers[0].log()

    assert [entry.frame % 64 for entry in log] == [0, 0]
    assert all(entry.frame < STACK - 0x103 for entry in log)


# --- vCPUs --------------------------------------------------------------------


@isas
def test_no_vcpu_but_its_own_can_be_named(isa: str) -> None:
    foreign = (2, 3, 1 << 16, NEIGHBOUR << 16, 1 << 32, (1 << 64) - 1)
    calls = (
        *(Number.VCPU_UP, Number.VCPU_DOWN, Number.VCPU_RESET),
        *(Number.VCPU_INFO, Number.VCPU_AFFINITY_GET, Number.IRQ_SEND),
        Number.VCPU_AFFINITY_SET,
    )
    with attack(isa) as attacker:
        found = {
            attacker.call(0, number, vcpu, SPARE, STACK)
            for number in calls
            for vcpu in foreign
        }

    assert found == {-Error.EINVAL}


@isas
def test_a_running_vcpu_cannot_be_brought_up(isa: str) -> None:
    with attack(isa) as attacker:
        found = [
            attacker.call(caller, Number.VCPU_UP, vcpu, SPARE, STACK)
            for caller in (0, 1)
            for vcpu in (0, 1)
        ]

    assert found == [-Error.EBUSY] * 4


# --- time ---------------------------------------------------------------------


@isas
@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        (MAX_TIME - 1, 0),
        (MAX_TIME, -Error.EINVAL),
        (1 << 62, -Error.EINVAL),
        ((1 << 63) - 1, -Error.EINVAL),
        (-1, -Error.EINVAL),
        (-(1 << 63), -Error.EINVAL),
    ],
)
def test_the_edge_of_time(isa: str, when: int, wanted: int) -> None:
    with attack(isa) as attacker:
        found = (
            attacker.call(0, Number.TIMER_SET, 0, when),
            attacker.call(0, Number.TIMER_PERIODIC, 1, when, MIN_PERIOD),
            attacker.call(0, Number.TIMER_PERIODIC, 2, MAX_TIME - 1, when),
        )
        until = 0 if when == -1 else when  # -1: for ever
        attacker.post(1, Command.CALL, until, number=Number.VCPU_BLOCK)
        waits = not attacker.drivers[1].over

    assert found == (wanted,) * 3
    assert waits == (wanted == 0)
    assert attacker.errors() == []


@isas
@pytest.mark.parametrize("period", [0, 1, MIN_PERIOD - 1])
def test_a_period_that_the_host_could_not_follow_is_refused(
    isa: str, period: int
) -> None:
    with attack(isa) as attacker:
        found = attacker.call(0, Number.TIMER_PERIODIC, 0, 0, period)

    assert found == -Error.EINVAL


@isas
def test_ticks_that_are_missed_are_bounded_by_time(isa: str) -> None:
    """The shortest period: one tick for each; what is too much overruns."""
    with attack(isa) as attacker:
        attacker.call(0, Number.TIMER_PERIODIC, 0, 0, MIN_PERIOD)
        begun = attacker.system.now
        frames = 4
        attacker.system.run(until=begun + frames * FRAME)
        vcpu = attacker.system.kernel.partitions[ATTACKER].vcpus[0]
        interrupts = vcpu.arch.interrupts
        assert interrupts is not None
        raised = interrupts.raised_count[0]
        # A tick for each period in a window, and one for what is missed.
        window = (WINDOWS[ATTACKER] + TURN) // MIN_PERIOD + 2
        assert MAX_PENDING < raised <= frames * window
        assert interrupts.overrun_count[0] == raised - MAX_PENDING
        attacker.call(0, Number.TIMER_CANCEL, 0)

    assert set(attacker.errors()) == {HealthKind.OVERRUN}


# --- floods and storms --------------------------------------------------------


@isas
def test_a_flood_of_notifications_stops_nobody(isa: str) -> None:
    """The neighbour serves them in its own windows, as many as it can."""
    with attack(isa) as attacker:
        attacker.run_code(0, FLOOD[isa])
        attacker.run_code(1, FLOOD[isa], SPARE + 0x1000)
        attacker.system.run(until=attacker.system.now + 2 * FRAME)
        neighbour = attacker.system.kernel.partitions[NEIGHBOUR].vcpus[0]
        interrupts = neighbour.arch.interrupts
        assert interrupts is not None
        raised = interrupts.raised_count[BELL]
        overrun = interrupts.overrun_count[BELL]
        pending = len(interrupts.raised[BELL])
        delivered = interrupts.delivered_count[BELL]
        entered = attacker.neighbour.read(0x50000, U32) // 2

    assert raised > 4 * MAX_PENDING
    assert overrun > 0
    assert raised == overrun + pending + delivered
    assert entered > 0


@isas
def test_a_storm_of_interrupts_is_its_own(isa: str) -> None:
    """Each handler raises its interrupt again, and the other vCPU's."""
    with attack(isa) as attacker:
        for vcpu in (0, 1):
            attacker.drivers[vcpu].behave(0, Behaviour.AGAIN)
            attacker.post(vcpu, Command.ENABLE)
            attacker.system.inject(ATTACKER, vcpu, 0)
        attacker.turn(20)
        entered = [len(each.entered()) for each in attacker.drivers]

    assert min(entered) > 50
    assert attacker.errors() == []


@isas
def test_faults_in_fault_handlers_end_at_the_bound(isa: str) -> None:
    with attack(isa, "warm-restart") as attacker:
        assert attacker.call(0, Number.FAULT_REGISTER, SPARE) == 0
        attacker.system.write(ATTACKER, SPARE, b"\x0f\x0b\0\0")
        before = vectored(attacker)
        attacker.post(0, Command.JUMP, 1 << 40)
        attacker.turn(10)

    assert vectored(attacker) - before == MAX_DEPTH
    assert attacker.errors() == [HealthKind.FAULT]


# --- ports --------------------------------------------------------------------


@isas
def test_ports_are_ones_own_and_messages_fit(isa: str) -> None:
    with attack(isa) as attacker:
        found = [
            attacker.call(0, number, port, address, length)
            for number in (Number.PORT_SEND, Number.PORT_RECEIVE)
            for port in (0, 1, 2, 3, 4, (1 << 64) - 1)
            for address in (SPARE, SIZE - 4, (1 << 64) - 4)
            for length in (0, 4, 33, 1 << 63)
        ]

    allowed = {
        *range(5),
        -Error.EINVAL,
        -Error.EFAULT,
        -Error.EMSGSIZE,
        -Error.EAGAIN,
    }
    assert set(found) <= allowed
    assert found.count(-Error.EINVAL) >= 6 * 12
