"""Fixed priorities, EDF and turns: who runs, and on which processor."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.kernel.sched.stage import Stage, greedy
from tests.unit.kernel.sched.test_reference import UNTIL, staged, systems
from vpok.kernel.sched import POLICIES
from vpok.kernel.vcpu import RUNNABLE, RUNNING, Vcpu


def priorities(*values: int) -> list[dict[str, int]]:
    return [{"priority": value} for value in values]


def deadlines(*values: int) -> list[dict[str, int]]:
    return [{"deadline": value} for value in values]


# --- one processor ------------------------------------------------------------


def test_the_textbook_set_under_rate_monotonic_priorities() -> None:
    """
    Liu's example (4, 1), (5, 2), (20, 5): the third responds at 15.

    Critical instant at 0: 5 + ceil(15/4) * 1 + ceil(15/5) * 2 = 15.
    """
    stage = Stage("fixed-priority", priorities(3, 2, 1))
    for index, (period, work) in enumerate([(4, 1), (5, 2), (20, 5)]):
        stage.jobs(index, period, work, 20)

    stage.run(20)

    assert stage.of(2)[-1][1] == 15
    assert stage.of(0) == [(0, 1), (4, 5), (8, 9), (12, 13), (16, 17)]


def test_edf_schedules_what_fixed_priorities_cannot() -> None:
    """Liu and Layland: (5, 2), (7, 4), utilisation 34/35."""
    late = []
    for name in ("fixed-priority", "edf"):
        own = deadlines(5, 7) if name == "edf" else priorities(2, 1)
        stage = Stage(name, own)
        stage.jobs(0, 5, 2, 35)
        stage.jobs(1, 7, 4, 35)
        stage.run(35)
        late.append(sum(stage.had(1, 7 * k, 7 * k + 7) < 4 for k in range(5)))

    assert late[0] > 0
    assert late[1] == 0


@pytest.mark.parametrize("name", ["fixed-priority", "edf"])
def test_an_equal_does_not_preempt(name: str) -> None:
    own = deadlines(10, 8) if name == "edf" else priorities(1, 1)
    stage = Stage(name, own)
    stage.job(0, 0, 6)
    stage.job(1, 2, 3)  # by edf: both at 10

    assert stage.run(20).on() == [(0, 0, 6), (1, 6, 9)]


@pytest.mark.parametrize("name", ["fixed-priority", "edf"])
def test_of_equals_that_wait_the_first_configured_goes_first(
    name: str,
) -> None:
    own = deadlines(9, 9, 9) if name == "edf" else priorities(1, 1, 1)
    stage = Stage(name, own)
    for index in (2, 0, 1):
        stage.job(index, 3, 1)

    assert stage.run(20).on() == [(0, 3, 4), (1, 4, 5), (2, 5, 6)]


def test_a_yield_lets_equals_run_and_nobody_below() -> None:
    stage = greedy(Stage("fixed-priority", priorities(2, 2, 1)), [0, 1, 2])
    for when in (3, 5):
        stage.at(
            when,
            lambda: stage.policy.yielded(
                next(v for v in stage.vcpus if v.state == RUNNING), stage.now
            ),
        )

    assert stage.run(9).on() == [(0, 0, 3), (1, 3, 5), (0, 5, 9)]


def test_a_changed_priority_acts_at_once() -> None:
    stage = greedy(Stage("fixed-priority", priorities(2, 1)), [0, 1])
    policy, vcpu = stage.policy, stage.vcpus[1]
    stage.at(4, lambda: policy.adjust(vcpu, {"priority": 7}))

    assert stage.run(9).on() == [(0, 0, 4), (1, 4, 9)]
    assert policy.params(vcpu) == {"priority": 7}


def test_a_changed_deadline_is_that_of_the_next_wake() -> None:
    stage = Stage("edf", deadlines(30, 20))
    stage.jobs(0, 20, 5, 40)
    stage.jobs(1, 20, 5, 40)
    policy, vcpu = stage.policy, stage.vcpus[0]
    stage.at(1, lambda: policy.adjust(vcpu, {"deadline": 10}))

    assert [v for v, _, _ in stage.run(40).on()] == [1, 0, 0, 1]


def test_a_vcpu_without_deadline_is_after_those_with_one() -> None:
    stage = greedy(Stage("edf", deadlines(0, 1000)), [0, 1], 5)

    assert stage.run(20).on() == [(1, 0, 5), (0, 5, 10)]


@pytest.mark.parametrize("value", [-1, 256])
def test_priorities_out_of_range_are_refused(value: int) -> None:
    stage = Stage("fixed-priority", priorities(1))
    check = POLICIES["fixed-priority"].check

    assert f"priority {value}" in check({"priority": value})
    assert stage.policy.adjust(stage.vcpus[0], {"priority": value})
    assert stage.policy.params(stage.vcpus[0]) == {"priority": 1}


# --- several processors ---------------------------------------------------------


def test_who_waits_takes_the_lowest_idle_processor() -> None:
    stage = Stage("fixed-priority", priorities(1, 1, 1), (0, 1, 2))
    stage.job(0, 0, 9)
    stage.job(2, 1, 5)
    stage.job(1, 2, 5)
    stage.run(20)

    assert [stage.on(pcpu) for pcpu in (0, 1, 2)] == [
        [(0, 0, 9)],
        [(2, 1, 6)],
        [(1, 2, 7)],
    ]


def test_it_goes_back_to_its_last_processor_if_that_is_idle() -> None:
    stage = Stage("fixed-priority", priorities(1, 1), (0, 1))
    stage.job(0, 0, 2)
    stage.job(1, 0, 4)
    stage.job(1, 8, 4)
    stage.run(20)

    assert stage.on(1) == [(1, 0, 4), (1, 8, 12)]


@pytest.mark.parametrize("name", ["fixed-priority", "edf"])
def test_the_victim_is_the_worst_then_the_highest_processor(name: str) -> None:
    if name == "edf":
        own = deadlines(50, 90, 90, 10)
    else:
        own = priorities(5, 1, 1, 9)
    stage = Stage(name, own, (0, 1, 2))
    greedy(stage, [0, 1, 2], 30)
    stage.job(3, 5, 4)
    stage.run(40)

    assert stage.on(2) == [(2, 0, 5), (3, 5, 9), (2, 9, 34)]


def test_the_preempted_goes_on_where_somebody_sleeps() -> None:
    stage = Stage("fixed-priority", priorities(2, 1, 3), (0, 1))
    stage.job(0, 0, 6)
    stage.job(1, 0, 10)
    stage.job(2, 4, 20)
    stage.run(30)

    assert stage.on(0) == [(0, 0, 6), (1, 6, 12)]
    assert stage.on(1) == [(1, 0, 4), (2, 4, 24)]


def test_dhalls_effect_shows_under_global_edf() -> None:
    """Two light tasks make a heavy one late, however many processors."""
    stage = Stage("edf", deadlines(10, 10, 11), (0, 1))
    stage.jobs(0, 10, 2, 30)
    stage.jobs(1, 10, 2, 30)
    stage.job(2, 0, 10)

    assert stage.run(30).of(2)[-1][1] == 12


def test_a_pinned_vcpu_waits_for_its_processor() -> None:
    stage = Stage("fixed-priority", priorities(3, 1), (0, 1))
    stage.vcpus[1].affinity = 1
    stage.job(0, 0, 6)
    stage.job(1, 0, 3)
    stage.run(20)

    assert stage.on(0) == [(0, 0, 6), (1, 6, 9)]
    assert stage.on(1) == []


def test_a_pinned_vcpu_ousts_from_its_processors_only() -> None:
    """The ousted one takes the other processor from somebody worse."""
    stage = Stage("fixed-priority", priorities(2, 1, 3), (0, 1))
    stage.vcpus[2].affinity = 1
    greedy(stage, [0, 1], 20)
    stage.job(2, 5, 4)
    stage.run(15)

    assert stage.on(0) == [(0, 0, 5), (2, 5, 9), (1, 9, 15)]
    assert stage.on(1) == [(1, 0, 5), (0, 5, 15)]


def test_only_open_processors_are_given_work() -> None:
    stage = Stage("round-robin", [{}, {}], (0, 1), quantum=100)
    greedy(stage, [0, 1])
    stage.closed(1, 5, 15)
    stage.run(20)

    assert stage.on(1) == [(1, 0, 5), (1, 15, 20)]


def test_a_windows_end_takes_nobodys_place() -> None:
    """Equals: who had the processor has it again, though 0 comes first."""
    stage = Stage("fixed-priority", priorities(1, 1, 9), (0, 1))
    stage.closed(0, 1, 2)
    stage.job(2, 0, 50)
    stage.closed(1, 1, 20)
    stage.job(1, 3, 9)
    stage.job(0, 4, 9)
    stage.closed(0, 6, 8)
    stage.vcpus[2].affinity = 2
    stage.run(20)

    assert stage.on(0) == [(1, 3, 6), (1, 8, 14), (0, 14, 20)]


def better(stage: Stage, name: str, one: Vcpu, two: Vcpu) -> bool:
    """Say by the parameters alone whether *one* is strictly better."""
    keys = []
    for vcpu in (one, two):
        own = stage.policy.params(vcpu)
        if name == "fixed-priority":
            keys.append((0, -own["priority"]))
        else:
            woken = stage.woken[int(vcpu.index)]
            relative = own["deadline"]
            keys.append((0, woken + relative) if relative else (1, 0))
    return keys[0] < keys[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fixed-priority", "edf", "round-robin"])
@given(data=st.data())
def test_nobody_waits_while_a_processor_is_idle_or_has_somebody_worse(
    name: str, data: st.DataObject
) -> None:
    params, jobs = data.draw(systems(name))
    pcpus = data.draw(st.sampled_from([(0,), (0, 1), (1, 2, 4)]))
    stage = staged(name, params, jobs, pcpus)
    closed = data.draw(st.sampled_from(pcpus))
    if len(pcpus) > 1:
        stage.closed(closed, 20, 50)

    def watch() -> None:
        waiting = [v for v in stage.vcpus if v.state == RUNNABLE]
        for pcpu in pcpus:
            current = stage.current[pcpu]
            if not waiting or not stage.open[pcpu]:
                continue
            assert current is not None
            if name != "round-robin":
                assert not any(
                    better(stage, name, v, current) for v in waiting
                )

    stage.watch = watch
    stage.run(UNTIL)


@pytest.mark.slow
def test_a_thousand_vcpus_on_64_processors_are_no_burden() -> None:
    """The cost of an act grows with processors, not with vCPUs squared."""
    spent = []
    for count in (128, 1024):
        stage = Stage("edf", deadlines(*range(1000, 1000 + count)), range(64))
        policy = stage.policy
        greedy(stage, range(count))
        stage.run(1)
        began = time.process_time()
        for turn in range(200):
            vcpu = stage.vcpus[turn % 64]
            policy.blocked(vcpu, 1)
            policy.wake(vcpu, 1)
            for pcpu in range(64):
                policy.pick(pcpu, 1)
        spent.append(time.process_time() - began)

    assert spent[1] < 4 * spent[0] + 0.05
