"""`vpok run --trace` and `vpok view`."""

import socket
import threading
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import unquote

import pytest

from vpok.cli import run
from vpok.cli.view import viewable
from vpok.trace.files import open_trace
from vpok.trace.viewer import TRACE, Viewer

Captured = pytest.CaptureFixture[str]


def demo(*options: object) -> int:
    return run(["demo", "-q", "--for", "100ms", *map(str, options)])


def test_a_run_is_traced_in_several_formats(tmp_path: Path) -> None:
    names = ["t.jsonl", "t.pftrace.gz", "t.parquet"]
    options = [o for n in names for o in ("--trace", tmp_path / n)]

    assert demo(*options) == 0

    with open_trace(tmp_path / "t.jsonl") as trace:
        rows = list(trace)
        assert "partitions:" in trace.head.config
    with open_trace(tmp_path / "t.parquet") as trace:
        assert list(trace) == rows
    assert (tmp_path / "t.pftrace.gz").stat().st_size > 1000


def test_a_file_that_exists_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("old" * 100_000)

    assert demo("--trace", path, "--trace-kinds", "frame") == 0
    assert path.read_text().count('"kind":"frame"') == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--trace", "none/t.jsonl"], "there is no directory none: make it"),
        (["--trace", "t.csv"], "no format of traces: end the name in .jsonl"),
        (
            ["--trace", "t.jsonl", "--trace-kinds", "frame,x"],
            "there is no event 'x' to be recorded: take frame, window_open",
        ),
        (
            ["--trace", "t.jsonl", "--trace-only", "x"],
            "there is no partition 'x' to be recorded: take sensors, auto",
        ),
        (["--trace-last", "1s"], "a choice of what to trace needs --trace"),
    ],
)
def test_what_cannot_be_traced_is_refused_before_the_run(
    options: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert demo(*options) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


def test_a_trace_that_fails_is_told_and_changes_no_exit_code(
    tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "t.jsonl"
    path.symlink_to("/dev/full")

    assert demo("--trace", path) == 0
    assert capsys.readouterr().err == (
        f"vpok: a listener was dropped: {path}: No space left on device: "
        "the trace is not whole\n"
    )


# --- the viewer ------------------------------------------------------------------


def test_the_viewer_serves_itself_and_the_trace_to_this_machine(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.pftrace"
    demo("--trace", path)
    with Viewer(path) as viewer:
        thread = threading.Thread(target=viewer.serve)
        thread.start()
        page, _, where = viewer.address.partition("/#!/?url=")
        with urllib.request.urlopen(page) as answer:
            assert b"Perfetto" in answer.read()
            policy = answer.headers["Content-Security-Policy"]
        assert "http" not in policy
        with urllib.request.urlopen(unquote(where)) as answer:
            assert answer.read() == path.read_bytes()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{page}/../viewer.py")
        viewer.stop()
        thread.join()
    assert page.startswith("http://127.0.0.1:")
    assert unquote(where) == page + TRACE


def test_other_formats_are_converted_for_the_viewer(tmp_path: Path) -> None:
    lines, picture = tmp_path / "t.jsonl", tmp_path / "t.pftrace"
    demo("--trace", lines, "--trace", picture)

    with viewable(lines) as converted:
        assert converted.read_bytes() == picture.read_bytes()
    assert not converted.exists()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("none.pftrace", None, "none.pftrace: No such file or directory"),
        ("t.pftrace", b"", "t.pftrace: empty: record a trace anew"),
        ("t.pftrace", b"{}", "t.pftrace: no trace for Perfetto: take a .pft"),
        ("t.pftrace.gz", b"{}", "t.pftrace.gz: Not a gzipped file"),
        ("t.jsonl", b"{}\n", "t.jsonl: no trace of vpok"),
    ],
)
def test_what_is_no_trace_is_not_shown(
    name: str,
    data: bytes | None,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)
    if data is not None:
        Path(name).write_bytes(data)

    assert run(["view", "--no-browser", name]) == 2
    assert message in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(
    tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "t.pftrace"
    demo("--trace", path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert run(["view", "--no-browser", "--port", port, str(path)]) == 2
    assert "take another --port" in capsys.readouterr().err
