"""`vpok analyze`: bounds, what a run took, and what contradicts them."""

import json
from pathlib import Path

import pytest

from vpok.cli import analyze, run

Captured = pytest.CaptureFixture[str]

CONFIG = """\
partitions:
  - name: control
    tasks:
      - {name: hi, period: 20ms, execution: 2ms, priority: 2}
      - {name: lo, period: 100ms, execution: 10ms, priority: 1}
  - name: display
    scheduler: edf
    tasks:
      - {name: draw, period: 50ms, execution: 10ms}
kernel:
  scheduler:
    major_frame: 100ms
    windows:
      - {partition: control, start: 0, duration: 30ms}
      - {partition: display, start: 30ms, duration: 20ms}
      - {partition: control, start: 50ms, duration: 10ms}
      - {partition: display, start: 60ms, duration: 40ms}
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return str(path)


def edited(config: str, old: str, new: str) -> str:
    text = Path(config).read_text()
    assert old in text
    Path(config).write_text(text.replace(old, new))
    return config


def test_tables_tell_supplies_and_bounds(
    config: str, capsys: Captured
) -> None:
    assert run(["analyze", config]) == 0

    assert capsys.readouterr().out == (
        "partition  vcpu  tasks by        supply\n"
        "control       0  fixed-priority  "
        "40ms of 100ms in 2 windows, processor 0\n"
        "display       0  edf             "
        "60ms of 100ms in 2 windows, processor 0\n"
        "\n"
        "partition  task  deadline     bound  schedulable  critical instant\n"
        "control    hi    20.00 ms  42.00 ms  no           "
        "60 ms of the frame\n"
        "control    lo    100.0 ms  78.00 ms  yes          "
        "30 ms of the frame\n"
        "display    draw  50.00 ms  40.00 ms  yes          "
        "0 ns of the frame\n"
    )


def test_a_run_in_which_no_job_ends_is_told(
    config: str, capsys: Captured
) -> None:
    assert run(["analyze", config, "--for", "0"]) == 0

    told = capsys.readouterr()
    assert told.err == "note: no job ended in the run: nothing compared\n"
    assert "observed" not in told.out


def test_a_run_is_shown_beside_the_bounds(
    config: str, capsys: Captured
) -> None:
    """In this one the first and the last task reach theirs."""
    assert run(["analyze", config, "--for", "2s", "--json"]) == 0

    rows = json.loads(capsys.readouterr().out)["tasks"]
    assert [(row["bound"], row["observed"]) for row in rows] == [
        (42_000_000, 42_000_000),
        (78_000_000, 16_000_000),
        (40_000_000, 40_000_000),
    ]
    assert not any(row["breached"] for row in rows)


def test_the_observed_has_a_column(config: str, capsys: Captured) -> None:
    assert run(["analyze", config, "--for", "2s"]) == 0

    head = capsys.readouterr().out.split("\n\n")[1].splitlines()[0]
    assert head.split()[3:5] == ["bound", "observed"]


def test_a_response_above_its_bound_is_an_error_of_ours(
    config: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_long = {("control", "lo"): 78_000_001}
    monkeypatch.setattr(analyze, "observe", lambda *_: (too_long, False))

    assert run(["analyze", config, "--for", "1s"]) == 1

    err = capsys.readouterr().err
    assert "ERROR: control/lo took 78000001 ns" in err
    assert "its bound is 78000000 ns" in err


def test_a_run_that_is_interrupted_says_so(
    config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyze, "observe", lambda *_: ({}, True))

    assert run(["analyze", config, "--for", "1s"]) == 130


def test_what_has_no_bound_says_why(config: str, capsys: Captured) -> None:
    edited(config, "execution: 2ms", "execution: 19ms")

    assert run(["analyze", config]) == 0

    out = capsys.readouterr().out
    assert (
        "control/hi: no bound: it and what comes before it need 0.95 of a "
        "processor and get 0.4\n"
    ) in out


def test_edf_shows_its_counter_example(config: str, capsys: Captured) -> None:
    edited(config, "execution: 10ms}\nkernel", "execution: 24ms}\nkernel")

    assert run(["analyze", config]) == 0

    assert (
        "display: not schedulable: within 50 ms from 0 ns on, 24 ms are due "
        "and 20 ms supplied\n"
    ) in capsys.readouterr().out


def test_each_plan_has_its_rows(config: str, capsys: Captured) -> None:
    text = Path(config).read_text()
    windows = text[text.index("    major_frame") :].replace("    ", "        ")
    head = text[: text.index("    major_frame")]
    Path(config).write_text(
        f"{head}    plans:\n      - name: day\n{windows}"
        "      - name: night\n        major_frame: 100ms\n        windows:\n"
        "          - {partition: control, start: 0, duration: 100ms}\n"
    )

    assert run(["analyze", config]) == 0

    out = capsys.readouterr().out
    assert "day    control    hi" in out
    assert "night: display/draw: no bound" in out


def test_systems_of_real_guests_have_nothing_to_analyse(
    capsys: Captured,
) -> None:
    demo = Path(analyze.__file__).parents[1] / "demo" / "config.yaml"

    assert run(["analyze", str(demo)]) == 0

    assert (
        capsys.readouterr()
        .out.splitlines()[0]
        .endswith(": no bound: what the guest executes is not known")
    )


def test_a_bad_configuration_is_refused(config: str) -> None:
    edited(config, "period: 50ms", "period: 0ms")

    assert run(["analyze", config]) == 2
