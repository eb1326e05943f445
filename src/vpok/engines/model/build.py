"""From the description of tasks to an engine that executes them."""

from typing import Final

from vpok.engines.model.chance import Stream
from vpok.engines.model.engine import ModelEngine
from vpok.engines.model.shared import SharedEngine
from vpok.engines.model.task import APERIODIC, PERIODIC, Task
from vpok.engines.model.tasks import TaskSet
from vpok.spec.model import ON_MISS, TASK_KINDS, PartitionSpec, TaskSpec
from vpok.units import FAR

EDF: Final = "edf"


def make_model(partition: PartitionSpec) -> ModelEngine:
    """Return an engine for the tasks of *partition*."""
    model = partition.model
    assert model is not None
    edf = model.scheduler == EDF
    tasks = [
        make_task(spec, index, model.seed, partition.name)
        for index, spec in enumerate(model.tasks)
    ]
    count = partition.vcpus.count
    if model.spread:
        return SharedEngine(TaskSet(tasks, edf), count)
    return ModelEngine(
        [
            TaskSet([task for task in tasks if task.vcpu == vcpu], edf)
            for vcpu in range(count)
        ]
    )


def make_task(spec: TaskSpec, index: int, seed: int, partition: str) -> Task:
    """Return a task at its beginning."""
    task = Task(spec.name, index, spec.vcpu)
    task.kind = TASK_KINDS.index(spec.kind)
    task.period = spec.period
    task.deadline = spec.deadline
    task.priority = spec.priority
    task.jitter = spec.jitter
    task.on_miss = ON_MISS.index(spec.on_miss)
    task.arrival = spec.offset
    if task.kind == APERIODIC:
        task.arrivals = list(spec.arrivals)
        task.arrival = spec.arrivals[0] if spec.arrivals else FAR
    task.execution = spec.execution[0]
    if spec.uniform:
        task.low, task.high = spec.execution
    elif len(spec.execution) > 1:
        task.values = list(spec.execution)
        reached = 0
        for weight in spec.weights:
            reached += weight
            task.bounds.append(reached)
    if spec.jitter or len(spec.execution) > 1:
        task.stream = Stream(seed, partition, spec.name)
    task.plain = task.kind == PERIODIC and task.stream is None
    return task
