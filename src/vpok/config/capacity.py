"""
What virtual CPUs and partitions can have in the long run.

Shares are exact: parts of one processor.
"""

from collections.abc import Mapping
from fractions import Fraction

from vpok.kernel.sched import server
from vpok.spec.model import PartitionSpec, PlanSpec, SystemSpec, WindowSpec

WHOLE = Fraction(1)


def flat(spec: SystemSpec) -> bool:
    """Say whether virtual CPUs take the place of partitions."""
    return spec.schedule.architecture == "flat"


def policy_of(spec: SystemSpec, partition: PartitionSpec) -> str:
    """Return who chooses among a partition's virtual CPUs."""
    return spec.schedule.policy if flat(spec) else partition.vcpus.policy


def plans_of(spec: SystemSpec) -> tuple[PlanSpec, ...]:
    """Return the plans; a single one has no name, slots make none."""
    schedule = spec.schedule
    if schedule.windows:
        return (PlanSpec("", schedule.major_frame, schedule.windows),)
    return schedule.plans


def params_of(partition: PartitionSpec, vcpu: int) -> Mapping[str, int]:
    """Return the parameters that are written for a virtual CPU."""
    params = partition.vcpus.params
    return params[vcpu] if vcpu < len(params) else {}


def budget(partition: PartitionSpec, vcpu: int) -> Fraction:
    """Return what a server gives a virtual CPU."""
    given = params_of(partition, vcpu)
    length, period = (
        given.get(name, server.PARAMETERS[name].default)
        for name in ("budget", "period")
    )
    return Fraction(length, period)


def by_policy(
    spec: SystemSpec, partition: PartitionSpec, vcpu: int
) -> Fraction:
    """Return the most that its policy lets a virtual CPU have."""
    policy = policy_of(spec, partition)
    given = params_of(partition, vcpu)
    if policy == "server" and not given.get("extratime"):
        return budget(partition, vcpu)
    if policy == "credit" and not flat(spec) and given.get("cap"):
        return min(WHOLE, Fraction(given["cap"], 100))
    return WHOLE


def cap_together(spec: SystemSpec, partition: PartitionSpec) -> Fraction:
    """Return the most that its virtual CPUs can have together."""
    if flat(spec) and spec.schedule.policy == "credit":
        cap = params_of(partition, 0).get("cap")
        if cap:
            return Fraction(cap, 100)
    return Fraction(partition.vcpus.count)


def by_windows(
    spec: SystemSpec, index: int, plan: PlanSpec, vcpu: int = -1
) -> Fraction:
    """Return what the windows of a partition, or of one vCPU, come to."""
    total = sum(
        window.duration * (len(window.processors) if vcpu < 0 else 1)
        for window in plan.windows
        if window.partition == index
        and (vcpu < 0 or _is_its(spec, window, vcpu))
    )
    return Fraction(total, plan.major_frame)


def _is_its(spec: SystemSpec, window: WindowSpec, vcpu: int) -> bool:
    """Say whether one vCPU alone runs in a window, on one processor."""
    if flat(spec):
        return window.vcpu == vcpu
    home = spec.partitions[window.partition].processors[vcpu]
    return home in window.processors
