"""Traces as tables: they say what events say."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.properties.systems import EXAMPLES, ROOT
from tests.unit.trace.recorded import TASKS, of_spec, of_text
from vpok.config import load
from vpok.trace.jsonl import TraceError
from vpok.trace.query import ask, cached, database
from vpok.trace.questions import QUESTIONS, question
from vpok.trace.tables import COLUMNS

MS = 1_000_000


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return of_text(TASKS, tmp_path / "t.jsonl")


@pytest.fixture
def tables(trace: Path) -> Iterator[sqlite3.Connection]:
    with closing(database(trace)) as connection:
        yield connection


def rows(connection: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    return ask(connection, sql).fetchall()


def test_every_event_is_there(trace: Path, tables: sqlite3.Connection) -> None:
    lines = trace.read_text().splitlines()[1:-1]

    (count,) = rows(tables, "SELECT count(*), max(id) FROM events")
    assert count == (len(lines), len(lines))


def test_jobs_have_their_times(tables: sqlite3.Connection) -> None:
    found = rows(
        tables,
        'SELECT job, arrival, start, "end", response, deadline, missed, '
        "preemptions FROM jobs WHERE partition = 0 AND task = 1",
    )

    assert found[0] == (1, 0, MS, 12 * MS, 12 * MS, 20 * MS, 0, 1)
    assert len(found) == 2


def test_windows_and_runs(tables: sqlite3.Connection) -> None:
    windows = rows(
        tables,
        'SELECT start, "end" FROM windows WHERE partition = 1 ORDER BY 1',
    )
    assert windows == [
        (n * 10 * MS + 3 * MS, n * 10 * MS + 10 * MS) for n in range(4)
    ]
    runs = rows(
        tables, 'SELECT start, "end" FROM runs WHERE partition = 0 ORDER BY 1'
    )
    assert runs[:3] == [(0, 3 * MS), (10 * MS, 12 * MS), (20 * MS, 23 * MS)]


def test_runstates_fill_the_time(tables: sqlite3.Connection) -> None:
    found = rows(
        tables,
        'SELECT partition, vcpu, sum("end" - start) FROM runstates GROUP BY 1',
    )

    assert found == [(0, 0, 40 * MS), (1, 0, 40 * MS)]


def test_interrupts_and_text_of_a_real_guest(tmp_path: Path) -> None:
    spec = load(EXAMPLES / "minikernel" / "x86-64.yaml").spec
    path = of_spec(spec, tmp_path / "t.jsonl", "25ms")
    with closing(database(path)) as tables:
        told = rows(
            tables,
            "SELECT count(*), max(b) FROM events WHERE kind = 'irq_deliver'",
        )
        found = rows(tables, "SELECT count(*), max(latency) FROM interrupts")
        (line, *_) = rows(tables, "SELECT text FROM console")

    assert found == told
    assert found[0][0]
    assert "consumer" in str(line[0])


def test_messages_between_ports(tmp_path: Path) -> None:
    import vpok

    demo = Path(vpok.__file__).parent / "demo" / "config.yaml"
    path = of_spec(load(demo).spec, tmp_path / "t.jsonl", "300ms")
    with closing(database(path)) as tables:
        flushes = rows(
            tables, "SELECT count(*) FROM events WHERE kind = 'port_flush'"
        )
        assert rows(tables, "SELECT count(*) FROM messages") == flushes
        assert rows(
            tables,
            "SELECT count(*) FROM messages WHERE sent > arrived "
            "OR arrived > received",
        ) == [(0,)]
        assert rows(tables, question("messages"))


@pytest.mark.parametrize("each", QUESTIONS, ids=lambda each: each.name)
def test_ready_queries_can_be_asked(
    each: object, tables: sqlite3.Connection
) -> None:
    name = getattr(each, "name", "")

    assert rows(tables, question(name)) or name in {
        "misses",
        "latency",
        "worst",
        "messages",
        "console",
    }


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM events",
        "ATTACH 'x.db' AS x",
        "PRAGMA query_only = 0",
        "VACUUM INTO 'x.db'",
        "DROP TABLE events",
        "CREATE TEMP TABLE x (a)",
        "SELECT nothing",
        "SELECT 1; SELECT 2",
        "",
        "SELECT load_extension('x')",
    ],
)
def test_sql_only_reads(sql: str, tables: sqlite3.Connection) -> None:
    with pytest.raises(TraceError, match="SQL: "):
        ask(tables, sql)


def test_a_file_keeps_the_tables(trace: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.db"
    count = "SELECT count(*) FROM events"
    with closing(cached(trace, file)) as made:
        first = rows(made, count)
    written = file.stat().st_mtime_ns
    with closing(cached(trace, file)) as again:
        assert rows(again, count) == first
    assert file.stat().st_mtime_ns == written

    other = of_text(TASKS, tmp_path / "other.jsonl", "20ms")
    with closing(cached(other, file)) as changed:
        assert rows(changed, count) != first


def test_a_file_of_somebody_else_is_left_alone(
    trace: Path, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("mine")

    with pytest.raises(TraceError, match="no database of a trace"):
        cached(trace, file)

    assert file.read_text() == "mine"


def test_tables_and_ready_queries_are_documented() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text()

    for each in QUESTIONS:
        assert f"| `{each.name}` | {each.help} |" in page
    for name in COLUMNS:
        assert f"`{name}`" in page


def test_columns_are_named(tables: sqlite3.Connection) -> None:
    for name, columns in COLUMNS.items():
        cursor = ask(tables, f"SELECT * FROM {name}")
        assert [column[0] for column in cursor.description] == list(columns)
