"""From a description to a system that runs."""

from pathlib import Path

import pytest

from vpok.assembly import first_level, plans_of, timeline
from vpok.kernel.errors import EngineUnavailable, VpokError
from vpok.kernel.first_level import NO_DOMAIN, Slots, Windows
from vpok.spec.model import (
    CostSpec,
    FlushSpec,
    PortSpec,
    ScheduleSpec,
    SystemSpec,
)
from vpok.system import Parts, build, instant, load
from vpok.testing import (
    Cause,
    Guest,
    RecordingOps,
    ScriptedEngine,
    ScriptedPersonality,
    World,
    call,
    make_world,
    slots,
    windows,
    work,
)
from vpok.units import FAR, NS_PER_MS

DEMO = Path(__file__).parents[3] / "src" / "vpok" / "demo" / "config.yaml"


def spec_of(schedule: ScheduleSpec, *guests: Guest) -> SystemSpec:
    return SystemSpec(
        name="system",
        partitions=tuple(g.spec(i) for i, g in enumerate(guests)),
        schedule=schedule,
    )


def plain(**flush: object) -> World:
    return make_world(
        [Guest([(call(Cause.PRINT, 1),)]), Guest([()])],
        windows((0, 0, 400), (1, 500, 500), frame=1000),
        ports=[
            PortSpec("out", "queueing", 0, "out", 9, (1,)),
            PortSpec("in", "queueing", 1, "in", 9),
        ],
        flush=FlushSpec(**flush),  # type: ignore[arg-type]
        costs=CostSpec(11, 22, 33, restart=44, latency=700),
    )


def test_every_parameter_reaches_the_kernel() -> None:
    kernel = plain().kernel

    assert (kernel.hypercall_cost, kernel.switch_cost) == (11, 22)
    assert (kernel.restart_cost, kernel.latency) == (44, 700)
    assert (kernel.cycle, kernel.cell) == (10, 690)
    assert (kernel.flushes.period, kernel.flushes.next) == (1000, 1000)
    assert not kernel.flushes.windows
    assert kernel.boundary == 400
    port, other = kernel.ports.ports
    assert (port.name, port.outgoing, port.destinations) == ("out", True, [1])
    assert (other.number, other.partition, other.outgoing) == (1, 1, False)


def test_ports_may_be_flushed_at_windows_or_periods() -> None:
    assert plain(when="windows").kernel.flushes.windows
    kernel = plain(when="period", period=70).kernel
    assert (kernel.flushes.period, kernel.flushes.next) == (70, 0)


def test_an_instruction_takes_a_whole_number_of_ns_rounded_up() -> None:
    spec = spec_of(windows((0, 0, 400), frame=400), Guest([()]))
    slow = SystemSpec(
        **{
            name: getattr(spec, name)
            for name in ("name", "partitions", "schedule")
        },
        clock=300_000_000,
    )
    parts = Parts(
        lambda _spec, _index: ScriptedEngine([()]),
        lambda _spec, _index: RecordingOps([]),
        lambda _spec, _index: ScriptedPersonality(),
    )

    with build(slow, parts=parts) as system:
        assert (system.kernel.cycle, system.kernel.cell) == (4, 496)


def test_gaps_are_filled_on_each_processor() -> None:
    spec = spec_of(
        windows((1, 600, 100, (0, 1)), (0, 100, 200), frame=1000),
        Guest([()]),
        Guest([()], processors=(0, 1)),
    )

    filled = [
        (int(w.index), int(w.domain), int(w.start), int(w.end))
        for w in timeline(spec, plans_of(spec)[0], 0)
    ]

    assert filled == [
        (-1, NO_DOMAIN, 0, 100),
        (1, 0, 100, 300),
        (-1, NO_DOMAIN, 300, 600),
        (0, 1, 600, 700),
        (-1, NO_DOMAIN, 700, 1000),
    ]
    assert [int(w.domain) for w in timeline(spec, plans_of(spec)[0], 1)] == [
        -1,
        1,
        -1,
    ]


def test_windows_that_overlap_are_refused() -> None:
    spec = spec_of(
        windows((0, 0, 400), (1, 300, 200), frame=1000),
        Guest([()]),
        Guest([()]),
    )

    with pytest.raises(VpokError, match="window 1 overlaps another on proc"):
        first_level(spec)


def test_slots_and_windows_have_a_first_level_each() -> None:
    guests = (Guest([()]), Guest([()]))
    some = spec_of(slots((0, NS_PER_MS), (1, NS_PER_MS)), *guests)
    other = spec_of(windows((0, 0, 10), (1, 10, 10), frame=20), *guests)

    assert isinstance(first_level(some), Slots)
    assert isinstance(first_level(other), Windows)


def test_what_was_opened_is_closed_when_building_fails() -> None:
    engines = [ScriptedEngine([()]) for _ in range(2)]

    def engine(_spec: SystemSpec, index: int) -> ScriptedEngine:
        if index == 2:
            raise EngineUnavailable("no third engine")
        return engines[index]

    parts = Parts(
        engine,
        lambda _spec, _index: RecordingOps([]),
        lambda _spec, _index: ScriptedPersonality(),
    )
    spec = spec_of(
        windows((0, 0, 10), frame=10), Guest([()]), Guest([()]), Guest([()])
    )

    with pytest.raises(EngineUnavailable, match="no third engine"):
        build(spec, parts=parts)
    assert [e.closed for e in engines] == [True, True]


def test_engines_are_closed_with_the_system() -> None:
    world = plain()
    with world.system as system:
        system.run(until=10)
        assert not world.engines[0].closed

    assert [engine.closed for engine in world.engines] == [True, True]


def test_instants_may_be_written_with_units() -> None:
    assert instant(None) == FAR
    assert instant(1 << 63) == FAR
    assert instant("1.5s") == 1_500_000_000
    assert instant(7) == 7


def test_a_result_describes_everything() -> None:
    world = make_world(
        [
            Guest([(work(10), call(Cause.PRINT, 1))] * 2, "round-robin", 70),
            Guest([(call(Cause.BLOCK),)], name="quiet one"),
        ],
        windows((0, 0, 400), (1, 500, 500), frame=1000),
    )

    result = world.system.run(until=600)

    first, second = result.partitions
    assert (result.system, result.end, result.reason) == (
        *("scripted", 600, "limit"),
    )
    assert result.digest is not None
    assert result.engine == "scripted (exact)"
    assert (first.name, first.policy, first.mode) == (
        *("p0", "round-robin", "normal"),
    )
    assert [v.syscalls for v in first.vcpus] == [1, 1]
    assert first.instructions == 40
    assert second.name == "quiet one"
    assert second.vcpus[0].state == "blocked"
    assert result.instructions == 41
    assert result.host_seconds > 0
    assert result.mips > 0
    assert [row.index for _, row in world.system.vcpus()] == [0, 1, 0]


def test_runs_may_follow_each_other() -> None:
    world = plain()

    results = [world.system.run(until=t) for t in (300, 600, 600, 900)]

    assert [result.end for result in results] == [300, 600, 600, 900]
    assert world.system.now == 900
    assert not world.system.ended
    seconds = [result.host_seconds for result in results]
    assert seconds == sorted(seconds)


def test_the_demo_builds_and_runs_for_real() -> None:
    loaded = load(DEMO)
    with loaded.build(digest=True) as system:
        result = system.run(until="40ms")

    assert loaded.spec.name == "demo"
    assert [row.name for row in result.partitions] == [
        *("sensors", "autopilot", "display"),
    ]
    assert all(row.instructions > 0 for row in result.partitions)
