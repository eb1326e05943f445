"""What the hypervisor's work costs, who pays, and that nobody stops time."""

import pytest
from hypothesis import given

from vpok.events import EventKind
from vpok.kernel.loop import STUCK_CHARGE, STUCK_LIMIT
from vpok.spec.model import CostSpec
from vpok.testing import (
    Cause,
    Guest,
    World,
    call,
    fault,
    make_world,
    windows,
    work,
)
from vpok.testing.script import Program
from vpok.testing.strategies import Plan, plans
from vpok.units import FAR, MAX_TIME


def world_of(
    program: Program,
    window: int = 1000,
    *,
    on_fault: str = "skip",
    hypercall: int = 0,
    switch: int = 0,
    restart: int = 0,
) -> World:
    return make_world(
        [Guest([program], on_fault=on_fault), Guest([()])],
        windows((0, 0, window), (1, window, 1000), frame=window + 1000),
        costs=CostSpec(hypercall, switch, 0, restart, 500),
    )


def printed(world: World) -> list[int]:
    return [event.time for event in world.sink.of(EventKind.CONSOLE)]


def test_a_call_takes_effect_at_its_instant_and_is_paid_afterwards() -> None:
    world = world_of(
        (call(Cause.PRINT, 1), call(Cause.PRINT, 2)), hypercall=50
    )

    world.system.run(until=1000)

    assert printed(world) == [10, 70]


def test_costs_that_nobody_can_ever_pay_add_up_to_no_more() -> None:
    """Each window asks for half of all time again; the clock goes on."""
    world = world_of((call(Cause.PRINT, 1),), switch=MAX_TIME - 1)

    world.system.run(until=20_000)

    vcpu = world.system.kernel.partitions[0].vcpus[0]
    assert vcpu.switches == 10
    assert vcpu.debt == FAR - 1000  # of which the last window paid some
    assert printed(world) == []


def test_what_a_window_does_not_hold_is_paid_in_the_next_one() -> None:
    """The call at 90 costs 50: 10 of it here, 40 from 2100 on."""
    program = (work(8), call(Cause.PRINT, 1), call(Cause.PRINT, 2))
    world = world_of(program, window=100, hypercall=50)

    world.system.run(until=2500)

    assert printed(world) == [90, 1150]
    closes = world.sink.of(EventKind.WINDOW_CLOSE)
    assert [e.time for e in closes][:2] == [100, 1100]  # not one ns later


def test_a_switch_is_paid_by_the_window_that_it_opens() -> None:
    world = world_of((call(Cause.PRINT, 1),), switch=30)

    world.system.run(until=1500)

    assert printed(world) == [40]
    assert world.engines[1].runs[0][:2] == (0, 1030)


def test_running_time_contains_the_costs() -> None:
    world = world_of((call(Cause.NOP),) * 3, hypercall=50, switch=30)

    result = world.system.run(until=1000)

    row = result.partitions[0].vcpus[0]
    assert row.running == 1000
    assert result.partitions[0].instructions == (1000 - 30 - 150) // 10


def test_a_fault_that_faults_again_is_charged_after_a_while() -> None:
    window = 10 * STUCK_CHARGE
    world = world_of((fault(),), window, on_fault="retry")

    world.system.run(until=5 * STUCK_CHARGE)

    faults = [event.time for event in world.sink.of(EventKind.FAULT)]
    at_once = [time for time in faults if time == 0]
    assert len(at_once) == STUCK_LIMIT + 1
    assert sorted(set(faults)) == [n * STUCK_CHARGE for n in range(5)]


def test_a_guest_that_faults_for_ever_after_work_is_charged_too() -> None:
    """Its slice has made progress before: that does not count."""
    window = 10 * STUCK_CHARGE
    world = world_of((work(20), fault()), window, on_fault="retry")

    world.system.run(until=5 * STUCK_CHARGE)

    assert len(world.sink.of(EventKind.FAULT)) < 6 * (STUCK_LIMIT + 1)


def test_restarts_for_ever_at_one_instant_are_charged() -> None:
    program = (call(Cause.RESTART),)
    world = world_of(program, window=10_000, restart=100)

    result = world.system.run(until=2000)

    assert 10 < result.partitions[0].restarts <= 2000 // 100
    neighbour = world.system.run(until=11_000).partitions[1]
    assert neighbour.instructions == 100


def test_a_restart_forgives_no_debt() -> None:
    """The call that asks for it costs 50, paid by the new vCPU."""
    world = world_of((call(Cause.RESTART),), hypercall=50)

    world.system.run(until=200)

    calls = [event.time for event in world.sink.of(EventKind.SYSCALL)]
    assert calls == [10, 70, 130, 190]


def test_a_stuck_guest_takes_nothing_from_its_neighbour() -> None:
    free = world_of(())
    stuck = world_of((fault(),), on_fault="retry")

    for world in (free, stuck):
        world.system.run(until=10_000)

    assert free.sink.guest_view(1) == stuck.sink.guest_view(1)
    assert free.engines[1].executed == stuck.engines[1].executed == 500


@pytest.mark.slow
@given(plans(ends=False))
def test_no_guest_can_stop_the_clock(plan: Plan) -> None:
    """However it traps, a bounded number of steps gets a run to its end."""
    world = plan.world()
    for _ in range(40_000):
        if not world.system.step() or world.system.now >= 5_000:
            break

    assert world.system.now >= 5_000 or world.system.ended
