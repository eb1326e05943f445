"""The summary's tables, as the page has them."""

from typing import Any, Final

from vpok.report.interrupts import interrupt_tables
from vpok.report.rows import RunResult
from vpok.report.summary import (
    partition_table,
    processor_table,
    vcpu_table,
)
from vpok.report.supply import supply_tables
from vpok.report.table import Table
from vpok.report.tasks import task_tables

# What no event tells.
UNTOLD: Final = frozenset({"instructions", "slack", "released"})


def tables(result: RunResult) -> list[dict[str, Any]]:
    """Return those of the summary; of a trace, what its events tell."""
    interrupts = ("Interrupts", "Interrupt latency")
    tasks = ("Jobs", "Response times")
    found = [
        ("Virtual CPUs", vcpu_table(result)),
        ("Partitions", partition_table(result)),
        ("Processors", processor_table(result)),
        *zip(interrupts, interrupt_tables(result), strict=False),
        *zip(tasks, task_tables(result), strict=False),
    ]
    if result.engine:
        found += [("Supply", table) for table in supply_tables(result)]
    else:
        found = [(title, _told(table)) for title, table in found]
    return [
        {
            "title": title,
            "columns": list(table.columns),
            "rows": [list(row) for row in table.rows],
        }
        for title, table in found
    ]


def _told(table: Table) -> Table:
    keep = [
        place
        for place, column in enumerate(table.columns)
        if column[1:] not in UNTOLD
    ]
    return Table(
        [table.columns[place] for place in keep],
        [[row[place] for place in keep] for row in table.rows],
    )
