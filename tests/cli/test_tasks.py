"""Systems of modelled tasks, from the command line."""

import json
import re
from pathlib import Path

import pytest

from vpok.cli import run

CONFIG = """\
partitions:
  - name: a
    tasks:
      - {name: hi, period: 10ms, execution: 1ms, offset: 1ms}
      - {name: lo, period: 40ms, deadline: 20ms, execution: 9ms}
kernel:
  scheduler:
    plans:
      - name: usual
        major_frame: 10ms
        windows:
          - {partition: a, start: 0, duration: 4ms}
      - name: other
        windows:
          - {partition: a, start: 0, duration: 9ms}
"""

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "system.yaml"
    path.write_text(CONFIG)
    return str(path)


def test_the_summary_has_jobs_and_responses(
    config: str, capsys: Captured
) -> None:
    assert run(["run", config, "--for", "40ms"]) == 0

    out = capsys.readouterr().out
    assert "5 jobs in " in out
    words = [line.split() for line in out.splitlines()]
    # Each window has 3 ms for lo, around hi: stopped in three windows by hi,
    # and by the ends of two.
    assert ["a", "lo", "1", "1", "1", "20.00", "ms", "5"] in words
    assert ["a", "0", "32.5%", "16.00", "ms", "81.2%", "windows"] in words


def test_the_timeline_has_a_row_per_task(
    config: str, capsys: Captured
) -> None:
    assert run(["run", config, "--for", "40ms", "--gantt", "-q"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line] == [
        *("ms", "a", "hi", "lo")
    ]


def test_json_has_tasks_and_no_console(config: str, capsys: Captured) -> None:
    assert run(["run", config, "--for", "40ms", "--json"]) == 0

    report = json.loads(capsys.readouterr().out)
    low = report["partitions"][0]["tasks"][1]
    assert low["misses"] == [{"job": 1, "deadline": 20_000_000}]
    assert low["response"]["maximum"] == 24_000_000
    assert report["console"] == ""


def test_the_digest_is_that_of_the_jobs(config: str, capsys: Captured) -> None:
    digests = []
    for length in ("execution: 9ms", "execution: 9ms", "execution: 8ms"):
        text = CONFIG.replace("execution: 9ms", length)
        Path(config).write_text(text)
        assert run(["run", config, "--for", "40ms", "--digest", "-q"]) == 0
        digests += re.findall(r"digest (\w{64})", capsys.readouterr().out)

    assert digests[0] == digests[1] != digests[2]


def test_each_plan_is_drawn(config: str, capsys: Captured) -> None:
    assert run(["check", config]) == 0

    out = capsys.readouterr().out
    assert "plan usual, major frame of 10 ms" in out
    assert "plan other, major frame of 9 ms" in out

    assert run(["check", config, "--json"]) == 0
    frames = json.loads(capsys.readouterr().out)["frames"]
    assert [frame["plan"] for frame in frames] == ["usual", "other"]


def test_a_note_tells_of_overload(config: str, capsys: Captured) -> None:
    Path(config).write_text(CONFIG.replace("9ms}\nk", "30ms}\nk"))

    assert run(["check", config]) == 0

    err = capsys.readouterr().err
    assert "executes for up to 30ms, its deadline is 20ms" in err
    assert "need 85% of a processor, its windows are 40%" in err
