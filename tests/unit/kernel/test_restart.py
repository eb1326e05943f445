"""A partition's restart: new vCPUs, recycled ids, undisturbed neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.events import EventKind
from vpok.kernel.errors import VcpuError
from vpok.kernel.partition import WARM_START
from vpok.testing import (
    Cause,
    Guest,
    World,
    call,
    make_world,
    windows,
    work,
)
from vpok.testing.script import Program
from vpok.testing.strategies import programs

SCHEDULE = windows((0, 0, 500), (1, 500, 300), (2, 800, 200), frame=1000)
WITNESS = (work(7), call(Cause.SLEEP, 260), call(Cause.PRINT, 4)) * 9


def three(middle: Program, vcpus: int = 2) -> World:
    return make_world(
        [
            Guest([WITNESS]),
            Guest([middle, ()][:vcpus], "round-robin", 80),
            Guest([WITNESS]),
        ],
        SCHEDULE,
    )


def ids(world: World) -> list[list[int]]:
    return [[v.id for v in p.vcpus] for p in world.kernel.partitions]


def test_vcpus_are_made_when_their_partition_is_set_up() -> None:
    world = three(())

    assert ids(world) == [[0], [1, 2], [3]]
    assert [p.starts for p in world.personalities] == [[(True, 0)]] * 3


def test_a_restart_makes_new_vcpus_with_the_same_ids() -> None:
    world = three((work(5), call(Cause.RESTART)))
    before = list(world.kernel.partitions[1].vcpus)

    world.system.run(until=700)

    partition = world.kernel.partitions[1]
    assert partition.restarts == 3  # every 60 ns of its own, from 560 on
    assert ids(world) == [[0], [1, 2], [3]]
    assert all(vcpu not in before for vcpu in partition.vcpus)
    assert world.personalities[1].starts[1] == (False, 560)
    assert before[0].arch.context is None


def test_the_new_vcpus_go_on_with_the_accounts() -> None:
    world = three((work(5), call(Cause.RESTART)))

    result = world.system.run(until=5000)

    for row in result.partitions[1].vcpus:
        assert row.running + row.runnable + row.blocked + row.offline == 5000
    rows = result.partitions[1].vcpus
    assert rows[0].syscalls == result.partitions[1].restarts > 3
    assert rows[0].switches >= result.partitions[1].restarts


def test_a_restart_forgets_the_timers() -> None:
    """The second life sets none, and is not woken by those of the first."""
    world = three((call(Cause.ALARM, 200 * 16), call(Cause.BLOCK)), vcpus=1)
    world.system.run(until=600)
    partition = world.kernel.partitions[1]
    assert partition.due == {2000: 710}

    world.engines[1].programs = [(call(Cause.BLOCK),)]
    world.kernel.request_restart(partition, WARM_START)
    world.kernel.settle(partition, 600)
    world.system.run(until=1600)

    assert world.personalities[1].timers == []


def test_a_restart_is_told_as_the_end_and_the_start_of_vcpus() -> None:
    world = three((work(5), call(Cause.RESTART)), vcpus=1)
    world.system.run(until=565)

    told = [
        (event.kind, event.a)
        for event in world.sink.events
        if event.time == 560 and event.partition == 1
    ]
    states = [a for kind, a in told if kind == EventKind.RUNSTATE]
    assert states == [1, 3, 1, 0]  # runnable, offline, runnable, running
    assert (EventKind.MODE, 2) in told  # warm start


@pytest.mark.slow
@given(programs(2))
def test_no_neighbour_sees_what_a_partition_does(program: Program) -> None:
    """Restarts, errors and stops included; a shutdown ends it for all."""
    quiet = three(())
    busy = three(tuple(s for s in program if s.cause != Cause.SHUTDOWN))
    for world in (quiet, busy):
        world.system.run(until=6000)

    for witness in (0, 2):
        assert busy.sink.guest_view(witness) == quiet.sink.guest_view(witness)
        assert busy.personalities[witness].entered == (
            quiet.personalities[witness].entered
        )


@given(st.integers(0, 1))
def test_a_vcpu_that_cannot_be_made_leaves_the_others_alone(
    which: int,
) -> None:
    world = three((work(5), call(Cause.RESTART)))
    world.ops[1][which].refusal = "the engine is out of registers"

    with pytest.raises(VcpuError, match="out of registers"):
        world.system.run(until=1000)

    assert world.kernel.ids.used >= {0, 3}
    assert len(world.kernel.partitions[1].vcpus) == which
    assert world.kernel.ids.used == {0, 3, *range(1, 1 + which)}
