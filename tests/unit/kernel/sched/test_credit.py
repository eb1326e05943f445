"""Credit: shares, caps, sleepers, and weights that ask for too much."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.kernel.sched.stage import Stage, greedy
from tests.unit.kernel.sched.test_reference import UNTIL, staged, systems
from vpok.kernel.sched.credit import QUANTA, Credit
from vpok.kernel.sched.shares import UNIT, Group, Shares
from vpok.kernel.vcpu import RUNNABLE
from vpok.units import MAX_TIME

QUANTUM = 10
PERIOD = QUANTA * QUANTUM


def weights(*values: int) -> list[dict[str, int]]:
    return [{"weight": value} for value in values]


def caps(*values: int) -> list[dict[str, int]]:
    return [{"cap": value} for value in values]


# --- shares ----------------------------------------------------------------------


def test_equal_weights_take_turns_of_a_quantum() -> None:
    stage = greedy(Stage("credit", weights(256, 256)), [0, 1]).run(40)

    assert stage.on() == [(0, 0, 10), (1, 10, 20), (0, 20, 30), (1, 30, 40)]


def test_twice_the_weight_is_twice_the_time() -> None:
    stage = greedy(Stage("credit", weights(512, 256, 256)), [0, 1, 2])
    stage.run(4000)

    assert [stage.had(v) for v in range(3)] == [2000, 1000, 1000]


def test_what_a_sleeper_leaves_is_shared_by_weight() -> None:
    stage = Stage("credit", weights(100, 300, 600))
    greedy(stage, [0, 1])
    stage.job(2, 0, 1)
    stage.run(4001)

    assert stage.had(0) == pytest.approx(1000, abs=2 * QUANTUM)


def test_a_quantum_of_years_leaves_a_cap_its_meaning() -> None:
    """A period of it, and a cap's part of that, are beyond 64 bits."""
    stage = Stage("credit", caps(6400, 1), quantum=MAX_TIME - 1)
    greedy(stage, [0, 1])
    stage.run(1000)

    assert stage.had(0) == 1000


@st.composite
def crowds(draw: st.DrawFn) -> Stage:
    """Draw vCPUs of which some sleep at first, and all are busy from 500 on."""
    some = draw(st.lists(st.integers(1, 1000), min_size=1, max_size=6))
    stage = Stage("credit", weights(*some))
    for index in range(len(some)):
        starts = draw(st.lists(st.integers(0, 499), max_size=4))
        for when in sorted(starts):
            stage.job(index, when, draw(st.integers(1, 120)))
    return greedy_from(stage, 500)


def greedy_from(stage: Stage, when: int) -> Stage:
    for index in range(len(stage.vcpus)):
        stage.job(index, when, 10**9)
    return stage


@pytest.mark.slow
@given(stage=crowds(), data=st.data())
def test_in_every_interval_the_service_is_near_the_share(
    stage: Stage, data: st.DataObject
) -> None:
    """By the class's promise, while all are runnable, and after any past."""
    stage.run(2500)
    each = [stage.policy.params(v)["weight"] for v in stage.vcpus]
    start = data.draw(st.integers(500, 2499))
    end = data.draw(st.integers(start, 2500))

    for index, weight in enumerate(each):
        share = Fraction(weight, sum(each))
        off = stage.had(index, start, end) - share * (end - start)
        assert abs(off) <= (2 + 2 * len(each) * share) * QUANTUM


@pytest.mark.slow
@given(some=st.lists(st.integers(1, 1000), min_size=1, max_size=6))
def test_if_nobody_has_slept_it_is_nearer(some: list[int]) -> None:
    stage = greedy(Stage("credit", weights(*some)), range(len(some)))
    stage.run(1500)

    for index, weight in enumerate(some):
        share = Fraction(weight, sum(some))
        for start in range(0, 1500, 370):
            for end in range(start, 1501, 70):
                off = stage.had(index, start, end) - share * (end - start)
                assert abs(off) <= (1 + len(some) * share) * QUANTUM


def test_a_sleeper_accrues_one_slice_at_most() -> None:
    """However long it slept: one quantum more than its half, then turns."""
    for slept in (100, 1000, 50_000):
        stage = greedy(Stage("credit", weights(256, 256)), [0])
        stage.job(1, slept, 10**9)
        stage.run(slept + 100)

        ahead = stage.had(1, slept, slept + 100) - 50
        assert 0 <= ahead <= QUANTUM


def test_blocking_before_its_turn_ends_gains_nothing() -> None:
    stage = greedy(Stage("credit", weights(256, 256)), [0])
    for when in range(0, 4000, 9):
        stage.job(1, when, 8)
    stage.run(4000)

    assert stage.had(1) <= 2000 + 2 * QUANTUM


def test_who_wakes_with_less_virtual_time_preempts() -> None:
    stage = greedy(Stage("credit", weights(256, 256)), [0])
    stage.job(1, 55, 3)

    assert stage.run(80).of(1) == [(55, 58)]


def test_a_yield_lets_the_next_one_go_first() -> None:
    stage = greedy(Stage("credit", weights(256, 256)), [0, 1])
    stage.at(2, lambda: stage.policy.yielded(stage.vcpus[0], stage.now))

    assert stage.run(12).on()[:2] == [(0, 0, 2), (1, 2, 12)]


def test_a_changed_weight_counts_from_the_next_turn_on() -> None:
    stage = greedy(Stage("credit", weights(256, 256)), [0, 1])
    policy, vcpu = stage.policy, stage.vcpus[1]
    stage.at(1000, lambda: policy.adjust(vcpu, {"weight": 768}))
    stage.run(5000)

    assert stage.had(1, 0, 1000) == pytest.approx(500, abs=QUANTUM)
    assert stage.had(1, 1000, 5000) == pytest.approx(3000, abs=4 * QUANTUM)


# --- several processors ----------------------------------------------------------


def test_a_weight_above_a_processor_is_clamped_to_one() -> None:
    """100 : 1 : 1 on two: one processor for the first, half for the others."""
    stage = Stage("credit", weights(100, 1, 1), (0, 1))
    greedy(stage, [0, 1, 2]).run(4000)

    assert stage.had(0) == 4000
    assert stage.had(1) == pytest.approx(2000, abs=2 * QUANTUM)


def test_time_that_nobody_else_wanted_is_not_held_against_anybody() -> None:
    """Two have a processor each for long; then a third comes."""
    stage = Stage("credit", weights(200, 1, 100), (0, 1))
    greedy(stage, [0, 1])
    stage.job(2, 50_000, 10**9)
    stage.run(54_000)

    # 200 : 100 : 1 of two processors: one, one less 1/101, and the rest.
    assert stage.had(1, 0, 50_000) == 50_000
    assert stage.had(0, 50_000, 54_000) >= 3900
    assert stage.had(2, 50_000, 54_000) >= 3900
    assert stage.had(1, 50_000, 54_000) > 0


def test_clamping_is_worked_out_from_the_heaviest_down() -> None:
    shares = Shares()
    groups = [Group(index, 0) for index in range(4)]
    for group, weight in zip(groups, [1000, 50, 6, 4], strict=True):
        group.weight = weight
        shares.groups[group.ident] = group
        shares.update(group, 1)

    # Three processors: one each for the first two, one for the last two.
    rates = [Fraction(*shares.rate(group, 3)) for group in groups]
    assert rates[0] == rates[1]
    assert rates[2] / rates[0] == Fraction(10, 6)
    assert rates[3] / rates[2] == Fraction(6, 4)
    assert shares.total == 1060 * UNIT


def test_nothing_is_clamped_on_one_processor() -> None:
    stage = greedy(Stage("credit", weights(900, 100)), [0, 1]).run(5000)

    assert stage.had(1) == pytest.approx(500, abs=2 * QUANTUM)


# --- caps ------------------------------------------------------------------------


@pytest.mark.parametrize("cap", [1, 25, 33, 99, 100])
def test_a_cap_is_exact_in_every_period(cap: int) -> None:
    stage = greedy(Stage("credit", caps(cap)), [0])
    stage.cuts = set(range(3, 2000, 7))
    stage.run(20 * PERIOD)

    for k in range(20):
        assert stage.had(0, k * PERIOD, (k + 1) * PERIOD) == cap


def test_a_capped_vcpu_leaves_the_rest_to_others_or_to_nobody() -> None:
    alone = greedy(Stage("credit", caps(30)), [0]).run(1000)
    two = greedy(Stage("credit", caps(30, 0)), [0, 1]).run(1000)

    assert alone.had(0) == 300
    assert (two.had(0), two.had(1)) == (300, 700)


@pytest.mark.slow
@given(data=st.data())
def test_no_cap_is_exceeded_by_a_nanosecond(data: st.DataObject) -> None:
    params, jobs = data.draw(systems("credit"))
    pcpus = data.draw(st.sampled_from([(0,), (0, 1), (1, 2, 4)]))
    stage = staged("credit", params, jobs, pcpus).run(UNTIL)

    for index, own in enumerate(params):
        if own["cap"]:
            for start in range(0, UNTIL, PERIOD):
                assert stage.had(index, start, start + PERIOD) <= own["cap"]


@pytest.mark.slow
@given(data=st.data())
def test_without_caps_no_processor_is_idle_while_somebody_waits(
    data: st.DataObject,
) -> None:
    params, jobs = data.draw(systems("credit"))
    pcpus = data.draw(st.sampled_from([(0,), (0, 1), (1, 2, 4)]))
    for own in params:
        own["cap"] = 0
    stage = staged("credit", params, jobs, pcpus)

    def watch() -> None:
        waiting = any(v.state == RUNNABLE for v in stage.vcpus)
        assert not waiting or None not in stage.current.values()

    stage.watch = watch
    stage.run(UNTIL)


def test_a_changed_cap_is_in_force_from_its_next_period_on() -> None:
    stage = greedy(Stage("credit", caps(0)), [0])
    policy, vcpu = stage.policy, stage.vcpus[0]
    stage.at(150, lambda: policy.adjust(vcpu, {"cap": 40}))
    stage.at(450, lambda: policy.adjust(vcpu, {"cap": 0}))
    stage.run(700)

    had = [stage.had(0, k * PERIOD, (k + 1) * PERIOD) for k in range(7)]
    assert had == [100, 100, 40, 40, 40, 100, 100]


def test_a_restart_does_not_lift_a_cap() -> None:
    stage = greedy(Stage("credit", caps(30)), [0])
    for when in (12, 20, 35, 130):
        stage.at(when, lambda: stage.restart(0))
    stage.run(300)

    assert [stage.had(0, k, k + 100) for k in (0, 100, 200)] == [30] * 3


# --- the flat architecture -------------------------------------------------------


def test_in_the_flat_architecture_a_partition_shares_one_weight() -> None:
    stage = Stage("credit", weights(256, 256, 256), partitions=[0, 0, 1])
    greedy(stage, [0, 1, 2]).run(4000)

    for index, share in enumerate((1000, 1000, 2000)):
        assert stage.had(index) == pytest.approx(share, abs=2 * QUANTUM)


def test_in_the_flat_architecture_a_partition_shares_one_cap() -> None:
    stage = Stage("credit", caps(120, 120, 120), (0, 1), partitions=[0, 0, 0])
    greedy(stage, [0, 1, 2]).run(10 * PERIOD)

    for k in range(10):
        start, end = k * PERIOD, (k + 1) * PERIOD
        assert sum(stage.had(v, start, end) for v in range(3)) == 120


@pytest.mark.parametrize(
    "params",
    [{"weight": 0}, {"weight": 65536}, {"cap": -1}, {"cap": 6401}, {"x": 1}],
)
def test_parameters_out_of_range_are_refused(params: dict[str, int]) -> None:
    assert Credit.check(params)
