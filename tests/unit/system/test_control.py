"""What can be done to a system from outside, between two runs."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.systems import SPIN, flat
from tests.unit.system.machine_code import (
    BODY,
    ISAS,
    SHARED,
    Body,
    Guest,
    Isa,
    Logged,
    Riscv,
    counting,
    logged,
    system_of,
)
from vpok.abi.paravirt_calls import Number
from vpok.arch import REGISTERS
from vpok.events import CONTROLS, EventKind, Sink
from vpok.kernel.errors import VpokError
from vpok.spec.model import (
    CostSpec,
    InterruptSpec,
    PartitionSpec,
    ScheduleSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import System, build

FRAME = 100_000  # ns: 10 000 instructions
NO_COSTS = CostSpec(0, 0, 0, 500)
isas = pytest.mark.parametrize("isa", ISAS)


class Story(Sink):
    """All that was told: time, kind, partition, vCPU, a, b."""

    def __init__(self) -> None:
        self.events: list[tuple[int, EventKind, int, int, int, int]] = []

    def emit(
        self,
        time: int,
        kind: int,
        pcpu: int,
        partition: int,
        vcpu: int,
        thread: int,
        a: int,
        b: int,
    ) -> None:
        event = (time, EventKind(kind), partition, vcpu, a, b)
        self.events.append(event)

    def of(self, *kinds: EventKind) -> list[tuple[Any, ...]]:
        """Return (time, kind, a, b) of some kinds."""
        return [
            (time, kind.name, a, b)
            for time, kind, _, _, a, b in self.events
            if kind in kinds
        ]


def waiting(isa: Isa) -> Body:
    """Count how often VCPU_BLOCK returned."""
    code = isa.call(Number.VCPU_BLOCK, 2_000_000_000)
    # c.addi and inc are the first steps.
    body = isa.step[0] + b"".join(code)
    body += isa.jump(BODY + len(body), BODY)
    return Body(BODY, body, lambda _pc, counter, _other: counter)


def counted(isa: str, numbers: tuple[int, ...] = (0, 1, 2)) -> Guest:
    """Return a guest that counts."""
    return Guest(ISAS[isa], counting(ISAS[isa], [0, 1, 1]), numbers)


def alone(
    guest: Guest, *sinks: Sink, sources: tuple[InterruptSpec, ...] = ()
) -> System:
    """Return a system of *guest* in one window, without costs."""
    spec = system_of(
        guest, [(0, FRAME)], FRAME, costs=NO_COSTS, interrupts=sources
    )
    return build(spec, sinks=sinks, digest=True)


def pok(name: str = "old") -> PartitionSpec:
    """Return a partition of the other personality."""
    return replace(flat(SPIN), name=name)


def beside(*partitions: PartitionSpec, processors: int = 1) -> SystemSpec:
    """Return a system in which partitions have windows of 10 us in turn."""
    every = tuple(range(processors))
    return SystemSpec(
        name="control",
        partitions=partitions,
        schedule=ScheduleSpec(
            10_000 * len(partitions),
            windows=tuple(
                WindowSpec(index, 10_000 * index, 10_000, every)
                for index in range(len(partitions))
            ),
        ),
        processors=processors,
        costs=NO_COSTS,
    )


def counter(system: System, guest: Guest) -> int:
    """Return how far the guest has counted."""
    return system.get_context(0, 0)[guest.isa.counter]


def log_of(system: System, guest: Guest) -> list[Logged]:
    """Return what the handler has logged."""
    return logged(lambda at, size: system.read(0, at, size), guest.body)


def state(system: System) -> str:
    """Return the state of the only vCPU."""
    return system.vcpus()[0][1].state


# --- pause and unpause --------------------------------------------------------


@isas
def test_a_paused_vcpu_runs_on_after_as_many_unpauses(isa: str) -> None:
    guest = counted(isa)
    with alone(guest) as system:
        system.run(until=10_000)
        system.pause("guest", 0)
        system.pause(0, 0)
        before = counter(system, guest)
        system.run(until=20_000)
        system.unpause(0, 0)
        system.run(until=30_000)
        assert counter(system, guest) == before
        assert state(system) == "offline"
        system.unpause("guest", 0)
        row = system.run(until=40_000).partitions[0].vcpus[0]

        # 4 of 5 instructions count... 3 of 4: the last is the jump.
        assert counter(system, guest) - before in {750, 749, 751}
        assert (row.running, row.offline) == (20_000, 20_000)


@isas
def test_interrupts_wait_for_the_last_unpause(isa: str) -> None:
    guest = counted(isa)
    story = Story()
    with alone(guest, story) as system:
        system.run(until=10_000)
        system.pause(0, 0)
        for number in (2, 0, 1, 0):
            system.inject(0, 0, number)
        system.run(until=20_000)
        assert log_of(system, guest) == []
        system.unpause(0, 0)
        system.run(until=30_000)

        assert [entry.number for entry in log_of(system, guest)] == [
            0,
            0,
            1,
            2,
        ]
        first = story.of(EventKind.IRQ_DELIVER)[0]
        assert first == (20_000, "IRQ_DELIVER", 0, 10_000)


@isas
def test_a_vcpu_paused_while_blocked_stays_so_until_its_event(
    isa: str,
) -> None:
    guest = Guest(ISAS[isa], waiting(ISAS[isa]))
    with alone(guest) as system:
        system.run(until=10_000)
        assert state(system) == "blocked"
        system.pause(0, 0)
        system.run(until=20_000)
        assert state(system) == "blocked"
        system.inject(0, 0, 0)
        system.run(until=30_000)
        assert state(system) == "offline"
        assert log_of(system, guest) == []
        system.unpause(0, 0)
        row = system.run(until=40_000).partitions[0].vcpus[0]

        assert len(log_of(system, guest)) == 1
        assert counter(system, guest) == 2
        assert row.state == "blocked"
        assert row.offline == 10_000


@isas
def test_an_unpaused_vcpu_that_waits_goes_on_waiting(isa: str) -> None:
    guest = Guest(ISAS[isa], waiting(ISAS[isa]))
    with alone(guest) as system:
        system.run(until=10_000)
        system.pause(0, 0)
        system.unpause(0, 0)
        system.run(until=20_000)
        assert state(system) == "blocked"
        assert counter(system, guest) == 1


@isas
def test_a_run_without_an_end_returns_when_all_are_paused(isa: str) -> None:
    guest = counted(isa)
    with alone(guest) as system:
        system.run(until=10_000)
        system.pause(0, 0)
        result = system.run()
        assert result.reason == "limit"
        assert not system.ended
        before = counter(system, guest)
        system.unpause(0, 0)
        system.run(until=system.now + 10_000)
        assert counter(system, guest) > before


# --- interrupts ------------------------------------------------------------------


@isas
def test_an_interrupt_is_injected_now_or_later(isa: str) -> None:
    guest = counted(isa)
    story = Story()
    with alone(guest, story) as system:
        system.run(until=10_003)
        system.inject("guest", 0, 1, at=12_345)
        system.inject("guest", 0, 2, at="15us")
        system.inject("guest", 0, 0)
        system.run(until=20_000)

        assert story.of(EventKind.IRQ_DELIVER) == [
            (10_003, "IRQ_DELIVER", 0, 0),
            (12_345, "IRQ_DELIVER", 1, 0),
            (15_000, "IRQ_DELIVER", 2, 0),
        ]


def sleeping(isa: str, *sources: InterruptSpec) -> tuple[Guest, System]:
    """Return a guest that waits for ever, nearly, and its system."""
    forever = [*ISAS[isa].call(Number.VCPU_DOWN, 0)]
    code = ISAS[isa].step[0] + b"".join(forever)
    body = Body(BODY, code, lambda _pc, counter, _other: counter)
    guest = Guest(ISAS[isa], body)
    return guest, alone(guest, sources=sources)


@isas
def test_a_system_waits_for_what_only_a_program_raises(isa: str) -> None:
    line = InterruptSpec("line", 0, 0)
    _, system = sleeping(isa, line)
    with system:
        assert system.run(until=10_000).reason == "limit"
        assert system.run().reason == "limit"
        now = system.now
        system.inject(0, 0, 0)
        assert system.run(until=now + 10_000).reason == "limit"
    _, system = sleeping(isa)
    with system:
        assert system.run(until=10_000).reason == "quiet"


@isas
def test_a_level_is_pending_until_it_is_deasserted(isa: str) -> None:
    guest = counted(isa, (0,))
    line = InterruptSpec("line", 0, 0, trigger="level")
    story = Story()
    with alone(guest, story, sources=(line,)) as system:
        system.inject(0, 0, 0, at=10_000, level=True)
        system.inject(0, 0, 0, at=12_000, level=False)
        system.run(until=11_000)
        served = len(log_of(system, guest))
        length = guest.handler_length * 10
        assert served == 1_000 // length
        system.run(until=20_000)
        assert len(log_of(system, guest)) == -(-2_000 // length)
        assert story.of(EventKind.IRQ_LINE) == [
            (10_000, "IRQ_LINE", 0, 1),
            (12_000, "IRQ_LINE", 0, 0),
        ]


@isas
def test_a_level_deasserted_at_its_instant_is_cancelled(isa: str) -> None:
    guest = counted(isa, (0,))
    line = InterruptSpec("line", 0, 0, trigger="level")
    story = Story()
    with alone(guest, story, sources=(line,)) as system:
        system.run(until=10_000)
        system.pause(0, 0)
        system.inject(0, 0, 0)
        system.inject(0, 0, 0, at=11_000, level=False)
        system.run(until=12_000)
        system.unpause(0, 0)
        system.run(until=20_000)

        assert log_of(system, guest) == []
        assert story.of(EventKind.IRQ_DROP) == [(11_000, "IRQ_DROP", 0, 4)]


@isas
def test_what_is_not_registered_is_dropped(isa: str) -> None:
    guest = counted(isa, (0,))
    story = Story()
    with alone(guest, story) as system:
        system.run(until=10_000)
        system.inject(0, 0, 63)
        system.run(until=20_000)
        assert story.of(EventKind.IRQ_DROP) == [(10_000, "IRQ_DROP", 63, 0)]


# --- registers --------------------------------------------------------------------


def odd(register: int) -> int:
    """Return a value that is nowhere else."""
    return 0x0102_0304_0506_0708 * (register + 1) & 0xFFFF_FFFF_FFFF_FFFF


def sample(isa: str) -> System:
    """Return a system with a vCPU of *isa*."""
    return build(beside(pok())) if isa == "x86-32" else alone(counted(isa))


@pytest.mark.parametrize("isa", REGISTERS)
@pytest.mark.parametrize("begun", [False, True])
def test_every_register_can_be_set_and_read(isa: str, begun: bool) -> None:
    known = REGISTERS[isa]
    with sample(isa) as system:
        if begun:
            system.run(until=5_000)
        before = system.get_context(0, 0)
        assert tuple(before) == known.names
        values = {n: odd(r) for r, n in enumerate(known.names)}
        system.set_context(0, 0, **values)
        after = system.get_context(0, 0)

        wanted = {n: v & known.mask for n, v in values.items()}
        if known.flags >= 0:
            name = known.names[known.flags]
            own = wanted[name] & known.own_flags
            wanted[name] = own | known.user_flags
        if "zero" in wanted:
            wanted["zero"] = 0
            wanted["pc"] = after["pc"]  # even, at most
            assert after["pc"] in {odd(32), odd(32) & ~1}
        assert after == wanted


@pytest.mark.parametrize("isa", ["x86-32", "x86-64"])
def test_flags_that_are_not_the_guests_stay(isa: str) -> None:
    flags = {"x86-32": "eflags", "x86-64": "rflags"}[isa]
    with sample(isa) as system:
        system.run(until=5_000)
        system.set_context(0, 0, **{flags: 0xFFFF_FFFF})
        high = system.get_context(0, 0)[flags]
        system.set_context(0, 0, **{flags: 0})
        low = system.get_context(0, 0)[flags]

        assert high & 0x202 == low & 0x202 == 0x202  # IF is not the guest's
        assert high & 0x3_3000 == 0  # nor what is a kernel's
        assert low & 0xCD5 == 0
        assert high & 0xCD5 == 0xCD5  # CF PF AF ZF SF DF OF are


@isas
def test_a_vcpu_goes_on_where_its_pc_is_put(isa: str) -> None:
    guest = counted(isa)
    at = guest.body.at + 0x2000
    other = counting(guest.isa, [1] * 7, at)
    with alone(guest) as system:
        system.write(0, at, other.code)
        system.run(until=10_000)
        system.set_context(0, 0, **{guest.isa.pc: at, guest.isa.counter: 0})
        system.inject(0, 0, 0, at=10_570)
        system.run(until=20_000)

        entry = logged(lambda a, n: system.read(0, a, n), other)[0]
        assert entry.executed == 57


@isas
@pytest.mark.parametrize("pc", [1 << 20, (1 << 64) - 2, 1 << 63, SHARED + 1])
def test_a_senseless_pc_is_the_guests_affair(isa: str, pc: int) -> None:
    guest = counted(isa)
    story = Story()
    with alone(guest, story) as system:
        system.run(until=10_000)
        system.set_context(0, 0, **{guest.isa.pc: pc})
        system.run(until=20_000)
        assert len(story.of(EventKind.FAULT)) <= 1


@isas
def test_looking_changes_nothing(isa: str) -> None:
    def run(look: bool) -> tuple[str | None, int]:
        guest = counted(isa)
        with alone(guest) as system:
            for until in range(10_000, 50_000, 1_237):
                result = system.run(until=until)
                if look:
                    system.get_context(0, 0)
                    system.read(0, 0, 4096)
                    system.current(0)
                system.inject(0, 0, 0)
            return result.digest, counter(system, guest)

    assert run(look=True) == run(look=False)


def test_looking_does_not_break_a_reservation() -> None:
    """Of riscv64: a store-conditional fails if its vCPU was switched."""
    isa = Riscv()
    here = BODY + 8 + 8 + 8
    code = b"".join(
        [
            *isa.const(5, 0x3_0000),
            (0x1002_A32F).to_bytes(4, "little"),  # lr.w t1, (t0)
            (0x0000_0013).to_bytes(4, "little"),  # nop
            (0x1862_A3AF).to_bytes(4, "little"),  # sc.w t2, t1, (t0)
            (0x0074_84B3).to_bytes(4, "little"),  # add s1, s1, t2
            isa.jump(here, BODY),
        ]
    )
    guest = Guest(isa, Body(BODY, code, lambda _p, counter, _o: counter))
    with alone(guest) as system:
        for until in range(10_000, 20_000, 10):
            system.run(until=until)
            system.get_context(0, 0)
        assert counter(system, guest) == 0


# --- memory -------------------------------------------------------------------------


@isas
def test_memory_is_read_and_written_in_its_bounds(isa: str) -> None:
    with alone(counted(isa)) as system:
        size = len(system.read(0, 0, 0x40000))
        assert size == 0x40000
        system.write("guest", size - 4, b"tail")
        assert system.read("guest", size - 4, 4) == b"tail"
        assert system.read(0, size, 0) == b""
        for address, length in ((size - 3, 4), (-1, 1), (0, -1), (1 << 70, 1)):
            with pytest.raises(VpokError, match="are not in 0"):
                system.read(0, address, length)
        with pytest.raises(VpokError, match="8 bytes at 0x3fffc are not in"):
            system.write("guest", size - 4, bytes(8))
        assert system.read(0, size - 4, 4) == b"tail"


@isas
def test_code_that_is_written_is_executed(isa: str) -> None:
    guest = counted(isa)
    code = guest.body.code
    at = BODY + len(code) - len(guest.isa.jump(0, 0))
    with alone(guest) as system:
        system.run(until=10_000)
        system.write(0, at, guest.isa.jump(at, at))
        system.run(until=20_000)
        before = counter(system, guest)
        system.run(until=30_000)
        assert counter(system, guest) == before
        system.write(0, BODY, code)
        system.run(until=40_000)
        assert counter(system, guest) > before


# --- scheduling ----------------------------------------------------------------------


def several(isa: str = "x86-64", **changes: Any) -> PartitionSpec:
    """Return a guest of two vCPUs that run, on two processors."""
    body = counting(ISAS[isa], [0, 1, 1])
    guest = Guest(ISAS[isa], body, (0, 1, 2), others=1)
    partition = replace(guest.partition(), processors=(0, 1))
    return replace(partition, **changes)


def test_a_quantum_can_be_changed() -> None:
    vcpus = VcpusSpec(2, "round-robin", 1_000)
    with build(beside(several(vcpus=vcpus, processors=(0,)))) as system:
        system.run(until=10_000)
        system.set_params("guest", 0, quantum=3_000)
        system.run(until=12_000)  # the turns that have begun
        before = [row.running for _, row in system.vcpus()]
        system.run(until=52_000)
        after = [row.running for _, row in system.vcpus()]
        ran = [b - a for a, b in zip(before, after, strict=True)]
        assert ran == [30_000, 10_000]
        with pytest.raises(
            VpokError, match="no parameter weight here: there is quantum"
        ):
            system.set_params("guest", 0, weight=3)
        with pytest.raises(VpokError, match="quantum -1: take 0 to"):
            system.set_params("guest", 1, quantum=-1)


def test_parameters_are_read() -> None:
    servers = VcpusSpec(2, "server", 1_000, ({"budget": 2_000},))
    with build(beside(several(vcpus=servers, processors=(0,)))) as system:
        system.run(until=5_000)
        assert system.get_params("guest", 0) == {
            "budget": 2_000,
            "period": 10_000_000,
            "kind": 0,
            "extratime": 0,
            "priority": 0,
            "order": 0,
        }
        system.set_params("guest", 0, budget="3us")
        assert system.get_params("guest", 0)["budget"] == 2_000
        system.run(until=10_010_000)  # the next replenishment
        assert system.get_params("guest", 0)["budget"] == 3_000
        with pytest.raises(VpokError, match="there is no number 7"):
            system.get_params("guest", 7)


@pytest.mark.parametrize("value", [1.5, 2.0, True, "abc", None, "1.5", [3]])
def test_a_parameter_is_a_whole_number_or_a_time(value: Any) -> None:
    vcpus = VcpusSpec(2, "round-robin", 1_000)
    with build(beside(several(vcpus=vcpus, processors=(0,)))) as system:
        system.run(until=5_000)
        with pytest.raises(VpokError, match=r"quantum .*: .*(time|unit|ns)"):
            system.set_params("guest", 0, quantum=value)
        assert system.get_params("guest", 0) == {"quantum": 0}


def test_text_is_for_times_only() -> None:
    vcpus = VcpusSpec(2, "fixed-priority")
    with build(beside(several(vcpus=vcpus, processors=(0,)))) as system:
        for value in ("3", 3.0, False):
            with pytest.raises(VpokError, match="write a whole number"):
                system.set_params("guest", 0, priority=value)  # type: ignore[arg-type]
        system.set_params("guest", 0, priority=3)
        assert system.get_params("guest", 0) == {"priority": 3}


@pytest.mark.parametrize("until", ["abc", "-1s", -5, 1.5, True])
def test_what_is_no_time_is_a_mistake(until: Any) -> None:
    with build(beside(pok())) as system:
        with pytest.raises(VpokError, match=r"no time|negative"):
            system.run(until=until)
        assert system.now == 0


def test_a_processor_that_is_not_there_is_a_mistake() -> None:
    with build(beside(pok())) as system:
        for processor in (1, -1):
            with pytest.raises(VpokError, match=r"no processor .*: take 0 to"):
                system.current(processor)


def test_the_policy_null_has_no_parameters() -> None:
    with build(beside(pok())) as system:
        with pytest.raises(
            VpokError, match="no parameter quantum here: there is none"
        ):
            system.set_params("old", 0, quantum=1)
        assert system.get_params("old", 0) == {}
        system.set_params("old", 0)


def test_a_vcpu_is_pinned_to_processors() -> None:
    spec = several(vcpus=VcpusSpec(2, "round-robin", 1_000))
    with build(beside(spec, processors=2)) as system:
        system.run(until=5_000)
        assert system.vcpus()[0][1].processor == 0
        system.pin("guest", 0, [1])
        system.run(until=15_000)
        assert system.vcpus()[0][1].processor == 1
        assert system.current(1).index == 0
        with pytest.raises(VpokError, match="processor 2 is not one of gues"):
            system.pin("guest", 0, [1, 2])
        with pytest.raises(VpokError, match="none of these processors"):
            system.pin("guest", 0, [])
        with pytest.raises(VpokError, match="this policy moves vCPUs itself"):
            system.migrate("guest", 0, 1)


def test_the_last_of_64_processors_is_told_as_a_sign() -> None:
    story = Story()
    spec = replace(
        several(vcpus=VcpusSpec(2, "round-robin", 1_000)),
        processors=tuple(range(64)),
    )
    whole = beside(spec, processors=64)
    with build(whole, sinks=[story], digest=True) as system:
        system.pin("guest", 0, [63])
        system.pin("guest", 1, range(64))
        result = system.run(until=5_000)
        assert system.current(63).index == 0
    assert [told[-1] for told in story.of(EventKind.CONTROL)] == [
        -(1 << 63),
        -1,
    ]
    assert not result.sink_failures


def test_a_vcpu_migrates() -> None:
    spec = several(vcpus=VcpusSpec(2))
    with build(beside(spec, processors=2)) as system:
        system.run(until=5_000)
        system.migrate("guest", 0, 1)
        system.run(until=15_000)
        assert system.vcpus()[0][1].processor == 1
        with pytest.raises(VpokError, match="processor -1 is not one of gue"):
            system.migrate("guest", 0, -1)
        with pytest.raises(VpokError, match="a processor of its own"):
            system.pin("guest", 0, [0])
        system.pin("guest", 0, [1])
        with pytest.raises(VpokError, match="it is pinned to other process"):
            system.migrate("guest", 0, 0)
        with pytest.raises(VpokError, match="vCPU 0, which is there, is pin"):
            system.migrate("guest", 1, 1)


# --- steps -----------------------------------------------------------------------------


@isas
@pytest.mark.parametrize("by", ["slice", "event", "window"])
def test_steps_are_a_run_that_is_cut(isa: str, by: str) -> None:
    guest = counted(isa)
    source = InterruptSpec("tick", 0, 0, period=7_001, offset=7_001)
    with alone(guest, sources=(source,)) as system:
        whole = system.run(until=5 * FRAME).digest
    with alone(guest, sources=(source,)) as system:
        while system.now < 4 * FRAME:
            assert system.step(by=by)
        assert system.now < 5 * FRAME
        assert system.run(until=5 * FRAME).digest == whole


@isas
def test_a_step_goes_as_far_as_it_says(isa: str) -> None:
    guest = counted(isa)
    story = Story()
    with alone(guest, story) as system:
        system.run(until=10_000)
        told = len(story.events)
        system.inject(0, 0, 0, at=33_333)
        assert system.step(by="event")
        assert 33_333 <= system.now <= 33_334
        assert {event[0] for event in story.events[told:]} == {33_333}
        assert system.step(by="window")
        assert FRAME <= system.now <= FRAME + 1
        assert story.of(EventKind.WINDOW_OPEN)[-1][0] == FRAME
        now = system.now
        assert system.step()
        assert now < system.now <= now + 1_000_000


def test_steps_need_no_listener_and_leave_none() -> None:
    with build(beside(pok(), pok("other"))) as system:
        assert system.kernel.sink is None
        times = []
        for _ in range(4):
            assert system.step(by="window")
            times.append(system.now // 10_000)
        assert times == [0, 1, 2, 3]
        assert system.kernel.sink is None
        assert not system.kernel.listening


# --- the trace, and determinism ----------------------------------------------------------


@isas
def test_commands_are_told(isa: str) -> None:
    guest = counted(isa)
    story = Story()
    register = REGISTERS[isa].names.index(guest.isa.counter)
    with alone(guest, story) as system:
        system.run(until=10_000)
        system.set_context(0, 0, **{guest.isa.counter: 5})
        system.set_params(0, 0)
        system.pin(0, 0, [0])
        system.migrate(0, 0, 0)
        assert story.of(EventKind.CONTROL) == [
            (10_000, "CONTROL", CONTROLS.index("context"), register),
            (10_000, "CONTROL", CONTROLS.index("parameters"), 0),
            (10_000, "CONTROL", CONTROLS.index("affinity"), 1),
            (10_000, "CONTROL", CONTROLS.index("migration"), 0),
        ]
        system.run(until=11_000)
        system.pause(0, 0)
        system.run(until=12_000)
        system.unpause(0, 0)
        system.inject(0, 0, 1)
        system.run(until=13_000)
        assert story.of(EventKind.RUNSTATE)[-3:] == [
            (11_000, "RUNSTATE", 3, 0),
            (12_000, "RUNSTATE", 1, 0),
            (12_000, "RUNSTATE", 0, 0),
        ]
        assert story.of(EventKind.IRQ_RAISE) == [(12_000, "IRQ_RAISE", 1, 1)]


Deed = tuple[str, int]
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("inject", "later", "pause", "unpause", "set", "pc"),
                *("write", "pin", "migrate", "step", "event", "window"),
            )
        ),
        st.integers(0, 7_777),
    ),
    max_size=14,
)


def do(system: System, guest: Guest, deed: Deed) -> None:
    """Do one thing to vCPU 0, if it is possible."""
    name, value = deed
    if name in {"step", "event", "window"}:
        system.step("slice" if name == "step" else name)
        return
    deeds: dict[str, Callable[[], None]] = {
        "inject": lambda: system.inject(0, 0, value % 3),
        "later": lambda: system.inject(0, 0, value % 3, at=system.now + value),
        "pause": lambda: system.pause(0, 0),
        "unpause": lambda: system.unpause(0, 0),
        "set": lambda: system.set_context(0, 0, **{guest.isa.counter: value}),
        "pc": lambda: system.set_context(0, 0, **{guest.isa.pc: BODY}),
        "write": lambda: system.write(0, 0x30000 + value, b"written"),
        "pin": lambda: system.pin(0, 0, [[0], [1], [0, 1]][value % 3]),
        "migrate": lambda: system.migrate(0, 0, value % 2),
    }
    with suppress(VpokError):
        deeds[name]()


@isas
@pytest.mark.parametrize("policy", ["null", "round-robin"])
@settings(max_examples=15)
@given(deeds=DEEDS)
def test_the_same_commands_give_the_same_digest(
    isa: str, policy: str, deeds: list[Deed]
) -> None:
    """In both tiers, with looking or without."""
    guest = counted(isa)
    vcpus = VcpusSpec(2, policy, 1_000 if policy == "round-robin" else 0)
    other = replace(guest.partition("other"), processors=(0, 1))
    spec = beside(several(isa, vcpus=vcpus), other, processors=2)

    def run(tier: str, look: bool) -> tuple[str | None, dict[str, int], bytes]:
        with build(spec, tier=tier, digest=True) as system:
            system.run(until=5_001)
            for deed in deeds:
                do(system, guest, deed)
                if look:
                    system.get_context(0, 0)
                    system.get_context("other", 0)
                system.run(until=system.now + deed[1] // 2)
            digest = system.run(until=system.now + 30_000).digest
            context = system.get_context(0, 0)
            return digest, context, system.read(0, 0, 0x40000)

    assert run("native", look=False) == run("native", look=True)
    assert run("native", look=True) == run("count", look=False)


# --- mistakes ------------------------------------------------------------------------------


MISTAKES: dict[str, tuple[Callable[[System], Any], str]] = {
    "name": (lambda s: s.pause("gost", 0), "'gost': take guest, old"),
    "index": (lambda s: s.pause(2, 0), "no partition 2: take guest, old"),
    "negative": (lambda s: s.read(-1, 0, 1), "no partition -1"),
    "vcpu": (
        lambda s: s.get_context("old", 1),
        "has 1 virtual CPUs: there is",
    ),
    "vcpu -1": (lambda s: s.pause(0, -1), "there is no number -1"),
    "unpause": (lambda s: s.unpause(0, 0), "is not paused: pause it first"),
    "no irq": (lambda s: s.inject(1, 0, 0), "takes no interrupts: its person"),
    "number": (lambda s: s.inject(0, 0, 64), "no interrupt 64: take 0 to 63"),
    "number -1": (lambda s: s.inject(0, 0, -1), "no interrupt -1"),
    "past": (lambda s: s.inject(0, 0, 0, at=4_999), "it is 5000 ns now"),
    "never": (
        lambda s: s.inject(0, 0, 0, at=1 << 63),
        "is no instant to come",
    ),
    "unit": (lambda s: s.inject(0, 0, 0, at="5 parsec"), "no instant '5 pars"),
    "edge": (lambda s: s.inject(0, 0, 0, level=True), "has no level: declare"),
    "register": (
        lambda s: s.set_context(0, 0, eax=1),
        "no register 'eax': ta",
    ),
    "step": (lambda s: s.step("year"), "take slice, event or window"),
    "pin": (lambda s: s.pin(0, 0, [7]), "processor 7 is not one of guest: ta"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained_and_changes_nothing(mistake: str) -> None:
    deed, text = MISTAKES[mistake]
    spec = beside(counted("x86-64").partition(), pok())
    with build(spec, digest=True) as system:
        system.run(until=5_000)
        with pytest.raises(VpokError) as caught:
            deed(system)
        assert text in str(caught.value)
        digest = system.run(until=50_000).digest
    with build(spec, digest=True) as system:
        assert system.run(until=50_000).digest == digest


def test_nothing_can_be_done_to_a_system_that_has_ended() -> None:
    guest = Guest(ISAS["x86-64"], waiting(ISAS["x86-64"]))
    with alone(guest) as system:
        system.run(until=10_000)
        assert not system.ended  # VCPU_BLOCK has a limit
        system.set_context(0, 0, rip=1 << 40)
        system.inject(0, 0, 0)  # wakes it; its fault stops the partition
        system.run(until=100_000)
        assert system.ended
        assert not system.step()
        assert system.get_context(0, 0)["rbx"] == 1
        for deed in (
            lambda: system.pause(0, 0),
            lambda: system.inject(0, 0, 0),
            lambda: system.set_context(0, 0, rax=1),
        ):
            with pytest.raises(VpokError, match=r"has ended \(quiet\) at "):
                deed()
