"""Sources, timers, restarts and processors, as real guests see them."""

from random import Random

import pytest

from tests.defects.driver import (
    ISAS,
    Behave,
    Do,
    alone,
    partition,
    running,
    windows,
)
from vpok.abi.paravirt_calls import Error, Number
from vpok.events import EventKind
from vpok.kernel.vcpu import OFFLINE, RUNNING
from vpok.spec.model import InterruptSpec

MS = 1_000_000
WARM = 2
both = pytest.mark.parametrize("isa", ISAS)


@both
def test_a_timer_comes_at_its_instant_or_at_once(isa: str) -> None:
    with alone(isa) as guest:
        guest.register(3)
        guest.enable()
        when = guest.system.now + 50_000
        assert guest.call(Number.TIMER_SET, 3, when) == 0
        guest.run(100_000)
        assert guest.delivered() == [when]
        assert guest.call(Number.TIMER_SET, 3, 1) == 0

        assert guest.handled() == [3, 3]
        late = [e.b for e in guest.sink.of(EventKind.IRQ_DELIVER)]
        assert late == [0, 0]


@both
def test_an_interrupt_has_one_timer(isa: str) -> None:
    with alone(isa) as guest:
        guest.register(3, 4)
        guest.enable()
        now = guest.system.now
        guest.call(Number.TIMER_PERIODIC, 3, now + 20_000, 10_000)
        guest.call(Number.TIMER_SET, 4, now + 45_000)
        guest.run(40_000)
        first = len(guest.handled())
        assert first >= 2
        guest.call(Number.TIMER_SET, 3, guest.system.now + 30_000)
        guest.run(100_000)
        assert guest.handled().count(3) - first <= 2
        assert guest.handled().count(4) == 1
        before = guest.handled().count(3)
        guest.call(Number.TIMER_SET, 3, guest.system.now + 30_000)
        assert guest.call(Number.TIMER_CANCEL, 3) == 0
        guest.run(100_000)
        assert guest.handled().count(3) == before


@both
def test_timers_of_what_is_not_registered_are_refused(isa: str) -> None:
    with alone(isa) as guest:
        assert guest.call(Number.TIMER_SET, 3, 1) == -Error.ENODEV
        guest.register(3)
        for when in (-1, -(1 << 63), 1 << 62):
            assert guest.call(Number.TIMER_SET, 3, when) == -Error.EINVAL
        for period in (0, -1, 1 << 62):
            found = guest.call(Number.TIMER_PERIODIC, 3, 0, period)
            assert found == -Error.EINVAL


@both
def test_a_restart_keeps_configured_sources_and_no_timers(isa: str) -> None:
    tick = InterruptSpec("tick", 0, 5, period=100_000, offset=450_000)
    with alone(isa, sources=[tick]) as guest:
        guest.register(3, 5)
        guest.enable()
        guest.call(Number.TIMER_PERIODIC, 3, 300_000, 30_000)
        guest.system.run(until=400_000)
        assert set(guest.handled()) == {3}
        guest.post(Do.CALL, WARM, number=Number.PARTITION_SET_MODE)
        guest.system.run(until=410_000)
        guest.system.write(0, 0x40000, bytes(0x11000))  # mailbox and log
        guest.register(3, 5)
        guest.enable()
        guest.system.run(until=751_000)

        assert guest.handled() == [5, 5, 5, 5]
        times = [when for when in guest.delivered() if when > 410_000]
        assert times == [450_000, 550_000, 650_000, 750_000]


@both
@pytest.mark.parametrize("clock", ["real", "exec"])
def test_a_clock_counts_what_it_says(isa: str, clock: str) -> None:
    """A partition that has half of the processor."""
    source = InterruptSpec(
        "tick", 0, 5, period=200_000, offset=400_000, clock=clock
    )
    two = (partition(isa), partition(isa, "other"))
    plan = windows((0, 0, 250_000), (1, 250_000, 250_000), frame=500_000)
    with running(*two, schedule=plan, sources=[source]) as (guest, _):
        guest.register(5)
        guest.enable()
        assert guest.system.now < 250_000
        guest.system.run(until=2 * MS)

        times = guest.delivered()
        if clock == "exec":
            assert times == [650_000, 1_100_000, 1_550_000]
        else:
            assert times[:3] == [500_000, 600_000, 1_000_000]


@both
def test_what_comes_while_a_vcpu_is_down_is_delivered_when_it_is_up(
    isa: str,
) -> None:
    with alone(isa, vcpus=2) as guest:
        guest.start(1)
        guest.register(3, vcpu=1)
        guest.enable(vcpu=1)
        assert guest.call(Number.VCPU_DOWN, 1) == 0
        guest.inject(3, 3, vcpu=1)
        guest.run(50_000)
        assert guest.vcpu(1).state == OFFLINE
        assert guest.pending(1) == 0b1000
        assert guest.handled(1) == []
        guest.start(1)
        guest.run(50_000)
        assert guest.handled(1) == [], "a start disables"
        assert guest.pending(1) == 0b1000
        guest.enable(vcpu=1)

        assert guest.handled(1) == [3, 3]


@both
def test_a_handler_may_take_its_own_vcpu_down(isa: str) -> None:
    with alone(isa, vcpus=2) as guest:
        guest.start(1)
        guest.register(3, 4, vcpu=1)
        guest.behave(3, Behave.DOWN, vcpu=1)
        guest.enable(vcpu=1)
        guest.inject(3, 4, vcpu=1)
        guest.run(50_000)
        assert guest.vcpu(1).state == OFFLINE
        assert guest.handled(1) == [3]
        assert guest.pending(1) == 0b10000
        guest.start(1)
        guest.enable(vcpu=1)

        assert guest.handled(1) == [3, 4]
        assert guest.nesting(1) == (1, 0, -1)


@both
def test_a_level_whose_handler_never_ended_comes_again_after_a_start(
    isa: str,
) -> None:
    device = InterruptSpec("device", 0, 3, 1, trigger="level")
    with alone(isa, vcpus=2, sources=[device]) as guest:
        guest.start(1)
        guest.register(3, vcpu=1)
        guest.behave(3, Behave.DOWN, vcpu=1)
        guest.enable(vcpu=1)
        guest.inject(3, vcpu=1)
        guest.run(50_000)
        assert guest.handled(1) == [3]
        assert guest.pending(1) == 0, "it is in service"
        guest.behave(3, Behave.HOLD, vcpu=1)
        guest.start(1)
        guest.run(50_000)
        assert guest.pending(1) == 0b1000
        guest.post(Do.ENABLE, vcpu=1)
        guest.run(50_000)
        assert guest.handled(1) == [3, 3]
        guest.system.inject(0, 1, 3, level=False)
        guest.run(50_000)
        guest.release(vcpu=1)
        guest.wait(vcpu=1)

        assert guest.handled(1) == [3, 3]


@both
def test_two_processors_interrupt_each_other(isa: str) -> None:
    """An IPI arrives after the latency, in the middle of running code."""
    with alone(isa, vcpus=2, processors=(0, 1)) as guest:
        guest.start(1)
        guest.register(3, vcpu=1)
        guest.enable(vcpu=1)
        assert guest.vcpu(1).state == RUNNING
        guest.post(Do.SURVIVE, 9, 3_000, vcpu=1)
        for _ in range(5):
            assert guest.call(Number.IRQ_SEND, 1, 3) == 0
        assert guest.wait(vcpu=1) == 0

        calls = guest.sink.of(EventKind.SYSCALL)
        sent = [e.time for e in calls if e.a == Number.IRQ_SEND]
        came = [e.time for e in guest.sink.of(EventKind.IRQ_RAISE)]
        assert came == [when + 500 for when in sent]
        assert guest.handled(1) == [3] * 5


CROWD = (
    InterruptSpec("real", 0, 3, 0, period=7_001, offset=150_000),
    InterruptSpec("exec", 0, 4, 1, period=9_003, offset=99_000, clock="exec"),
    InterruptSpec(
        *("device", 0, 5, 1),
        arrivals=tuple(range(160_000, 300_000, 17_077)),
        trigger="level",
        hold=2_345,
    ),
    InterruptSpec("late", 0, 6, 0, period=5_555, offset=1, ticks="delay"),
)


def crowd(isa: str, cuts: list[int]) -> tuple[str | None, list[int]]:
    """Run two vCPUs on two processors that compute and are interrupted."""
    own = partition(isa, vcpus=2, processors=(0, 1))
    plan = windows((0, 0, 60_000), frame=71_000, processors=(0, 1))
    with running(own, schedule=plan, sources=CROWD, digest=True) as (guest,):
        guest.start(1)
        for vcpu in (0, 1):
            guest.register(3, 4, 5, 6, vcpu=vcpu)
            guest.behave(3 + vcpu, Behave.NEST, vcpu=vcpu)
            guest.enable(vcpu)
        assert guest.system.now < 140_000
        guest.system.run(until=140_000)
        for vcpu in (0, 1):
            guest.post(Do.SURVIVE, 7, 4_000 + vcpu, vcpu=vcpu)
        for cut in sorted(cuts):
            guest.system.run(until=cut)
        result = guest.system.run(until=330_000)
        assert [guest.result(vcpu) for vcpu in (0, 1)] == [0, 0]
        assert guest.done(0)
        assert guest.done(1)
        return result.digest, guest.delivered()


@both
@pytest.mark.parametrize("seed", range(3))
def test_cutting_a_run_of_two_processors_changes_no_interrupt(
    isa: str, seed: int
) -> None:
    random = Random(seed)
    cuts = [random.randrange(140_000, 330_000) for _ in range(150)]
    digest, delivered = crowd(isa, cuts)

    assert len(delivered) > 50
    assert (digest, delivered) == crowd(isa, [])


@both
def test_an_instant_comes_before_an_interrupt_of_the_same_instant(
    isa: str,
) -> None:
    """Semantics 2: the wait is over by its instant; then it is delivered."""
    with alone(isa) as guest:
        guest.register(3)
        when = guest.system.now + 50_000
        guest.system.inject(0, 0, 3, at=when)

        assert guest.call(Number.VCPU_BLOCK, when) == 1
        assert guest.handled() == [3]
        assert guest.delivered() == [when]


@both
@pytest.mark.parametrize("number", [Number.VCPU_DOWN, Number.VCPU_RESET])
def test_a_vcpu_of_another_processor_goes_down_after_the_latency(
    isa: str, number: Number
) -> None:
    with alone(isa, vcpus=2, processors=(0, 1)) as guest:
        guest.start(1)
        guest.register(3, vcpu=1)
        assert guest.call(number, 1) == 0
        guest.run(4_000)

        calls = guest.sink.of(EventKind.SYSCALL)
        sent = [e.time for e in calls if e.a == number]
        states = guest.sink.of(EventKind.RUNSTATE)
        down = [e.time for e in states if (e.vcpu, e.a) == (1, OFFLINE)]
        assert down[-1] == sent[0] + 500
        kept = number == Number.VCPU_DOWN
        assert guest.interrupts(1).registered(3) == kept
        assert len(guest.vcpu().partition.arrivals) == 0
