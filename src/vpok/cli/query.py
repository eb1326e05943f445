"""`vpok query`: a trace, asked in SQL."""

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vpok.cli.common import (
    json_option,
    put,
    refusals,
    trace_argument,
)

if TYPE_CHECKING:
    import sqlite3


@click.command("query")
@trace_argument
@click.argument("sql", required=False, metavar="[SQL|NAME]")
@click.option(
    "listed",
    "--list",
    is_flag=True,
    help="List the ready queries, and the tables with their columns.",
)
@click.option(
    "--db",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the tables in FILE, and use them again.",
)
@click.option("as_csv", "--csv", is_flag=True, help="Print CSV.")
@json_option
def command(
    trace: Path,
    sql: str | None,
    db: Path | None,
    *,
    listed: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """
    Ask TRACE in SQL (SQLite), or by the NAME of a ready query.

    SQL only reads.
    """
    from vpok.trace.query import ask, cached, database
    from vpok.trace.questions import question

    if listed:
        put(listing())
        return
    if sql is None:
        raise click.UsageError("ask something, or --list")
    with refusals():
        connection = cached(trace, db) if db else database(trace)
        try:
            cursor = ask(connection, question(sql))
            names = [column[0] for column in cursor.description]
            rows = fetched(cursor)
        finally:
            connection.close()
    if as_json:
        found = [dict(zip(names, row, strict=True)) for row in rows]
        put(json.dumps(found, indent=2) + "\n")
    else:
        put(separated(names, rows) if as_csv else table(names, rows))


def fetched(cursor: "sqlite3.Cursor") -> list[tuple[Any, ...]]:
    """Return all rows; raises TraceError, as some errors come late."""
    import sqlite3

    from vpok.trace.jsonl import TraceError

    try:
        return cursor.fetchall()
    except sqlite3.Error as error:
        raise TraceError(f"SQL: {error}") from None


def separated(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Return CSV with a head line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()


def table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Return a table; numbers stand right."""
    from vpok.report.table import Table, render
    from vpok.trace.console import readable

    def cell(value: Any) -> str:
        return "-" if value is None else readable(str(value).encode())

    numeric = [
        all(isinstance(row[place], int | float | None) for row in rows)
        for place in range(len(names))
    ]
    heads = [
        f"{'>' if right else '<'}{name}"
        for name, right in zip(names, numeric, strict=True)
    ]
    return render(Table(heads, [[cell(v) for v in row] for row in rows]))


def listing() -> str:
    """Name the ready queries and the tables."""
    from vpok.report.table import Table, render
    from vpok.trace.questions import QUESTIONS
    from vpok.trace.tables import COLUMNS

    ready = Table(
        ["<query", "<what it tells"],
        [[each.name, each.help] for each in QUESTIONS],
    )
    tables = Table(
        ["<table", "<columns"],
        [[name, ", ".join(columns)] for name, columns in COLUMNS.items()],
    )
    return f"{render(ready)}\n{render(tables)}"
