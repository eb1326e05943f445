"""What an analysis says, as tables."""

from collections.abc import Iterator, Sequence

from vpok.analysis.rows import BoundRow
from vpok.report.table import Table
from vpok.report.words import exact_time, show_time


def tables(rows: Sequence[BoundRow]) -> list[Table]:
    """Return supplies and tasks; none if there are no rows."""
    return [supply_table(rows), task_table(rows)] if rows else []


def supply_table(rows: Sequence[BoundRow]) -> Table:
    """Return a row per virtual CPU: what it gets."""
    found = dict.fromkeys(
        (row.plan, row.partition, _vcpu(row), row.scheduler, row.supply)
        for row in rows
    )
    columns = ("<plan", "<partition", ">vcpu", "<tasks by", "<supply")
    return _without_plan(Table(columns, list(found)), rows)


def task_table(rows: Sequence[BoundRow]) -> Table:
    """Return a row per task: its bound, and how it comes about."""

    def time(value: int | None) -> str:
        return "-" if value is None else show_time(value)

    observed = any(row.observed is not None for row in rows)
    columns = (
        *("<plan", "<partition", "<task", ">deadline", ">bound"),
        *([">observed"] if observed else []),
        *("<schedulable", "<critical instant"),
    )
    cells = [
        (
            *(row.plan, row.partition, row.task),
            *(time(row.deadline or None), time(row.bound)),
            *([time(row.observed)] if observed else []),
            *(row.schedulable or "-", _critical(row)),
        )
        for row in rows
    ]
    return _without_plan(Table(columns, cells), rows)


def _without_plan(table: Table, rows: Sequence[BoundRow]) -> Table:
    """Leave the plan's column out where there is only one."""
    if any(row.plan for row in rows):
        return table
    return Table(table.columns[1:], [row[1:] for row in table.rows])


def _vcpu(row: BoundRow) -> str:
    return str(row.vcpu)


def _critical(row: BoundRow) -> str:
    """Say when all that delays the job is released, and when the job is."""
    if row.critical is None:
        return "-"
    start = row.critical.start
    text = "any" if start < 0 else f"{exact_time(start)} of the frame"
    if row.critical.release or row.critical.job > 1:
        text += f" + {exact_time(row.critical.release)}"
    if row.critical.job > 1:
        text += f" (job {row.critical.job})"
    return text


def remarks(rows: Sequence[BoundRow]) -> Iterator[str]:
    """Yield what there is to say of bounds."""
    for row in rows:
        where = f"{row.plan}: " if row.plan else ""
        if row.why:
            yield f"{where}{row.partition}/{row.task}: {row.why}"
        if row.excess is not None:
            start = row.excess.start
            begin = "" if start < 0 else f" from {exact_time(start)} on"
            yield (
                f"{where}{row.partition}: not schedulable: within "
                f"{exact_time(row.excess.length)}{begin}, "
                f"{exact_time(row.excess.demand)} are due and "
                f"{exact_time(row.excess.supply)} supplied"
            )
