"""The switch: save, load, enter; on every switch, and only then."""

import pytest
from hypothesis import given

from vpok.events import NOBODY, EventKind
from vpok.kernel.vcpu import RUNNING, runstate
from vpok.machine.arch import ArchVcpu
from vpok.testing import (
    Cause,
    Guest,
    World,
    call,
    make_world,
    windows,
    work,
)
from vpok.testing.engine import COUNT
from vpok.testing.strategies import Plan, plans

SWITCHES = ("ctxt_switch_from", "ctxt_switch_to", "schedule_tail")


def operations(world: World) -> list[tuple[str, ArchVcpu]]:
    return [entry for entry in world.log if entry[0] in SWITCHES]


def two_guests() -> World:
    return make_world(
        [Guest([(work(30), call(Cause.SLEEP, 1500))] * 2, "round-robin", 70)]
        * 2,
        windows((0, 0, 1000), (1, 1000, 1000), frame=2000),
    )


def test_a_switch_saves_loads_and_enters_in_this_order() -> None:
    world = make_world(
        [Guest([()]), Guest([()])],
        windows((0, 0, 1000), (1, 1000, 1000), frame=2000),
    )
    first, second = (p.vcpus[0].arch for p in world.kernel.partitions)

    world.system.run(until=1500)

    # The idle vCPU that was there first has operations of its own.
    assert operations(world) == [
        ("ctxt_switch_to", first),
        ("schedule_tail", first),
        ("ctxt_switch_from", first),
        ("ctxt_switch_to", second),
        ("schedule_tail", second),
    ]


@pytest.mark.slow
@given(plans())
def test_each_switch_is_complete_and_is_told(plan: Plan) -> None:
    """On every processor: in turn out of one vCPU and into the next."""
    world = plan.world()
    world.system.run(until=10_000)

    inside: set[ArchVcpu] = set()
    loaded: ArchVcpu | None = None
    entered = 0
    for name, arch in operations(world):
        if name == "ctxt_switch_from":
            assert arch in inside
            inside.remove(arch)
        elif name == "ctxt_switch_to":
            assert arch not in inside
            loaded = arch
        else:
            assert arch is loaded, "entered without being loaded"
            inside.add(arch)
            loaded = None
            entered += 1
    told = [e for e in world.sink.of(EventKind.SWITCH) if e.vcpu != NOBODY]
    if not world.system.ended:
        # Events at the very end may still be held back.
        assert entered >= len(told) > 0 or entered == 0
    if len(world.kernel.pcpus) == 1:
        assert entered == len(told)
        assert entered == sum(
            vcpu.switches
            for partition in world.kernel.partitions
            for vcpu in partition.vcpus
        )


def test_no_operation_is_called_without_a_switch() -> None:
    """A guest alone with its processor calls, and is cut, as it likes."""
    world = make_world(
        [Guest([(call(Cause.NOP), work(10)) * 20])],
        windows((0, 0, 700), frame=700),
    )
    for instant in range(100, 5000, 130):
        world.system.run(until=instant)

    assert len(operations(world)) == 2
    assert world.system.vcpus()[0][1].switches == 1


def test_each_vcpu_keeps_its_own_registers() -> None:
    """Four guests count their own instructions; nobody counts another's."""
    world = two_guests()
    world.system.run(until=40_000)

    for engine, partition in zip(
        world.engines, world.kernel.partitions, strict=True
    ):
        counts = []
        for vcpu in partition.vcpus:
            engine.machine.take(vcpu.arch)
            counts.append(int(engine.machine.get(COUNT)))
        assert sum(counts) == engine.executed
        assert [count * 10 for count in counts] == [
            runstate(vcpu, world.system.now)[RUNNING]
            for vcpu in partition.vcpus
        ]


def test_current_is_who_runs_and_the_idle_vcpu_otherwise() -> None:
    world = make_world(
        [Guest([(work(10), call(Cause.SLEEP, 800))])],
        windows((0, 0, 1000), frame=2000),
    )
    system = world.system

    idle = system.current(0)
    assert idle.id < 0
    assert idle.partition.name == "idle"
    system.run(until=50)
    assert system.current(0) is world.kernel.partitions[0].vcpus[0]
    system.run(until=500)
    assert system.current(0) is idle
