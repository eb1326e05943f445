"""
The pytest plugin: run systems in tests, say what is expected of them.

    def test_it_climbs(vpok_run):
        run = vpok_run("config.yaml", until="400ms")
        run.assert_console("mode CLIMB", partition="autopilot")
        run.assert_no_errors()

docs/howto/test-with-pytest.md has all of it.  Nothing of vpok is imported
before a test asks for it.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vpok.system import System
    from vpok.testing.bench import Bench, Kept
    from vpok.testing.run import Run

BENCH: pytest.StashKey["Bench"] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add options, and keys of the configuration file."""
    group = parser.getgroup("vpok", "systems of vpok")
    group.addoption(
        "--vpok-update",
        action="store_true",
        help="write the files that runs are compared with",
    )
    group.addoption(
        "--vpok-artifacts",
        metavar="DIR",
        help="keep the traces of failed tests in DIR",
    )
    parser.addini(
        "vpok_artifacts",
        "as --vpok-artifacts, from the root folder",
        default="",
    )
    parser.addini(
        "vpok_folder",
        "where configurations and expected files are, from the root folder "
        "(default: the test's folder)",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "vpok(config, until=None): what vpok_run() runs"
    )


@pytest.fixture
def _vpok_bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> "Generator[Bench]":
    from vpok.testing.bench import Bench  # noqa: PLC0415
    from vpok.testing.golden import Golden  # noqa: PLC0415

    made: list[Path] = []

    def folder() -> Path:
        if not made:
            made.append(tmp_path_factory.mktemp("vpok"))
        return made[0]

    config = request.config
    home = _folder(config, "vpok_folder") or request.path.parent
    bench = Bench(Golden(home, config.getoption("--vpok-update")), folder)
    marker = request.node.get_closest_marker("vpok")
    if marker is not None:
        bench.default = _default(*marker.args, **marker.kwargs)
    request.node.stash[BENCH] = bench
    yield bench
    bench.close()


def _default(
    config: Any, until: int | str | None = None
) -> tuple[Any, int | str | None]:
    """Return what a marker says."""
    return config, until


def _folder(config: pytest.Config, key: str) -> Path | None:
    """Return a folder that the configuration file names."""
    named: str = config.getini(key)
    return config.rootpath / named if named else None


@pytest.fixture
def vpok_system(_vpok_bench: "Bench") -> "Callable[..., System]":
    """
    Build systems: `vpok_system(config)`; see `vpok.testing.bench.Bench`.

    *config* is a path, YAML text or a SystemSpec.  The system is closed after
    the test.  `vpok_run(system, until=...)` runs it and looks at it.
    """
    return _vpok_bench.system


@pytest.fixture
def vpok_run(_vpok_bench: "Bench") -> "Callable[..., Run]":
    """
    Run systems: `vpok_run(config, until="2s")` returns a `Run`.

    *config* may also be what `vpok_system` returned, and without one it is
    the marker's: `@pytest.mark.vpok("config.yaml", until="2s")`.
    """
    return _vpok_bench.run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Name the traces of a test that failed in its report."""
    report = yield
    bench = item.stash.get(BENCH, None)
    if bench is None or not report.failed or report.when == "teardown":
        return report
    folder = _folder(item.config, "vpok_artifacts")
    named = item.config.getoption("--vpok-artifacts")
    if named:
        # Not from where the test may have gone.
        folder = item.config.invocation_params.dir / named
    try:
        for kept in bench.keep(folder, item.nodeid):
            _attach(item, report, kept)
    except Exception as error:  # noqa: BLE001 (a report ends no session)
        report.sections.append(("vpok", f"no trace was kept: {error}"))
    return report


def _attach(
    item: pytest.Item, report: pytest.TestReport, kept: "Kept"
) -> None:
    """Show what is left of a system; JUnit's file has it as a property."""
    text = kept.text
    if kept.trace is not None:
        page = _page(kept.trace)
        text += f"trace: {kept.trace}\nreport: {page}\n"
        item.user_properties.append(("vpok_report", str(page)))
        item.user_properties.append(("vpok_trace", str(kept.trace)))
    report.sections.append((f"vpok: {kept.name}", text))


def _page(trace: Path) -> Path:
    """Write the report of a trace beside it."""
    from vpok.cli.report import beside, replay  # noqa: PLC0415
    from vpok.trace.files import open_trace  # noqa: PLC0415

    page = beside(trace)
    with open_trace(trace) as found:
        report, result = replay(found)
        report.write(page, result)
    return page
