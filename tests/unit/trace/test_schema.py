"""The schema of traces describes what is written, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

import vpok
from tests.unit.trace.recorded import TASKS, of_text
from vpok.cli import run

jsonschema = pytest.importorskip("jsonschema")
DEMO = Path(vpok.__file__).parent / "demo" / "config.yaml"


@pytest.fixture
def validator(capsys: pytest.CaptureFixture[str]) -> Any:
    assert run(["schema", "--trace"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_every_line_of_traces_is_described(
    validator: Any, tmp_path: Path
) -> None:
    demo = tmp_path / "demo.jsonl"
    with vpok.load(DEMO).build(traces=[demo], digest=True) as system:
        system.run("50ms")

    for path in (demo, of_text(TASKS, tmp_path / "tasks.jsonl")):
        for line in path.read_text().splitlines():
            validator.validate(json.loads(line))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"kind":"frame"', '"kind":"farm"'),
        ('"partition":-1', '"partition":-2'),
        ('"a":0', '"a":"0"'),
        ('"b":0}', '"b":0,"c":0}'),
    ],
)
def test_other_lines_are_not(validator: Any, old: str, new: str) -> None:
    line = (
        '{"time":0,"kind":"frame","processor":0,"partition":-1,'
        '"vcpu":-1,"thread":-1,"a":0,"b":0}'
    )

    assert validator.is_valid(json.loads(line))
    assert not validator.is_valid(json.loads(line.replace(old, new)))
