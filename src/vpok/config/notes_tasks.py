"""What an author may like to know of modelled tasks: overload, mostly."""

from collections.abc import Iterator
from fractions import Fraction

from vpok.spec.model import (
    PartitionSpec,
    PlanSpec,
    Problem,
    SystemSpec,
    TaskSpec,
)
from vpok.spec.problems.words import show_time

NOTHING = Fraction(0)


def note_tasks(spec: SystemSpec) -> Iterator[Problem]:
    """Tell of tasks that cannot keep up: overload is an experiment."""
    for index, partition in enumerate(spec.partitions):
        if partition.model is None:
            continue
        where = f"partitions[{index}].tasks"
        for place, task in enumerate(partition.model.tasks):
            yield from _too_long(f"{where}[{place}].execution", task)
        found = list(_vcpus(where, partition, spec))
        yield from found
        if not found:
            yield from _partition(where, index, spec)


def _too_long(where: str, task: TaskSpec) -> Iterator[Problem]:
    longest = max(task.execution)
    if 0 < task.deadline < longest:
        yield Problem(
            where,
            f"task {task.name!r} executes for up to {show_time(longest)}, its "
            f"deadline is {show_time(task.deadline)}: it will miss some",
        )


def utilisation(task: TaskSpec) -> Fraction:
    """Return the part of a processor that a task needs in the long run."""
    if task.kind == "aperiodic":
        return NOTHING
    times, weights = task.execution, task.weights or (1,) * len(task.execution)
    total = sum(
        time * weight for time, weight in zip(times, weights, strict=True)
    )
    return Fraction(total, sum(weights) * task.period)


def _vcpus(
    where: str, partition: PartitionSpec, spec: SystemSpec
) -> Iterator[Problem]:
    """A virtual CPU can give a processor, or its server's budget."""
    assert partition.model is not None
    if partition.model.spread:
        return
    for vcpu in range(partition.vcpus.count):
        own = (task for task in partition.model.tasks if task.vcpu == vcpu)
        needed = sum(map(utilisation, own), NOTHING)
        given = _capacity(partition, vcpu, spec)
        if needed > given:
            yield Problem(
                where,
                f"the tasks on virtual CPU {vcpu} of {partition.name!r} need "
                f"{percent(needed)} of a processor, it can have "
                f"{percent(given)}: their backlog will grow",
            )


def _capacity(
    partition: PartitionSpec, vcpu: int, spec: SystemSpec
) -> Fraction:
    vcpus = partition.vcpus
    flat = spec.schedule.architecture == "flat"
    policy = spec.schedule.policy if flat else vcpus.policy
    params = vcpus.params[vcpu] if vcpu < len(vcpus.params) else {}
    if (
        policy == "server"
        and not params.get("extratime")
        and {"budget", "period"} <= set(params)
    ):
        return Fraction(params["budget"], params["period"])
    return Fraction(1)


def _partition(where: str, index: int, spec: SystemSpec) -> Iterator[Problem]:
    """A partition can give the time of its windows, in each plan."""
    partition = spec.partitions[index]
    assert partition.model is not None
    needed = sum(map(utilisation, partition.model.tasks), NOTHING)
    schedule = spec.schedule
    plans = schedule.plans
    if schedule.windows:
        plans = (PlanSpec("", schedule.major_frame, schedule.windows),)
    for plan in plans:
        total = sum(
            window.duration * len(window.processors)
            for window in plan.windows
            if window.partition == index
        )
        given = Fraction(total, plan.major_frame)
        if needed > given > 0:
            place = f", in plan {plan.name!r}" if plan.name else ""
            yield Problem(
                where,
                f"the tasks of {partition.name!r} need {percent(needed)} of a "
                f"processor, its windows are {percent(given)}{place}: their "
                "backlog will grow",
            )


def percent(share: Fraction) -> str:
    """Write a share with at most one digit behind the point."""
    return f"{float(100 * share):.1f}%".replace(".0%", "%")
