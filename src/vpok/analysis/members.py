"""
Who shares what: the vCPUs of a system, grouped by the supply they schedule.

A group is a domain of the kernel: a partition's vCPUs in its windows, one of
them on its own processor (`null`), a vCPU that has windows of its own, or all
vCPUs of a module without windows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vpok.analysis.arrivals import Arrivals, Listed, Periodic, Sporadic
from vpok.analysis.supply import DEDICATED, Windows
from vpok.analysis.task import Task
from vpok.spec.model import (
    ModelSpec,
    PartitionSpec,
    PlanSpec,
    SystemSpec,
    TaskSpec,
    WindowSpec,
)

NO_PARAMS: Mapping[str, int] = {}


def is_modelled(partition: PartitionSpec) -> bool:
    """Say whether a partition has tasks instead of a guest."""
    return partition.model is not None and not partition.model.guest


@dataclass(frozen=True, slots=True)
class Member:
    """One vCPU."""

    partition: PartitionSpec
    index: int

    @property
    def model(self) -> ModelSpec | None:
        """What it runs, if that is modelled."""
        return self.partition.model

    @property
    def modelled(self) -> bool:
        """Whether it has tasks, and no guest, not even one in Python."""
        return is_modelled(self.partition)

    @property
    def params(self) -> Mapping[str, int]:
        """Its policy's parameters."""
        params = self.partition.vcpus.params
        return params[self.index] if self.index < len(params) else NO_PARAMS

    @property
    def described(self) -> tuple[TaskSpec, ...]:
        """Its tasks, as they were configured."""
        if self.model is None:
            return ()
        if self.model.spread:
            return self.model.tasks if self.index == 0 else ()
        return tuple(
            task for task in self.model.tasks if task.vcpu == self.index
        )

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Its tasks."""
        return tuple(task_of(task) for task in self.described)


@dataclass(frozen=True, slots=True)
class Group:
    """vCPUs that share a supply; *why* says that it cannot be analysed."""

    plan: str
    policy: str
    quantum: int
    members: tuple[Member, ...]
    supply: Windows = DEDICATED
    processors: tuple[int, ...] = ()
    why: str = ""


def task_of(spec: TaskSpec) -> Task:
    """Return what is analysed of a task: the longest execution, no offset."""
    return Task(
        spec.name,
        max(1, *spec.execution),
        _arrivals(spec),
        spec.deadline,
        spec.priority,
    )


def _arrivals(spec: TaskSpec) -> Arrivals:
    if spec.kind == "aperiodic":
        return Listed(spec.arrivals, spec.jitter)
    if spec.kind == "sporadic":
        return Sporadic(spec.period, spec.jitter)
    return Periodic(spec.period, spec.jitter)


# --- groups -------------------------------------------------------------------


def groups(spec: SystemSpec) -> Iterator[Group]:
    """Yield the groups that have modelled vCPUs, plan by plan."""
    found = _whole(spec) if _has_no_windows(spec) else _all_plans(spec)
    for group in found:
        if any(member.modelled for member in group.members):
            yield group


def _has_no_windows(spec: SystemSpec) -> bool:
    schedule = spec.schedule
    return schedule.architecture == "flat" and bool(schedule.policy)


def _whole(spec: SystemSpec) -> Iterator[Group]:
    """Flat, without windows: one policy for everybody."""
    yield Group(
        "",
        spec.schedule.policy,
        spec.schedule.quantum,
        tuple(
            member
            for partition in spec.partitions
            for member in _members(partition)
        ),
        DEDICATED,
        tuple(range(spec.processors)),
    )


def _members(partition: PartitionSpec) -> list[Member]:
    return [Member(partition, n) for n in range(partition.vcpus.count)]


def plans(spec: SystemSpec) -> Sequence[PlanSpec]:
    """Return the plans; a schedule without any is one without a name."""
    schedule = spec.schedule
    return schedule.plans or (
        PlanSpec("", schedule.major_frame, schedule.windows),
    )


def _all_plans(spec: SystemSpec) -> Iterator[Group]:
    for plan in plans(spec):
        for number, partition in enumerate(spec.partitions):
            own = [w for w in plan.windows if w.partition == number]
            if spec.schedule.architecture == "flat":
                yield from _flat(plan, partition, own)
            elif partition.vcpus.policy == "null":
                yield from _null(plan, partition, own)
            else:
                yield _shared(plan, partition, own)


def _flat(
    plan: PlanSpec, partition: PartitionSpec, own: Sequence[WindowSpec]
) -> Iterator[Group]:
    """Yield a group per vCPU; its windows may be on several processors."""
    for member in _members(partition):
        mine = [w for w in own if max(w.vcpu, 0) == member.index]
        yield _group(plan, "null", 0, [member], mine, _used(mine))


def _null(
    plan: PlanSpec, partition: PartitionSpec, own: Sequence[WindowSpec]
) -> Iterator[Group]:
    """Yield a group per vCPU; the n-th is on the n-th processor."""
    for member in _members(partition):
        processors = partition.processors[member.index : member.index + 1]
        mine = [w for w in own if set(processors) & set(w.processors)]
        yield _group(plan, "null", 0, [member], mine, processors)


def _shared(
    plan: PlanSpec, partition: PartitionSpec, own: Sequence[WindowSpec]
) -> Group:
    vcpus = partition.vcpus
    members = _members(partition)
    return _group(plan, vcpus.policy, vcpus.quantum, members, own, _used(own))


def _used(windows: Sequence[WindowSpec]) -> tuple[int, ...]:
    return tuple(sorted({n for w in windows for n in w.processors}))


def _group(
    plan: PlanSpec,
    policy: str,
    quantum: int,
    members: Sequence[Member],
    windows: Sequence[WindowSpec],
    processors: tuple[int, ...],
) -> Group:
    places = [(w.start, w.start + w.duration) for w in windows]
    return Group(
        plan.name,
        policy,
        quantum,
        tuple(members),
        Windows(plan.major_frame, places),
        processors,
    )
