"""From a specification to rows: who gets what, and what has no bound."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from vpok.analysis import BoundRow, analyze, unbounded
from vpok.analysis.rows import NO, NONE, UNSHOWN, YES
from vpok.analysis.server_share import (
    DEFAULT_BUDGET,
    DEFAULT_PERIOD,
    KINDS,
    ORDERS,
)
from vpok.kernel.errors import VpokError
from vpok.kernel.sched import POLICIES, server
from vpok.spec.model import (
    Image,
    ModelSpec,
    PartitionSpec,
    PlanSpec,
    ScheduleSpec,
    SystemSpec,
    TaskSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.units import NS_PER_MS as MS

IMAGE = Image("", 0, 0, ())
HALF = (WindowSpec(0, 0, 5 * MS, (0,)),)
WHOLE = (WindowSpec(0, 0, 10 * MS, (0,)),)

TaskList = Sequence[TaskSpec]


def task(
    name: str, period: int, execution: int, priority: int = 0, vcpu: int = 0
) -> TaskSpec:
    """Return a task whose deadline is its period, in ms."""
    return TaskSpec(
        name,
        period * MS,
        period * MS,
        (execution * MS,),
        priority=priority,
        vcpu=vcpu,
    )


def partition(
    tasks: TaskList,
    vcpus: VcpusSpec | None = None,
    *,
    name: str = "p",
    processors: tuple[int, ...] = (0,),
    model: ModelSpec | None = None,
) -> PartitionSpec:
    return PartitionSpec(
        name,
        0,
        IMAGE,
        vcpus or VcpusSpec(1),
        processors,
        model=model or ModelSpec(tuple(tasks)),
    )


def system(
    *partitions: PartitionSpec,
    windows: tuple[WindowSpec, ...] = HALF,
    processors: int = 1,
) -> SystemSpec:
    schedule = ScheduleSpec(10 * MS, windows=windows)
    return SystemSpec("s", partitions, schedule, processors)


def shared(
    policy: str,
    *params: Mapping[str, int],
    windows: tuple[WindowSpec, ...] = WHOLE,
) -> tuple[BoundRow, ...]:
    """Analyse a partition with a vCPU and a task per *params*."""
    tasks = [task(f"t{n}", 100, 2, vcpu=n) for n in range(len(params))]
    vcpus = VcpusSpec(len(params), policy, 1 * MS, params)
    return analyze(system(partition(tasks, vcpus), windows=windows))


def ms(rows: Sequence[BoundRow]) -> list[float | None]:
    return [row.bound / MS if row.bound is not None else None for row in rows]


# --- what there is ----------------------------------------------------------------


def test_a_row_says_all_of_a_task() -> None:
    tasks = [task("hi", 10, 2, priority=2), task("lo", 40, 4)]

    rows = analyze(system(partition(tasks)), {("p", "hi"): 6 * MS})

    first = rows[0]
    assert ms(rows) == [7, 18]
    assert (first.partition, first.task, first.vcpu) == ("p", "hi", 0)
    assert first.supply == "5ms of 10ms in 1 window, processor 0"
    assert (first.schedulable, first.deadline) == (YES, 10 * MS)
    assert first.critical is not None
    assert first.critical.start == 5 * MS
    assert (first.observed, rows[1].observed) == (6 * MS, None)
    assert not first.breached


def test_a_missed_deadline_has_its_critical_instant() -> None:
    short = replace(task("a", 10, 2), deadline=6 * MS)

    (row,) = analyze(system(partition([short])))

    assert (row.bound, row.schedulable) == (7 * MS, NO)


def test_equal_priorities_delay_each_other_and_their_no_is_not_shown() -> None:
    tasks = [
        replace(task("a", 20, 2), deadline=8 * MS),
        replace(task("b", 20, 2), deadline=8 * MS),
    ]

    rows = analyze(system(partition(tasks)))

    assert ms(rows) == [9, 9]
    assert [row.schedulable for row in rows] == [UNSHOWN, UNSHOWN]


def test_a_task_without_deadline_has_a_bound_and_no_verdict() -> None:
    (row,) = analyze(
        system(partition([replace(task("a", 10, 2), deadline=0)]))
    )

    assert (row.bound, row.schedulable) == (7 * MS, NONE)


def test_edf_has_a_counter_example() -> None:
    tasks = (task("a", 10, 3), task("b", 20, 6))
    model = ModelSpec(tasks, "edf")

    rows = analyze(system(partition((), model=model)))

    assert {row.schedulable for row in rows} == {NO}
    assert rows[0].excess is not None
    assert rows[0].excess.demand > rows[0].excess.supply
    assert "need 0.6 of a processor and get 0.5" in rows[0].why


@pytest.mark.parametrize(
    ("execution", "weights", "uniform"),
    [((2,), (), False), ((1, 2), (), True), ((2, 1), (1, 9), False)],
)
def test_the_longest_execution_counts(
    execution: tuple[int, ...], weights: tuple[int, ...], uniform: bool
) -> None:
    drawn = replace(
        task("a", 10, 2),
        execution=tuple(each * MS for each in execution),
        weights=weights,
        uniform=uniform,
    )

    assert ms(analyze(system(partition([drawn])))) == [7]


def test_jitter_counts_from_the_arrival() -> None:
    late = replace(task("a", 10, 2), jitter=1 * MS)

    assert ms(analyze(system(partition([late])))) == [8]


def test_an_aperiodic_task_is_its_list() -> None:
    listed = TaskSpec(
        "a", 0, 0, (2 * MS,), kind="aperiodic", arrivals=(0, 1 * MS, 50 * MS)
    )

    (row,) = analyze(system(partition([listed])))

    assert row.bound == 8 * MS  # both of the first two, one ms less


# --- who shares what ----------------------------------------------------------------


def test_null_gives_each_virtual_cpu_its_processor() -> None:
    windows = (
        WindowSpec(0, 0, 5 * MS, (0,)),
        WindowSpec(0, 0, 10 * MS, (1,)),
    )
    tasks = [task("a", 20, 2, vcpu=0), task("b", 20, 2, vcpu=1)]
    own = partition(tasks, VcpusSpec(2), processors=(0, 1))

    rows = analyze(system(own, windows=windows, processors=2))

    assert ms(rows) == [7, 2]
    assert rows[1].supply == "all of processor 1"


def test_windows_of_other_partitions_do_not_count() -> None:
    windows = (
        WindowSpec(0, 0, 2 * MS, (0,)),
        WindowSpec(1, 2 * MS, 8 * MS, (0,)),
    )
    both = [
        partition([task("a", 20, 1)], name="a"),
        partition([task("b", 20, 1)], name="b"),
    ]

    assert ms(analyze(system(*both, windows=windows))) == [9, 3]


def test_round_robin_waits_for_a_turn_of_each_other() -> None:
    rows = shared("round-robin", {}, {"quantum": 3 * MS})

    assert ms(rows) == [8, 3]
    assert rows[0].supply == "turns of 1ms of 4ms; all of processor 0"


def test_an_idle_virtual_cpu_takes_no_turns() -> None:
    vcpus = VcpusSpec(3, "round-robin", 1 * MS)

    rows = analyze(system(partition([task("a", 20, 2)], vcpus), windows=WHOLE))

    assert ms(rows) == [2]


def test_virtual_cpus_of_higher_priority_come_first() -> None:
    rows = shared(
        "fixed-priority", {"priority": 1}, {"priority": 9}, {"priority": 1}
    )

    assert ms(rows) == [6, 2, 6]


def test_a_virtual_cpu_of_equal_priority_waits_for_the_least_task() -> None:
    """What queues up behind that delays the urgent one (seen in runs)."""
    tasks = [
        task("urgent", 100, 1, priority=9),
        task("long", 100, 6),
        task("other", 100, 2, vcpu=1),
    ]
    vcpus = VcpusSpec(2, "fixed-priority")

    rows = analyze(system(partition(tasks, vcpus), windows=WHOLE))

    assert ms(rows) == [9, 9, 9]


def test_the_flat_architecture_without_windows_has_one_group() -> None:
    both = [
        partition([task("a", 20, 2)], name="a"),
        partition(
            [task("b", 20, 2)],
            VcpusSpec(1, params=({"priority": 3},)),
            name="b",
        ),
    ]
    schedule = ScheduleSpec(0, architecture="flat", policy="fixed-priority")

    rows = analyze(SystemSpec("s", tuple(both), schedule))

    assert ms(rows) == [4, 2]


def test_windows_of_the_flat_architecture_name_virtual_cpus() -> None:
    windows = (
        WindowSpec(0, 0, 2 * MS, (0,), vcpu=0),
        WindowSpec(0, 2 * MS, 8 * MS, (0,), vcpu=1),
    )
    tasks = [task("a", 20, 1, vcpu=0), task("b", 20, 1, vcpu=1)]
    schedule = ScheduleSpec(10 * MS, windows=windows, architecture="flat")
    spec = SystemSpec("s", (partition(tasks, VcpusSpec(2)),), schedule)

    assert ms(analyze(spec)) == [9, 3]


def test_each_plan_has_its_rows_and_a_run_is_of_the_first() -> None:
    plans = (
        PlanSpec("day", 10 * MS, HALF),
        PlanSpec("night", 10 * MS, WHOLE),
    )
    spec = SystemSpec(
        "s",
        (partition([task("a", 20, 2)]),),
        ScheduleSpec(10 * MS, plans=plans),
    )

    rows = analyze(spec, {("p", "a"): 7 * MS})

    assert [(row.plan, row.observed) for row in rows] == [
        ("day", 7 * MS),
        ("night", None),
    ]
    assert ms(rows) == [7, 2]


# --- servers ------------------------------------------------------------------------


def test_the_parameters_of_servers_are_the_policys() -> None:
    assert KINDS == server.KINDS
    assert ORDERS == server.ORDERS
    assert server.PARAMETERS["budget"].default == DEFAULT_BUDGET
    assert server.PARAMETERS["period"].default == DEFAULT_PERIOD


def params(kind: str, order: str = "edf", **more: int) -> dict[str, int]:
    return {
        "budget": 2 * MS,
        "period": 5 * MS,
        "kind": KINDS.index(kind),
        "order": ORDERS.index(order),
        **more,
    }


@pytest.mark.parametrize("kind", ["deferrable", "periodic", "sporadic"])
def test_a_server_alone_is_a_window_of_its_budget(kind: str) -> None:
    rows = shared("server", params(kind))

    assert ms(rows) == [5]  # it comes when the budget is just used up
    assert rows[0].supply == f"{kind} server of 2ms in 5ms; all of processor 0"


def test_a_polling_server_may_have_just_lost_its_budget() -> None:
    assert ms(shared("server", params("polling"))) == [7]


def test_servers_that_fit_have_their_budget_by_the_periods_end() -> None:
    both = [params("periodic")] * 2

    assert ms(shared("server", *both)) == [8, 8]


@pytest.mark.parametrize("kind", ["deferrable", "sporadic"])
def test_utilisation_says_nothing_of_such_servers_under_edf(kind: str) -> None:
    rows = shared("server", params(kind), params("periodic"))

    assert ms(rows) == [None, None]
    assert f"with {kind} servers under EDF" in rows[0].why


def test_a_deferrable_server_above_comes_twice_in_a_row() -> None:
    """2 at a period's end, 2 at the next one's start, then our 1 of 20."""
    low = {**params("periodic", "priority"), "budget": MS, "period": 20 * MS}
    rows = shared("server", params("deferrable", "priority", priority=1), low)

    assert rows[0].bound == 5 * MS
    # Its budget may come 5 after its period's start: 19 + 4 without, then 20
    # from the first to the second of the two that it needs.
    assert rows[1].bound == (19 + 4 + 20 + 1) * MS


def test_a_sporadic_server_has_a_bound_if_nobody_is_above() -> None:
    rows = shared(
        "server",
        params("sporadic", "priority", priority=1),
        params("sporadic", "priority"),
    )

    assert rows[0].bound == 5 * MS
    assert "stretch" in rows[1].why


def test_servers_that_hold_others_back_are_told() -> None:
    rows = shared(
        "server",
        params("periodic", "priority", priority=1, budget=4 * MS),
        params("periodic", "priority"),
    )

    assert "beyond the period" in rows[1].why


def test_too_many_servers_are_told() -> None:
    rows = shared("server", *[params("periodic")] * 3)

    assert "the servers need 1.2 processors" in rows[0].why


# --- what has no bound --------------------------------------------------------------


def test_every_policy_has_its_word() -> None:
    """No policy is unknown: what has no sound bound says why."""
    for policy in POLICIES:
        rows = shared(policy, {}, {}) if policy != "null" else ()
        for row in rows:
            assert row.bound is not None or row.why.startswith("no bound: ")
            assert "none is known" not in row.why


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ("edf", "deadline counts from its wake"),
        ("credit", "fair in the long run"),
        ("lottery", "none is known for the policy lottery"),
    ],
)
def test_policies_without_a_bound_say_why(policy: str, why: str) -> None:
    assert all(why in row.why for row in shared(policy, {}, {}))


def test_a_server_under_windows_has_no_bound() -> None:
    (row,) = shared("server", params("periodic"), windows=HALF)

    assert (row.bound, row.schedulable) == (None, UNSHOWN)
    assert row.why == "no bound: it is a server under windows"


def test_a_policy_over_several_processors_has_no_bound() -> None:
    windows = (
        WindowSpec(0, 0, 5 * MS, (0,)),
        WindowSpec(0, 0, 10 * MS, (1,)),
    )
    own = partition(
        [task("a", 20, 2)], VcpusSpec(2, "round-robin", MS), processors=(0, 1)
    )

    (row,) = analyze(system(own, windows=windows, processors=2))

    assert row.why == (
        "no bound: round-robin schedules it over several processors"
    )


def test_tasks_that_are_global_have_no_bound() -> None:
    model = ModelSpec((task("a", 20, 2),), spread=True)
    two = partition((), VcpusSpec(2), model=model)
    one = partition((), VcpusSpec(1), model=model)

    (row,) = analyze(system(two))

    assert "its tasks are global" in row.why
    assert row.vcpu == -1
    assert ms(analyze(system(one))) == [7]


def test_real_guests_have_no_rows_and_disturb_only_who_shares_with_them() -> (
    None
):
    real = replace(partition((), name="real"), model=None)
    own = partition([task("a", 20, 2)], name="own")
    windows = (
        WindowSpec(0, 0, 5 * MS, (0,)),
        WindowSpec(1, 5 * MS, 5 * MS, (0,)),
    )
    flat = ScheduleSpec(
        0, architecture="flat", policy="round-robin", quantum=MS
    )

    (apart,) = analyze(system(real, own, windows=windows))
    (together,) = analyze(SystemSpec("s", (real, own), flat))

    assert list(unbounded(system(real, own, windows=windows))) == ["real"]
    assert apart.bound == 7 * MS
    assert "shares its windows with guests" in together.why


def test_a_partition_without_windows_gets_nothing() -> None:
    (row,) = analyze(system(partition([task("a", 20, 2)]), windows=()))

    assert (row.bound, row.schedulable) == (None, NO)


def test_what_is_no_specification_is_a_mistake() -> None:
    with pytest.raises(VpokError, match="str is no SystemSpec: take the"):
        analyze("system.yaml")  # type: ignore[arg-type]
