"""Results of several runs, side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from vpok.report.rows import ResponseRow, RunResult, TaskRow, VcpuRow
from vpok.report.summary import REASONS
from vpok.report.table import Table, render
from vpok.report.words import show_count, show_share, show_time


@dataclass(frozen=True, slots=True)
class Column:
    """A run, and what to call it."""

    label: str
    result: RunResult


def comparison(columns: Sequence[Column], *, colour: bool = False) -> str:
    """Return what there is to compare, as tables."""
    return "\n".join(
        render(table, colour=colour) for table in comparison_tables(columns)
    )


def comparison_tables(columns: Sequence[Column]) -> list[Table]:
    """Return runs, tasks and vCPUs; those of which there are none not."""
    tables = [_runs(columns), _tasks(columns), _vcpus(columns)]
    return [table for table in tables if table.rows]


def _runs(columns: Sequence[Column]) -> Table:
    """Return a row per run."""
    found = [_run(each.result) for each in columns]
    # What is nobody's is left out.
    names = [
        name
        for name in found[0]
        if any(run[name] not in {"0", ""} for run in found)
    ]
    heads = [f">{name}".replace("><", "<") for name in ("<variant", *names)]
    rows = [
        (each.label, *(run[name] for name in names))
        for each, run in zip(columns, found, strict=True)
    ]
    return Table(heads, rows)


def _run(result: RunResult) -> dict[str, str]:
    tasks = [task for row in result.partitions for task in row.tasks]
    vcpus = [vcpu for row in result.partitions for vcpu in row.vcpus]
    busy = sum(row.busy for row in result.processors)
    return {
        "time": show_time(result.end),
        "<ended": REASONS[result.reason],
        "instructions": show_count(result.instructions),
        "jobs": show_count(result.jobs),
        "missed": show_count(sum(task.missed for task in tasks)),
        "preempted": show_count(sum(task.preempted for task in tasks)),
        "migrated": show_count(sum(task.migrated for task in tasks)),
        "switches": show_count(sum(vcpu.switches for vcpu in vcpus)),
        "load": show_share(
            busy, sum(row.busy + row.idle for row in result.processors)
        ),
    }


# --- tasks and vCPUs ----------------------------------------------------------


def _time(name: str) -> Callable[[TaskRow], str]:
    def show(task: TaskRow) -> str:
        row: ResponseRow | None = task.response
        return "-" if row is None else show_time(getattr(row, name))

    return show


MEASURES: Final[Sequence[tuple[str, Callable[[TaskRow], str]]]] = (
    ("mean", _time("mean")),
    ("p99", _time("p99")),
    ("max", _time("maximum")),
    ("missed", lambda task: show_count(task.missed)),
    ("preempted", lambda task: show_count(task.preempted)),
)


def _tasks(columns: Sequence[Column]) -> Table:
    """Return rows per task: response times, misses and preemptions."""
    found: list[dict[tuple[str, str], TaskRow]] = [
        {
            (row.name, task.name): task
            for row in each.result.partitions
            for task in row.tasks
        }
        for each in columns
    ]
    rows = []
    for who in dict.fromkeys(key for tasks in found for key in tasks):
        for measure, show in MEASURES:
            cells = [
                show(tasks[who]) if who in tasks else "-" for tasks in found
            ]
            if set(cells) - {"0", "-"}:
                rows.append((*who, measure, *cells))
    heads = ("<partition", "<task", "<measure", *_labels(columns))
    return Table(heads, rows)


def _vcpus(columns: Sequence[Column]) -> Table:
    """Return rows per virtual CPU: how long it ran and waited."""
    found: list[dict[tuple[str, str], tuple[VcpuRow, int]]] = [
        {
            (row.name, str(vcpu.index)): (vcpu, each.result.end)
            for row in each.result.partitions
            for vcpu in row.vcpus
        }
        for each in columns
    ]
    rows = [
        (
            *who,
            state,
            *(
                show_share(getattr(vcpus[who][0], state), vcpus[who][1])
                if who in vcpus
                else "-"
                for vcpus in found
            ),
        )
        for who in dict.fromkeys(key for vcpus in found for key in vcpus)
        for state in ("running", "runnable")
    ]
    heads = ("<partition", ">vcpu", "<state", *_labels(columns))
    return Table(heads, rows)


def _labels(columns: Sequence[Column]) -> list[str]:
    return [f">{each.label}" for each in columns]
