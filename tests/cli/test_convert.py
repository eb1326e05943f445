"""`vpok convert`: task sets in JSON become configurations."""

import json
from pathlib import Path
from typing import Any

import pytest

import vpok
from vpok.cli import run
from vpok.config.workload import BadWorkloadError, convert

WORKLOAD = Path(__file__).parent / "workload.json"
MS = 1_000_000

Captured = pytest.CaptureFixture[str]


def data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(WORKLOAD.read_text())
    return found


def loaded(folder: Path, workload: dict[str, Any]) -> vpok.SystemSpec:
    file = folder / "system.yaml"
    file.write_text(convert(json.dumps(workload)))
    return vpok.load(file).spec


def test_priorities_turn_round(tmp_path: Path) -> None:
    spec = loaded(tmp_path, data())

    (partition,) = spec.partitions
    assert partition.model is not None
    first, second = partition.model.tasks
    assert (first.name, first.priority) == ("T.0", 1)
    assert (second.priority, second.deadline) == (0, 15 * MS)
    assert (second.offset, second.execution) == (MS, (5 * MS,))
    assert spec.schedule.major_frame == 2000 * MS


def test_tasks_on_several_processors_are_global(tmp_path: Path) -> None:
    workload = {**data(), "cpus": 4}
    for task in workload["tasks"]:
        del task["priority"]

    spec = loaded(tmp_path, workload)

    (partition,) = spec.partitions
    assert partition.model is not None
    assert (spec.processors, partition.vcpus.count) == (4, 4)
    assert (partition.model.scheduler, partition.model.spread) == ("edf", True)


def test_partitions_keep_their_windows(tmp_path: Path) -> None:
    tasks = data()["tasks"]
    spec = loaded(
        tmp_path,
        {
            "name": "no: word",
            "major_frame_us": 50000,
            "windows": [
                {"partition": "B", "offset_us": 0, "duration_us": 20000},
                {"partition": "A", "offset_us": 20000, "duration_us": 30000},
            ],
            "partitions": [
                {"name": "A", "tasks": tasks},
                {"name": "B", "tasks": tasks},
            ],
        },
    )

    assert spec.name == "no: word"
    assert [w.partition for w in spec.schedule.windows] == [1, 0]
    assert spec.schedule.major_frame == 50 * MS


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"tasks": [{}]}', '{"tasks": 3}']
)
def test_another_format_is_refused(text: str) -> None:
    with pytest.raises(BadWorkloadError):
        convert(text)


def one(**task: Any) -> dict[str, Any]:
    """Return a workload of one task; keys replace its own."""
    usual = {"name": "x", "period_us": 1000, "wcet_us": 1, "priority": 1}
    return {"name": "x", "duration_us": 1000, "tasks": [{**usual, **task}]}


def test_fractions_of_a_microsecond_are_exact(tmp_path: Path) -> None:
    spec = loaded(
        tmp_path,
        one(period_us=1000.5, deadline_us=500.7, offset_us=0.5, wcet_us=1.9),
    )

    assert spec.partitions[0].model is not None
    (task,) = spec.partitions[0].model.tasks
    assert (task.period, task.deadline) == (1_000_500, 500_700)
    assert (task.offset, task.execution) == (500, (1900,))


@pytest.mark.parametrize("name", ["null", "Null", "~", "true", "0x1", "a: b"])
def test_a_name_stays_the_text_that_it_is(tmp_path: Path, name: str) -> None:
    assert loaded(tmp_path, {**one(), "name": name}).name == name


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"tasks": [' + "[" * 100_000, "it is no JSON"),
        (json.dumps({**one(), "cpus": 0}), "0 processors"),
        (json.dumps({**one(), "cpus": 1.5}), "cpus is 1.5"),
        (json.dumps({**one(), "tasks": []}), "has no tasks: write one"),
        (json.dumps({**one(), "name": None}), "a name is no text"),
        (json.dumps(one(period_us=0)), "no system comes of it"),
        (json.dumps(one(period_us="q")), 'period_us is "q"'),
        (json.dumps(one(wcet_us=True)), "wcet_us is true"),
        (json.dumps(one(wcet_us=0.0001)), "whole nanoseconds"),
        (json.dumps(one(offset_us=-1)), "offset_us is out of reach"),
        (json.dumps(one(offset_us=float("nan"))), "NaN is no time"),
        (json.dumps(one(priority=0.5)), "priority is 0.5"),
        (json.dumps(one()).replace("1000", "1e400"), "1e400 is out of reach"),
        (json.dumps(one()).replace("1000", "1e30"), "duration_us is out of"),
        ('{"tasks": [{"name": "x", "wcet_us": 1}]}', "no 'period_us'"),
    ],
)
def test_what_is_not_exactly_a_system_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadWorkloadError, match=why):
        convert(text)


def test_an_output_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "nowhere" / "x.yaml"

    assert run(["convert", str(WORKLOAD), "-o", str(out)]) == 2

    told = capsys.readouterr().err
    assert told == f"vpok: {out}: No such file or directory\n"


def test_the_verb_writes_a_file_that_runs(
    tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "system.yaml"

    assert run(["convert", str(WORKLOAD), "-o", str(out)]) == 0
    assert run(["run", str(out), "--for", "100ms"]) == 0

    assert "15 jobs in " in capsys.readouterr().out
    assert run(["convert", str(WORKLOAD), "-o", str(out)]) == 2
    assert "File exists" in capsys.readouterr().err
