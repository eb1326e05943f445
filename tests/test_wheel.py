"""What `pip install .` gives to a user."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as pip does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(
        [*command, "-d", str(folder)],
        cwd=ROOT,
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
        "vpok/engines/unicorn/meter-x86_64.bin",
    } <= wanted
    assert wanted <= inside


@pytest.mark.slow
def test_the_wheel_has_the_licence_and_a_command(wheel: Path) -> None:
    archive = ZipFile(wheel)
    info = "vpok-0.1.0.dist-info"

    assert "BSD" in archive.read(f"{info}/licenses/LICENSE").decode()
    assert "vpok = vpok.cli:main" in (
        archive.read(f"{info}/entry_points.txt").decode()
    )
