"""`vpok compare`: variants side by side."""

import json
from pathlib import Path
from typing import Any

import pytest

import vpok
from vpok.cli import run
from vpok.cli.compare import split
from vpok.variants import variants

CONFIG = """\
partitions:
  - name: a.b
    vcpus: 1
    tasks:
      - {name: hi, period: 10ms, execution: 2ms}
      - {name: lo, period: 20ms, execution: 9ms}
  - name: idle
    vcpus: {count: 2, policy: round-robin, each: {quantum: 3ms}}
    tasks:
      - {name: t, period: 100ms, execution: 1ms}
kernel:
  scheduler:
    major_frame: 20ms
    windows:
      - {partition: a.b, start: 0, duration: 18ms}
      - {partition: idle, start: 18ms, duration: 2ms}
"""

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "system.yaml"
    path.write_text(CONFIG)
    return str(path)


def test_values_of_a_key_make_variants(config: str, capsys: Captured) -> None:
    key = "partitions.a.b.tasks.lo.execution"
    command = ["compare", config, "--for", "100ms", "--set", f"{key}=9ms,13ms"]

    assert run(command) == 0

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0][0] == "variant"
    assert lines[1][0] == "execution=9ms"
    assert lines[4][:3] == ["partition", "task", "measure"]
    assert ["a.b", "lo", "max", "13.00", "ms", "17.00", "ms"] in lines
    assert ["a.b", "0", "running", "65.0%", "85.0%"] in lines


def test_json_has_the_whole_results(config: str, capsys: Captured) -> None:
    command = ["compare", config, "--json", "--for", "40ms"]

    assert run([*command, "--set", "partitions.1.seed=1,2"]) == 0

    found = json.loads(capsys.readouterr().out)["variants"]
    assert [each["label"] for each in found] == ["seed=1", "seed=2"]
    assert found[1]["changes"] == {"partitions.1.seed": "2"}
    assert found[0]["result"]["partitions"][0]["tasks"][0]["done"] == 4


def test_files_are_variants_too(config: str, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(CONFIG.replace("9ms", "3ms"))

    both = vpok.compare(config, other, until="100ms")

    assert [each.label for each in both.variants] == ["system", "other"]
    response = both["other"].partitions[0].tasks[1].response
    assert response is not None
    assert response.maximum == 5_000_000
    assert "other" in str(both)
    with pytest.raises(vpok.VpokError, match="no variant 'third': take syst"):
        both["third"]


def test_what_cannot_be_compared_is_a_mistake(config: str) -> None:
    with pytest.raises(vpok.VpokError, match="name a configuration"):
        vpok.compare(until="1s")
    untils: list[Any] = ["abc", "-1s", -1, 1.5, True]
    for until in untils:
        with pytest.raises(vpok.VpokError, match=r"no time|negative"):
            vpok.compare(config, until=until)
    texts: list[Any] = ["12", []]
    for values in texts:
        with pytest.raises(vpok.VpokError, match="seed: write a list of its"):
            vpok.compare(
                config, until=1, changes={"partitions.1.seed": values}
            )
    with pytest.raises(vpok.ConfigError, match="seed to 1: write YAML as te"):
        vpok.compare(
            config,
            until=1,
            changes={"partitions.1.seed": [1, 2]},  # type: ignore[list-item]
        )


def test_several_keys_make_every_combination(config: str) -> None:
    found = variants(
        [Path(config)],
        {
            "kernel.scheduler.major_frame": ["20ms", "30ms"],
            "partitions.idle.vcpus.each": ["", "{quantum: 1ms}"],
        },
    )

    assert [each.label for each in found] == [
        "major_frame=20ms each=",
        "major_frame=20ms each={quantum: 1ms}",
        "major_frame=30ms each=",
        "major_frame=30ms each={quantum: 1ms}",
    ]
    specs = [each.loaded.spec for each in found]
    assert specs[0].partitions[1].vcpus.params == ()
    assert specs[3].partitions[1].vcpus.params[1] == {"quantum": 1_000_000}
    assert specs[3].schedule.major_frame == 30_000_000


def test_a_number_alone_becomes_the_mapping_that_it_stands_for(
    config: str,
) -> None:
    changes = {"partitions.0.vcpus.policy": "edf"}

    vcpus = vpok.load(config, changes=changes).spec.partitions[0].vcpus

    assert (vcpus.count, vcpus.policy) == (1, "edf")


def test_what_is_absent_is_added(config: str) -> None:
    changes = {
        "costs.switch": "3us",
        "partitions.idle.vcpus.each.quantum": "7ms",
    }

    spec = vpok.load(config, changes=changes).spec

    assert spec.costs.switch == 3000
    assert spec.partitions[1].vcpus.params[0] == {"quantum": 7_000_000}


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("partitions.c.seed", "there is no item 'c': take a.b or idle"),
        ("partitions.7.seed", "there is no item '7': take a.b or idle"),
        ("partitions.idle.sede", "no key 'sede': did you mean 'seed'?"),
        ("kernel.plans.0.name", "there is no key 'plans'"),
        ("kernel.scheduler.plans.0.name", "there is no plans"),
        ("partitions.idle.seed.first", "there is no seed"),
        ("partitions.idle.name.first", "'idle' has no first"),
        ("partitions.idle.vcpus.policy", "did you mean 'edf'?"),
    ],
)
def test_a_change_that_cannot_be_is_a_problem(
    config: str, key: str, what: str
) -> None:
    with pytest.raises(vpok.ConfigError) as caught:
        vpok.load(config, changes={key: "edff"})

    (problem,) = caught.value.problems
    assert what in problem.what


def test_problems_name_the_variants_that_have_them(
    config: str, capsys: Captured
) -> None:
    key = "partitions.idle.vcpus.policy"

    assert run(["compare", config, "--for", "1s", "--set", f"{key}=edf"]) == 2
    assert "system.yaml:8: edf has no parameter quantum" in (
        capsys.readouterr().err
    )

    two = f"{key}=edf,round-robin"
    assert run(["compare", config, "--for", "1s", "--set", two]) == 2
    assert ":8 (policy=edf): edf has no" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["policy", "=edf", "a=1,2"])
def test_settings_are_keys_and_values(
    text: str, config: str, capsys: Captured
) -> None:
    command = ["compare", config, "--for", "1ms", "--set", "a=1"]

    assert run([*command, "--set", text]) == 2

    assert "is not KEY=V1,V2, each key once" in capsys.readouterr().err


def test_brackets_keep_their_commas() -> None:
    assert split("1, [2, 3],{a: 1, b: {c: 2, d: 3}}") == [
        "1",
        "[2, 3]",
        "{a: 1, b: {c: 2, d: 3}}",
    ]


def test_a_variant_that_comes_again_has_a_number(config: str) -> None:
    found = variants(
        [Path(config), Path(config)], {"partitions.1.seed": ["1", "1"]}
    )

    labels = [each.label for each in found]
    assert labels == [
        f"{config} seed=1{number}" for number in ("", " (2)", " (3)", " (4)")
    ]
