"""The verbs other than run: what they print and what they return."""

import json
from pathlib import Path

import click
import pytest

import vpok
from vpok.cli import VERBS, run
from vpok.cli import vpok as vpok_group

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "src" / "vpok" / "demo" / "config.yaml")

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def broken(tmp_path: Path) -> str:
    path = tmp_path / "config.yaml"
    text = Path(DEMO).read_text()
    path.write_text(
        text.replace("duration: 20ms", "duration: -20ms").replace(
            "scheduler: RMS", "scheduler: LOTTERY"
        )
    )
    return str(path)


def test_help_lists_every_verb(capsys: Captured) -> None:
    assert run(["--help"]) == 0

    out = capsys.readouterr().out
    for verb, text in VERBS.items():
        assert f"  {verb} " in out
        assert text in out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: Captured) -> None:
    assert run([verb, "--help"]) == 0

    out = capsys.readouterr().out
    assert out.startswith(f"Usage: vpok {verb}")
    assert max(len(line) for line in out.splitlines()) <= 80


def test_version(capsys: Captured) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"vpok {vpok.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run"],
        ["run", DEMO, "--nonsense"],
        ["run", DEMO, "--for", "3 parsecs"],
        ["run", DEMO, "--for", "-1s"],
        ["run", DEMO, "--expect", "/nonexistent"],
        ["vcpu-list", DEMO, "--at", "5m"],
        ["check", "a", "b"],
    ],
)
def test_bad_usage_is_2_and_a_sentence(
    arguments: list[str], capsys: Captured
) -> None:
    assert run(arguments) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error: " in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("verb", ["run", "check", "vcpu-list"])
def test_a_bad_configuration_is_2_with_every_problem(
    verb: str, broken: str, capsys: Captured
) -> None:
    assert run([verb, broken]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert lines[0].startswith("vpok: ")
    assert f"{broken}:" in lines[1]
    assert "LOTTERY" in captured.err
    assert "-20ms" in captured.err


@pytest.mark.parametrize("verb", ["run", "check", "vcpu-list"])
@pytest.mark.parametrize("path", ["missing.yaml", "."])
def test_a_file_that_is_none_is_2(
    verb: str, path: str, capsys: Captured
) -> None:
    assert run([verb, path]) == 2
    assert path in capsys.readouterr().err


def test_check_draws_the_major_frame(capsys: Captured) -> None:
    assert run(["check", DEMO]) == 0

    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0] == (
        "demo: major frame of 50 ms, POK slots, 1 processor of 100 MHz"
    )
    assert lines[2].split() == ["ms", "0", "10", "20", "30", "40"]
    assert "sensors        1  null    0                 1   15 ms  30.0%" in (
        captured.out
    )
    assert max(len(line) for line in lines) <= 80
    assert captured.err.startswith("note: ")
    assert "\x1b" not in captured.out


def test_check_for_programs(broken: str, capsys: Captured) -> None:
    assert run(["check", DEMO, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == []
    assert report["frames"][0]["major_frame"] == 50_000_000
    assert report["frames"][0]["supplies"][2]["supply"] == 20_000_000

    assert run(["check", broken, "--json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert len(report["problems"]) >= 2
    assert set(report["problems"][0]) == {"where", "what"}


def test_vcpu_list_has_a_line_per_vcpu(capsys: Captured) -> None:
    assert run(["vcpu-list", DEMO, "--at", "31ms"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [
        *("Name", "ID", "VCPU", "CPU", "State", "Time(s)"),
        *("Affinity", "(Hard", "/", "Soft)"),
    ]
    assert [line.split()[:5] for line in lines[1:]] == [
        ["sensors", "0", "0", "0", "-b-"],
        ["autopilot", "1", "0", "0", "-b-"],
        ["display", "2", "0", "0", "-b-"],
    ]


def test_vcpu_list_begins_at_the_start(capsys: Captured) -> None:
    assert run(["vcpu-list", DEMO, "--json"]) == 0

    partitions = json.loads(capsys.readouterr().out)
    assert [p["name"] for p in partitions] == [
        *("sensors", "autopilot", "display"),
    ]
    states = [p["vcpus"][0]["state"] for p in partitions]
    assert states == ["runnable"] * 3
    assert partitions[1]["vcpus"][0]["processor"] is None


def test_a_new_system_runs(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "mine"

    assert run(["new", str(folder)]) == 0
    out = capsys.readouterr().out
    assert f"{folder}/config.yaml\n" in out
    assert f"vpok run {folder}/config.yaml" in out

    assert run(["check", str(folder / "config.yaml")]) == 0
    assert run(["run", str(folder / "config.yaml"), "--for", "100ms"]) == 0
    assert "sensors" in capsys.readouterr().out


def test_new_overwrites_nothing(tmp_path: Path, capsys: Captured) -> None:
    assert run(["new", str(tmp_path)]) == 0
    before = (tmp_path / "config.yaml").read_bytes()
    capsys.readouterr()

    assert run(["new", str(tmp_path)]) == 2
    assert "exists" in capsys.readouterr().err
    assert (tmp_path / "config.yaml").read_bytes() == before


def test_schema_is_a_json_schema(capsys: Captured) -> None:
    assert run(["schema"]) == 0

    schema = json.loads(capsys.readouterr().out)
    assert "partitions" in schema["properties"]
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_engines_tells_which_tier_is_in_use(capsys: Captured) -> None:
    assert run(["engines", "--json"]) == 0
    (engine,) = json.loads(capsys.readouterr().out)
    assert engine["name"] == "unicorn"
    assert engine["available"]
    build = engine["kernel"]
    assert build in {"interpreted", "compiled"}

    assert run(["engines"]) == 0
    out = capsys.readouterr().out
    assert f"vpok {vpok.__version__}: {build}" in out
    assert f"unicorn {engine['version']}: in use" in out
    assert engine["tier"] in out


def test_the_reference_names_every_verb_and_option() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text()
    context = click.Context(vpok_group)
    for verb in VERBS:
        assert f"## vpok {verb}" in page
        command = vpok_group.get_command(context, verb)
        assert command is not None
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert f"`{option}" in page
