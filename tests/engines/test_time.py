"""A run takes exactly what its instructions take."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.conftest import Make
from tests.engines.rig import CALL, GHZ, Rig, go_on
from vpok.engines.unicorn import engine
from vpok.engines.unicorn.slice import Slice
from vpok.kernel.engine import BLOCK, CONTINUE, DEFER, RESCHEDULE
from vpok.kernel.vcpu import Vcpu

# inc eax; inc ebx; inc ecx; jmp back: four instructions.
LOOP = "40 43 41 ebfb"


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 1000, 1001, 99_999])
def test_a_run_executes_exactly_what_fits(
    make: Make, tier: str, count: int
) -> None:
    rig = make(LOOP, tier=tier)
    rig.set(eax=0, ebx=0, ecx=0)

    elapsed = rig.run(count)

    assert elapsed == count
    assert rig.vcpu.exit == CONTINUE
    assert rig.engine.instructions() == count
    assert rig.get("eax") == (count + 3) // 4
    assert rig.get("ebx") == (count + 2) // 4
    assert rig.get("ecx") == (count + 1) // 4


def test_an_instruction_that_does_not_fit_is_not_started(
    make: Make, tier: str
) -> None:
    """At 100 MHz an instruction takes 10 ns."""
    rig = make(LOOP, tier=tier, hz=100_000_000)
    eip = rig.get("eip")

    assert rig.run(9) == 0
    assert rig.get("eip") == eip
    assert rig.run(29) == 20
    assert rig.vcpu.exit == CONTINUE
    assert rig.engine.instructions() == 2


def test_the_rest_of_a_nanosecond_is_not_lost(make: Make, tier: str) -> None:
    """At 3 GHz three instructions take one nanosecond."""
    rig = make(LOOP, tier=tier, hz=3 * GHZ)

    for _ in range(10):
        rig.run(1)

    assert rig.now == 10
    assert rig.engine.instructions() == 30


@given(
    hz=st.integers(1, 10 * GHZ),
    budgets=st.lists(st.integers(0, 10**9), min_size=1, max_size=20),
)
def test_time_is_the_same_however_it_is_cut(
    hz: int, budgets: list[int]
) -> None:
    """Every run takes all that fits; their sum takes what fits the sum."""
    slice_ = Slice(hz)
    vcpu: Any = SimpleNamespace(fraction=0, debt=0)
    now = done = end = 0
    for budget in budgets:
        end += budget
        slice_.begin(vcpu, end - now)
        slice_.done = slice_.left()
        now += slice_.end(vcpu)
        done += slice_.done
        assert now <= end

    assert done == end * hz // GHZ
    assert now == done * GHZ // hz


# --- calls ------------------------------------------------------------------


def test_a_call_is_told_when_it_comes(make: Make, tier: str) -> None:
    """Three instructions, the third is the call; then it goes on."""
    rig = make("40 40 cd2a ebfa", tier=tier, answer=go_on)

    rig.run(11)

    assert [trap.time for trap in rig.traps] == [3, 7, 11]
    assert {trap.cause for trap in rig.traps} == {CALL}
    assert rig.traps[0].registers[8] == 4  # behind the call
    assert rig.vcpu.exit == CONTINUE


@pytest.mark.parametrize("verdict", [RESCHEDULE, BLOCK, DEFER])
def test_a_verdict_ends_the_run_behind_the_call(
    make: Make, tier: str, verdict: int
) -> None:
    rig = make("40 cd2a 40", tier=tier, answer=lambda *_: verdict)

    elapsed = rig.run(100)

    assert elapsed == 2
    assert rig.vcpu.exit == verdict
    assert rig.get("eip") == 3
    assert rig.run(1) == 1
    assert rig.get("eip") == 4


def test_what_a_call_costs_is_paid_before_the_guest_goes_on(
    make: Make, tier: str
) -> None:
    """Each call costs 10 ns: 1 + 1 + 10 + 1 + 1 + 10 ..."""

    def costly(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        vcpu.debt += 10
        return CONTINUE

    rig = make("40 cd2a ebfb", tier=tier, answer=costly)

    assert rig.run(40) == 40
    assert [trap.time for trap in rig.traps] == [2, 15, 28]
    assert rig.vcpu.debt == 0
    assert rig.vcpu.exit == CONTINUE


def test_what_cannot_be_paid_is_owed(make: Make, tier: str) -> None:
    def dear(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        vcpu.debt += 1000
        return CONTINUE

    rig = make("40 cd2a 40", tier=tier, answer=dear)

    assert rig.run(100) == 100
    assert rig.vcpu.debt == 902
    assert rig.vcpu.exit == CONTINUE
    assert rig.get("eip") == 3
    assert rig.run(50) == 50  # nothing but paying
    assert rig.vcpu.debt == 852
    assert rig.engine.instructions() == 2


def test_stop_ends_the_run_at_the_call(make: Make, tier: str) -> None:
    def stop(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        rig.engine.stop()
        return CONTINUE

    rig = make("40 cd2a 40", tier=tier, answer=stop)

    assert rig.run(100) == 2
    assert rig.vcpu.exit == RESCHEDULE
    assert rig.engine.instructions() == 2


def test_consumed_is_the_time_of_the_trap(make: Make, tier: str) -> None:
    seen = []

    def look(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        seen.append(rig.engine.consumed())
        return CONTINUE

    rig = make("40 cd2a ebfb", tier=tier, answer=look)
    rig.run(8)

    assert seen == [trap.time for trap in rig.traps] == [2, 5, 8]


def test_a_long_run_is_no_different(
    make: Make, tier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More instructions than the meter can charge at once."""
    monkeypatch.setattr(engine, "_MOST", 1000)
    rig = make(LOOP, tier=tier)

    assert rig.run(12_345) == 12_345
    assert rig.vcpu.exit == CONTINUE
    assert rig.engine.instructions() == 12_345
