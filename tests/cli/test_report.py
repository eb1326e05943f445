"""`vpok report`, and `--report`."""

import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import vpok
from vpok.cli import vpok as command

DEMO = Path(vpok.__file__).parent / "demo/config.yaml"
MODELLED = """\
partitions:
  - name: a
    tasks:
      - {name: t, period: 10ms, execution: 1ms}
kernel:
  scheduler:
    major_frame: 10ms
    windows:
      - {partition: a, start: 0, duration: 4ms}
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, standalone_mode=False)


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a little of the demo."""
    path = tmp_path_factory.mktemp("trace") / "demo.jsonl.gz"
    with vpok.load(DEMO).build(traces=[path], digest=True) as system:
        system.run("100ms")
    return path


def test_a_run_writes_its_report_and_is_the_same(tmp_path: Path) -> None:
    target = tmp_path / "out.html"
    options = ("demo", "--for", "100ms", "--raw", "-q", "--digest")
    plain = run(*options)
    reported = run(*options, "--report", str(target))

    assert plain.output == reported.output
    assert "<title>demo - vpok</title>" in target.read_text()
    assert run(*options[:-1], "--report", str(target)).stderr == ""


def test_a_report_of_a_trace_stands_beside_it(trace: Path) -> None:
    result = run("report", str(trace))

    target = trace.parent / "demo.html"
    assert result.output == f"{target}\n"
    assert "<title>demo - vpok</title>" in target.read_text()


def test_or_where_it_is_wanted(trace: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.html"

    assert run("report", str(trace), "-o", str(target)).exit_code == 0
    assert target.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "No such file"),
        (b"", "empty"),
        (b"no trace\n", "no trace of vpok"),
    ],
)
def test_what_is_no_trace_is_refused(
    tmp_path: Path, text: bytes | None, told: str
) -> None:
    path = tmp_path / "x.jsonl"
    if text is not None:
        path.write_bytes(text)

    result = run("report", str(path))

    assert getattr(result.exception, "exit_code", None) == 2
    assert told in str(result.exception)
    assert not path.with_suffix(".html").exists()


def test_a_truncated_trace_makes_no_report(
    trace: Path, tmp_path: Path
) -> None:
    lines = gzip.decompress(trace.read_bytes()).splitlines(keepends=True)
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"".join(lines[:-1]))

    result = run("report", str(path))

    assert "truncated" in str(result.exception)
    assert not path.with_suffix(".html").exists()


def test_a_folder_that_is_not_there_is_told_before_the_run(
    tmp_path: Path,
) -> None:
    result = run("demo", "--report", str(tmp_path / "no" / "x.html"))

    assert getattr(result.exception, "exit_code", None) == 2
    assert result.output == ""


def test_a_full_disk_does_not_change_the_run() -> None:
    result = run("demo", "--for", "10ms", "-q", "--report", "/dev/full")

    assert result.return_value == 0
    assert "vpok: no report: /dev/full: No space left" in result.stderr


def test_a_report_never_replaces_its_trace(trace: Path) -> None:
    before = trace.read_bytes()

    result = run("report", str(trace), "-o", str(trace))

    assert getattr(result.exception, "exit_code", None) == 2
    assert "this is the trace" in str(result.exception)
    assert trace.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (("--report", "{}/a.jsonl", "--trace", "{}/a.jsonl"), "what --report"),
        (("--report", "{}/x", "--junit", "{0}/../{1}/x"), "what --junit"),
        (("--trace", "{}/a.jsonl", "--trace", "{}/a.jsonl"), "what --trace"),
        (("--expect", "{}/text", "--report", "{}/text"), "the text for"),
        (("--report", "{}/config.yaml"), "the configuration"),
    ],
)
def test_a_run_writes_no_file_over_another(
    options: tuple[str, ...], kept: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    for name in ("config.yaml", "text"):
        (tmp_path / name).write_text(MODELLED)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    filled = [each.format(tmp_path, tmp_path.name) for each in options]

    result = run("run", str(config), "--for", "10ms", *filled)

    assert getattr(result.exception, "exit_code", None) == 2
    assert f"would overwrite {kept}" in str(result.exception)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_any_number_of_files_may_be_thrown_away() -> None:
    null = ("--report", "/dev/null", "--junit", "/dev/null")

    assert run("demo", "--for", "10ms", "-q", *null).return_value == 0
