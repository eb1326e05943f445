"""Modelled partitions of a file: their tasks, with what is left out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vpok.config.arrivals import read_arrivals
from vpok.config.files import BadFileError
from vpok.config.keys_tasks import NO_DEADLINE
from vpok.config.log import Log
from vpok.spec.model import ModelSpec, TaskSpec
from vpok.spec.problems.words import bad_time

Raw = dict[str, Any]  # the values of a `kinds.Record`
TASKS = "tasks"  # the personality
APERIODIC = "aperiodic"
# What a modelled partition has no use for: memory, a program, a kernel's
# objects.  (`features`, `threads` and the others are None or 0 if absent.)
FOREIGN = (
    *("size", "image", "features", "input", "health", "objects"),
    *("guest", "args"),
)
COUNTS = MappingProxyType({"semaphores": 0, "mutexes": 0, "events": 0})


def is_model(raw: Raw) -> bool:
    """Say whether a partition is modelled."""
    if raw["personality"] is None:
        return raw["tasks"] is not None and raw["guest"] is None
    return bool(raw["personality"] == TASKS)


def build_model(raw: Raw, path: str, folder: Path, log: Log) -> ModelSpec:
    """Build the tasks of a partition."""
    _foreign(raw, path, log)
    given = raw["tasks"] or []
    tasks = [
        _task(task, f"{path}.tasks[{index}]", folder, log)
        for index, task in enumerate(given)
    ]
    log.alias(f"{path}.model.scheduler", f"{path}.scheduler")
    log.alias(f"{path}.model.spread", f"{path}.global")
    scheduler = raw["scheduler"] or "fixed-priority"
    if scheduler == "fixed-priority":
        tasks = _by_deadline(tasks, given)
    return ModelSpec(
        tasks=tuple(tasks),
        scheduler=scheduler,
        spread=bool(raw["global"]),
        seed=raw["seed"],
    )


def _foreign(raw: Raw, path: str, log: Log) -> None:
    threads = raw["threads"]
    given = [name for name in FOREIGN if raw[name] is not None]
    given += [name for name, none in COUNTS.items() if raw[name] != none]
    if threads["count"] is not None or threads["features"] is not None:
        given.append("threads")
    for name in given:
        if not log.broken(f"{path}.{name}"):
            log.problem(
                f"{path}.{name}",
                f"a modelled partition has no {name}: remove it, or the tasks",
            )


def _task(raw: Raw, path: str, folder: Path, log: Log) -> TaskSpec:
    values, weights, uniform = raw["execution"] or ((1,), (), False)
    kind = raw["kind"]
    if kind is None:
        kind = "periodic" if raw["arrivals"] is None else APERIODIC
    if kind != APERIODIC and raw["period"] is None:
        log.problem(
            f"{path}.period",
            f"a {kind} task has a period: write one, or arrivals",
        )
    period = raw["period"] or 0
    return TaskSpec(
        name=raw["name"],
        period=period,
        deadline=_deadline(raw, period, path, log),
        execution=values,
        weights=weights,
        uniform=uniform,
        kind=kind,
        offset=raw["offset"],
        jitter=raw["jitter"],
        priority=raw["priority"] or 0,
        vcpu=raw["vcpu"],
        arrivals=_arrivals(raw["arrivals"], f"{path}.arrivals", folder, log),
        on_miss=raw["on_miss"],
    )


def _deadline(raw: Raw, period: int, path: str, log: Log) -> int:
    """Return 0 for none; which is not what 0 in a file means."""
    deadline: int | None = raw["deadline"]
    if deadline is None:
        return period
    if deadline == 0:
        log.problem(
            f"{path}.deadline",
            f"{bad_time(0, 'a deadline')}, or write none",
        )
    return 0 if deadline == NO_DEADLINE else deadline


def _arrivals(
    given: str | list[int] | None, where: str, folder: Path, log: Log
) -> tuple[int, ...]:
    if isinstance(given, str):
        try:
            return () if log.broken(where) else read_arrivals(folder / given)
        except BadFileError as error:
            log.problem(where, str(error))
    return tuple(given) if isinstance(given, list) else ()


def _by_deadline(
    tasks: Sequence[TaskSpec], given: Sequence[Raw]
) -> list[TaskSpec]:
    """Give priorities where there are none: the nearest deadline first."""
    if any(raw["priority"] is not None for raw in given):
        return list(tasks)
    levels = sorted({task.deadline for task in tasks if task.deadline})
    top = len(levels)
    return [
        replace(
            task,
            priority=top - levels.index(task.deadline) if task.deadline else 0,
        )
        for task in tasks
    ]
