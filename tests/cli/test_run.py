"""`vpok run` and `vpok demo`: what is printed where, and exit codes."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from vpok.cli import run
from vpok.kernel.errors import EngineUnavailable
from vpok.system import Loaded, System

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "src" / "vpok" / "demo" / "config.yaml")
HELLO = ROOT / "tests" / "guests" / "hello"
CONFIG = str(HELLO / "config.yaml")
EXPECTED = (HELLO / "expected.txt").read_text()

Captured = pytest.CaptureFixture[str]


def test_raw_text_has_standard_output_for_itself(capsys: Captured) -> None:
    assert run(["run", CONFIG, "--raw"]) == 0

    captured = capsys.readouterr()
    assert captured.out.rstrip() == EXPECTED.rstrip()
    assert "of virtual time" in captured.err


def test_lines_have_time_and_partition(capsys: Captured) -> None:
    assert run(["run", CONFIG]) == 0

    out = capsys.readouterr().out
    assert re.match(r" +0\.00\d{4}  hello   Hello from partition 0\.\n", out)
    assert "hello: 1." in out
    assert "a guest shut the module down" in out
    assert "MIPS" in out


def test_quiet_prints_nothing_at_all(capsys: Captured) -> None:
    assert run(["run", CONFIG, "-q"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")

    assert run(["run", CONFIG, "-q", "--raw"]) == 0
    captured = capsys.readouterr()
    assert captured.out.rstrip() == EXPECTED.rstrip()
    assert captured.err == ""


def digest(capsys: Captured, *options: str) -> str:
    assert run(["run", DEMO, "--for", "250ms", "--digest", *options]) == 0
    captured = capsys.readouterr()
    found = re.findall(r"^digest ([0-9a-f]{64})$", captured.out, re.MULTILINE)
    found += re.findall(r"^digest ([0-9a-f]{64})$", captured.err, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def test_the_digest_is_the_same_however_it_is_shown(capsys: Captured) -> None:
    digests = {
        digest(capsys),
        digest(capsys, "-q"),
        digest(capsys, "--raw"),
        digest(capsys, "--gantt"),
        digest(capsys, "--realtime"),
    }

    assert len(digests) == 1
    assert run(["run", DEMO, "--for", "250ms", "--digest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digest"] in digests


def test_a_run_may_be_limited(capsys: Captured) -> None:
    assert run(["run", DEMO, "--for", "40ms"]) == 0

    out = capsys.readouterr().out
    assert "demo: 40.00 ms of virtual time, as asked" in out
    assert "display ready" in out
    assert "CLIMB" not in out


def test_a_timeline_has_a_row_per_partition(capsys: Captured) -> None:
    assert run(["run", DEMO, "--for", "100ms", "-q", "--gantt"]) == 0

    axis, *rows = capsys.readouterr().out.strip("\n").splitlines()
    assert axis.split()[:3] == ["ms", "0", "20"]
    assert [row.split()[0] for row in rows[:3]] == [
        *("sensors", "autopilot", "display"),
    ]
    assert max(len(row) for row in rows) <= 80


def test_json_is_all_that_is_printed(capsys: Captured) -> None:
    assert run(["run", CONFIG, "--json"]) == 0

    report = json.loads(capsys.readouterr().out)
    assert report["reason"] == "shutdown"
    assert report["console"].rstrip() == EXPECTED.rstrip()
    assert report["partitions"][0]["vcpus"][0]["syscalls"] > 0


def test_expected_text_is_compared(tmp_path: Path, capsys: Captured) -> None:
    assert run(["run", CONFIG, "--expect", str(HELLO / "expected.txt")]) == 0
    capsys.readouterr()

    other = tmp_path / "other.txt"
    other.write_text(EXPECTED.replace("partition 0", "partition 1"))
    assert run(["run", CONFIG, "-q", "--expect", str(other)]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"vpok: not what {other} expects, line 1:\n")
    assert "expected: 'Hello from partition 1.'" in err
    assert "printed:  'Hello from partition 0.'" in err


def test_newlines_at_the_end_are_no_difference(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(EXPECTED.rstrip() + "\n\n\n")

    assert run(["run", CONFIG, "-q", "--expect", str(other)]) == 0


def test_the_demo_ends_with_what_to_try_next(capsys: Captured) -> None:
    assert run(["demo"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert "end of flight" in "\n".join(lines)
    assert lines[-1].startswith("Try next: vpok new ")
    assert max(len(line) for line in lines) <= 100


def test_the_demo_takes_the_options_of_a_run(capsys: Captured) -> None:
    assert run(["demo", "--for", "40ms", "--raw"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[0] == "air data ready"
    assert "Try next" in captured.err

    assert run(["demo", "--for", "40ms", "-q"]) == 0
    assert capsys.readouterr().out == ""


def test_a_module_that_an_error_stops_is_1(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """The health monitor's "shutdown" ends the module as an error."""

    def stopped(system: System, limit: int) -> None:
        system.kernel.shutdown(3, 1000)
        system.kernel.run(2000)
        system._reach(2000)

    monkeypatch.setattr(System, "advance", stopped)

    assert run(["run", CONFIG]) == 1
    assert "an error stopped the module" in capsys.readouterr().out


def test_a_missing_engine_is_2(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def missing(
        self: Loaded,
        *,
        sinks: Sequence[object],
        digest: bool,
        traces: Sequence[object],
    ) -> None:
        raise EngineUnavailable("install unicorn 2.1.4")

    monkeypatch.setattr(Loaded, "build", missing)

    assert run(["run", CONFIG]) == 2
    assert capsys.readouterr().err.endswith("vpok: install unicorn 2.1.4\n")


def test_a_listener_that_failed_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    from vpok.trace.console import PrettyConsole

    def fail(*_: object) -> str:
        raise ValueError("out of ink")

    monkeypatch.setattr(PrettyConsole, "_show", fail)

    assert run(["run", CONFIG]) == 0
    err = capsys.readouterr().err
    assert "a listener was dropped: PrettyConsole: ValueError: out of" in err
