"""
What a trace knows of its system: the names behind the numbers of events.

It travels in the trace, so that one file is enough to read it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any, Final, get_args, get_origin, get_type_hints

from vpok import __version__
from vpok.spec.model import PartitionSpec, SystemSpec
from vpok.spec.problems import MAX_PROCESSORS
from vpok.spec.problems.vcpus import MAX_VCPUS

FORMAT: Final = 1  # of all trace files; change it with what they mean
FAR: Final = 1 << 62  # no number of a head is so large


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


def from_dict(data: Mapping[str, Any]) -> Head:
    """Read `as_dict`; raises TypeError or ValueError."""
    head: Head = shaped(Head, data)
    _check(head)
    return head


def shaped(kind: Any, value: Any) -> Any:
    """
    Return what JSON has as what it stands for.

    *kind* is a class with typed fields, a tuple of one type, or a plain type.
    Raises TypeError if it is something else.
    """
    if get_origin(kind) is tuple:
        return tuple(shaped(get_args(kind)[0], each) for each in value)
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        hints = get_type_hints(kind)
        return kind(
            **{
                name: shaped(hints.get(name, object), each)
                for name, each in dict(value).items()
            }
        )
    if kind is not object and type(value) is not kind:
        raise TypeError(f"{value!r} instead of {kind.__name__}")
    return value


def _check(head: Head) -> None:
    """Refuse numbers of what is not there; raises ValueError."""
    count = len(head.partitions)
    ports = range(len(head.ports))
    fine = (
        0 < head.processors <= MAX_PROCESSORS
        and 0 <= head.major_frame < FAR
        and 0 <= head.last < FAR
        and 0 <= head.clock < FAR
        and all(0 < each.vcpus <= MAX_VCPUS for each in head.partitions)
        and all(
            0 <= each < count
            for each in (
                *(port.partition for port in head.ports),
                *(source.partition for source in head.sources),
                *head.only_partitions,
            )
        )
        and all(to in ports for port in head.ports for to in port.destinations)
        and all(
            -FAR < number < FAR
            for partition in head.partitions
            for task in partition.tasks
            for number in (task.period, task.deadline, task.priority)
        )
    )
    if not fine:
        raise ValueError("a number of what is not there")
