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
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchOps
from vpok.policies import POLICIES
from vpok.report.collect import partition_row, processor_row
from vpok.report.rows import PartitionRow, RunResult, VcpuRow
from vpok.report.supply import Supplies
from vpok.spec.model import Problem, SystemSpec
from vpok.spec.problems import ConfigError, problems
from vpok.timeline import History
from vpok.trace.digest import Digest
from vpok.trace.fanout import Fanout
from vpok.trace.record import End
from vpok.trace.recording import Recording, begin
from vpok.trace.timeline import Timeline
from vpok.units import FAR
from vpok.wiring import configure, make_ports, relate_planners, start_sources


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
        history: Timeline | None = None,
    ) -> None:
        """Stand at time 0 with all partitions set up."""
        self.spec = spec
        self.kernel = kernel
        self._listeners = listeners
        self._digest = digest
        self._owned = owned
        self._history = History(spec, history) if history else None
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
            history=self._history,
        )

    def finish(self) -> RunResult:
        """Write the ends of the traces; return the result of the run."""
        if self._listeners:
            now = self.result()
            digest = now.digest or ""
            self._listeners.finish(End(now.end, now.reason, digest, 0))
        return self.result()

    def close(self) -> None:
        """Give back what the engines borrowed; not to be run again."""
        if self._listeners and self._listeners.writing:
            self.finish()
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
    timeline: bool = False,
    tier: str | None = None,
    parts: Parts | None = None,
    traces: Sequence[Recording | str | Path] = (),
    config: str = "",
) -> System:
    """
    Make a system of *spec*; raises ConfigError or VpokError.

    *sinks* hear of every event.  *timeline* lets results draw one.  *tier*
    asks for one of the engine's ways to measure time; all give the same run.
    *traces* are files to be written; *config* is the text that *spec* came
    from, for them.
    """
    if parts is None:
        if found := problems(spec, POLICIES):
            raise ConfigError(found)
        parts = standard_parts(tier)
    counted = Digest() if digest else None
    history = Timeline() if timeline else None
    with ExitStack() as stack:
        heard = [*sinks, *begin(traces, spec, config, instant, stack)]
        heard += [own for own in (counted, history) if own is not None]
        listeners = Fanout(heard) if heard else None
        partitions = [
            _partition(spec, index, parts, stack)
            for index in range(len(spec.partitions))
        ]
        kernel = Kernel(
            partitions,
            make_domains(spec, partitions),
            first_level(spec),
            spec.processors,
            make_ports(spec),
            listeners,
        )
        configure(kernel, spec)
        for partition in partitions:
            _bind(kernel, partition, spec, parts)
        if kernel.planned:
            relate_planners(kernel, spec)
        kernel.boot()
        start_sources(kernel, spec)
        return System(
            spec, kernel, listeners, counted, stack.pop_all(), history
        )


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


# --- from a file -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration file that has been read and checked."""

    spec: SystemSpec
    notes: tuple[Problem, ...]  # what was read and knowingly not used
    text: str = ""  # of the file, unless something of it was replaced

    def build(
        self,
        *,
        sinks: Sequence[Sink] = (),
        digest: bool = False,
        timeline: bool = False,
        tier: str | None = None,
        traces: Sequence[Recording | str | Path] = (),
    ) -> System:
        """Make the system; see `build`."""
        return build(
            self.spec,
            sinks=sinks,
            digest=digest,
            timeline=timeline,
            tier=tier,
            traces=traces,
            config=self.text,
        )


def load(path: str | Path, changes: Mapping[str, str] | None = None) -> Loaded:
    """
    Read a configuration; raises vpok.config.ConfigError.

    *changes* replace values of the file: YAML, by paths such as
    `partitions.control.vcpus.policy`.
    """
    # The YAML reader is of no use to those who describe systems in Python.
    from vpok import config  # noqa: PLC0415

    found = config.load(path, changes or {})
    text = "" if changes else Path(path).read_text(errors="replace")
    return Loaded(found.spec, tuple(found.notes), text)
