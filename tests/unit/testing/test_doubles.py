"""The doubles keep the promises of what they stand for."""

import pytest

from vpok.events import EventKind
from vpok.kernel.engine import BLOCK, CONTINUE, RESCHEDULE, Traps
from vpok.kernel.partition import Partition
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchVcpu
from vpok.testing import (
    Cause,
    Guest,
    RecordingMachine,
    RecordingOps,
    RecordingSink,
    ScriptedEngine,
    call,
    fault,
    make_world,
    windows,
    work,
)
from vpok.testing.script import Program


class Answers(Traps):
    """Answers traps from a list; keeps when they came."""

    def __init__(self, *verdicts: int, debt: int = 0) -> None:
        self.verdicts = list(verdicts)
        self.debt = debt
        self.heard: list[tuple[int, int]] = []

    def trap(self, vcpu: Vcpu, elapsed: int, cause: int) -> int:
        self.heard.append((elapsed, cause))
        vcpu.debt += self.debt
        return self.verdicts.pop(0)


def entered(program: Program, traps: Traps) -> tuple[ScriptedEngine, Vcpu]:
    engine = ScriptedEngine([program])
    engine.attach(traps)
    ops = RecordingOps([])
    arch = ArchVcpu(ops, engine.machine)
    ops.setup(arch)
    ops.ctxt_switch_to(arch)
    ops.schedule_tail(arch)
    return engine, Vcpu(0, 0, Partition(0, "p", engine), arch)


@pytest.mark.parametrize("budget", [0, 9, 10, 55, 100])
def test_an_instruction_that_does_not_fit_is_not_started(budget: int) -> None:
    engine, vcpu = entered((work(1000),), Answers())

    assert engine.run(vcpu, 0, budget) == budget // 10 * 10
    assert engine.instructions() == budget // 10
    assert vcpu.exit == CONTINUE


def test_a_call_takes_an_instruction_and_a_fault_none() -> None:
    traps = Answers(CONTINUE, BLOCK)
    engine, vcpu = entered((work(3), call(Cause.NOP), fault()), traps)

    assert engine.run(vcpu, 0, 1000) == 40
    assert traps.heard == [(40, Cause.NOP), (40, Cause.FAULT)]
    assert vcpu.exit == BLOCK


def test_debts_are_paid_before_the_guest_goes_on() -> None:
    traps = Answers(CONTINUE, CONTINUE, debt=25)
    engine, vcpu = entered((call(Cause.NOP), call(Cause.NOP)), traps)

    assert engine.run(vcpu, 0, 50) == 50
    assert [elapsed for elapsed, _ in traps.heard] == [10, 45]
    assert vcpu.debt == 20


def test_a_verdict_ends_the_run() -> None:
    engine, vcpu = entered((call(Cause.YIELD), work(5)), Answers(RESCHEDULE))

    assert engine.run(vcpu, 0, 1000) == 10
    assert vcpu.exit == RESCHEDULE


def test_stopping_ends_the_run_at_the_next_instruction() -> None:
    class Stopper(Answers):
        def trap(self, vcpu: Vcpu, elapsed: int, cause: int) -> int:
            assert engine.consumed() == elapsed == 10
            engine.stop()
            return CONTINUE

    engine, vcpu = entered((call(Cause.NOP), work(5)), Stopper())

    assert engine.run(vcpu, 0, 1000) == 10


def test_a_vcpu_that_was_not_entered_cannot_run() -> None:
    engine, vcpu = entered((), Answers())
    vcpu.arch.ops.ctxt_switch_from(vcpu.arch)

    with pytest.raises(AssertionError, match="not entered"):
        engine.run(vcpu, 0, 100)


def test_contexts_of_a_machine_do_not_mix() -> None:
    machine = RecordingMachine()
    first, second = (ArchVcpu(RecordingOps([]), machine) for _ in range(2))
    for arch in (first, second):
        arch.ops.setup(arch)
    machine.take(first)
    machine.set(0, 11)
    machine.take(second)
    machine.set(0, 22)
    machine.take(first)

    assert machine.get(0) == 11
    machine.put(second)  # not resident: nothing to save
    machine.take(second)
    assert machine.get(0) == 22
    assert machine.log == ["new", "new", *["take"] * 3, "put", "take"]


def test_a_sink_finds_what_was_recorded() -> None:
    sink = RecordingSink()
    sink.emit(1, int(EventKind.MODE), 0, 1, -1, -1, 3, 0)
    sink.console(2, 0, 1, 0, b"a")
    sink.console(3, 0, 0, 0, b"b")

    assert [event.a for event in sink.of(EventKind.MODE)] == [3]
    assert (sink.text(), sink.text(1)) == (b"ab", b"a")
    assert len(sink.guest_view(1)) == 2


def test_a_world_stands_at_time_zero() -> None:
    world = make_world([Guest([()])], windows((0, 0, 100), frame=100))

    assert world.system.now == 0
    assert world.personalities[0].starts == [(True, 0)]
