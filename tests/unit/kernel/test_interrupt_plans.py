"""Random systems whose guests take interrupts, on one to three processors."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.events import DROPS, EventKind
from vpok.testing import World
from vpok.testing.interrupt_strategies import InterruptPlan, interrupt_plans

END = 8_000  # ns
TICKS = (DROPS.index("merged"), DROPS.index("discarded"))


def play(plan: InterruptPlan, cuts: list[int]) -> World:
    world = plan.world()
    for cut in sorted(cuts):
        world.system.run(until=cut)
    world.system.run(until=END)
    return world


@pytest.mark.slow
@given(interrupt_plans(), st.lists(st.integers(0, END), max_size=12))
def test_cutting_a_run_changes_no_interrupt(
    plan: InterruptPlan, cuts: list[int]
) -> None:
    whole = play(plan, [])
    cut = play(plan, cuts)

    assert cut.sink.events == whole.sink.events
    assert cut.system.result().digest == whole.system.result().digest
    if len(whole.kernel.pcpus) == 1:
        one, other = whole.system.result(), cut.system.result()
        assert one.partitions == other.partitions
        assert one.processors == other.processors


@pytest.mark.slow
@given(interrupt_plans())
def test_every_occurrence_is_accounted_for_and_in_order(
    plan: InterruptPlan,
) -> None:
    world = play(plan, [])

    for personality in world.personalities:
        for before, after in pairwise(personality.instants):
            assert before <= after, "a partition hears of all in order"
    check_order(world)
    for partition in world.kernel.partitions:
        for index in range(len(partition.vcpus)):
            check_accounts(world, int(partition.index), index)


def check_order(world: World) -> None:
    """A vCPU's events never go back; nothing comes before it was raised."""
    seen: dict[tuple[int, int], int] = {}
    kinds = (EventKind.SYSCALL, EventKind.IRQ_RAISE, EventKind.IRQ_DELIVER)
    for event in world.sink.of(*kinds):
        who = (event.partition, event.vcpu)
        assert seen.get(who, 0) <= event.time
        seen[who] = event.time
        if event.kind == EventKind.IRQ_DELIVER:
            assert 0 <= event.b <= event.time


def check_accounts(world: World, partition: int, vcpu: int) -> None:
    """
    Each occurrence is delivered, pending, overrun, or dropped and told.

    A source's tick that is merged or discarded never was one.
    """
    told: Counter[tuple[EventKind, int]] = Counter()
    ticks: Counter[int] = Counter()
    for event in world.sink.of(EventKind.IRQ_DELIVER, EventKind.IRQ_DROP):
        if (event.partition, event.vcpu) == (partition, vcpu):
            told[event.kind, event.a] += 1
            if event.kind == EventKind.IRQ_DROP and event.b in TICKS:
                ticks[event.a] += 1
    found = world.kernel.partitions[partition].vcpus[vcpu].arch.interrupts
    assert found is not None
    for number in range(64):
        delivered = found.delivered_count[number]
        assert told[EventKind.IRQ_DELIVER, number] <= delivered
        assert found.raised_count[number] + ticks[number] == (
            delivered
            + len(found.raised[number])
            + found.overrun_count[number]
            + found.dropped_count[number]
        )
