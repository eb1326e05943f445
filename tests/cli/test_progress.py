"""The bar of a long `vpok run --for`: when it is there, and that it goes."""

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vpok.cli import progress, run
from vpok.cli.progress import ERASE, Bar
from vpok.units import NS_PER_S

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "src" / "vpok" / "demo" / "config.yaml")


class Terminal(io.StringIO):
    """What is written to it can be looked at."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that goes on by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_short_run_has_none() -> None:
    stream, clock = Terminal(), Clock()
    bar = Bar(2 * NS_PER_S, stream, clock)
    clock.now = 0.9
    bar.draw(NS_PER_S)
    bar.clear()

    assert stream.getvalue() == ""


def test_a_long_one_has_a_line_that_is_cleared() -> None:
    stream, clock = Terminal(), Clock()
    bar = Bar(2 * NS_PER_S, stream, clock)
    clock.now = 1.0
    bar.draw(NS_PER_S)
    assert re.fullmatch(r"  \[#{18}-{18}\]   50%.*", stream.getvalue())
    bar.clear()
    bar.clear()
    assert stream.getvalue().endswith("%" + ERASE)
    bar.draw(2 * NS_PER_S)
    assert "100%" in stream.getvalue()


def terminal_for(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return standard error, which waits for nothing; not for fixtures."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    return stream


def screen(text: str) -> str:
    """Return what a terminal shows in the end."""
    lines = [line.rpartition(ERASE)[2] for line in text.split("\n")]
    return "\n".join(lines)


def test_console_text_and_bar_do_not_mix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both on one terminal: each line of text is whole."""
    terminal = terminal_for(monkeypatch)
    plain = io.StringIO()
    monkeypatch.setattr(sys, "stdout", plain)
    assert run(["run", DEMO, "--for", "400ms"]) == 0
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.truncate(0)
    terminal.seek(0)
    assert run(["run", DEMO, "--for", "400ms"]) == 0

    assert "###" in terminal.getvalue()
    shown = screen(terminal.getvalue()).splitlines()
    console = [line for line in plain.getvalue().splitlines() if "ft" in line]
    assert [line for line in shown if "ft" in line] == console
    assert not any("#" in line for line in shown)


@pytest.mark.parametrize("option", ["-q", "--json", "--raw"])
def test_who_wants_quiet_has_none(
    monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    terminal = terminal_for(monkeypatch)
    if option == "--raw":
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["run", DEMO, "--for", "100ms", option]) == 0
    assert "#" not in terminal.getvalue()

    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert run(["run", DEMO, "--for", "100ms"]) == 0
    assert "#" in terminal.getvalue()


def test_without_an_end_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = terminal_for(monkeypatch)
    assert run(["run", DEMO]) == 0
    assert "%" not in terminal.getvalue()


def test_a_pipe_gets_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    assert run(["run", DEMO, "--for", "100ms"]) == 0
    assert "%" not in capsys.readouterr().err


@pytest.mark.slow
def test_a_real_terminal_shows_and_loses_it() -> None:
    ours, theirs = pty.openpty()
    program = (
        "import sys, vpok.cli.progress as p; p.PATIENCE = 0.0;"
        "from vpok.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "run", DEMO, "--for", "1s"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 1 << 20).decode()
    os.close(ours)

    assert "###" in shown
    assert screen(shown).startswith("note: ")
    assert screen(shown).count("\n") == 1
    assert b"#" not in done.stdout
