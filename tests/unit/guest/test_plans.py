"""Plans at run time: when a switch takes effect, and what it does."""

from collections.abc import Mapping

import pytest

from tests.unit.guest.world import MS, Main, Ran, partition, run, system
from vpok.events import EventKind
from vpok.guest import (
    Guest,
    Guests,
    Refused,
    block,
    compute,
    plan_id,
    plan_request,
    plan_status,
    print_,
    time,
)
from vpok.kernel.errors import VpokError
from vpok.spec.model import PlanSpec, ScheduleSpec, SystemSpec, WindowSpec
from vpok.spec.problems import problems
from vpok.system import build


def window(partition: int, start: int, duration: int) -> WindowSpec:
    return WindowSpec(partition, start * MS, duration * MS, (0,))


def planned(
    first: Main,
    second: Main,
    action: str = "continue",
    health: Mapping[int, str] | None = None,
) -> SystemSpec:
    """Three plans, with frames of 10, 20 and 5 ms."""
    return system(
        partition("a", first, features=["plans"], health=health),
        partition("b", second),
        schedule=ScheduleSpec(
            10 * MS,
            plans=(
                PlanSpec("usual", 10 * MS, (window(0, 0, 6), window(1, 6, 4))),
                PlanSpec(
                    "long",
                    20 * MS,
                    (window(0, 0, 12), window(1, 12, 8)),
                    ("continue", action),
                ),
                PlanSpec("short", 5 * MS, (window(0, 0, 5),)),
            ),
        ),
    )


def busy(vcpu: Guest) -> Guests:
    vcpu.memory["starts"] = vcpu.memory.get("starts", 0) + 1
    yield print_("start", vcpu.memory["starts"], (yield time()))
    while True:
        yield compute("1ms")


def switches(ran: Ran) -> list[tuple[int, int]]:
    return [(e.time, e.a) for e in ran.sink.of(EventKind.PLAN)]


def frames(ran: Ran) -> list[int]:
    return [e.time // MS for e in ran.sink.of(EventKind.FRAME)]


def test_a_switch_takes_effect_at_the_end_of_the_frame() -> None:
    def main(vcpu: Guest) -> Guests:
        yield compute("1ms")
        yield plan_request((yield plan_id("long")))
        yield print_(*(yield plan_status()))
        yield block("11ms")
        yield print_(*(yield plan_status()))

    ran = run(planned(main, busy), 60 * MS)

    assert ran.lines(0) == ["0 1 0", f"1 1 {10 * MS}"]
    assert switches(ran) == [(10 * MS, 1)]
    assert frames(ran) == [0, 10, 30, 50]
    assert ran.system.plan_status() == ("long", "long", 10 * MS)


def test_the_last_request_wins() -> None:
    def main(vcpu: Guest) -> Guests:
        for plan in (1, 0, 2):
            yield plan_request(plan)
        yield block("12ms")
        yield plan_request(1)
        yield plan_request(2)

    ran = run(planned(main, busy), 30 * MS)

    assert switches(ran) == [(10 * MS, 2)]
    assert frames(ran) == [0, 10, 15, 20, 25]


@pytest.mark.parametrize(
    ("action", "starts"),
    [
        ("continue", ["start 1 6000000"]),
        ("warm-restart", ["start 1 6000000", "start 2 22000000"]),
        ("cold-restart", ["start 1 6000000", "start 1 22000000"]),
    ],
)
def test_the_action_is_done_at_the_first_window(
    action: str, starts: list[str]
) -> None:
    def main(vcpu: Guest) -> Guests:
        yield plan_request(1)
        yield block()

    ran = run(planned(main, busy, action), 100 * MS)

    assert ran.lines(1) == starts


def test_cutting_a_run_changes_no_switch() -> None:
    def main(vcpu: Guest) -> Guests:
        while True:
            yield compute("7ms")
            now = yield time()
            yield plan_request(vcpu.random.randrange(3))
            yield print_(now, *(yield plan_status()))

    spec = planned(main, busy, "warm-restart")
    whole = run(spec, 300 * MS)
    cut = run(spec, 300 * MS, range(0, 300 * MS, 5 * MS))

    assert len(switches(whole)) > 3
    assert cut.result.digest == whole.result.digest


def test_only_a_partition_that_may_asks_for_plans() -> None:
    def main(vcpu: Guest) -> Guests:
        for call in (plan_id("long"), plan_request(1), plan_status()):
            try:
                yield call
            except Refused as refused:
                yield print_(refused)

    def first(vcpu: Guest) -> Guests:
        for call in (plan_id("none"), plan_request(3)):
            try:
                yield call
            except Refused as refused:
                yield print_(refused)

    ran = run(planned(first, main))

    assert ran.lines(0) == ["ENOENT", "EINVAL"]
    assert ran.lines(1) == ["EPERM"] * 3
    assert not switches(ran)


def test_the_health_monitor_can_switch_plans() -> None:
    def main(vcpu: Guest) -> Guests:
        yield compute("1ms")
        raise ValueError

    ran = run(planned(main, busy, health={0: "plan short"}), 30 * MS)

    assert switches(ran) == [(10 * MS, 2)]
    (error,) = ran.sink.of(EventKind.ERROR)
    assert error.b == 6


def test_a_plan_that_is_not_there_is_refused() -> None:
    (problem,) = problems(planned(busy, busy, health={0: "plan none"}))

    assert problem.what == "no plan 'none': take usual, long or short"


def test_plans_are_switched_from_outside() -> None:
    with build(planned(busy, busy), digest=True) as made:
        made.run("3ms")
        made.request_plan("short")
        assert made.plan_status() == ("usual", "short", 0)
        made.run("10ms")
        # The instant belongs to the frame that begins.
        made.request_plan("long")
        assert made.plan_status() == ("short", "long", 10 * MS)
        made.run("16ms")
        assert made.plan_status() == ("long", "long", 15 * MS)
        with pytest.raises(VpokError, match="no plan 'none': usual"):
            made.request_plan("none")


def test_requests_of_two_processors_count_in_the_order_of_time() -> None:
    """They share nothing else: without care the host's order would show."""

    def asks(vcpu: Guest) -> Guests:
        while True:
            yield compute(1 + vcpu.random.randrange(900_000))
            yield plan_request(vcpu.random.randrange(2))
            yield print_(*(yield plan_status()))

    windows = tuple(WindowSpec(p, 0, 2 * MS, (p,)) for p in (0, 1))
    spec = system(
        *(
            partition(name, asks, processors=(p,), features=["plans"])
            for p, name in enumerate("ab")
        ),
        schedule=ScheduleSpec(
            2 * MS,
            plans=(
                PlanSpec("even", 2 * MS, windows),
                PlanSpec("odd", 3 * MS, windows),
            ),
        ),
        processors=2,
    )
    whole = run(spec, 60 * MS)
    cut = run(spec, 60 * MS, range(0, 60 * MS, 77_777))

    assert len(switches(whole)) > 3
    assert cut.sink.events == whole.sink.events
