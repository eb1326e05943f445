"""
From a specification to the parts of the kernel: domains and their windows.

Architecture 2 of mission V9 (`hierarchical`): a domain is a partition, and
its policy schedules its vCPUs in its windows.  Architecture 1 (`flat`): vCPUs
take the place of partitions; windows name them, or one policy schedules them
all, everywhere.
"""

from collections.abc import Sequence

from vpok.kernel.domain import Domain
from vpok.kernel.errors import VpokError
from vpok.kernel.first_level import (
    NO_DOMAIN,
    FirstLevel,
    Plan,
    Slots,
    Window,
    Windows,
)
from vpok.kernel.partition import Partition
from vpok.policies import POLICIES
from vpok.spec.model import PLAN_ACTIONS, SystemSpec, WindowSpec
from vpok.units import FAR, MAX_TIME


def is_global(spec: SystemSpec) -> bool:
    """Say whether one policy schedules all vCPUs."""
    return spec.schedule.architecture == "flat" and bool(spec.schedule.policy)


def make_domains(
    spec: SystemSpec, partitions: Sequence[Partition]
) -> list[Domain]:
    """Return the domains, and say which of them each vCPU is in."""
    if is_global(spec):
        domains = [_whole(spec, partitions)]
    elif spec.schedule.architecture == "flat":
        domains = _single_vcpus(spec, partitions)
    else:
        domains = _partitions(spec, partitions)
    for domain in domains:
        domain.free = all(p.engine.free for p in domain.partitions)
        domain.coupled = any(
            len(p.domains) > 1 and not p.engine.free for p in domain.partitions
        )
    return domains


def _partitions(
    spec: SystemSpec, partitions: Sequence[Partition]
) -> list[Domain]:
    domains = []
    for partition, described in zip(partitions, spec.partitions, strict=True):
        pcpus = list(described.processors)
        vcpus = described.vcpus
        policy = POLICIES[vcpus.policy](pcpus, vcpus.quantum)
        domain = Domain(int(partition.index), [partition], policy, pcpus)
        partition.domains = [domain] * vcpus.count
        domains.append(domain)
    return domains


def _whole(spec: SystemSpec, partitions: Sequence[Partition]) -> Domain:
    pcpus = list(range(spec.processors))
    schedule = spec.schedule
    policy = POLICIES[schedule.policy](pcpus, schedule.quantum)
    policy.flat = True
    domain = Domain(0, list(partitions), policy, pcpus)
    for partition, described in zip(partitions, spec.partitions, strict=True):
        partition.domains = [domain] * described.vcpus.count
    return domain


def _single_vcpus(
    spec: SystemSpec, partitions: Sequence[Partition]
) -> list[Domain]:
    """Return a domain per vCPU, on the processors of its windows."""
    domains: list[Domain] = []
    for partition, described in zip(partitions, spec.partitions, strict=True):
        mine = []
        for index in range(described.vcpus.count):
            used = {
                processor
                for plan in plans_of(spec)
                for window in plan.windows
                if (window.partition, window.vcpu) == (partition.index, index)
                for processor in window.processors
            }
            pcpus = sorted(used) or list(described.processors)
            policy = POLICIES["round-robin"](pcpus, MAX_TIME)
            mine.append(Domain(len(domains), [partition], policy, pcpus))
            domains.append(mine[-1])
        partition.domains = mine
        if partition.engine.free:
            continue  # modelled vCPUs have no memory to share
        for domain in mine:
            domain.relate(mine[0])
            for other in mine:
                domain.relate(other)
    return domains


# --- windows ----------------------------------------------------------------


def plans_of(spec: SystemSpec) -> Sequence["_PlanSpec"]:
    """Return the plans; a schedule without plans is one."""
    schedule = spec.schedule
    if schedule.plans:
        return [
            _PlanSpec(plan.name, plan.major_frame, plan.windows, plan.actions)
            for plan in schedule.plans
        ]
    return [_PlanSpec("", schedule.major_frame, schedule.windows, ())]


class _PlanSpec:
    """A plan, whether it is the only one or not."""

    def __init__(
        self,
        name: str,
        major_frame: int,
        windows: tuple[WindowSpec, ...],
        actions: tuple[str, ...],
    ) -> None:
        self.name = name
        self.major_frame = major_frame
        self.windows = windows
        self.actions = actions


def first_level(spec: SystemSpec) -> FirstLevel:
    """Return the source of windows that *spec* asks for."""
    schedule = spec.schedule
    if schedule.slots:
        return Slots(
            schedule.major_frame,
            [(slot.partition, slot.duration) for slot in schedule.slots],
            [list(partition.processors) for partition in spec.partitions],
        )
    if is_global(spec):
        frame = schedule.major_frame or FAR
        timelines = [[Window(0, 0, 0, frame)] for _ in range(spec.processors)]
        return Windows([Plan("", frame, timelines, [])])
    return Windows(
        [
            Plan(
                plan.name,
                plan.major_frame,
                [
                    timeline(spec, plan, processor)
                    for processor in range(spec.processors)
                ],
                [PLAN_ACTIONS.index(action) for action in plan.actions],
            )
            for plan in plans_of(spec)
        ]
    )


def timeline(
    spec: SystemSpec, plan: _PlanSpec, processor: int
) -> list[Window]:
    """Return a processor's windows of a major frame, gaps filled."""
    first = _first_domains(spec)
    filled: list[Window] = []
    reached = 0
    placed = [
        (window.start, index)
        for index, window in enumerate(plan.windows)
        if processor in window.processors
    ]
    for start, index in sorted(placed):
        window = plan.windows[index]
        if start < reached:
            raise VpokError(
                f"window {index} overlaps another on processor {processor}"
            )
        if start > reached:
            filled.append(Window(-1, NO_DOMAIN, reached, start))
        reached = start + window.duration
        domain = first[window.partition] + max(window.vcpu, 0)
        filled.append(Window(index, domain, start, reached))
    if reached < plan.major_frame:
        filled.append(Window(-1, NO_DOMAIN, reached, plan.major_frame))
    return filled


def _first_domains(spec: SystemSpec) -> list[int]:
    """Return the domain of each partition's first vCPU."""
    if spec.schedule.architecture == "hierarchical":
        return list(range(len(spec.partitions)))
    first, count = [], 0
    for partition in spec.partitions:
        first.append(count)
        count += partition.vcpus.count
    return first
