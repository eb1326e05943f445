"""What `pip install .` gives to a user."""

import os
import re
import subprocess
import sys
import tomllib
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from zipfile import ZipFile

import pytest

from vpok.cli.engines import build

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as pip does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(
        [*command, "-d", str(folder)],
        cwd=ROOT,
        env={**os.environ, "VPOK_COMPILE": ""},
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_is_pure_python(wheel: Path) -> None:
    assert wheel.name == "vpok-0.1.0-py3-none-any.whl"


@pytest.mark.slow
def test_the_wheel_has_all_that_runs(wheel: Path) -> None:
    """Everything under src/vpok, and so the demo, the meter and py.typed."""
    source = ROOT / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "vpok").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    inside = set(ZipFile(wheel).namelist())

    assert {
        "vpok/py.typed",
        "vpok/demo/config.yaml",
        "vpok/demo/display/display.elf",
        "vpok/report/web/uPlot.iife.min.js",
        "vpok/report/web/uPlot.LICENSE",
        "vpok/engines/unicorn/meter-x86_64.bin",
    } <= wanted
    assert wanted <= inside


@pytest.mark.slow
def test_the_wheel_has_the_licence_a_command_and_a_plugin(
    wheel: Path,
) -> None:
    archive = ZipFile(wheel)
    info = "vpok-0.1.0.dist-info"

    assert "BSD" in archive.read(f"{info}/licenses/LICENSE").decode()
    entries = archive.read(f"{info}/entry_points.txt").decode()
    assert "[console_scripts]\nvpok = vpok.cli:main\n" in entries
    assert "[pytest11]\nvpok = vpok.pytest_plugin\n" in entries


def test_what_is_not_ours_is_as_it_came() -> None:
    """The report's library, of the version that its table names."""
    web = ROOT / "src/vpok/report/web"
    rows = re.findall(
        r"^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$",
        (web / "README.md").read_text(),
        re.MULTILINE,
    )

    assert {name for name, _ in rows} == {"uPlot.iife.min.js", "uPlot.min.css"}
    for name, digest in rows:
        assert sha256((web / name).read_bytes()).hexdigest() == digest


def test_all_hot_modules_run_compiled_or_none() -> None:
    """Which files these are, pyproject.toml says; mypyc cannot mix them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    targets = settings["tool"]["hatch"]["build"]["targets"]
    patterns = targets["wheel"]["hooks"]["custom"]["hot"]
    hot = [
        path.relative_to(ROOT / "src").with_suffix("").as_posix()
        for pattern in patterns
        for path in (ROOT / "src").glob(pattern)
        if path.name != "__init__.py"
    ]
    assert "vpok/kernel/loop" in hot

    homes = [import_module(name.replace("/", ".")).__file__ for name in hot]

    compiled = {str(home).rpartition(".")[2] for home in homes}
    assert compiled == ({"so"} if build() == "compiled" else {"py"})
