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


def test_the_verb_writes_a_file_that_runs(
    tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "system.yaml"

    assert run(["convert", str(WORKLOAD), "-o", str(out)]) == 0
    assert run(["run", str(out), "--for", "100ms"]) == 0

    assert "15 jobs in " in capsys.readouterr().out
    assert run(["convert", str(WORKLOAD), "-o", str(out)]) == 2
    assert "File exists" in capsys.readouterr().err
