"""
What a trace knows of its system: the names behind the numbers of events.

It travels in the trace, so that one file is enough to read it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Final, get_args

from vpok import __version__
from vpok.spec.model import PartitionSpec, SystemSpec
from vpok.spec.problems import MAX_PROCESSORS
from vpok.spec.problems.vcpus import MAX_VCPUS

FORMAT: Final = 1  # of all trace files; change it with what they mean


@dataclass(frozen=True, slots=True)
class TaskHead:
    """A modelled task; its index is the *thread* of its events."""

    name: str
    kind: str
    period: int  # ns
    deadline: int  # ns, relative; 0: none
    priority: int
    vcpu: int


@dataclass(frozen=True, slots=True)
class PartitionHead:
    """A partition; its index is the *partition* of its events."""

    name: str
    personality: str
    vcpus: int
    policy: str  # who schedules its vCPUs; `windows`: nobody, flat
    threads: int
    tasks: tuple[TaskHead, ...] = ()
    scheduler: str = ""  # of tasks
    spread: bool = False  # tasks are global: over all vCPUs


@dataclass(frozen=True, slots=True)
class PortHead:
    """A port; its index is the global number."""

    name: str
    kind: str
    partition: int
    direction: str
    destinations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SourceHead:
    """A configured source of interrupts."""

    name: str
    partition: int
    vcpu: int
    number: int


@dataclass(frozen=True, slots=True)
class Head:
    """The first thing in a trace."""

    system: str
    processors: int
    clock: int  # Hz
    major_frame: int  # ns, of the first plan; 0: no windows
    partitions: tuple[PartitionHead, ...]
    ports: tuple[PortHead, ...] = ()
    sources: tuple[SourceHead, ...] = ()
    plans: tuple[str, ...] = ()
    config: str = ""  # the configuration's text, if it came from a file
    # What was left out: partitions and kinds that were chosen (none: all),
    # and the length of the ring (ns; 0: from the start).
    only_partitions: tuple[int, ...] = ()
    only_kinds: tuple[str, ...] = ()
    last: int = 0
    version: str = __version__  # of vpok


def head_of(spec: SystemSpec, config: str = "") -> Head:
    """Say what a trace of *spec* must know."""
    return Head(
        system=spec.name,
        processors=spec.processors,
        clock=spec.clock,
        major_frame=spec.schedule.major_frame,
        partitions=tuple(
            PartitionHead(
                partition.name,
                partition.personality,
                partition.vcpus.count,
                _policy(spec, partition),
                partition.threads,
                tuple(
                    TaskHead(
                        task.name,
                        task.kind,
                        task.period,
                        task.deadline,
                        task.priority,
                        task.vcpu,
                    )
                    for task in partition.model.tasks
                )
                if partition.model
                else (),
                partition.model.scheduler if partition.model else "",
                partition.model is not None and partition.model.spread,
            )
            for partition in spec.partitions
        ),
        ports=tuple(
            PortHead(
                port.name,
                port.kind,
                port.partition,
                port.direction,
                port.destinations,
            )
            for port in spec.ports
        ),
        sources=tuple(
            SourceHead(
                source.name, source.partition, source.vcpu, source.number
            )
            for source in spec.interrupts
        ),
        plans=tuple(plan.name for plan in spec.schedule.plans),
        config=config,
    )


def _policy(spec: SystemSpec, partition: PartitionSpec) -> str:
    """Return who schedules a partition's vCPUs."""
    if spec.schedule.architecture == "flat":
        return spec.schedule.policy or "windows"
    return partition.vcpus.policy


def as_dict(head: Head) -> dict[str, Any]:
    """Return a head as JSON can have it."""
    return asdict(head)


def _typed(row: Any) -> None:
    for part in fields(row):
        value = getattr(row, part.name)
        one = part.type
        parts = (value,)
        if isinstance(value, tuple):
            one = get_args(one)[0]  # of tuple[one, ...]
            parts = value
        for each in parts:
            if type(each) is not one:
                raise TypeError(f"{part.name} cannot be {each!r}")
            if is_dataclass(each):
                _typed(each)


def _checked(head: Head) -> Head:
    """Return a head that can be; raises TypeError or ValueError."""
    _typed(head)
    partitions = range(len(head.partitions))
    ports = range(len(head.ports))
    if not 0 < head.processors <= MAX_PROCESSORS:
        raise ValueError(f"processors cannot be {head.processors}")
    for partition in head.partitions:
        if not 0 <= partition.vcpus <= MAX_VCPUS:
            raise ValueError(f"vcpus cannot be {partition.vcpus}")
    for port in head.ports:
        if port.partition not in partitions or not set(
            port.destinations
        ) <= set(ports):
            raise ValueError(f"port {port.name} leads nowhere")
    for source in head.sources:
        if source.partition not in partitions:
            raise ValueError(f"source {source.name} is nobody's")
    if not set(head.only_partitions) <= set(partitions):
        raise ValueError("it is of partitions that are not there")
    return head


def from_dict(data: Mapping[str, Any]) -> Head:
    """Read `as_dict`; raises KeyError, TypeError or ValueError."""
    values = dict(data)
    values["partitions"] = tuple(
        PartitionHead(
            **{
                **row,
                "tasks": tuple(TaskHead(**task) for task in row["tasks"]),
            }
        )
        for row in data["partitions"]
    )
    values["ports"] = tuple(
        PortHead(**{**row, "destinations": tuple(row["destinations"])})
        for row in data["ports"]
    )
    values["sources"] = tuple(SourceHead(**row) for row in data["sources"])
    for name in ("plans", "only_partitions", "only_kinds"):
        values[name] = tuple(data[name])
    return _checked(Head(**values))
