"""`vpok analyze`: worst-case response times of modelled tasks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vpok.cli import INTERRUPTED
from vpok.cli.common import (
    colours,
    config_argument,
    instant,
    json_option,
    put,
    refusals,
    show_notes,
)

if TYPE_CHECKING:
    from vpok.analysis import BoundRow, Bounds
    from vpok.report.rows import RunResult
    from vpok.system import Loaded, System


@click.command("analyze")
@config_argument
@click.option(
    "until",
    "--for",
    callback=instant,
    metavar="TIME",
    help="Run the system too, silently, up to this virtual time, and show "
    "the worst response that was observed.",
)
@json_option
def command(config: Path, until: int | None, *, as_json: bool) -> int:
    """
    Bound the response times of the tasks of modelled partitions.

    A bound holds for every phasing of releases and windows. Where there is
    none, it is told why. A response above its bound is an error of vpok:
    exit code 1.
    """
    from vpok.analysis import analyze, unbounded
    from vpok.system import load

    with refusals():
        loaded = load(config)
        show_notes(loaded.notes)
        observed, stopped = observe(loaded, until)
        rows = analyze(loaded.spec, observed)
        others = unbounded(loaded.spec)
    put(for_programs(rows, others) if as_json else for_people(rows, others))
    breaches = [row for row in rows if row.breached]
    for row in breaches:
        click.echo(f"vpok: {breach(row)}", err=True)
    if breaches:
        return 1
    return INTERRUPTED if stopped else 0


# --- the run ------------------------------------------------------------------


def observe(
    loaded: "Loaded", until: int | None
) -> tuple[dict[tuple[str, str], int], bool]:
    """Run up to *until*: worst responses, and whether the user stopped it."""
    from vpok.cli.drive import drive

    if until is None:
        return {}, False
    with loaded.build() as system:
        stopped = drive(system, until, lambda: None)
        if switched(system):
            click.echo("note: a plan was switched: nothing compared", err=True)
            return {}, stopped
        found = worst_responses(system.result())
        if not found:
            what = "no job ended in the run: nothing compared"
            click.echo(f"note: {what}", err=True)
        return found, stopped


def switched(system: "System") -> bool:
    """Say whether a run has left its first plan."""
    from vpok.kernel.first_level import Windows

    level = system.kernel.first_level
    return isinstance(level, Windows) and level.switched > 0


def worst_responses(result: "RunResult") -> dict[tuple[str, str], int]:
    """Return the worst response of each task with a job that is done: ns."""
    return {
        (partition.name, task.name): task.response.maximum
        for partition in result.partitions
        for task in partition.tasks
        if task.response is not None
    }


def breach(row: "BoundRow") -> str:
    """Say that a run contradicts the analysis."""
    return (
        f"ERROR: {row.partition}/{row.task} took {row.observed} ns, its bound "
        f"is {row.bound} ns: the analysis or the run is wrong. Please report "
        "it with this configuration."
    )


def for_programs(rows: "Sequence[BoundRow]", others: Mapping[str, str]) -> str:
    """Return the rows as JSON; times in ns."""
    tasks = [{**asdict(row), "breached": row.breached} for row in rows]
    return json.dumps({"tasks": tasks, "unbounded": others}, indent=2) + "\n"


# --- as text ------------------------------------------------------------------


def for_people(rows: "Bounds", others: Mapping[str, str]) -> str:
    """Return tables of supplies and tasks, and what is to be said of them."""
    import sys

    from vpok.analysis.tables import remarks, tables
    from vpok.report.table import render

    colour = colours(sys.stdout)
    parts = [render(table, colour=colour) for table in tables(rows)]
    said = dict.fromkeys(
        [*remarks(rows), *(f"{name}: {why}" for name, why in others.items())]
    )
    if said:
        parts.append("".join(f"{line}\n" for line in said))
    return "\n".join(parts)
