"""Runstates: each nanosecond of a vCPU's life is in one of four states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.events import EventKind
from vpok.kernel.errors import VpokError
from vpok.kernel.vcpu import (
    BLOCKED,
    OFFLINE,
    RUNNABLE,
    RUNNING,
    Vcpu,
    runstate,
    steal,
)
from vpok.testing import (
    Cause,
    Guest,
    World,
    call,
    make_world,
    windows,
    work,
)
from vpok.testing.strategies import Plan, plans

END = 9_000


@pytest.mark.slow
@given(plans(processors=1))
def test_the_states_of_a_vcpu_sum_up_to_the_time(plan: Plan) -> None:
    world = plan.world()
    result = world.system.run(until=END)

    for _, row in world.system.vcpus():
        total = row.running + row.runnable + row.blocked + row.offline
        assert total == result.end
    for processor in result.processors:
        assert processor.busy + processor.idle == result.end
        assert 0 <= processor.slack <= processor.busy


@pytest.mark.slow
@given(plans())
def test_the_states_sum_up_on_several_processors_too(plan: Plan) -> None:
    """A processor may be one cell ahead; a shutdown is not rolled back."""
    world = plan.world()
    result = world.system.run(until=END)

    if result.reason == "shutdown":
        return
    for _, row in world.system.vcpus():
        total = row.running + row.runnable + row.blocked + row.offline
        assert result.end <= total <= result.end + 500


@pytest.mark.slow
@given(plans(processors=1))
def test_events_tell_the_same_times_as_the_record(plan: Plan) -> None:
    world = plan.world()
    end = world.system.run(until=END).end

    for partition, row in world.system.vcpus():
        spent = [0, 0, 0, 0]
        state, since = OFFLINE, 0
        for event in world.sink.of(EventKind.RUNSTATE):
            if (event.partition, event.vcpu) == (partition.index, row.index):
                spent[state] += event.time - since
                state, since = event.a, event.time
        spent[state] += end - since
        assert spent == [row.running, row.runnable, row.blocked, row.offline]


@pytest.mark.slow
@given(plans())
def test_no_instruction_is_executed_outside_running_time(plan: Plan) -> None:
    """A vCPU that moves between processors never runs on two at a time."""
    world = plan.world()
    world.system.run(until=END)

    reached = int(world.kernel.latest())
    for engine, partition in zip(
        world.engines, world.kernel.partitions, strict=True
    ):
        ran = sum(
            runstate(vcpu, max(END, reached))[RUNNING]
            for vcpu in partition.vcpus
        )
        assert engine.executed * engine.cycle <= ran


def blocked_world() -> World:
    return make_world(
        [Guest([(work(10), call(Cause.SLEEP, 500)), ()], "round-robin", 100)],
        windows((0, 0, 1000), frame=1000),
    )


def the_vcpus(world: World) -> list[Vcpu]:
    return world.kernel.partitions[0].vcpus


def test_a_wake_outside_the_window_makes_it_runnable_at_once() -> None:
    world = make_world(
        [Guest([(work(9), call(Cause.SLEEP, 150))])],
        windows((0, 0, 200), frame=1000),
    )

    world.system.run(until=1000)

    vcpu = the_vcpus(world)[0]
    assert runstate(vcpu, 1000) == [100, 750, 150, 0]
    assert steal(vcpu, 1000) == 750


def test_steal_time_counts_from_when_it_came_up() -> None:
    vcpu = the_vcpus(blocked_world())[0]
    vcpu.offline_before = 30
    vcpu.total = [5, 7, 11, 130]

    assert steal(vcpu, 0) == 7 + 100


def test_pauses_nest() -> None:
    world = blocked_world()
    world.system.run(until=300)
    first, second = the_vcpus(world)
    assert (first.state, second.state) == (BLOCKED, RUNNING)

    world.system.pause(0, 1)
    world.system.pause(0, 1)
    assert second.state == OFFLINE
    world.system.run(until=400)
    world.system.unpause(0, 1)
    assert second.state == OFFLINE
    world.system.run(until=500)
    world.system.unpause(0, 1)
    world.system.run(until=510)

    assert second.state == RUNNING
    assert second.total[OFFLINE] == 200


def test_paused_while_blocked_it_stays_blocked_until_its_event() -> None:
    world = blocked_world()
    world.system.run(until=300)
    first = the_vcpus(world)[0]
    world.system.pause(0, 0)

    assert first.state == BLOCKED
    world.system.run(until=800)  # its sleep ends at 710
    assert first.state == OFFLINE
    assert runstate(first, 800)[OFFLINE] == 90
    world.system.unpause(0, 0)
    assert first.state == RUNNABLE


def test_a_pause_that_ends_before_the_event_leaves_it_blocked() -> None:
    world = blocked_world()
    world.system.run(until=300)
    first = the_vcpus(world)[0]

    world.system.pause(0, 0)
    world.system.unpause(0, 0)

    assert first.state == BLOCKED


def test_an_unpause_too_many_is_refused() -> None:
    with pytest.raises(VpokError, match="not paused"):
        blocked_world().system.unpause(0, 0)


def test_a_module_that_waits_for_an_unpause_is_not_over() -> None:
    world = make_world([Guest([()])], windows((0, 0, 500), frame=500))
    world.system.pause(0, 0)

    assert world.system.run(until=2000).reason == "limit"
    world.system.unpause(0, 0)
    assert world.system.run(until=2100).partitions[0].instructions == 10


@pytest.mark.slow
@given(
    plans(processors=1, ends=False),
    st.lists(
        st.tuples(st.integers(1, 3000), st.booleans()), min_size=1, max_size=8
    ),
)
def test_pauses_lose_no_time_and_no_order(
    plan: Plan, actions: list[tuple[int, bool]]
) -> None:
    """Each action waits, then pauses, or unpauses if it can."""
    world = plan.world()
    system = world.system
    for wait, pause in actions:
        system.run(until=system.now + wait)
        vcpu = the_vcpus(world)[0]
        if pause:
            system.pause(0, 0)
        elif vcpu.pauses:
            system.unpause(0, 0)
    end = system.run(until=system.now + 1000).end

    for _, row in system.vcpus():
        assert row.running + row.runnable + row.blocked + row.offline == end
    times = [event.time for event in world.sink.events]
    assert times == sorted(times)
