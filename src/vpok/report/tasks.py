"""Modelled tasks in a result: what became of their jobs, and how fast."""

from collections.abc import Sequence

from vpok.engines.model.engine import ModelEngine
from vpok.engines.model.responses import Responses
from vpok.engines.model.task import Task
from vpok.kernel.engine import Engine
from vpok.report.interrupts import percentile
from vpok.report.rows import (
    MissRow,
    PartitionRow,
    ResponseRow,
    RunResult,
    TaskRow,
)
from vpok.report.table import Table
from vpok.report.words import show_count, show_time
from vpok.spec.model import PartitionSpec


def task_rows(
    engine: Engine, spec: PartitionSpec, now: int
) -> tuple[TaskRow, ...]:
    """
    Say what became of each task of a partition; none: it is no model.

    A job counts from the instant at which its vCPU first could run it.
    """
    if not isinstance(engine, ModelEngine) or spec.model is None:
        return ()
    spread = spec.model.spread
    return tuple(_row(task, now, spread=spread) for task in engine.tasks())


def _row(task: Task, now: int, *, spread: bool) -> TaskRow:
    jobs = [job for job in (task.active, *task.waiting) if job is not None]
    return TaskRow(
        index=int(task.index),
        name=task.name,
        vcpu=None if spread else int(task.vcpu),
        period=int(task.period),
        deadline=int(task.deadline),
        released=int(task.released),
        done=task.responses.done,
        aborted=int(task.aborted),
        skipped=int(task.skipped),
        missed=int(task.missed),
        pending=len(jobs),
        overdue=sum(int(job.deadline) < now for job in jobs),
        preempted=int(task.preempted),
        migrated=int(task.migrated),
        executed=int(task.executed),
        worst_arrival=(
            int(task.responses.worst_arrival) if task.responses.done else None
        ),
        response=response(task.responses),
        misses=tuple(MissRow(job, when) for job, when in task.misses),
    )


def response(responses: Responses) -> ResponseRow | None:
    """Summarise how often each response time (ns) was; None if none was."""
    done, worst = responses.done, int(responses.worst)
    if not done:
        return None
    return ResponseRow(
        minimum=responses.best,
        mean=responses.total // done,
        p50=min(percentile(responses.counts, 50), worst),
        p99=min(percentile(responses.counts, 99), worst),
        maximum=worst,
        exact=responses.exact,
    )


# --- as text ------------------------------------------------------------------

Place = tuple[PartitionRow, TaskRow]


def task_tables(result: RunResult) -> list[Table]:
    """Return what became of each task's jobs, and their response times."""
    places = [(row, task) for row in result.partitions for task in row.tasks]
    if not places:
        return []
    return [_jobs(places), _responses(places)]


def _jobs(places: Sequence[Place]) -> Table:
    """Leave out what happened to nobody."""
    names = [
        name
        for name in ("pending", "overdue", "aborted", "skipped", "migrated")
        if any(getattr(task, name) for _, task in places)
    ]
    columns = (
        *("<partition", "<task", ">released", ">done", ">missed"),
        *(">first miss", ">preempted", *(f">{name}" for name in names)),
    )
    rows = [
        (
            partition.name,
            task.name,
            show_count(task.released),
            show_count(task.done),
            show_count(task.missed),
            show_time(task.misses[0].deadline) if task.misses else "-",
            show_count(task.preempted),
            *(show_count(getattr(task, name)) for name in names),
        )
        for partition, task in places
    ]
    if not any(task.misses for _, task in places):
        columns = (*columns[:5], *columns[6:])
        rows = [(*row[:5], *row[6:]) for row in rows]
    return Table(columns, rows)


def _responses(places: Sequence[Place]) -> Table:
    columns = (
        *("<partition", "<task", ">deadline", ">response min", ">mean"),
        *(">p50", ">p99", ">max"),
    )
    rows = [
        (
            partition.name,
            task.name,
            show_time(task.deadline) if task.deadline else "-",
            *_times(task.response),
        )
        for partition, task in places
    ]
    return Table(columns, rows)


def _times(row: ResponseRow | None) -> tuple[str, ...]:
    if row is None:
        return ("-",) * 5
    about = "" if row.exact else "~"
    return (
        show_time(row.minimum),
        show_time(row.mean),
        about + show_time(row.p50),
        about + show_time(row.p99),
        show_time(row.maximum),
    )
