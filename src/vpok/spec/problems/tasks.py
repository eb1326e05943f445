"""What is wrong with modelled tasks."""

from collections.abc import Iterator
from typing import Final

from vpok.spec.model import (
    ON_MISS,
    TASK_KINDS,
    TASK_SCHEDULERS,
    ModelSpec,
    PartitionSpec,
    Problem,
    SystemSpec,
    TaskSpec,
)
from vpok.spec.problems.interrupts import out_of_order
from vpok.spec.problems.vcpus import FLAT, NULL
from vpok.spec.problems.words import (
    NAMES,
    bad_time,
    one_of,
    show_time,
    unique,
)
from vpok.units import MAX_TIME

MAX_PRIORITY: Final = 65_535
APERIODIC: Final = "aperiodic"


def of_model(
    where: str, partition: PartitionSpec, spec: SystemSpec
) -> Iterator[Problem]:
    """A modelled partition has tasks, and can run them."""
    model = partition.model
    if model is None:
        yield Problem(where, "a modelled partition has no tasks: write some")
        return
    if not model.tasks and not model.guest:
        yield Problem(
            f"{where}.tasks", "there is no task: describe one, or more"
        )
    yield from one_of(f"{where}.scheduler", model.scheduler, TASK_SCHEDULERS)
    if model.spread:
        yield from _spread(f"{where}.spread", partition, spec)
    yield from unique(f"{where}.tasks", [task.name for task in model.tasks])
    for index, task in enumerate(model.tasks):
        below = f"{where}.tasks[{index}]"
        yield from _name_and_place(below, task, model, partition)
        yield from _arrivals(below, task)
        yield from _times(below, task)
        yield from _execution(f"{below}.execution", task)


def _spread(
    where: str, partition: PartitionSpec, spec: SystemSpec
) -> Iterator[Problem]:
    """Global tasks follow processors, of which each vCPU has one."""
    if spec.schedule.architecture == FLAT or partition.vcpus.policy != NULL:
        yield Problem(
            where,
            "global tasks need a processor for each virtual CPU: take the "
            "hierarchical architecture and policy: null",
        )


def _name_and_place(
    where: str, task: TaskSpec, model: ModelSpec, partition: PartitionSpec
) -> Iterator[Problem]:
    if not NAMES.fullmatch(task.name):
        yield Problem(
            f"{where}.name",
            f"{task.name[:60]!r} names no task: take 1 to 64 letters, digits, "
            "'_', '.' or '-', not '.' or '-' first",
        )
    count = partition.vcpus.count
    if model.spread and task.vcpu:
        yield Problem(
            f"{where}.vcpu",
            "global tasks run on any virtual CPU: remove vcpu, or global",
        )
    elif not 0 <= task.vcpu < count and count > 0:
        yield Problem(
            f"{where}.vcpu",
            f"partition {partition.name!r} has no virtual CPU {task.vcpu}: "
            f"take 0 to {count - 1}, or give it more",
        )
    if not 0 <= task.priority <= MAX_PRIORITY:
        yield Problem(
            f"{where}.priority",
            f"a priority of {task.priority}: take 0 to {MAX_PRIORITY}, higher "
            "is more urgent",
        )


def _arrivals(where: str, task: TaskSpec) -> Iterator[Problem]:
    """What says when jobs come belongs together."""
    yield from one_of(f"{where}.kind", task.kind, TASK_KINDS)
    if task.kind == APERIODIC:
        yield from _aperiodic(where, task)
        return
    if not 0 < task.period < MAX_TIME:
        yield Problem(f"{where}.period", bad_time(task.period, "a period"))
    if task.arrivals:
        yield Problem(
            f"{where}.arrivals",
            f"a {task.kind} task comes by its period: remove the arrivals, or "
            "take kind: aperiodic",
        )


def _aperiodic(where: str, task: TaskSpec) -> Iterator[Problem]:
    if not task.arrivals:
        yield Problem(
            f"{where}.arrivals",
            "an aperiodic task needs arrivals: write a time, or more",
        )
    for name in ("period", "offset", "jitter"):
        if getattr(task, name):
            yield Problem(
                f"{where}.{name}",
                f"an aperiodic task comes at its arrivals: remove {name}",
            )
    before = 0
    for index, time in enumerate(task.arrivals):
        if not 0 <= time < MAX_TIME:
            yield Problem(
                f"{where}.arrivals[{index}]", bad_time(time, "a time", 0)
            )
        elif time < before:
            yield Problem(
                f"{where}.arrivals[{index}]", out_of_order(time, before)
            )
        before = max(before, time)


def _times(where: str, task: TaskSpec) -> Iterator[Problem]:
    for name in ("deadline", "offset", "jitter"):
        time = getattr(task, name)
        if name == "deadline" and time == task.period:
            continue  # it follows from the period
        if not 0 <= time < MAX_TIME:
            article = "an" if name == "offset" else "a"
            yield Problem(
                f"{where}.{name}", bad_time(time, f"{article} {name}", 0)
            )
    yield from one_of(f"{where}.on_miss", task.on_miss, ON_MISS)
    if task.on_miss != ON_MISS[0] and not task.deadline:
        yield Problem(
            f"{where}.on_miss",
            f"without a deadline there is no miss to {task.on_miss}: write "
            "a deadline, or remove on_miss",
        )


def _execution(where: str, task: TaskSpec) -> Iterator[Problem]:
    """Jobs take time, in one of three ways."""
    times = task.execution
    for time in times:
        if not 0 < time < MAX_TIME:
            yield Problem(where, bad_time(time, "an execution"))
    if task.uniform:
        if len(times) != 2 or task.weights:
            yield Problem(where, "a uniform execution has two ends")
        elif times[0] > times[1]:
            yield Problem(
                where,
                f"the least execution, {show_time(times[0])}, is above the "
                f"greatest, {show_time(times[1])}: exchange them",
            )
        return
    if len(times) != max(len(task.weights), 1):
        yield Problem(
            where, "write one execution, or several and a weight for each"
        )
    for weight in task.weights:
        if weight < 1:
            yield Problem(
                where,
                f"a weight of {weight}: make it positive, or remove the value",
            )
