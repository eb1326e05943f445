"""The pytest plugin, in sessions of its own."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from vpok.testing import bench  # noqa: F401 (a session would forget it)
from vpok.trace.files import open_trace

pytest_plugins = ("pytester",)

CONFIG = """\
partitions:
  - name: control
    tasks:
      - {name: steer, period: 20ms, execution: 2ms}
      - {name: late, period: 20ms, deadline: 10ms, execution: 6ms}
kernel:
  scheduler:
    major_frame: 10ms
    windows: [{partition: control, start: 0, duration: 5ms}]
"""
GOOD_AND_BAD = """
def test_good(vpok_run):
    vpok_run("lab.yaml", until="100ms").assert_no_misses("control/steer")

def test_bad(vpok_run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    vpok_run("lab.yaml", until="100ms").assert_no_misses()
"""


@pytest.fixture
def session(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    """Load the plugin whether vpok is installed or not, warnings as errors."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    options = "-p vpok.pytest_plugin --strict-markers -W error"
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    pytester.makefile(".yaml", lab=CONFIG)
    return pytester


def test_a_failure_names_its_trace(session: pytest.Pytester) -> None:
    session.makepyfile(GOOD_AND_BAD)

    result = session.runpytest("--vpok-artifacts", "out/traces")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E  *AssertionError: deadlines were missed:",
            "E  *control/late: job 1, due at 10 ms",
            "*vpok: lab*",
            "100 ms, as asked",
            "trace: */out/traces/*test_bad-0.jsonl",
            "report: */out/traces/*test_bad-0.html",
        ]
    )
    result.stdout.no_fnmatch_line("*bench.py*")
    page, path = sorted((session.path / "out" / "traces").iterdir())
    assert page.read_text().startswith("<!doctype html>")
    with open_trace(path) as trace:
        assert list(trace)[-1].time <= 100_000_000
        assert trace.end.time == 100_000_000


def test_without_a_folder_it_is_in_pytests_own(
    session: pytest.Pytester,
) -> None:
    session.makepyfile(GOOD_AND_BAD)

    result = session.runpytest("--basetemp", "temporary")

    result.stdout.fnmatch_lines(["trace: *temporary/vpok1/*test_bad-0.jsonl"])
    assert not list((session.path / "temporary" / "vpok0").iterdir())


def test_junit_has_the_trace_as_a_property(session: pytest.Pytester) -> None:
    session.makepyfile(GOOD_AND_BAD)
    session.makeini("[pytest]\nvpok_artifacts = kept\n")

    session.runpytest("--junitxml", "results.xml")

    [case] = [
        case
        for case in ET.parse(session.path / "results.xml").iter("testcase")
        if case.find("properties") is not None
    ]
    assert case.get("name") == "test_bad"
    found = list(case.iter("property"))
    assert [each.get("name") for each in found] == [
        "vpok_report",
        "vpok_trace",
    ]
    for each in found:
        assert Path(each.get("value", "")).parent == session.path / "kept"
        assert Path(each.get("value", "")).exists()


def test_the_marker_says_what_runs(session: pytest.Pytester) -> None:
    session.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.vpok("lab.yaml", until="20ms")

        def test_all_of_it(vpok_run):
            assert vpok_run().result.end == 20_000_000

        def test_another_end(vpok_run):
            assert vpok_run(until="30ms").result.end == 30_000_000

        def test_the_system(vpok_system, vpok_run):
            system = vpok_system()
            system.run("1ms")
            assert vpok_run(system, until="2ms").result.end == 2_000_000

        @pytest.mark.vpok("other.yaml")
        def test_another_system(vpok_run):
            vpok_run()
        """
    )

    result = session.runpytest()

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       vpok_run()",
            "E  *ConfigError: *other.yaml: the file does not exist: *",
        ]
    )


def test_files_are_written_on_request(session: pytest.Pytester) -> None:
    session.makepyfile(
        """
        def test_it(vpok_run):
            vpok_run("lab.yaml", until="20ms").assert_digest("lab.digest")
        """
    )

    missing = session.runpytest()
    missing.assert_outcomes(failed=1)
    missing.stdout.fnmatch_lines(
        ["*lab.digest does not exist: --vpok-update*"]
    )

    session.runpytest("--vpok-update").assert_outcomes(passed=1)
    assert len((session.path / "lab.digest").read_text()) == 65
    session.runpytest().assert_outcomes(passed=1)


def test_files_may_be_in_a_folder_of_their_own(
    session: pytest.Pytester,
) -> None:
    (session.mkdir("systems") / "far.yaml").write_text(CONFIG)
    session.makeini("[pytest]\nvpok_folder = systems\n")
    tests = session.mkdir("tests")
    (tests / "test_far.py").write_text(
        "def test_it(vpok_run):\n    vpok_run('far.yaml', until='1ms')\n"
    )

    session.runpytest().assert_outcomes(passed=1)


def test_systems_are_closed_after_the_test(session: pytest.Pytester) -> None:
    session.makepyfile(
        """
        import pytest

        closed = []

        @pytest.fixture
        def listened(monkeypatch):
            from vpok.system import System
            monkeypatch.setattr(System, "close", lambda s: closed.append(s))

        def test_it(listened, vpok_system):
            closed.append(vpok_system("lab.yaml"))

        def test_after():
            assert closed[0] is closed[1]
        """
    )

    session.runpytest("-p", "no:randomly").assert_outcomes(passed=2)


def test_a_trace_that_cannot_be_kept_ends_no_session(
    session: pytest.Pytester,
) -> None:
    session.makepyfile(GOOD_AND_BAD)
    (session.path / "file").touch()

    result = session.runpytest("--vpok-artifacts", "file/traces")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["no trace was kept: *file/traces*"])


def test_loading_it_imports_nothing_of_vpok() -> None:
    """It is loaded in every session of everybody who has vpok."""
    code = (
        "import sys, vpok.pytest_plugin; "
        "print(*sorted(n for n in sys.modules if n.startswith('vpok')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.stdout == "vpok vpok.pytest_plugin\n"
