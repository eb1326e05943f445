"""
What a guest does wrong, it does to itself: calls, frames, pages, code.

A witness runs beside the guest; what it sees must not depend on it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from struct import pack
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import vpok
from tests.guests.paravirt.driver import (
    ISAS,
    MAILBOX,
    SHARED,
    SIZE,
    U32,
    Behaviour,
    Command,
    Driver,
    Idle,
)
from vpok.abi.paravirt import FRAMES, VERSION
from vpok.abi.paravirt_calls import Error, Mode, Number
from vpok.trace.digest import PartitionDigest

ROOT = Path(__file__).parents[3]
WITNESS = 1
LIMIT = 60_000_000  # ns: the witness ends after some 40
WINDOW = 2_000_000
SPARE = 0xA0000  # memory that the driver does not use
SPIN = {"x86-64": b"\xeb\xfe", "riscv64": b"\x6f\x00\x00\x00"}
FRAME_SIZE = {isa: frame.size for isa, frame in FRAMES.items()}

both = pytest.mark.parametrize("isa", ISAS)
few = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

INTERESTING = (
    *(0, 1, 2, 3, 5, 8, 16, 63, 64, 65, 255, 256, 4095, 4096, 4097),
    *(0x10000, MAILBOX, SPARE, SPARE + 1, 1_000_000, 70_000_000),
    *(SIZE - 4096 * n for n in range(4)),
    *(SIZE - 4096 + 64, SIZE - 8, SIZE - 1, SIZE + 1),
    *(1 << 31, (1 << 32) - 1, 1 << 32, 1 << 47, 1 << 61, 1 << 63),
    *((1 << 64) - 1, (1 << 64) - 8, (1 << 64) - 4096),
)
words = st.sampled_from(INTERESTING) | st.integers(0, 2**64 - 1)
numbers = st.sampled_from([int(n) for n in Number]) | words
calls = st.tuples(numbers, st.tuples(*[words] * 6))


@contextmanager
def beside_a_witness(
    isa: str, sink: PartitionDigest | None = None
) -> Iterator[Driver]:
    """Build the driver, with two vCPUs, beside a guest kernel."""
    text = f"""\
partitions:
  - name: driver
    personality: paravirt
    image: {ROOT}/tests/guests/paravirt/{isa}/driver.elf
    size: {SIZE}
    vcpus: {{count: 2, policy: round-robin}}
    health: {{fault: warm-restart}}
  - name: witness
    personality: paravirt
    image: {ROOT}/examples/minikernel/{isa}/minikernel.elf
    size: 512KiB
kernel:
  scheduler:
    slots:
      - {{partition: driver, duration: {WINDOW}}}
      - {{partition: witness, duration: {WINDOW}}}
interrupts:
  - {{name: line, partition: driver, number: 3, trigger: level}}
"""
    with TemporaryDirectory() as folder:
        path = Path(folder, "config.yaml")
        path.write_text(text)
        loaded = vpok.load(path)
    with loaded.build(sinks=[sink] if sink else []) as system:
        yield Driver(system)


@cache
def undisturbed(isa: str) -> str:
    """Return what the witness sees beside a driver without commands."""
    witness = PartitionDigest(WITNESS)
    with beside_a_witness(isa, witness) as driver:
        driver.system.run(until=LIMIT)
    return witness.hexdigest()


def prepare(driver: Driver) -> None:
    """Let the driver take faults and interrupts."""
    driver.do(Command.FAULTS)
    for number in range(4):
        driver.do(Command.REGISTER, number)
    driver.do(Command.ENABLE)


def try_to(
    driver: Driver, command: Command, *args: int, number: int = 0
) -> None:
    """Post a command; it may fault, wait for ever, or take its vCPU down."""
    driver.post(command, *args, number=number)
    driver.system.inject(0, 0, 1)
    for _ in range(4):
        driver.system.run(until=driver.system.now + 20_000)


@both
def test_the_witness_does_something_worth_watching(isa: str) -> None:
    with beside_a_witness(isa) as driver:
        result = driver.system.run(until=LIMIT)

    witness = result.partitions[WITNESS].vcpus[0]
    assert witness.syscalls > 150
    assert witness.interrupts[0].delivered >= 10
    assert witness.state == "offline"  # it has come to its end


@pytest.mark.slow
@both
@few
@given(steps=st.lists(calls, min_size=1, max_size=12))
@example(steps=[(int(Number.MODULE_SHUTDOWN), (0,) * 6)])
@example(steps=[(int(Number.PARTITION_SET_MODE), (1,) * 6)])
@example(steps=[(int(Number.VCPU_UP), (1, 0x10000, SPARE, 0, 0, 0))])
@example(steps=[(int(Number.IRQ_REGISTER), (9, SIZE - 1, 0, 0, 0, 0))])
def test_no_call_reaches_the_neighbour(
    isa: str, steps: Sequence[tuple[int, tuple[int, ...]]]
) -> None:
    witness = PartitionDigest(WITNESS)
    with beside_a_witness(isa, witness) as driver:
        prepare(driver)
        for number, args in steps:
            try_to(driver, Command.CALL, *args, number=number)
        driver.system.run(until=LIMIT)

    assert witness.hexdigest() == undisturbed(isa)


@pytest.mark.slow
@both
@settings(few, max_examples=20)
@given(code=st.binary(min_size=2, max_size=120))
def test_no_code_reaches_the_neighbour(isa: str, code: bytes) -> None:
    witness = PartitionDigest(WITNESS)
    with beside_a_witness(isa, witness) as driver:
        prepare(driver)
        driver.system.write(0, SPARE, code)
        try_to(driver, Command.JUMP, SPARE, SPARE)
        driver.system.run(until=LIMIT)

    assert witness.hexdigest() == undisturbed(isa)


@pytest.mark.slow
@both
@settings(few, max_examples=20)
@given(data=st.data())
def test_a_forged_frame_is_refused_or_obeyed_but_harms_no_other(
    isa: str, data: st.DataObject
) -> None:
    """Any words where a frame has pc, sp, depth, serving; the rest random."""
    size = FRAME_SIZE[isa]
    frame = bytearray(data.draw(st.binary(min_size=size, max_size=size)))
    depth = data.draw(st.sampled_from([0, 1, 15, 16, 17, 1 << 31]))
    serving = data.draw(st.sampled_from([-1, 0, 3, 63, 64, -2]))
    frame[8:32] = pack(
        "<IIIiQ", 0, data.draw(st.integers(0, 2)), depth, serving, 0
    )
    pc, sp = (64 + 8 * 16, 64 + 8 * 4) if isa == "x86-64" else (64, 72 + 8)
    frame[pc : pc + 8] = pack("<Q", data.draw(words))
    frame[sp : sp + 8] = pack("<Q", data.draw(words))
    witness = PartitionDigest(WITNESS)
    with beside_a_witness(isa, witness) as driver:
        prepare(driver)
        driver.system.write(0, SPARE, bytes(frame))
        try_to(driver, Command.CALL, SPARE, number=Number.IRQ_RETURN)
        if depth > 16 or serving in {64, -2}:
            assert driver.over
            assert driver.result in {-Error.EINVAL, -Error.EFAULT}
        driver.system.run(until=LIMIT)

    assert witness.hexdigest() == undisturbed(isa)


@both
@settings(few, max_examples=20)
@given(page=st.binary(min_size=SHARED.size, max_size=SHARED.size))
@example(page=b"\xff" * SHARED.size)
@example(page=bytes(SHARED.size))
def test_a_shared_page_of_random_bytes_harms_its_own_vcpu_until_mended(
    isa: str, page: bytes
) -> None:
    with beside_a_witness(isa) as driver:
        prepare(driver)
        driver.system.write(0, driver.shared_at, page)
        driver.system.inject(0, 0, 1)
        driver.call(Number.ABI_VERSION)
        mended = pack("<I", 0) + pack("<i", -1)
        driver.system.write(0, driver.shared_at + 0x10, mended)
        served = driver.entered().count(1)
        driver.system.inject(0, 0, 1)
        driver.do(Command.ENABLE)

        assert driver.entered().count(1) > served
        assert driver.shared().pending == 0


# --- one by one -------------------------------------------------------------


@pytest.fixture(params=ISAS)
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    with beside_a_witness(request.param) as made:
        prepare(made)
        yield made


def isa_of(driver: Driver) -> str:
    return driver.system.spec.partitions[0].image.isa


def test_a_frame_that_is_popped_twice_is_obeyed_twice(driver: Driver) -> None:
    """The second time it takes the vCPU to where it was interrupted before."""
    driver.system.inject(0, 0, 2)
    driver.call(Number.ABI_VERSION)
    [entered, _] = driver.log()

    try_to(driver, Command.CALL, entered.frame, number=Number.IRQ_RETURN)

    assert driver.begun
    assert not driver.over  # the call has not returned ...
    assert driver.call(Number.VCPU_SELF) == 0  # ... and the guest lives
    assert driver.shared().depth == 0


def start_other(driver: Driver) -> Driver:
    """Start vCPU 1; the two take turns."""
    other = Driver(driver.system, 1)
    driver.idle(Idle.YIELD)
    other.idle(Idle.YIELD)
    assert driver.do(Command.START, 1) == 0
    return other


def test_a_vcpu_that_goes_down_keeps_what_is_pending(driver: Driver) -> None:
    other = start_other(driver)
    driver.do(Command.DISABLE)
    driver.call(Number.IRQ_SEND, 0, 2)
    driver.call(Number.IRQ_SEND, 0, 2)
    driver.post(Command.CALL, 0, number=Number.VCPU_DOWN)
    assert other.call(Number.IRQ_SEND, 0, 2) == 0
    assert driver.begun
    assert not driver.over

    assert other.do(Command.START, 0) == 0
    assert other.do(Command.START, 0) == -Error.EBUSY
    assert driver.shared().enable == 0
    assert driver.entered() == []
    driver.do(Command.ENABLE)

    assert driver.entered() == [2, 2, 2]
    assert driver.shared().pending == 0


def test_a_handler_that_takes_its_vcpu_down_loses_nothing(
    driver: Driver,
) -> None:
    """What is pending stays; what it served is not completed."""
    other = start_other(driver)
    driver.behave(2, Behaviour.DOWN)
    for _ in range(3):
        driver.system.inject(0, 0, 2)
    assert other.call(Number.VCPU_SELF) == 1
    assert driver.entered() == [2]
    assert driver.shared().pending == 1 << 2

    driver.behave(2, Behaviour.RETURN)
    assert other.do(Command.START, 0) == 0
    driver.do(Command.ENABLE)

    assert driver.entered() == [2, 2, 2]


def test_a_stack_without_room_is_the_health_monitors(driver: Driver) -> None:
    """By default it stops the partition; the witness goes on."""
    frame = SPARE + 0x1000
    system = driver.system
    system.write(0, SPARE, SPIN[isa_of(driver)])
    driver.do(Command.FRAME, frame, 0x100)
    pc = 64 + 8 * 16 if isa_of(driver) == "x86-64" else 64
    system.write(0, frame + pc, pack("<Q", SPARE))
    try_to(driver, Command.CALL, frame, number=Number.IRQ_RETURN)
    assert driver.shared().enable == 1

    system.inject(0, 0, 0)
    result = system.run(until=LIMIT)

    assert result.partitions[0].mode == "idle"
    assert result.partitions[0].errors == 1
    assert result.partitions[WITNESS].vcpus[0].syscalls > 150


def test_a_page_that_claims_sixteen_frames_gets_no_interrupt(
    driver: Driver,
) -> None:
    driver.write(driver.shared_at + 0x10, U32, 16)
    driver.system.inject(0, 0, 0)
    driver.call(Number.ABI_VERSION)
    assert driver.entered() == []
    assert driver.shared().pending == 1

    driver.write(driver.shared_at + 0x10, U32, 0)
    driver.call(Number.ABI_VERSION)

    assert driver.entered() == [0]


@pytest.mark.parametrize("mode", [Mode.COLD_START, Mode.WARM_START])
def test_a_warm_start_leaves_what_a_cold_start_clears(
    driver: Driver, mode: Mode
) -> None:
    system = driver.system
    system.write(0, SPARE, b"kept")
    driver.post(Command.CALL, mode, number=Number.PARTITION_SET_MODE)

    system.run(until=system.now + WINDOW)

    kept = b"kept" if mode is Mode.WARM_START else bytes(4)
    assert system.read(0, SPARE, 4) == kept
    assert driver.shared().start == mode
    assert driver.call(Number.PARTITION_MODE) == mode
    assert driver.call(Number.IRQ_UNREGISTER, 1) == -Error.ENODEV


def test_a_guest_that_spoils_its_hypercall_page_gets_a_new_one_by_a_restart(
    driver: Driver,
) -> None:
    """Its calls fault, its handler's too: that is 16 deep, then the end."""
    system = driver.system
    illegal = 0x0B0F if isa_of(driver) == "x86-64" else 0
    driver.do(Command.STORE, SIZE - 4096, illegal)
    driver.post(Command.CALL, number=Number.ABI_VERSION)

    system.run(until=system.now + 2 * WINDOW)

    row = system.result().partitions[0]
    assert row.restarts == 1
    assert row.vcpus[0].faults == 16 + 1
    assert driver.call(Number.ABI_VERSION) == VERSION
    system.run(until=LIMIT)
    assert system.result().partitions[WITNESS].vcpus[0].syscalls > 150
