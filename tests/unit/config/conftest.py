"""A folder with images, and systems to vary."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vpok.config import ConfigError, Loaded, loads

REJECTS = Path(__file__).parents[2] / "rejects"

ONE = """\
partitions:
  - name: one
    size: 64kB
    threads: {count: 1}
kernel:
  scheduler:
    slots:
      - {partition: one, duration: 10ms}
"""
TWO = """\
target: {nb_processors_number: 2}
partitions:
  - name: one
    size: 64kB
    threads: {count: 1}
  - name: two
    size: 64kB
    threads: {count: 1}
kernel:
  scheduler:
    slots:
      - {partition: one, duration: 10ms}
      - {partition: two, duration: 20ms}
"""


@pytest.fixture(scope="session")
def maker() -> dict[str, Any]:
    """What makes images: `image`, `segment`, IMAGES."""
    return runpy.run_path(str(REJECTS / "make_images.py"))


@pytest.fixture(scope="session")
def folder(
    maker: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What the systems of these tests name."""
    path = tmp_path_factory.mktemp("system")
    for name in ("one", "two"):
        (path / name).mkdir()
        (path / name / f"{name}.elf").write_bytes(maker["IMAGES"]["good"])
    (path / "rtos.elf").write_bytes(maker["IMAGES"]["paravirt"])
    (path / "sensor.elf").write_bytes(maker["IMAGES"]["riscv"])
    (path / "keys.txt").write_bytes(b"ab\n")
    (path / "dev.csv").write_text("time,\n3ms,\n4000000,\n")
    return path


@pytest.fixture
def one(folder: Path) -> Callable[..., Loaded]:
    """Load a system of one partition, with *more* below it."""
    return lambda more="": loads(ONE + more, folder)


@pytest.fixture
def two(folder: Path) -> Callable[..., Loaded]:
    """Load a system of two partitions on two processors."""
    return lambda more="": loads(TWO + more, folder)


@pytest.fixture
def refused(folder: Path) -> Callable[[str], list[str]]:
    """Return what is wrong with a text, as `line: sentence`."""

    def problems(text: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            loads(text, folder)
        return [
            f"{problem.where.removeprefix('<text>:')}: {problem.what}"
            for problem in caught.value.problems
        ]

    return problems
