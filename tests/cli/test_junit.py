"""`vpok run --junit`: a file for CI servers."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from vpok.cli import run

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "src" / "vpok" / "demo" / "config.yaml")
FLOOD = str(ROOT / "examples" / "flood" / "x86-64.yaml")

Captured = pytest.CaptureFixture[str]


def messages(path: Path) -> dict[str | None, str | None]:
    found = {}
    for case in ET.parse(path).iter("testcase"):
        failure = case.find("failure")
        message = None if failure is None else failure.get("message")
        found[case.get("name")] = message
    return found


def test_a_run_writes_what_held_and_what_did_not(
    tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "new" / "folder" / "demo.xml"

    assert run(["run", DEMO, "-q", "--junit", str(path)]) == 0

    assert capsys.readouterr().out == ""
    one = "the health monitor heard of 1 error"
    assert messages(path) == {
        "run": None,
        "partition sensors": None,
        "partition autopilot": None,
        "partition display": one,
    }
    text = path.read_text()
    assert (
        "at 730008215 ns: display/0: numeric error (handled by the guest)"
        in text
    )
    assert "mode CLIMB, climb 1500 ft/min" in text


def test_the_digest_and_the_expected_text_are_in_it(tmp_path: Path) -> None:
    path, other = tmp_path / "demo.xml", tmp_path / "other.txt"
    other.write_text("something else\n")
    options = ["--digest", "--expect", str(other), "--junit", str(path)]

    assert run(["run", DEMO, "--for", "40ms", "--raw", *options]) == 1

    assert messages(path)["expected text"] == f"not what {other} expects"
    [digest] = ET.parse(path).findall(".//property[@name='digest']")
    assert len(digest.get("value", "")) == 64


def test_an_interrupt_has_its_sources_name_even_if_nothing_is_shown(
    tmp_path: Path,
) -> None:
    path = tmp_path / "flood.xml"

    options = ["--for", "2s", "-q", "--junit", str(path)]
    assert run(["run", FLOOD, *options]) == 0

    found = messages(path)["interrupt receiver/0/0 (bell)"]
    assert found is not None
    assert found.startswith("lost ")


def test_the_demo_takes_the_option_too(tmp_path: Path) -> None:
    path = tmp_path / "demo.xml"

    assert run(["demo", "--for", "1ms", "-q", "--junit", str(path)]) == 0

    assert set(messages(path).values()) == {None}


def test_a_file_that_cannot_be_written_is_2_before_anything_runs(
    tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "demo.xml"

    assert run(["run", DEMO, "--junit", str(path)]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith(
        f"\nvpok: {path}: cannot be written: File exists\n"
    )


def test_a_full_disk_is_told_after_the_run(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    path = tmp_path / "demo.xml"

    assert run(["run", DEMO, "--for", "1ms", "--junit", str(path)]) == 2

    captured = capsys.readouterr()
    assert "demo: 1.000 ms of virtual time, as asked" in captured.out
    assert captured.err.endswith(
        f"vpok: {path}: cannot be written: No space left on device\n"
    )
