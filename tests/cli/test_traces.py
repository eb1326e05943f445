"""`vpok why`, `query`, `diff` and `digest`: what they print of a trace."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from tests.unit.trace.recorded import TASKS, of_text
from vpok.cli import run
from vpok.config import loads
from vpok.system import build

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return of_text(TASKS, tmp_path / "t.jsonl")


def edited(trace: Path, old: str, new: str) -> Path:
    other = trace.with_name("other.jsonl")
    other.write_text(trace.read_text().replace(old, new, 1))
    return other


# --- digest -------------------------------------------------------------------


def test_the_digest_is_the_runs(trace: Path, capsys: Captured) -> None:
    with build(loads(TASKS, ".").spec, digest=True) as system:
        result = system.run("40ms")

    assert run(["digest", str(trace), str(trace)]) == 0
    assert capsys.readouterr().out == f"{result.digest}  {trace}\n" * 2


def test_a_changed_trace_is_not_the_run(trace: Path, capsys: Captured) -> None:
    other = edited(trace, '"thread":1,"a":1,', '"thread":1,"a":2,')

    assert run(["digest", str(other)]) == 1
    assert "the file was changed" in capsys.readouterr().err


def test_a_part_of_a_trace_says_so(trace: Path, capsys: Captured) -> None:
    other = edited(trace, '"only_kinds":[]', '"only_kinds":["switch"]')

    assert run(["digest", str(other)]) == 0
    assert "(only kinds switch)" in capsys.readouterr().out


def test_the_digest_of_a_partition(trace: Path, capsys: Captured) -> None:
    """A neighbour's window does not show in it."""
    other = edited(trace, '"kind":"window_close"', '"kind":"window_open"')
    found = set()
    for path in (trace, other):
        assert run(["digest", "--partition", "a", str(path)]) == 0
        found.add(capsys.readouterr().out.split()[0])

    assert len(found) == 1
    assert run(["digest", "--partition", "c", str(trace)]) == 2
    assert "no partition c: there is a, b" in capsys.readouterr().err


# --- diff ---------------------------------------------------------------------


def test_the_same_traces_are_0(trace: Path, capsys: Captured) -> None:
    assert run(["diff", str(trace), str(trace)]) == 0
    assert capsys.readouterr().out.startswith("the same ")


def test_a_difference_is_shown_and_1(trace: Path, capsys: Captured) -> None:
    other = edited(trace, '"kind":"job_end"', '"kind":"job_miss"')

    assert run(["diff", str(trace), str(other), "--context", "1"]) == 1
    out = capsys.readouterr().out
    assert "at 1 ms" in out
    assert "processor 0: a/0" in out
    assert "\n  - 1000000 ns  0  a/0 hi  job end  job 1 after" in out
    assert "\n  + 1000000 ns  0  a/0 hi  job miss  job 1, deadline" in out


def test_other_systems_are_told_first(trace: Path, capsys: Captured) -> None:
    other = edited(trace, '"clock":100000000', '"clock":50000000')

    assert run(["diff", str(trace), str(other)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("the heads differ in clock:\n- 100000000\n+ 50000")


# --- query --------------------------------------------------------------------


def test_a_table_csv_and_json(trace: Path, capsys: Captured) -> None:
    assert run(["query", str(trace), "jobs"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert run(["query", str(trace), "jobs", "--csv"]) == 0
    separated = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert run(["query", str(trace), "jobs", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert table[0].split() == list(found[0])
    assert [row["task"] for row in found] == ["a/hi", "a/lo", "b/t"]
    assert [int(row["jobs"]) for row in separated] == [
        row["jobs"] for row in found
    ]


def test_errors_of_sql_are_2(trace: Path, capsys: Captured) -> None:
    assert run(["query", str(trace), "SELECT nope"]) == 2
    assert capsys.readouterr().err == "vpok: SQL: no such column: nope\n"


def test_the_list_names_queries_and_tables(
    trace: Path, capsys: Captured
) -> None:
    assert run(["query", str(trace), "--list"]) == 0
    out = capsys.readouterr().out
    assert "who-ran" in out
    assert "runstates" in out


# --- why ----------------------------------------------------------------------


def test_why_a_job_was_late(trace: Path, capsys: Captured) -> None:
    assert run(["why", str(trace), "--task", "a/lo", "--job", "1"]) == 0
    assert capsys.readouterr().out == (
        "job 1 of a/lo: from 0 ns to 12 ms, done, 8 ms before its deadline\n"
        " 7 ms   58.3%  outside the windows of a: b had one\n"
        " 3 ms   25.0%  executing on a/0 (2 times)\n"
        " 2 ms   16.7%  2 jobs of a/hi executed first (2 times)\n"
        "12 ms  100.0%  in all\n"
    )


def test_why_for_programs(trace: Path, capsys: Captured) -> None:
    assert run(["why", str(trace), "--task", "t", "--worst", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(part["time"] for part in found["parts"]) == found["time"]
    assert found["job"] == 3


def test_why_the_first_miss(trace: Path, capsys: Captured) -> None:
    assert run(["why", str(trace), "--miss"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("job 1 of b/t: from 0 ns to 15 ms, done, 5 ms late")
    assert len(out.splitlines()) < 10


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--task", "c"], "no task c: there is a/hi, a/lo, b/t"),
        (["--task", "lo", "--job", "99"], "no job 99 was started"),
        (["--interrupt", "5"], "interrupt 5 was not delivered"),
        (["--interrupt", "bell"], "no interrupt bell"),
        (["--job", "5"], "--job needs --task"),
        (["--partition", "c"], "no partition c"),
        (["--interrupt", "5", "--miss"], "not both"),
    ],
)
def test_what_is_not_there_is_2(
    arguments: list[str], what: str, trace: Path, capsys: Captured
) -> None:
    assert run(["why", str(trace), *arguments]) == 2
    assert what in capsys.readouterr().err


# --- damaged traces -----------------------------------------------------------

VERBS = {
    "digest": ["digest", "{}"],
    "diff": ["diff", "{}", "{}"],
    "query": ["query", "{}", "SELECT 1"],
    "why": ["why", "{}"],
}


def damage(trace: Path, what: str) -> Path:
    """Spoil a trace; return what is left of it."""
    data = trace.read_bytes()
    lines = data.splitlines(keepends=True)
    other = trace.with_name("damaged.jsonl")
    spoilt = {
        "truncated in a line": data[:-90],
        "truncated at a line": b"".join(lines[:-1]),
        "truncated after the head": lines[0],
        "foreign": b'{"name": "somebody else"}\n',
        "binary": bytes(range(256)),
        "empty": b"",
        "newer": data.replace(b'"vpok-trace":1', b'"vpok-trace":99', 1),
    }
    if what == "truncated when compressed":
        other = trace.with_name("damaged.jsonl.gz")
        other.write_bytes(gzip.compress(data)[:-300])
    elif what == "spoilt when compressed":
        other = trace.with_name("damaged.jsonl.gz")
        packed = bytearray(gzip.compress(data))
        packed[len(packed) // 2] ^= 0xFF
        other.write_bytes(packed)
    elif what == "of an unknown format":
        other = trace.with_name("trace.txt")
        other.write_bytes(data)
    elif what != "missing":
        other.write_bytes(spoilt[what])
    return other


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "what",
    [
        "truncated in a line",
        "truncated at a line",
        "truncated after the head",
        "truncated when compressed",
        "spoilt when compressed",
        "foreign",
        "binary",
        "empty",
        "newer",
        "missing",
        "of an unknown format",
    ],
)
def test_a_damaged_trace_is_one_line_and_2(
    what: str, verb: str, trace: Path, capsys: Captured
) -> None:
    path = str(damage(trace, what))

    assert run([part.replace("{}", path) for part in VERBS[verb]]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"vpok: {path}:")
    assert len(told.err.splitlines()) == 1
