"""
The one place where everything meets: from a description to a running system.

`build` puts the parts together; a `System` runs them and says how they are.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from vpok.assembly import first_level, make_domains
from vpok.control import Control
from vpok.events import Sink
from vpok.kernel.engine import Engine
from vpok.kernel.errors import VpokError
from vpok.kernel.loop import Kernel
from vpok.kernel.module import END_NAMES, LIMIT
from vpok.kernel.partition import Partition
from vpok.kernel.personality import Personality
from vpok.kernel.ports import KINDS, Port, PortTable
from vpok.kernel.sources import TICK_NAMES, Source
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchOps
from vpok.policies import POLICIES
from vpok.report.collect import partition_row, processor_row
from vpok.report.rows import PartitionRow, RunResult, VcpuRow
from vpok.report.supply import Supplies
from vpok.spec.model import SWITCH, Problem, SystemSpec
from vpok.spec.problems import ConfigError, problems
from vpok.trace.digest import Digest
from vpok.trace.fanout import Fanout
from vpok.units import FAR, NS_PER_S


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts of a partition come from; tests bring their own."""

    engine: Callable[[SystemSpec, int], Engine]
    ops: Callable[[SystemSpec, int], ArchOps]  # one per vCPU
    personality: Callable[[SystemSpec, int], Personality]


class System(Control):
    """A system that can run; made by `build`."""

    def __init__(
        self,
        spec: SystemSpec,
        kernel: Kernel,
        listeners: Fanout | None,
        digest: Digest | None,
        owned: ExitStack,
    ) -> None:
        """Stand at time 0 with all partitions set up."""
        self.spec = spec
        self.kernel = kernel
        self._listeners = listeners
        self._digest = digest
        self._owned = owned
        self._reached = 0
        self._host_seconds = 0.0

    def run(self, until: int | str | None = None) -> RunResult:
        """
        Run up to the instant *until*, in ns or as `2s`, or to the end.

        May be called again; cutting a run into several changes nothing.
        Raises VpokError for what is no time.
        """
        self.advance(instant(until))
        return self.result()

    def advance(self, limit: int) -> None:
        """Run up to an instant (ns), and leave the result for later."""
        begun = time.perf_counter()
        try:
            self.kernel.run(limit)
        finally:
            self._host_seconds += time.perf_counter() - begun
        self._reach(limit)

    @property
    def ended(self) -> bool:
        """Whether the system has come to its end: nothing more happens."""
        kernel = self.kernel
        return kernel.ended != LIMIT and kernel.ended_at <= self._reached

    def current(self, processor: int) -> Vcpu:
        """
        Return the vCPU on a processor; its idle vCPU if it is idle.

        Raises VpokError for a processor that is not there.
        """
        pcpus = self.kernel.pcpus
        if not 0 <= processor < len(pcpus):
            raise VpokError(
                f"there is no processor {processor}: take 0 to "
                f"{len(pcpus) - 1}"
            )
        return pcpus[processor].current

    def vcpus(self) -> list[tuple[PartitionRow, VcpuRow]]:
        """Return every vCPU, with its partition, in order."""
        return [
            (partition, vcpu)
            for partition in self.result().partitions
            for vcpu in partition.vcpus
        ]

    def result(self) -> RunResult:
        """Say what the run has come to so far."""
        kernel = self.kernel
        supplies = Supplies(self.spec, kernel.first_level, self.now)
        engines = dict.fromkeys(
            f"{partition.engine.name} ({partition.engine.tier})"
            for partition in kernel.partitions
        )
        failures = self._listeners.failures if self._listeners else []
        return RunResult(
            system=self.spec.name,
            end=self.now,
            reason=END_NAMES[kernel.ended if self.ended else LIMIT],
            digest=self._digest.hexdigest() if self._digest else None,
            partitions=tuple(
                partition_row(partition, spec, supplies)
                for partition, spec in zip(
                    kernel.partitions, self.spec.partitions, strict=True
                )
            ),
            processors=tuple(
                processor_row(cpu, self.now) for cpu in kernel.pcpus
            ),
            host_seconds=self._host_seconds,
            engine=", ".join(engines),
            sink_failures=tuple(failures),
        )

    def close(self) -> None:
        """Give back what the engines borrowed; not to be run again."""
        self._owned.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def instant(until: int | str | None) -> int:
    """Return an instant in ns, None's is the end of time; VpokError."""
    if until is None:
        return FAR
    # Reading times is part of reading files, which not everybody does.
    from vpok.config.units import parse_time  # noqa: PLC0415

    return min(parse_time(until), FAR)


# --- building ---------------------------------------------------------------


def build(
    spec: SystemSpec,
    *,
    sinks: Sequence[Sink] = (),
    digest: bool = False,
    tier: str | None = None,
    parts: Parts | None = None,
) -> System:
    """
    Make a system of *spec*; raises ConfigError or VpokError.

    *sinks* hear of every event.  *tier* asks for one of the engine's ways to
    measure time; all give the same run.
    """
    if parts is None:
        found = problems(spec, POLICIES)
        if found:
            raise ConfigError(found)
        parts = standard_parts(tier)
    counted = Digest() if digest else None
    heard = [*sinks, counted] if counted else list(sinks)
    listeners = Fanout(heard) if heard else None
    with ExitStack() as stack:
        partitions = [
            _partition(spec, index, parts, stack)
            for index in range(len(spec.partitions))
        ]
        kernel = Kernel(
            partitions,
            make_domains(spec, partitions),
            first_level(spec),
            spec.processors,
            _ports(spec),
            listeners,
        )
        _configure(kernel, spec)
        for partition in partitions:
            _bind(kernel, partition, spec, parts)
        if kernel.planned:
            _planners(kernel, spec)
        kernel.boot()
        _sources(kernel, spec)
        return System(spec, kernel, listeners, counted, stack.pop_all())


def standard_parts(tier: str | None = None) -> Parts:
    """Return the parts that run real guests."""
    # Unicorn is large, and much can be done without it.
    from vpok.engines import make_engine  # noqa: PLC0415
    from vpok.personalities import PERSONALITIES  # noqa: PLC0415

    return Parts(
        engine=lambda spec, index: make_engine(spec, index, tier),
        ops=_ops,
        personality=lambda spec, index: PERSONALITIES[
            spec.partitions[index].personality
        ](spec, index),
    )


def _ops(spec: SystemSpec, index: int) -> ArchOps:
    """Return the operations of a vCPU: by instruction set and personality."""
    from vpok.arch.paravirt import ISAS, ParavirtOps  # noqa: PLC0415
    from vpok.arch.x86_32 import X86Ops  # noqa: PLC0415

    partition = spec.partitions[index]
    if partition.personality == "python":
        from vpok.engines.python.machine import PythonOps  # noqa: PLC0415

        return PythonOps()
    if partition.model is not None:
        return ArchOps()
    if partition.personality == "pok":
        return X86Ops()
    return ParavirtOps(ISAS[partition.image.isa])


def _partition(
    spec: SystemSpec, index: int, parts: Parts, stack: ExitStack
) -> Partition:
    engine = parts.engine(spec, index)
    stack.callback(engine.close)
    return Partition(index, spec.partitions[index].name, engine)


def _bind(
    kernel: Kernel, partition: Partition, spec: SystemSpec, parts: Parts
) -> None:
    """Let a partition and the kernel hear of each other."""
    index = int(partition.index)
    vcpus = spec.partitions[index].vcpus
    params = [dict(given) for given in vcpus.params]
    params += [{} for _ in range(vcpus.count - len(params))]
    partition.bind(
        parts.personality(spec, index),
        [parts.ops(spec, index) for _ in range(vcpus.count)],
        params,
    )
    partition.engine.attach(kernel)
    partition.personality.attach(partition, kernel)


def _configure(kernel: Kernel, spec: SystemSpec) -> None:
    costs = spec.costs
    kernel.hypercall_cost = costs.hypercall
    kernel.switch_cost = costs.switch
    kernel.interrupt_cost = costs.interrupt
    kernel.restart_cost = costs.restart
    kernel.latency = costs.latency
    kernel.cycle = -(-NS_PER_S // spec.clock)
    kernel.cell = max(1, costs.latency - int(kernel.cycle))

    kernel.planned = len(spec.schedule.plans) > 1
    kernel.flushes.windows = spec.flush.when == "windows"
    # Frames of several plans may have different lengths.
    kernel.flushes.frames = kernel.planned and spec.flush.when == "major-frame"
    if spec.flush.when == "period":
        kernel.flushes.period = spec.flush.period
    else:
        kernel.flushes.period = spec.schedule.major_frame
        kernel.flushes.next = spec.schedule.major_frame
    if any(port.destinations for port in spec.ports):
        kernel.boundary = kernel.first_level.boundary(0)


def _planners(kernel: Kernel, spec: SystemSpec) -> None:
    """Let those that switch plans do so in the order of time."""
    found = [
        domain
        for partition, own in zip(
            kernel.partitions, spec.partitions, strict=True
        )
        for domain in partition.scheduled
        if "plans" in own.features
        or any(action.startswith(SWITCH) for action in own.health.values())
    ]
    for here in found:
        for there in found:
            here.relate(there)


def _sources(kernel: Kernel, spec: SystemSpec) -> None:
    """Let the configured sources of interrupts begin."""
    for described in spec.interrupts:
        partition = kernel.partitions[described.partition]
        if described.sender >= 0:
            for here in partition.scheduled:
                for there in kernel.partitions[described.sender].scheduled:
                    here.relate(there)
        if not (described.period or described.arrivals):
            continue
        source = Source(described.name, described.vcpu, described.number)
        source.period = described.period
        source.instants = list(described.arrivals)
        source.exec = described.clock == "exec"
        source.ticks = TICK_NAMES.index(described.ticks)
        source.hold = described.hold
        first = described.offset
        if described.arrivals:
            first = described.arrivals[0]
        source.start(first)
        kernel.add_source(partition, source)


def _ports(spec: SystemSpec) -> PortTable:
    return PortTable(
        [
            Port(
                number,
                port.name,
                KINDS.index(port.kind),
                port.partition,
                port.direction == "out",
                list(port.destinations),
            )
            for number, port in enumerate(spec.ports)
        ]
    )


# --- from a file -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration file that has been read and checked."""

    spec: SystemSpec
    notes: tuple[Problem, ...]  # what was read and knowingly not used

    def build(
        self,
        *,
        sinks: Sequence[Sink] = (),
        digest: bool = False,
        tier: str | None = None,
    ) -> System:
        """Make the system; see `vpok.system.build`."""
        return build(self.spec, sinks=sinks, digest=digest, tier=tier)


def load(path: str | Path, changes: Mapping[str, str] | None = None) -> Loaded:
    """
    Read a configuration; raises vpok.config.ConfigError.

    *changes* replace values of the file: YAML, by paths such as
    `partitions.control.vcpus.policy`.
    """
    # The YAML reader is of no use to those who describe systems in Python.
    from vpok import config  # noqa: PLC0415

    found = config.load(path, changes or {})
    return Loaded(found.spec, tuple(found.notes))
