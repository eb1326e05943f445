"""Whole systems of scripted guests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vpok.kernel.loop import Kernel
from vpok.machine.arch import ArchOps, ArchVcpu
from vpok.spec.model import (
    CostSpec,
    FlushSpec,
    Image,
    InterruptSpec,
    PartitionSpec,
    PortSpec,
    ScheduleSpec,
    SlotSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import Parts, System, build
from vpok.testing.engine import SIZE, RecordingOps, ScriptedEngine
from vpok.testing.interrupts import InterruptOps, InterruptPersonality
from vpok.testing.personality import ScriptedPersonality
from vpok.testing.script import Program
from vpok.testing.sink import RecordingSink

CLOCK = 100_000_000  # Hz: 10 ns per instruction
FREE = CostSpec(hypercall=0, switch=0, interrupt=0, restart=0, latency=500)
AT_FRAMES = FlushSpec()


@dataclass(frozen=True, slots=True)
class Guest:
    """A scripted partition: a program per vCPU."""

    programs: Sequence[Program]
    policy: str = "null"
    quantum: int = 0  # ns
    processors: tuple[int, ...] = (0,)
    on_fault: str = "skip"  # skip, retry, block
    name: str = ""
    handlers: Sequence[Program] = ()  # of interrupts, if it takes any
    params: tuple[Mapping[str, int], ...] = ()  # of the policy, by vCPU

    def spec(self, index: int) -> PartitionSpec:
        """Describe it."""
        return PartitionSpec(
            name=self.name or f"p{index}",
            size=SIZE,
            image=Image("script", 0, 0, ()),
            vcpus=VcpusSpec(
                len(self.programs), self.policy, self.quantum, self.params
            ),
            processors=self.processors,
            personality="scripted",
        )


@dataclass(slots=True)
class World:
    """A system of scripted guests, and everything to look at."""

    system: System
    engines: list[ScriptedEngine]
    personalities: list[ScriptedPersonality]
    ops: list[list[RecordingOps]]  # by partition and vCPU
    log: list[tuple[str, ArchVcpu]]  # calls of the operations, in order
    sink: RecordingSink = field(default_factory=RecordingSink)

    @property
    def kernel(self) -> Kernel:
        """The kernel under test."""
        return self.system.kernel


def windows(
    *placed: tuple[int, int, int] | tuple[int, int, int, tuple[int, ...]],
    frame: int,
) -> ScheduleSpec:
    """Return windows of (partition, start, duration[, processors])."""
    return ScheduleSpec(
        frame,
        windows=tuple(
            WindowSpec(w[0], w[1], w[2], w[3] if len(w) == 4 else (0,))
            for w in placed
        ),
    )


def slots(*durations: tuple[int, int]) -> ScheduleSpec:
    """Return POK slots of (partition, duration)."""
    return ScheduleSpec(
        sum(duration for _, duration in durations),
        slots=tuple(SlotSpec(p, duration) for p, duration in durations),
    )


def make_world(
    guests: Sequence[Guest],
    schedule: ScheduleSpec,
    *,
    ports: Sequence[PortSpec] = (),
    flush: FlushSpec = AT_FRAMES,
    costs: CostSpec = FREE,
    interrupts: Sequence[InterruptSpec] = (),
    listen: bool = True,
) -> World:
    """Build a system of scripted guests; it stands at time 0."""
    spec = SystemSpec(
        name="scripted",
        partitions=tuple(g.spec(i) for i, g in enumerate(guests)),
        schedule=schedule,
        processors=1 + max(max(guest.processors) for guest in guests),
        clock=CLOCK,
        ports=tuple(ports),
        flush=flush,
        costs=costs,
        interrupts=tuple(interrupts),
    )
    log: list[tuple[str, ArchVcpu]] = []
    engines = [
        ScriptedEngine([*guest.programs, *guest.handlers]) for guest in guests
    ]
    personalities = [
        _personality(spec, index, guest) for index, guest in enumerate(guests)
    ]
    ops: list[list[RecordingOps]] = [[] for _ in guests]

    def next_ops(_spec: SystemSpec, index: int) -> ArchOps:
        takes = bool(guests[index].handlers)
        ops[index].append(InterruptOps(log) if takes else RecordingOps(log))
        return ops[index][-1]

    parts = Parts(
        engine=lambda _spec, index: engines[index],
        ops=next_ops,
        personality=lambda _spec, index: personalities[index],
    )
    sink = RecordingSink()
    sinks = (sink,) if listen else ()
    system = build(spec, sinks=sinks, digest=listen, parts=parts)
    return World(system, engines, personalities, ops, log, sink)


def _personality(
    spec: SystemSpec, index: int, guest: Guest
) -> ScriptedPersonality:
    if not guest.handlers:
        return ScriptedPersonality(guest.on_fault)
    first = len(guest.programs)
    return InterruptPersonality(spec, index, guest.on_fault, first)
