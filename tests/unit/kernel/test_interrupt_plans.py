"""Random systems whose guests take interrupts, on one to three processors."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.events import EventKind
from vpok.testing import World
from vpok.testing.interrupt_strategies import InterruptPlan, interrupt_plans

END = 8_000  # ns


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


@pytest.mark.slow
@given(interrupt_plans())
def test_a_partition_hears_of_everything_in_order_of_time(
    plan: InterruptPlan,
) -> None:
    world = play(plan, [])

    for personality in world.personalities:
        for before, after in pairwise(personality.instants):
            assert before <= after


@pytest.mark.slow
@given(interrupt_plans())
def test_nothing_is_delivered_before_it_was_raised(
    plan: InterruptPlan,
) -> None:
    """And a vCPU's events never go back in time."""
    world = play(plan, [])

    seen: dict[tuple[int, int], int] = {}
    kinds = (EventKind.SYSCALL, EventKind.IRQ_RAISE, EventKind.IRQ_DELIVER)
    for event in world.sink.of(*kinds):
        who = (event.partition, event.vcpu)
        assert seen.get(who, 0) <= event.time
        seen[who] = event.time
        if event.kind == EventKind.IRQ_DELIVER:
            assert 0 <= event.b <= event.time


@pytest.mark.slow
@given(interrupt_plans(ends=False))
def test_every_occurrence_is_accounted_for(plan: InterruptPlan) -> None:
    """It is delivered, pending, overrun, or dropped and told."""
    world = play(plan, [])

    for partition in world.kernel.partitions:
        for vcpu in partition.vcpus:
            found = vcpu.arch.interrupts
            assert found is not None
            for number in range(64):
                told = [
                    event
                    for event in world.sink.of(EventKind.IRQ_DELIVER)
                    if (event.partition, event.vcpu, event.a)
                    == (partition.index, vcpu.index, number)
                ]
                assert len(told) == found.delivered_count[number]
                ticks = [
                    event
                    for event in world.sink.of(EventKind.IRQ_DROP)
                    if (event.partition, event.vcpu, event.a)
                    == (partition.index, vcpu.index, number)
                    and event.b in {1, 2}
                ]
                assert found.raised_count[number] + len(ticks) == (
                    found.delivered_count[number]
                    + len(found.raised[number])
                    + found.overrun_count[number]
                    + found.dropped_count[number]
                )
