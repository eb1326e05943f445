"""Cutting a run into several changes nothing that anyone can see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.testing import World
from vpok.testing.strategies import Plan, plans

END = 12_000  # ns


def play(plan: Plan, cuts: list[int]) -> World:
    world = plan.world()
    for cut in sorted(cuts):
        world.system.run(until=cut)
    world.system.run(until=END)
    return world


@pytest.mark.slow
@given(plans(), st.lists(st.integers(0, END), max_size=12))
def test_a_run_in_chunks_tells_the_same_story(
    plan: Plan, cuts: list[int]
) -> None:
    whole = play(plan, [])
    cut = play(plan, cuts)

    assert cut.sink.events == whole.sink.events
    assert cut.system.result().digest == whole.system.result().digest
    assert cut.system.now == whole.system.now


@pytest.mark.slow
@given(plans(processors=1), st.lists(st.integers(0, END), max_size=12))
def test_a_run_in_chunks_comes_to_the_same_accounts(
    plan: Plan, cuts: list[int]
) -> None:
    whole = play(plan, []).system.result()
    cut = play(plan, cuts).system.result()

    assert cut.partitions == whole.partitions
    assert cut.processors == whole.processors
    assert cut.reason == whole.reason


@pytest.mark.slow
@given(plans())
def test_steps_tell_the_same_story_as_a_run(plan: Plan) -> None:
    whole = play(plan, [])
    stepped = plan.world()
    while stepped.system.now < END and stepped.system.step():
        pass
    stepped.system.run(until=END)

    shorter = whole.sink.events
    assert stepped.sink.events[: len(shorter)] == shorter


@pytest.mark.slow
@given(plans())
def test_nobody_who_listens_changes_a_run(plan: Plan) -> None:
    heard = play(plan, []).system.result()
    unheard = plan.world(listen=False)
    result = unheard.system.run(until=END)

    assert result.partitions == heard.partitions
    assert result.end == heard.end
    assert unheard.sink.events == []


def test_an_instant_already_past_is_no_harm(make_plain: World) -> None:
    system = make_plain.system
    system.run(until=2000)

    assert system.run(until=1000).end == 2000


@pytest.fixture
def make_plain() -> World:
    from vpok.testing import Guest, make_world, windows

    return make_world([Guest([()])], windows((0, 0, 1000), frame=1000))
