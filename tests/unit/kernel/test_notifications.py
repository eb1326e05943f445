"""Interrupts that guests raise: of their own vCPUs, and of each other's."""

from dataclasses import replace
from random import Random

import pytest

from tests.unit.kernel.interrupt_rig import (
    delivered,
    guest,
    raised,
    run,
    takes,
)
from vpok.events import EventKind
from vpok.kernel.vcpu import OFFLINE
from vpok.spec.model import CostSpec, InterruptSpec
from vpok.testing import Cause, Program, World, call, make_world, windows, work

BOTH = (0, 1)
LATENCY = 500
RING = call(Cause.RING, 0)


def bell(vcpu: int = 0) -> InterruptSpec:
    return InterruptSpec("bell", 1, 3, vcpu, sender=0)


def apart(ringer: Program, latency: int, *, until: int) -> World:
    """A ringer on processor 0, its neighbour on processor 1."""
    return run(
        [guest(ringer), guest(takes(3), processors=(1,))],
        windows((0, 0, 9_000, (0,)), (1, 0, 9_000, (1,)), frame=9_000),
        bell(),
        until=until,
        costs=CostSpec(0, 0, 0, 0, latency),
    )


@pytest.mark.parametrize("latency", [10, 100, 500, 3_000])
def test_a_notification_reaches_another_processor_after_the_latency(
    latency: int,
) -> None:
    world = apart((work(99), RING), latency, until=8_000)

    assert raised(world, partition=1) == [1_000 + latency]
    assert delivered(world, partition=1) == [1_000 + latency]


def test_on_the_same_processor_it_arrives_at_once() -> None:
    """The neighbour has no window: it is delivered when it gets one."""
    world = run(
        [guest((work(99), RING)), guest(takes(3))],
        windows((1, 0, 2_000), (0, 2_000, 2_000), frame=4_000),
        bell(),
        until=8_000,
    )

    assert raised(world, partition=1) == [3_000]
    assert delivered(world, partition=1) == [4_000]


def test_a_notification_goes_to_the_vcpu_of_the_configuration() -> None:
    pair = guest(takes(3), takes(3), processors=BOTH)
    schedule = windows(
        (1, 0, 3_000, BOTH), (0, 3_000, 1_000, (0,)), frame=4_000
    )
    world = run([guest((RING,)), pair], schedule, bell(vcpu=1), until=8_000)

    found = world.sink.of(EventKind.IRQ_DELIVER)
    assert [(e.partition, e.vcpu, e.a, e.pcpu) for e in found] == [
        (1, 1, 3, 1)
    ]


def test_an_ipi_on_another_processor_takes_the_latency() -> None:
    """Back and forth: each handler's reply takes it too."""
    send = call(Cause.SEND_IRQ, 64 + 3)
    pair = guest((work(99), send), takes(3), processors=BOTH)
    world = run([pair], windows((0, 0, 9_000, BOTH), frame=9_000), until=8_000)

    assert raised(world) == delivered(world) == [1_000 + LATENCY]


def test_an_ipi_to_a_vcpu_of_the_same_processor_takes_none() -> None:
    send = call(Cause.SEND_IRQ, 64 + 3)
    pair = guest(
        (work(49), send), (*takes(3), call(Cause.WAIT)), policy="round-robin"
    )
    world = run([pair], windows((0, 0, 9_000), frame=9_000), until=8_000)

    [when] = raised(world)
    assert delivered(world)[0] - when <= 200, "the rest of a quantum"
    calls = world.sink.of(EventKind.SYSCALL)
    sent = [e.time for e in calls if e.a == Cause.SEND_IRQ]
    assert sent == [when]


def test_an_ipi_to_oneself_is_taken_at_the_return_of_the_call() -> None:
    own = guest((*takes(3), work(98), call(Cause.SEND_IRQ, 3)))
    world = run([own], windows((0, 0, 9_000), frame=9_000), until=8_000)

    assert raised(world) == delivered(world) == [1_000]


def test_a_notification_wakes_who_waits_for_it() -> None:
    """At the instant of its arrival, on an idle processor."""
    waiter = guest((*takes(3), call(Cause.WAIT)), processors=(1,))
    world = run(
        [guest((work(99), RING)), waiter],
        windows((0, 0, 9_000, (0,)), (1, 0, 9_000, (1,)), frame=9_000),
        bell(),
        until=8_000,
    )

    assert delivered(world, partition=1) == [1_000 + LATENCY]


def test_a_masked_interrupt_wakes_nobody() -> None:
    mask = call(Cause.MASK, 64 + 3)
    waiter = guest((*takes(3), mask, call(Cause.WAIT)), processors=(1,))
    world = run(
        [guest((work(99), RING)), waiter],
        windows((0, 0, 9_000, (0,)), (1, 0, 9_000, (1,)), frame=9_000),
        bell(),
        until=8_000,
    )

    assert raised(world, partition=1) == [1_500]
    assert delivered(world, partition=1) == []
    assert world.kernel.partitions[1].vcpus[0].state == 2  # blocked


def test_a_paused_vcpu_keeps_what_comes() -> None:
    world = apart((work(99), RING), LATENCY, until=500)
    world.system.pause(1, 0)
    world.system.run(until=5_000)
    assert world.kernel.partitions[1].vcpus[0].state == OFFLINE
    assert raised(world, partition=1) == [1_500]
    assert delivered(world, partition=1) == []
    world.system.unpause(1, 0)
    world.system.run(until=6_000)

    assert delivered(world, partition=1) == [5_000]


def test_a_notification_on_its_way_outlives_its_targets_restart() -> None:
    """It comes from outside: the new vCPU gets it, if it wants it."""
    target = guest(
        (*takes(3), work(119), call(Cause.RESTART)), processors=(1,)
    )
    world = run(
        [guest((work(99), RING)), target],
        windows((0, 0, 9_000, (0,)), (1, 0, 9_000, (1,)), frame=9_000),
        bell(),
        until=1_600,
    )

    assert world.kernel.partitions[1].restarts == 1
    assert raised(world, partition=1) == [1_500]
    assert delivered(world, partition=1) == [1_500]


def test_an_ipi_on_its_way_does_not_outlive_its_sender() -> None:
    send = call(Cause.SEND_IRQ, 64 + 3)
    pair = guest(
        (work(99), send, work(10), call(Cause.RESTART), work(999)),
        takes(3),
        processors=BOTH,
    )
    world = run([pair], windows((0, 0, 9_000, BOTH), frame=9_000), until=2_000)

    assert world.kernel.partitions[0].restarts == 1
    assert raised(world) == []


# --- determinism --------------------------------------------------------------


def crowd(*, listen: bool = True) -> World:
    """Three partitions on three processors that notify each other."""
    answer: Program = (work(7), RING, call(Cause.RETURN))
    chatty = (*takes(3), work(13), RING, work(51), call(Cause.SEND_IRQ, 67))
    ring = [
        InterruptSpec(f"b{n}", (n + 1) % 3, 3, n % 2, sender=n)
        for n in range(3)
    ]
    tick = [
        InterruptSpec(f"t{n}", n, 3, 1, period=700 + 33 * n, offset=100 * n)
        for n in range(3)
    ]
    some = [
        guest(chatty * 4, (*takes(3), call(Cause.WAIT)) * 9, processors=BOTH),
        guest(chatty * 5, chatty, processors=(0, 2)),
        guest(chatty * 3, chatty * 2, policy="round-robin", processors=(1, 2)),
    ]
    some = [replace(one, handlers=[answer]) for one in some]
    schedule = windows(
        (0, 0, 1_900, BOTH),
        (2, 100, 2_900, (2,)),
        (1, 2_000, 1_000, (0,)),
        (2, 2_100, 1_900, (1,)),
        (1, 3_000, 1_000, (2,)),
        frame=4_000,
    )
    costs = CostSpec(hypercall=20, switch=35, interrupt=15, latency=170)
    return make_world(
        some, schedule, costs=costs, interrupts=[*ring, *tick], listen=listen
    )


@pytest.mark.parametrize("seed", range(8))
def test_cutting_a_run_of_three_processors_changes_nothing(seed: int) -> None:
    whole = crowd()
    whole.system.run(until=60_000)
    random = Random(seed)
    cut = crowd()
    for when in sorted(random.randrange(60_000) for _ in range(200)):
        cut.system.run(until=when)
    cut.system.run(until=60_000)

    assert len(whole.sink.of(EventKind.IRQ_DELIVER)) > 100
    assert cut.sink.events == whole.sink.events
    assert cut.system.result().digest == whole.system.result().digest


def test_who_listens_does_not_show_in_what_is_delivered() -> None:
    heard, unheard = crowd(), crowd(listen=False)
    heard.system.run(until=60_000)
    unheard.system.run(until=60_000)

    for one, other in zip(
        heard.kernel.partitions, unheard.kernel.partitions, strict=True
    ):
        for left, right in zip(one.vcpus, other.vcpus, strict=True):
            assert left.arch.interrupts is not None
            assert right.arch.interrupts is not None
            assert (
                left.arch.interrupts.delivered_count
                == right.arch.interrupts.delivered_count
            )
            assert left.total == right.total
