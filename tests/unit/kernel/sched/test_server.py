"""Servers: what each kind does with its budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.kernel.sched.stage import Stage, greedy
from tests.unit.kernel.sched.test_reference import UNTIL, staged, systems
from vpok.kernel.sched.server import KINDS, ORDERS, Server
from vpok.kernel.vcpu import RUNNABLE

DEFERRABLE, PERIODIC, POLLING, SPORADIC = range(len(KINDS))
PRIORITY = ORDERS.index("priority")


def server(
    budget: int, period: int, kind: int = DEFERRABLE, **more: int
) -> dict[str, int]:
    return {"budget": budget, "period": period, "kind": kind, **more}


kinds = pytest.mark.parametrize("kind", range(len(KINDS)), ids=KINDS)


@kinds
def test_a_busy_server_gets_its_budget_in_each_period(kind: int) -> None:
    stage = greedy(Stage("server", [server(3, 10, kind)]), [0]).run(35)

    assert stage.of(0) == [(0, 3), (10, 13), (20, 23), (30, 33)]


@kinds
def test_a_budget_is_exhausted_to_the_nanosecond_however_it_is_cut(
    kind: int,
) -> None:
    stage = greedy(Stage("server", [server(3, 10, kind)]), [0])
    stage.cuts = set(range(1, 100, 2))

    assert [e - s for s, e in stage.run(100).of(0)] == [3] * 10


def test_a_deferrable_server_keeps_its_budget_while_idle() -> None:
    stage = Stage("server", [server(3, 10)])
    stage.job(0, 0, 1)
    stage.job(0, 6, 2)

    assert stage.run(10).of(0) == [(0, 1), (6, 8)]


def test_a_deferrable_server_can_serve_two_budgets_back_to_back() -> None:
    """The effect that makes its interference worse than a task's."""
    stage = Stage("server", [server(3, 10)])
    stage.job(0, 0, 0)
    stage.job(0, 7, 6)

    assert stage.run(30).of(0) == [(7, 13)]


def test_a_deferrable_servers_rest_is_discarded_at_the_periods_end() -> None:
    stage = Stage("server", [server(3, 10)])
    stage.job(0, 0, 1)
    stage.job(0, 10, 9)

    assert stage.run(30).of(0) == [(0, 1), (10, 13), (20, 23)]


def test_a_polling_server_loses_its_budget_when_it_blocks() -> None:
    stage = Stage("server", [server(3, 10, POLLING)])
    stage.job(0, 0, 1)
    stage.job(0, 2, 2)

    assert stage.run(20).of(0) == [(0, 1), (10, 12)]


def test_a_polling_server_polls_at_the_start_of_its_period_only() -> None:
    stage = Stage("server", [server(3, 10, POLLING)])
    stage.job(0, 0, 1)
    stage.job(0, 20, 1)  # at a poll
    stage.job(0, 31, 1)  # just after one

    assert stage.run(60).of(0) == [(0, 1), (20, 21), (40, 41)]


def test_a_periodic_servers_budget_passes_while_it_is_blocked() -> None:
    stage = Stage("server", [server(5, 10, PERIODIC)])
    stage.job(0, 0, 1)
    stage.job(0, 3, 9)  # 2 of the 4 that were left have passed

    assert stage.run(20).of(0) == [(0, 1), (3, 5), (10, 15)]


def test_a_periodic_server_that_wakes_in_a_later_period_has_the_rest() -> None:
    stage = Stage("server", [server(5, 10, PERIODIC)])
    stage.job(0, 0, 1)
    stage.job(0, 32, 9)
    stage.job(0, 78, 1)  # its budget has passed by then

    assert stage.run(90).of(0) == [
        (0, 1),
        (32, 35),
        (40, 45),
        (50, 51),
        (80, 81),
    ]


def test_a_sporadic_server_gets_amounts_back_a_period_after_their_use() -> (
    None
):
    stage = Stage("server", [server(4, 10, SPORADIC)])
    stage.job(0, 0, 1)
    stage.job(0, 5, 20)

    # 1 at 10, 3 at 15, then each again.
    assert stage.run(36).of(0) == [
        (0, 1),
        (5, 8),
        (10, 11),
        (15, 18),
        (20, 21),
        (25, 28),
        (30, 31),
        (35, 36),
    ]


def test_a_sporadic_servers_use_in_one_go_comes_back_at_once() -> None:
    stage = Stage("server", [server(4, 10, SPORADIC)])
    stage.job(0, 3, 8)
    stage.cuts = {4, 5, 6}

    assert stage.run(40).of(0) == [(3, 7), (13, 17)]


def test_a_preempted_sporadic_server_gets_its_amounts_back_one_by_one() -> (
    None
):
    """
    What ran after the preemption must not come back too early.

    The defect of the POSIX server (Stanovich et al. 2010): all of it at 10.
    """
    stage = Stage(
        "server",
        [
            server(4, 10, SPORADIC, order=PRIORITY, priority=1),
            server(5, 50, DEFERRABLE, priority=2),
        ],
    )
    stage.job(0, 0, 30)
    stage.job(1, 1, 5)

    assert stage.run(24).of(0) == [
        (0, 1),
        (6, 9),
        (10, 11),
        (16, 19),
        (20, 21),
    ]


@kinds
def test_a_budget_of_the_whole_period_is_a_processor(kind: int) -> None:
    stage = greedy(Stage("server", [server(10, 10, kind)]), [0])
    stage.cuts = {4, 10, 17, 30}

    assert stage.run(100).of(0) == [(0, 100)]


def test_an_idle_sporadic_server_has_its_whole_budget_at_any_time() -> None:
    stage = Stage("server", [server(4, 10, SPORADIC)])
    for when in (0, 17, 33):
        stage.job(0, when, 4)

    assert stage.run(50).of(0) == [(0, 4), (17, 21), (33, 37)]


# --- RTDS: deferrable servers by earliest deadline ------------------------------


def test_waking_after_its_deadline_it_is_in_a_period_of_its_old_grid() -> None:
    stage = Stage("server", [server(3, 10)])
    stage.job(0, 2, 1)  # periods from 2 on
    stage.job(0, 37, 9)

    # The period that began at 32 ends at 42.
    assert stage.run(60).of(0) == [(2, 3), (37, 40), (42, 45), (52, 55)]


def test_an_exhausted_server_leaves_the_processor_to_later_deadlines() -> None:
    stage = greedy(Stage("server", [server(3, 10), server(20, 50)]), [0, 1])

    assert stage.run(15).on() == [
        (0, 0, 3),
        (1, 3, 10),
        (0, 10, 13),
        (1, 13, 15),
    ]


def test_the_nearest_deadline_preempts() -> None:
    stage = Stage("server", [server(9, 40), server(3, 10)])
    stage.job(0, 0, 9)
    stage.job(1, 4, 3)

    assert stage.run(20).on() == [(0, 0, 4), (1, 4, 7), (0, 7, 12)]


def test_equal_deadlines_are_served_first_come_first_served() -> None:
    """Periods that end at 20; the ones that began before are first."""
    stage = Stage("server", [server(4, 10), server(4, 15), server(9, 20)])
    stage.job(0, 10, 4)
    stage.job(1, 5, 4)
    stage.job(2, 0, 20)

    # At 5 and 10 the deadlines are the same: nobody is preempted.
    assert stage.run(18).on() == [(2, 0, 9), (1, 9, 13), (0, 13, 17)]


def test_no_budget_means_idle_unless_there_is_extra_time() -> None:
    lazy = greedy(Stage("server", [server(2, 10)]), [0]).run(30)
    eager = greedy(Stage("server", [server(2, 10, extratime=1)]), [0]).run(30)

    assert lazy.had(0) == 6
    assert eager.had(0) == 30


@kinds
def test_extra_time_is_below_all_that_have_a_budget(kind: int) -> None:
    stage = Stage(
        "server", [server(2, 10, kind, extratime=1), server(6, 40, kind)]
    )
    greedy(stage, [0, 1]).run(20)

    # 1 has the later deadline, and goes before the other's extra time.
    assert stage.on() == [(0, 0, 2), (1, 2, 8), (0, 8, 20)]


def test_extra_time_goes_round() -> None:
    stage = Stage(
        "server", [server(2, 20, extratime=1), server(2, 20, extratime=1)]
    )
    greedy(stage, [0, 1]).run(20)

    assert (stage.had(0), stage.had(1)) == (10, 10)


def test_by_priority_a_later_deadline_can_be_first() -> None:
    both = [
        server(3, 10, order=PRIORITY, priority=1),
        server(6, 30, priority=2),
    ]
    stage = greedy(Stage("server", both), [0, 1]).run(12)

    assert stage.on() == [(1, 0, 6), (0, 6, 9), (0, 10, 12)]


# --- parameters at run time ------------------------------------------------------


@kinds
def test_a_change_takes_effect_at_the_next_replenishment(kind: int) -> None:
    stage = greedy(Stage("server", [server(3, 10, kind)]), [0])
    vcpu = stage.vcpus[0]
    told: list[str | int] = []

    def change() -> None:
        told.append(stage.policy.adjust(vcpu, {"budget": 5, "period": 20}))
        told.append(stage.policy.params(vcpu)["budget"])

    stage.at(1, change)
    stage.run(60)

    assert told == ["", 3]
    assert stage.of(0) == [(0, 3), (10, 15), (30, 35), (50, 55)]
    assert stage.policy.params(vcpu)["period"] == 20


def test_a_smaller_sporadic_budget_is_kept_from_the_change_on() -> None:
    stage = Stage("server", [server(6, 10, SPORADIC)])
    stage.job(0, 0, 2)
    stage.job(0, 4, 40)
    vcpu = stage.vcpus[0]
    stage.at(3, lambda: stage.policy.adjust(vcpu, {"budget": 3}))
    stage.run(60)

    # In force at 10: the 2 that come back then, and 1 of 14, are no more.
    assert stage.of(0)[:4] == [(0, 2), (4, 8), (14, 17), (24, 27)]


def test_a_budget_above_its_period_is_refused_at_any_time() -> None:
    stage = Stage("server", [server(3, 10)])
    vcpu = stage.vcpus[0]

    assert "above the period" in Server.check({"budget": 11, "period": 10})
    assert "above the period" in stage.policy.adjust(vcpu, {"budget": 11})
    assert "above the period" in stage.policy.adjust(vcpu, {"period": 2})
    assert stage.policy.adjust(vcpu, {"budget": 11, "period": 11}) == ""


@pytest.mark.parametrize(
    "params",
    [
        {"period": 0, "budget": 0},
        {"budget": 0},
        {"kind": 4},
        {"extratime": 2},
        {"priority": 256},
        {"order": -1},
        {"slice": 1},
    ],
)
def test_parameters_out_of_range_are_refused(params: dict[str, int]) -> None:
    assert Server.check(params)


def test_the_kind_of_a_server_stays_as_it_is() -> None:
    stage = Stage("server", [server(3, 10)])

    refusal = stage.policy.adjust(stage.vcpus[0], {"kind": SPORADIC})

    assert "cannot change" in refusal


@kinds
def test_a_restart_gives_nobody_another_budget(kind: int) -> None:
    stage = greedy(Stage("server", [server(4, 20, kind)]), [0])
    for when in (1, 3, 7, 25):
        stage.at(when, lambda: stage.restart(0))
    stage.run(100)

    for start in range(0, 100, 20):
        assert 0 <= stage.had(0, start, start + 20) <= 4
    assert stage.had(0, 40, 100) == 12


# --- random systems ------------------------------------------------------------


@pytest.mark.slow
@given(data=st.data())
def test_no_budget_is_overrun_by_a_nanosecond(data: st.DataObject) -> None:
    """
    On any number of processors, through gaps in the windows.

    Budgets of whole periods, from the first wake on; of a sporadic server in
    every interval as long as its period.
    """
    params, jobs = data.draw(systems("server"))
    pcpus = data.draw(st.sampled_from([(0,), (0, 1), (1, 2, 4)]))
    for own in params:
        own["extratime"] = 0
    stage = staged("server", params, jobs, pcpus)
    if len(pcpus) > 1:
        stage.closed(pcpus[0], 20, 50)
    stage.run(UNTIL)

    for index, own in enumerate(params):
        first = min((when for i, when, _ in jobs if i == index), default=0)
        sporadic = own["kind"] == SPORADIC
        for start in range(first, UNTIL, 1 if sporadic else own["period"]):
            had = stage.had(index, start, start + own["period"])
            assert had <= own["budget"]


@pytest.mark.slow
@given(data=st.data())
def test_a_server_with_budget_waits_for_better_ones_only(
    data: st.DataObject,
) -> None:
    params, jobs = data.draw(systems("server"))
    pcpus = data.draw(st.sampled_from([(0,), (0, 1), (1, 2, 4)]))
    stage = staged("server", params, jobs, pcpus)
    policy = stage.policy
    assert isinstance(policy, Server)

    def watch() -> None:
        for vcpu in stage.vcpus:
            budget = policy.budgets[vcpu.id]
            if vcpu.state != RUNNABLE or budget.left <= 0:
                continue
            for current in stage.current.values():
                assert current is not None
                other = policy.budgets[current.id]
                assert other.level <= budget.level
                if not policy.by_priority and other.level == budget.level:
                    assert other.deadline <= budget.deadline

    stage.watch = watch
    stage.run(UNTIL)


@pytest.mark.slow
@given(data=st.data())
def test_what_a_sporadic_server_has_and_gets_back_is_its_budget(
    data: st.DataObject,
) -> None:
    params, jobs = data.draw(systems("server"))
    for own in params:
        own.update(kind=SPORADIC, extratime=0)
    stage = staged("server", params, jobs)
    policy = stage.policy
    assert isinstance(policy, Server)

    def watch() -> None:
        for vcpu in stage.vcpus:
            budget = policy.budgets[vcpu.id]
            back = sum(amount for _, amount in budget.backs)
            assert budget.left + back == budget.budget

    stage.watch = watch
    stage.run(UNTIL)
