"""
A trace as tables of SQLite, to be asked in SQL.

`database` makes them in memory, `cached` keeps them in a file.  Times are ns;
processors, partitions, virtual CPUs, tasks and ports are counted from 0.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Final

from vpok.trace.digest import VERSION
from vpok.trace.files import Trace, open_trace
from vpok.trace.head import Head
from vpok.trace.jsonl import NAMES, TraceError
from vpok.trace.record import Event
from vpok.trace.tables import COLUMNS, TABLES, Derived

MANY: Final = 20_000  # events that are put in at once
# What SQL may do that is not the user's to break.
HARMLESS: Final = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
)


def database(trace: Trace | Path | str) -> sqlite3.Connection:
    """Return a trace as a database in memory; raises TraceError."""
    connection = sqlite3.connect(":memory:")
    try:
        _fill(connection, trace)
    except BaseException:
        connection.close()
        raise
    return connection


def cached(trace: Path, file: Path) -> sqlite3.Connection:
    """
    Return a trace as a database in *file*, made if it is not there.

    One of another trace is made anew; raises TraceError if *file* is not
    such a database.
    """
    key = _key(trace)
    if file.exists():
        connection = _known(file)
        if _stored(connection) == key:
            return connection
        connection.close()
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        connection = sqlite3.connect(part)
        try:
            _fill(connection, trace)
            connection.execute("CREATE TABLE made_of (trace TEXT)")
            connection.execute("INSERT INTO made_of VALUES (?)", (key,))
            connection.commit()
        finally:
            connection.close()
        part.replace(file)
    except (sqlite3.Error, OSError) as error:
        raise TraceError(f"{file}: {error}") from None
    return sqlite3.connect(file)


def ask(connection: sqlite3.Connection, sql: str) -> sqlite3.Cursor:
    """Run one statement that only reads; raises TraceError."""
    connection.set_authorizer(_allowed)
    try:
        cursor = connection.execute(sql)
    except (sqlite3.Error, sqlite3.Warning) as error:
        what = str(error)
        if what == "not authorized":
            what = "a trace can only be read: SELECT"
        raise TraceError(f"SQL: {what}") from None
    finally:
        connection.set_authorizer(None)
    if cursor.description is None:
        raise TraceError("SQL: ask with SELECT")
    return cursor


def _allowed(action: int, *_: Any) -> int:
    return sqlite3.SQLITE_OK if action in HARMLESS else sqlite3.SQLITE_DENY


# --- making it ----------------------------------------------------------------


def _fill(connection: sqlite3.Connection, trace: Trace | Path | str) -> None:
    if isinstance(trace, Path | str):
        with open_trace(Path(trace)) as opened:
            _fill(connection, opened)
        return
    for name, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
    for name, rows in _of_head(trace.head):
        _insert(connection, name, rows)
    derived = Derived(trace.head)
    number = 0
    for piece in _pieces(trace):
        _insert(
            connection,
            "events",
            (_row(number + n, event) for n, event in enumerate(piece, 1)),
        )
        number += len(piece)
        derived.take(piece)
        for name, found in derived.drain():
            _insert(connection, name, found)
    derived.finish(trace.end.time)
    for name, found in derived.drain():
        _insert(connection, name, found)
    connection.execute("CREATE INDEX by_kind ON events (kind, time)")
    connection.commit()


def _pieces(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Cut events into pieces that end with an instant."""
    piece: list[Event] = []
    for event in events:
        if len(piece) >= MANY and event.time != piece[-1].time:
            yield piece
            piece = []
        piece.append(event)
    yield piece


def _row(number: int, event: Event) -> tuple[Any, ...]:
    text = event.text.decode(errors="replace") if event.text else None
    return (number, event[0], NAMES[event[1]], *event[2:8], text)


def _insert(
    connection: sqlite3.Connection, name: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    places = ", ".join("?" * len(COLUMNS[name]))
    connection.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608


def _of_head(head: Head) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Yield the tables of names."""
    every = list(enumerate(head.partitions))
    yield (
        "partitions",
        [
            (
                n,
                p.name,
                p.personality,
                p.vcpus,
                p.policy,
                p.threads,
                p.scheduler,
            )
            for n, p in every
        ],
    )
    yield (
        "vcpus",
        [
            (n, vcpu, f"{p.name}/{vcpu}")
            for n, p in every
            for vcpu in range(p.vcpus)
        ],
    )
    yield (
        "tasks",
        [
            (
                n,
                place,
                f"{p.name}/{t.name}",
                t.kind,
                t.period,
                t.deadline or None,
                t.priority,
                t.vcpu,
            )
            for n, p in every
            for place, t in enumerate(p.tasks)
        ],
    )
    yield (
        "ports",
        [
            (n, p.name, p.kind, p.partition, p.direction)
            for n, p in enumerate(head.ports)
        ],
    )
    yield (
        "sources",
        [
            (n, s.name, s.partition, s.vcpu, s.number)
            for n, s in enumerate(head.sources)
        ],
    )


# --- the file -----------------------------------------------------------------


def _key(trace: Path) -> str:
    """Return what tells traces, and our tables, apart."""
    hashed = sha256(VERSION)
    hashed.update(repr(TABLES).encode())
    try:
        with trace.open("rb") as file:
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError as error:
        raise TraceError(f"{trace}: {error.strerror or error}") from None
    return hashed.hexdigest()


def _known(file: Path) -> sqlite3.Connection:
    """Open a file that exists; it must be ours."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("SELECT trace FROM made_of")
    except sqlite3.Error:
        connection.close()
        raise TraceError(
            f"{file}: no database of a trace: give another name"
        ) from None
    return connection


def _stored(connection: sqlite3.Connection) -> str:
    return str(next(chain(*connection.execute("SELECT trace FROM made_of"))))
