"""
Who is told of an interrupt, and when: what the prototype of 2014 got wrong.

A headline is a defect; `tests/mutants.py` puts each one back.
"""

import pytest

from tests.defects.driver import (
    ISAS,
    SPARE,
    Behave,
    Do,
    Log,
    alone,
    partition,
    running,
    storing,
    windows,
)
from vpok.abi.paravirt_calls import Error, HealthKind, Number
from vpok.events import EventKind
from vpok.kernel.vcpu import BLOCKED
from vpok.spec.model import InterruptSpec

ALL = range(64)
MS = 1_000_000
both = pytest.mark.parametrize("isa", ISAS)


# --- unregister does not apply the offset of register ------------------------


@both
def test_register_and_unregister_are_inverses(isa: str) -> None:
    with alone(isa) as guest:
        guest.enable()
        for number in ALL:
            off = guest.call(Number.IRQ_UNREGISTER, number)
            assert off == -Error.ENODEV
            guest.register(number)
            again = guest.do(Do.REGISTER, number)
            assert again == -Error.EEXIST
            assert guest.call(Number.IRQ_UNREGISTER, number) == 0
            off = guest.call(Number.IRQ_UNREGISTER, number)
            assert off == -Error.ENODEV
        guest.inject(*ALL)
        guest.run(2_000)
        assert guest.handled() == []

        guest.register(*ALL)
        guest.inject(*ALL)
        guest.run(100_000)
        assert guest.handled() == list(ALL)


@both
def test_unregistering_drops_what_is_pending_and_nothing_else(
    isa: str,
) -> None:
    with alone(isa) as guest:
        guest.register(1, 2, 3)
        guest.inject(1, 2, 2, 3)
        guest.run(1_000)
        assert guest.call(Number.IRQ_UNREGISTER, 2) == 0
        assert guest.pending() == 0b1010
        guest.register(2)
        guest.enable()

        assert guest.handled() == [1, 3]
        drops = guest.sink.of(EventKind.IRQ_DROP)
        assert [event.a for event in drops] == [2]


# --- one handler address per vCPU --------------------------------------------


@both
def test_each_interrupt_has_a_handler_of_its_own(isa: str) -> None:
    """Registering one does not overwrite another's."""
    found = SPARE + 0x1000
    numbers = (5, 6, 40)
    with alone(isa) as guest:
        for number in numbers:
            code = storing(isa, number + 1, found)
            guest.system.write(0, SPARE + 64 * number, code)
            handler = SPARE + 64 * number
            assert guest.call(Number.IRQ_REGISTER, number, handler) == 0
        guest.enable()
        for number in numbers:
            guest.inject(number)
            guest.run(4_000)
            assert guest.word(found) == number + 1


# --- an interrupt fans out to every partition that asked ----------------------


@both
def test_an_interrupt_goes_to_the_vcpu_that_it_is_bound_to(isa: str) -> None:
    """All four vCPUs of two partitions have registered the number."""
    two = (partition(isa, vcpus=2), partition(isa, "other", vcpus=2))
    plan = windows((0, 0, MS), (1, MS, MS), frame=2 * MS)
    lines = (
        InterruptSpec("line", 1, 9, vcpu=1, arrivals=(4 * MS, 5 * MS)),
        InterruptSpec("bell", 1, 10, vcpu=0, sender=0),
    )
    with running(*two, schedule=plan, sources=lines) as guests:
        for guest in guests:
            guest.start(1)
            for vcpu in (0, 1):
                guest.register(9, 10, vcpu=vcpu)
                guest.enable(vcpu)
        assert guests[0].system.now < 4 * MS
        guests[0].system.run(until=6 * MS)
        seen = [guest.handled(vcpu) for guest in guests for vcpu in (0, 1)]
        assert seen == [[], [], [], [9, 9]]

        assert guests[0].call(Number.NOTIFY, 0) == 0
        assert guests[0].call(Number.IRQ_SEND, 1, 9) == 0
        guests[0].inject(10, vcpu=0)
        guests[0].run(2 * MS)
        seen = [guest.handled(vcpu) for guest in guests for vcpu in (0, 1)]
        assert seen == [[10], [9], [10], [9, 9]]


@both
def test_a_configured_limit_is_the_limit(isa: str) -> None:
    line = InterruptSpec("line", 0, 9, arrivals=(900_000,) * 6, limit=4)
    with alone(isa, sources=[line]) as guest:
        guest.register(8, 9)
        guest.system.run(until=900_001)
        guest.inject(*[8] * 6)
        guest.enable()

        assert guest.handled() == [8] * 6 + [9] * 4
        assert guest.told(HealthKind.OVERRUN) == 2


@both
def test_a_masked_interrupt_wakes_nobody_and_others_do(isa: str) -> None:
    with alone(isa) as guest:
        guest.register(2, 3)
        assert guest.call(Number.IRQ_MASK, 2) == 0
        guest.post(Do.CALL, -1, number=Number.VCPU_BLOCK)
        soon = guest.system.now + 5_000
        guest.system.inject(0, 0, 2, at=soon)
        guest.system.inject(0, 0, 3, at=soon + 10_000)
        guest.run(10_000)
        assert not guest.done()
        assert guest.vcpu().state == BLOCKED

        assert guest.wait() == 0
        assert guest.handled() == [3]


# --- no mask, no enable flag, no priority -------------------------------------


@both
def test_a_masked_interrupt_waits_and_others_pass(isa: str) -> None:
    with alone(isa) as guest:
        guest.register(2, 3)
        guest.enable()
        assert guest.call(Number.IRQ_MASK, 2) == 0
        guest.inject(2, 3, 2)
        guest.run(4_000)
        assert guest.handled() == [3]
        assert guest.pending() == 0, "what is masked does not show"

        assert guest.call(Number.IRQ_UNMASK, 2) == 0
        assert guest.handled() == [3, 2, 2]


@both
def test_what_cannot_be_delivered_is_no_entry(isa: str) -> None:
    """The times in the shared page stand still."""
    with alone(isa) as guest:
        guest.register(2)
        times = guest.read(guest.page() + 0x18, 24)
        guest.inject(2)
        guest.run(10_000)

        assert guest.pending() == 0b100
        assert guest.read(guest.page() + 0x18, 24) == times


@both
def test_a_disabled_vcpu_is_not_interrupted(isa: str) -> None:
    with alone(isa) as guest:
        guest.register(2)
        guest.inject(2, 2)
        guest.run(10_000)
        assert guest.handled() == []
        assert guest.pending() == 0b100
        guest.enable()
        assert guest.handled() == [2, 2]
        assert guest.do(Do.DISABLE) == 1
        guest.inject(2)
        guest.run(10_000)
        assert guest.handled() == [2, 2]


@both
def test_the_lowest_number_comes_first(isa: str) -> None:
    """Not the first that came, and not the last."""
    with alone(isa) as guest:
        guest.register(*ALL)
        guest.inject(30, 12, 63, 0, 12, 5)
        guest.run(1_000)
        guest.enable()

        assert guest.handled() == [0, 5, 12, 12, 30, 63]


@both
def test_a_handler_that_enables_is_interrupted_by_the_lowest(
    isa: str,
) -> None:
    with alone(isa) as guest:
        guest.register(*range(4))
        guest.behave(3, Behave.NESTHOLD)
        guest.enable()
        guest.inject(3)
        guest.run(4_000)
        guest.inject(2, 1)
        guest.run(10_000)
        assert guest.handled() == [3, 1, 2]
        assert guest.depths() == [1, 2, 2]
        guest.release()
        guest.inject(0)
        guest.run(10_000)

        assert guest.handled() == [3, 1, 2, 0]
        left = [e.number for e in guest.log() if e.event == Log.LEAVING]
        assert left[:2] == [1, 2]
