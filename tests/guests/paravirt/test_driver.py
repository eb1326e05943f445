"""The driver does what its host says, on both instruction sets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import vpok
from tests.guests.paravirt.driver import (
    FAULT_BEHAVIOUR,
    ISAS,
    SIZE,
    Behaviour,
    Command,
    Driver,
    Event,
    Idle,
    configuration,
)
from vpok.abi.paravirt import VERSION
from vpok.abi.paravirt_calls import Error, Number
from vpok.system import System


@pytest.fixture(params=ISAS)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    path = tmp_path / "config.yaml"
    path.write_text(configuration(request.param, vcpus=2))
    with vpok.load(path).build() as built:
        yield built


@pytest.fixture
def driver(system: System) -> Driver:
    return Driver(system)


def test_it_calls(driver: Driver) -> None:
    assert driver.call(Number.ABI_VERSION) == VERSION
    assert driver.call(Number.IRQ_MASK, 5) == -Error.ENODEV
    assert driver.call(63) == -Error.ENOSYS
    assert driver.shared().version == VERSION


def test_an_injected_interrupt_is_logged_when_it_is_enabled(
    driver: Driver,
) -> None:
    assert driver.do(Command.REGISTER, 7) == 0
    driver.system.inject(0, 0, 7)
    assert driver.call(Number.IRQ_DELIVER) == 0
    assert driver.shared().pending == 1 << 7
    assert not driver.log()

    driver.do(Command.ENABLE)

    assert [e.event for e in driver.log()] == [Event.ENTERED, Event.LEAVING]
    assert driver.entered() == [7]
    assert driver.log()[0].depth == 1
    assert driver.shared().pending == 0
    assert driver.shared().depth == 0


def test_all_registers_survive_interrupts(driver: Driver) -> None:
    driver.do(Command.REGISTER, 0)
    driver.do(Command.ENABLE)
    for place in range(20):
        driver.system.inject(0, 0, 0, at=driver.system.now + 997 * place)

    assert driver.do(Command.SURVIVE, 12345, 2000) == 0
    assert driver.entered() == [0] * 20


def test_handlers_nest_and_hold(driver: Driver) -> None:
    for number in range(3):
        driver.do(Command.REGISTER, number)
        driver.behave(number, Behaviour.NESTHOLD)
    driver.do(Command.ENABLE)
    for number in (2, 1, 0):
        driver.system.inject(0, 0, number)
        driver.system.run(until=driver.system.now + 20_000)
    assert driver.entered() == [2, 1, 0]
    assert driver.shared().depth == 3
    assert driver.shared().serving == 0

    driver.release()
    driver.call(Number.IRQ_DELIVER)

    left = [e.number for e in driver.log() if e.event is Event.LEAVING]
    assert left == [0, 1, 2]
    assert driver.shared().depth == 0


def test_a_handler_returns_with_a_frame_that_was_built(
    driver: Driver,
) -> None:
    frame = 0x90000
    driver.do(Command.REGISTER, 4)
    driver.do(Command.FRAME, frame, driver.stack_end)
    driver.behave(4, Behaviour.RETURN_TO)
    driver.frame(frame)
    driver.do(Command.ENABLE)

    driver.system.inject(0, 0, 4)

    assert driver.call(Number.ABI_VERSION) == VERSION
    assert [e.event for e in driver.log()] == [Event.ENTERED]
    assert driver.shared().enable == 1


def test_a_fault_ends_its_command(driver: Driver, system: System) -> None:
    isa = system.spec.partitions[0].image.isa
    driver.do(Command.FAULTS)
    load, store, fetch = (14,) * 3 if isa == "x86-64" else (5, 7, 1)

    assert driver.do(Command.LOAD, SIZE) == -1000 - load
    assert driver.do(Command.STORE, SIZE, 1) == -1000 - store
    assert driver.do(Command.JUMP, SIZE) == -1000 - fetch
    assert driver.do(Command.LOAD, SIZE - 8) == 0
    assert [e.kind for e in driver.log()] == [1] * 6


def test_a_vcpu_that_a_fault_handler_takes_down_stays_down(
    driver: Driver,
) -> None:
    driver.do(Command.FAULTS)
    driver.behave(FAULT_BEHAVIOUR, Behaviour.DOWN)
    driver.post(Command.LOAD, SIZE)

    driver.system.run(until=driver.system.now + 100_000)

    assert driver.begun
    assert not driver.over


def test_every_vcpu_has_a_mailbox(driver: Driver, system: System) -> None:
    second = Driver(system, 1)
    driver.idle(Idle.BLOCK)
    assert driver.do(Command.START, 1) == 0

    assert second.call(Number.VCPU_SELF) == 1
    assert second.shared().vcpu == 1
    assert second.do(Command.REGISTER, 3) == 0
    assert second.do(Command.ENABLE) == 0
    assert second.call(Number.IRQ_SEND, 1, 3) == 0
    assert second.entered() == [3]
    assert not driver.log()
