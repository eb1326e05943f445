"""Files that are damaged in their numbers: one line, whoever reads them."""

import json
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

import vpok
from vpok.cli import run
from vpok.trace.files import convert, open_trace
from vpok.trace.jsonl import TraceError

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "src/vpok/demo/config.yaml"
EXAMPLES = sorted((ROOT / "examples").glob("*/*.expected.jsonl.gz"))
FIELDS = ("time", "processor", "partition", "vcpu", "thread", "a", "b")
VALUES = (-5, 99, 10**6, 1 << 70, -1, 0, 1, "x", None, 1.5, True, [1])


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    path = tmp_path_factory.mktemp("trace") / "demo.jsonl"
    with vpok.load(DEMO).build(traces=[path]) as system:
        system.run("60ms")
    return path.read_text().splitlines()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_what_the_kernel_tells_is_sound(path: Path) -> None:
    with open_trace(path) as trace:
        assert sum(1 for _ in trace) == trace.end.events


@pytest.mark.parametrize("seed", range(20))
def test_nothing_that_is_damaged_is_a_traceback(
    lines: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("whole.jsonl").write_text("\n".join(lines) + "\n")
    chance = Random(seed)
    place = chance.randrange(1, len(lines) - 1)
    damaged = json.loads(lines[place])
    damaged[chance.choice(FIELDS)] = chance.choice(VALUES)
    mixed = [*lines[:place], json.dumps(damaged), *lines[place + 1 :]]
    Path("x.jsonl").write_text("\n".join(mixed) + "\n")

    for verb in (
        ["digest", "x.jsonl"],
        ["report", "x.jsonl"],
        ["query", "x.jsonl", "who-ran"],
        ["query", "x.jsonl", "select count(*) from messages"],
        ["why", "x.jsonl", "--worst"],
        ["diff", "x.jsonl", "whole.jsonl"],
    ):
        assert run(verb) in {0, 1, 2}, verb
    with suppress(TraceError):
        convert(Path("x.jsonl"), Path("x.pftrace"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("processors", 0),
        ("processors", 1_000_000_000),
        ("processors", "1"),
        ("partitions", []),
        ("ports", [1]),
        ("clock", None),
        ("only_kinds", [[1]]),
    ],
)
def test_a_head_that_cannot_be_is_told(
    lines: list[str], tmp_path: Path, field: str, value: object
) -> None:
    head = json.loads(lines[0])
    head[field] = value
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join([json.dumps(head), *lines[1:]]) + "\n")

    with pytest.raises(TraceError, match="damaged"), open_trace(path) as trace:
        list(trace)
