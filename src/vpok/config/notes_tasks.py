"""What an author may like to know of overload: tasks' and servers'."""

from collections.abc import Iterator
from fractions import Fraction

from vpok.config.capacity import (
    budget,
    by_policy,
    by_windows,
    cap_together,
    flat,
    plans_of,
    policy_of,
)
from vpok.spec.model import (
    ModelSpec,
    PartitionSpec,
    Problem,
    SystemSpec,
    TaskSpec,
)
from vpok.spec.problems.words import show_time

NOTHING = Fraction(0)
SERVER = "server"


def note_tasks(spec: SystemSpec) -> Iterator[Problem]:
    """Tell of tasks and servers that ask for more than there is."""
    told = False
    for index, partition in enumerate(spec.partitions):
        if partition.model is None:
            continue
        where = f"partitions[{index}].tasks"
        for place, task in enumerate(partition.model.tasks):
            yield from _too_long(f"{where}[{place}].execution", task)
        found = list(_vcpus(where, index, partition.model, spec))
        found = found or list(_partition(where, index, spec))
        yield from found
        told = told or bool(found)
    if not told:
        yield from _together(spec)
    yield from _budgets(spec)


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


def needs(partition: PartitionSpec) -> Fraction:
    """Return what all tasks of a partition need."""
    tasks = partition.model.tasks if partition.model else ()
    return sum(map(utilisation, tasks), NOTHING)


def _vcpus(
    where: str, index: int, model: ModelSpec, spec: SystemSpec
) -> Iterator[Problem]:
    """A virtual CPU can give what its policy lets it have, or its windows."""
    partition = spec.partitions[index]
    if model.spread:
        return
    for vcpu in range(partition.vcpus.count):
        own = (task for task in model.tasks if task.vcpu == vcpu)
        needed = sum(map(utilisation, own), NOTHING)
        who = f"the tasks on virtual CPU {vcpu} of {partition.name!r}"
        given = by_policy(spec, partition, vcpu)
        if needed > given:
            yield Problem(where, _short(who, needed, "it can have", given))
        elif partition.vcpus.count > 1 and _alone(spec, partition):
            yield from _windows(where, who, needed, index, spec, vcpu)


def _alone(spec: SystemSpec, partition: PartitionSpec) -> bool:
    """Say whether windows are one virtual CPU's each."""
    return policy_of(spec, partition) in {"", "null"}


def _partition(where: str, index: int, spec: SystemSpec) -> Iterator[Problem]:
    """So can a partition, in each plan."""
    partition = spec.partitions[index]
    needed = needs(partition)
    given = cap_together(spec, partition)
    who = f"the tasks of {partition.name!r}"
    if needed > given:
        yield Problem(where, _short(who, needed, "it can have", given))
    else:
        yield from _windows(where, who, needed, index, spec)


def _windows(
    where: str,
    who: str,
    needed: Fraction,
    index: int,
    spec: SystemSpec,
    vcpu: int = -1,
) -> Iterator[Problem]:
    for plan in plans_of(spec):
        given = by_windows(spec, index, plan, vcpu)
        if needed > given > 0:
            what = _short(who, needed, "its windows are", given, plan.name)
            yield Problem(where, what)


def _short(
    who: str, needed: Fraction, has: str, given: Fraction, plan: str = ""
) -> str:
    place = f", in plan {plan!r}" if plan else ""
    return (
        f"{who} need {percent(needed)} of a processor, {has} "
        f"{percent(given)}{place}: their backlog will grow"
    )


def _together(spec: SystemSpec) -> Iterator[Problem]:
    """A policy for all virtual CPUs can give the processors."""
    needed = sum(map(needs, spec.partitions), NOTHING)
    if spec.schedule.policy and needed > spec.processors:
        who = "the tasks of all partitions"
        given = Fraction(spec.processors)
        yield Problem(
            "kernel.scheduler.policy",
            _short(who, needed, "the processors are", given),
        )


# --- servers ------------------------------------------------------------------


def _budgets(spec: SystemSpec) -> Iterator[Problem]:
    """Servers that promise more than there is."""
    promised = [
        sum(
            (budget(each, vcpu) for vcpu in range(each.vcpus.count)),
            NOTHING,
        )
        for each in spec.partitions
    ]
    if spec.schedule.policy == SERVER and sum(promised) > spec.processors:
        yield Problem(
            "kernel.scheduler.policy",
            f"the budgets of all virtual CPUs come to "
            f"{percent(sum(promised, NOTHING))} of a processor, the "
            f"processors are {percent(Fraction(spec.processors))}: not all "
            "will be had",
        )
    for index, partition in enumerate(spec.partitions):
        if flat(spec) or partition.vcpus.policy != SERVER:
            continue
        for plan in plans_of(spec):
            given = by_windows(spec, index, plan)
            if promised[index] > given > 0:
                place = f", in plan {plan.name!r}" if plan.name else ""
                yield Problem(
                    f"partitions[{index}].vcpus",
                    f"the budgets of {partition.name!r} come to "
                    f"{percent(promised[index])} of a processor, its windows "
                    f"are {percent(given)}{place}: not all will be had",
                )


def percent(share: Fraction) -> str:
    """Write a share with at most one digit behind the point."""
    return f"{float(100 * share):.1f}%".replace(".0%", "%")
