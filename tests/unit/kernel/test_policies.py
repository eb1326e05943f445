"""vCPU schedulers: what every one must keep, and what each one promises."""

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.kernel.partition import Partition
from vpok.kernel.sched import POLICIES, Policy
from vpok.kernel.sched.null import Null
from vpok.kernel.sched.round_robin import RoundRobin
from vpok.kernel.vcpu import BLOCKED, RUNNABLE, RUNNING, Vcpu, set_state
from vpok.machine.arch import ArchOps, ArchVcpu
from vpok.testing import (
    Cause,
    Guest,
    ScriptedEngine,
    call,
    make_world,
    windows,
    work,
)
from vpok.units import FAR


class Bench:
    """A policy with vCPUs, and no kernel."""

    def __init__(self, name: str, count: int, pcpus: list[int]) -> None:
        self.policy: Policy = POLICIES[name](pcpus, 100)
        engine = ScriptedEngine([()])
        self.vcpus = []
        for index in range(count):
            arch = ArchVcpu(ArchOps(), engine.machine)
            vcpu = Vcpu(index, index, Partition(0, "p", engine), arch)
            self.policy.add(vcpu, {})
            self.vcpus.append(vcpu)
            self.wake(index)
        for pcpu in pcpus:
            self.policy.window(pcpu, True, 0)

    def wake(self, index: int, now: int = 0) -> None:
        set_state(self.vcpus[index], RUNNABLE, now)
        self.policy.wake(self.vcpus[index], now)

    def block(self, index: int, now: int = 0) -> None:
        set_state(self.vcpus[index], BLOCKED, now)
        self.policy.blocked(self.vcpus[index], now)

    def put(self, index: int, pcpu: int, now: int = 0) -> None:
        """Let a vCPU run on a processor."""
        set_state(self.vcpus[index], RUNNING, now)
        self.vcpus[index].pcpu = pcpu

    def stop(self, index: int, now: int = 0) -> None:
        set_state(self.vcpus[index], RUNNABLE, now)

    def pick(self, pcpu: int = 0, now: int = 0) -> int | None:
        vcpu = self.policy.pick(pcpu, now)
        return None if vcpu is None else int(vcpu.index)


names = pytest.mark.parametrize("name", sorted(POLICIES))


@names
def test_with_nothing_runnable_nobody_is_chosen(name: str) -> None:
    bench = Bench(name, 2, [0, 1])
    bench.block(0)
    bench.block(1)

    assert bench.pick(0) is None
    assert bench.policy.next_event(0, 0) == FAR


@names
def test_parameters_that_a_policy_does_not_have_are_refused(
    name: str,
) -> None:
    bench = Bench(name, 1, [0])

    assert bench.policy.adjust(bench.vcpus[0], {}) == ""
    assert "no parameter" in bench.policy.adjust(bench.vcpus[0], {"colour": 1})


@pytest.mark.slow
@names
@given(data=st.data())
def test_a_choice_is_runnable_and_stays_the_same(
    name: str, data: st.DataObject
) -> None:
    """Whatever happens: nobody runs twice, and asking again changes nothing."""
    pcpus = data.draw(st.sampled_from([[0], [0, 1], [1, 3]]))
    count = data.draw(st.integers(1, len(pcpus) if name == "null" else 4))
    bench = Bench(name, count, pcpus)
    now = 0
    for _ in range(data.draw(st.integers(0, 25))):
        pcpu = data.draw(st.sampled_from(pcpus))
        chosen = bench.pick(pcpu, now)
        assert bench.pick(pcpu, now) == chosen
        for other in bench.vcpus:
            running = other.state == RUNNING and other.pcpu == pcpu
            if running and other.index != chosen:
                bench.stop(int(other.index), now)
        if chosen is not None:
            vcpu = bench.vcpus[chosen]
            assert vcpu.state == RUNNABLE or vcpu.pcpu == pcpu
            bench.put(chosen, pcpu, now)
            most = bench.policy.next_event(pcpu, now) - now
            assert most > 0
            ran = min(most, data.draw(st.sampled_from([0, 1, 60, 100])))
            now += ran
            bench.policy.charge(vcpu, ran, now)
            if data.draw(st.booleans()):
                bench.block(chosen, now)
        sleeping = [v for v in bench.vcpus if v.state == BLOCKED]
        wakes: bool = data.draw(st.booleans())
        if sleeping and wakes:
            bench.wake(int(sleeping[0].index), now)


def test_null_gives_each_vcpu_its_own_processor() -> None:
    bench = Bench("null", 2, [1, 3])

    assert (bench.pick(1), bench.pick(3)) == (0, 1)
    bench.block(0)
    assert (bench.pick(1), bench.pick(3)) == (None, 1)


def test_round_robin_takes_turns_of_a_quantum() -> None:
    bench = Bench("round-robin", 3, [0])
    seen = []
    for now in range(0, 500, 100):
        chosen = bench.pick(0, now)
        assert chosen is not None
        seen.append(chosen)
        bench.put(chosen, 0, now)
        assert bench.policy.next_event(0, now) == now + 100
        bench.policy.charge(bench.vcpus[chosen], 100, now + 100)
        bench.stop(chosen, now + 100)

    assert seen == [0, 1, 2, 0, 1]


def test_a_windows_end_leaves_place_and_remainder() -> None:
    bench = Bench("round-robin", 2, [0])
    bench.put(0, 0)
    bench.policy.charge(bench.vcpus[0], 70, 70)
    bench.stop(0)

    assert bench.pick(0, 500) == 0
    assert bench.policy.next_event(0, 500) == 530


def test_a_waker_goes_to_the_tail_with_a_whole_quantum() -> None:
    bench = Bench("round-robin", 3, [0])
    bench.policy.charge(bench.vcpus[0], 60, 60)
    bench.block(0, 60)
    bench.wake(0, 60)

    assert bench.pick() == 1
    bench.block(1)
    bench.block(2)
    assert bench.policy.next_event(0, 200) == 300


def test_round_robin_on_two_processors_serves_two_at_a_time() -> None:
    bench = Bench("round-robin", 3, [0, 1])
    bench.put(0, 0)

    assert bench.pick(1) == 1
    bench.put(1, 1)
    assert bench.pick(0) == 0
    bench.policy.charge(bench.vcpus[0], 100, 100)
    bench.stop(0, 100)
    assert bench.pick(0) == 2


def test_a_removed_vcpu_is_forgotten() -> None:
    bench = Bench("round-robin", 2, [0])
    bench.policy.remove(bench.vcpus[0])

    assert bench.pick() == 1
    assert bench.policy.vcpus == [bench.vcpus[1]]


def test_round_robin_needs_a_quantum() -> None:
    with pytest.raises(AssertionError, match="needs a quantum"):
        POLICIES["round-robin"]([0], 0)


def test_a_quantum_goes_on_in_the_next_window() -> None:
    """Windows of 150 ns, quanta of 100 ns, two guests that only compute."""
    world = make_world(
        [Guest([(), ()], "round-robin", 100)], windows((0, 0, 150), frame=200)
    )

    world.system.run(until=400)

    runs = [(vcpu, now) for vcpu, now in world.personalities[0].entered]
    assert runs == [(0, 0), (1, 100), (1, 200), (0, 250)]


class Late(Null):
    """Like `null`, but the second processor is asked again at 1000 only."""

    def pick(self, pcpu: int, now: int) -> Vcpu | None:
        if pcpu == 1 and now < 1000:
            return None
        return super().pick(pcpu, now)

    def next_event(self, pcpu: int, now: int) -> int:
        return 1000 if pcpu == 1 and now < 1000 else FAR


def test_a_policys_event_on_an_idle_processor_is_nobodys_past(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other one, alone until then, must not have gone on without it."""
    monkeypatch.setattr("vpok.assembly.POLICIES", {"late": Late})
    world = make_world(
        [Guest([(), ()], "late", processors=(0, 1))],
        windows((0, 0, 5000, (0, 1)), frame=5000),
    )

    world.system.run(until=3000)

    starts = [now for vcpu, now, _ in world.engines[0].runs if vcpu == 0]
    assert starts[:3] == [0, 490, 1000]
    assert (1, 1000) in world.personalities[0].entered


class Logged(RoundRobin):
    """Keeps the instants of all that it is told and asked."""

    instants: ClassVar[list[int]] = []

    def pick(self, pcpu: int, now: int) -> Vcpu | None:
        self.instants.append(now)
        return super().pick(pcpu, now)

    def charge(self, vcpu: Vcpu, elapsed: int, now: int) -> None:
        self.instants.append(now)
        super().charge(vcpu, elapsed, now)

    def wake(self, vcpu: Vcpu, now: int) -> None:
        self.instants.append(now)
        super().wake(vcpu, now)

    def blocked(self, vcpu: Vcpu, now: int) -> None:
        self.instants.append(now)
        super().blocked(vcpu, now)


def test_a_policy_is_told_and_asked_in_order_of_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though a processor may be ahead of the others by then."""
    monkeypatch.setattr("vpok.assembly.POLICIES", {"logged": Logged})
    program = (work(9), call(Cause.YIELD), work(35), call(Cause.SLEEP, 333))
    monkeypatch.setattr(Logged, "instants", [])
    world = make_world(
        [Guest([program * 5] * 4, "logged", 300, processors=(0, 1, 2))],
        windows((0, 0, 5000, (0, 1, 2)), frame=6000),
    )

    world.system.run(until=12_000)

    assert len(Logged.instants) > 100
    assert Logged.instants == sorted(Logged.instants)


def test_a_call_that_wakes_nobody_is_no_scheduling_point() -> None:
    world = make_world(
        [Guest([(call(Cause.NOP), work(2)) * 3], "round-robin", 1000)],
        windows((0, 0, 1000), frame=1000),
    )

    world.system.run(until=500)

    assert len(world.engines[0].runs) == 1


def test_one_vcpu_under_round_robin_is_one_vcpu_under_null() -> None:
    """The layer of vCPUs costs and changes nothing for one (semantics 25)."""
    program = (work(30), call(Cause.SLEEP, 400), call(Cause.PRINT, 1)) * 5
    told = []
    for policy in sorted(POLICIES):
        world = make_world(
            [Guest([program], policy, 70), Guest([()])],
            windows((0, 0, 300), (1, 300, 300), frame=700),
        )
        world.system.run(until=8000)
        told.append(world.sink.events)

    assert told[0] == told[1]
