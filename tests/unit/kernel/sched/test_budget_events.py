"""Budgets are told when they are used up, and when there is another one."""

from vpok.events import EventKind
from vpok.testing import Guest, make_world, windows, work

Told = list[tuple[int, int, int, int]]


def told(policy: str, params: dict[str, int], window: int = 100) -> Told:
    """Run one busy vCPU; return (time, vCPU, left, next change)."""
    guest = Guest([(work(40),)], policy, 10, params=(params,))
    world = make_world([guest], windows((0, 0, window), frame=100))
    world.system.run(until=250)
    return [
        (event.time, event.vcpu, event.a, event.b)
        for event in world.sink.of(EventKind.BUDGET)
    ]


def test_a_server_tells_its_budget() -> None:
    found = told("server", {"budget": 30, "period": 100})

    assert found == [
        (0, 0, 30, 100),
        (30, 0, 0, 100),
        (100, 0, 30, 200),
        (130, 0, 0, 200),
        (200, 0, 30, 300),
        (230, 0, 0, 300),
    ]


def test_extra_time_is_no_budget() -> None:
    found = told("server", {"budget": 30, "period": 100, "extratime": 1})

    assert [left for _, _, left, _ in found] == [30, 0, 30, 0, 30, 0]


def test_a_sporadic_budget_comes_back_a_period_after_its_use() -> None:
    found = told("server", {"budget": 30, "period": 80, "kind": 3})

    assert found == [
        (0, 0, 30, 80),
        (30, 0, 0, 80),
        (80, 0, 30, 160),
        (110, 0, 0, 160),
        (160, 0, 30, 240),
        (190, 0, 0, 240),
        (240, 0, 30, 320),
    ]


def test_what_came_back_outside_the_windows_is_told_in_the_next_one() -> None:
    found = told("server", {"budget": 30, "period": 60}, window=50)

    assert found == [
        (0, 0, 30, 60),
        (30, 0, 0, 60),
        (100, 0, 30, 120),
        (120, 0, 30, 180),
        (150, 0, 0, 180),
        (200, 0, 30, 240),
        (230, 0, 0, 240),
        (240, 0, 30, 300),
    ]


def test_a_cap_is_told_when_it_is_used_up_and_when_it_is_over() -> None:
    assert told("credit", {"cap": 40}) == [
        (40, 0, 0, 100),
        (100, 0, 40, 200),
        (140, 0, 0, 200),
        (200, 0, 40, 300),
        (240, 0, 0, 300),
    ]


def test_credit_without_a_cap_has_no_budget() -> None:
    assert told("credit", {"weight": 3}) == []
