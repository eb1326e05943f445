"""The policies under the kernel's loop, with scripted guests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.events import EventKind
from vpok.kernel.vcpu import RUNNING, runstate
from vpok.testing import (
    Cause,
    Guest,
    Program,
    World,
    call,
    make_world,
    windows,
    work,
)

PARAMS = {
    "fixed-priority": ({"priority": 1}, {"priority": 3}, {"priority": 3}),
    "edf": ({"deadline": 900}, {"deadline": 400}, {}),
    "server": (
        {"budget": 200, "period": 900},
        {"budget": 150, "period": 500, "kind": 1, "extratime": 1},
        {"budget": 100, "period": 700, "kind": 3},
    ),
    "credit": ({"weight": 512}, {"cap": 40}, {"weight": 64}),
    "round-robin": ({}, {"quantum": 90}, {}),
}
NAP: Program = (work(7), call(Cause.SLEEP, 350)) * 40


def ran(world: World) -> list[int]:
    """Return the ns that each vCPU has run."""
    now = world.system.now
    return [
        runstate(vcpu, now)[RUNNING]
        for vcpu in world.kernel.partitions[0].vcpus
    ]


def test_budgets_hold_under_the_kernel() -> None:
    both = ({"budget": 200, "period": 1000}, {"budget": 300, "period": 1500})
    world = make_world(
        [Guest([(), ()], "server", 0, params=both)],
        windows((0, 0, 3000), frame=3000),
    )

    world.system.run(until=30_000)

    assert ran(world) == [6000, 6000]


def test_shares_hold_through_windows() -> None:
    both = ({"weight": 300}, {"weight": 100})
    world = make_world(
        [Guest([(), ()], "credit", 100, params=both), Guest([()])],
        windows((0, 0, 370), (1, 370, 130), frame=500),
    )

    world.system.run(until=100_000)

    assert ran(world)[0] == pytest.approx(55_500, abs=400)
    assert sum(ran(world)) == 74_000


def test_a_wake_preempts_who_is_less_urgent() -> None:
    two = ({"priority": 1}, {"priority": 2})
    world = make_world(
        [Guest([(), NAP], "fixed-priority", 0, params=two)],
        windows((0, 0, 5000), frame=5000),
    )

    world.system.run(until=800)

    # 80 ns of work, 350 asleep; then at once.
    entered = world.personalities[0].entered
    assert entered[:4] == [(1, 0), (0, 80), (1, 430), (0, 510)]


def test_parameters_are_changed_and_read_at_run_time() -> None:
    two = ({"budget": 200, "period": 1000}, {"budget": 200, "period": 1000})
    world = make_world(
        [Guest([(), ()], "server", 0, params=two)],
        windows((0, 0, 3000), frame=3000),
    )
    world.system.run(until=500)
    world.system.set_params(0, 0, budget=500)
    policy = world.kernel.domains[0].policy
    vcpu = world.kernel.partitions[0].vcpus[0]

    assert policy.params(vcpu)["budget"] == 200
    world.system.run(until=10_000)
    assert policy.params(vcpu)["budget"] == 500
    assert ran(world) == [200 + 9 * 500, 2000]


@pytest.mark.slow
@pytest.mark.parametrize("policy", PARAMS)
@given(
    cuts=st.lists(st.integers(1, 9000), max_size=8).map(sorted),
    processors=st.sampled_from([(0,), (0, 1)]),
)
def test_a_run_in_pieces_is_the_same_run(
    policy: str, cuts: list[int], processors: tuple[int, ...]
) -> None:
    told = []
    for instants in ([9000], [*cuts, 9000]):
        guest = Guest(
            [NAP, (), NAP],
            policy,
            70,
            processors=processors,
            params=PARAMS[policy],
        )
        world = make_world(
            [guest], windows((0, 0, 1700, processors), frame=2000)
        )
        for until in instants:
            world.system.run(until=until)
        told.append(world.sink.events)

    assert told[0] == told[1]
    assert any(event.kind == EventKind.SWITCH for event in told[0])
