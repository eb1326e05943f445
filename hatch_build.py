"""
The opt-in compiled build: `VPOK_COMPILE=1 pip install .` makes it.

Compiles the hot modules with mypyc (pyproject.toml lists them), all of them
or none: the kernel's classes extend each other, and mypyc cannot mix.  Each
library lies next to its source in the wheel, and Python prefers it.  Without
the variable, and in editable installs, nothing happens here.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASKED = os.environ.get("VPOK_COMPILE", "0") not in {"", "0"}

SETUP = """
import sys
from mypyc.build import mypycify
from setuptools import setup

flags = ["--config-file=", "--cache-dir=cache", "--ignore-missing-imports"]
setup(
    name="vpok",
    packages=[],
    ext_modules=mypycify(
        [*flags, *sys.argv[1:]],
        group_name="vpok",
        opt_level="2",
        debug_level="0",
    ),
    script_args=["build_ext", "--build-lib", "lib"],
)
"""


class CompiledBuild(BuildHookInterface[Any]):
    """Puts the compiled modules into the wheel."""

    def dependencies(self) -> list[str]:
        """Ask pip for the compiler, only if it is wanted."""
        return list(self.config["compilers"]) if ASKED else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is made."""
        if not ASKED or version == "editable":
            return
        self.work = Path(tempfile.mkdtemp(prefix="vpok-compiled-"))
        for library in self.compiled(Path(self.root) / "src"):
            inside = library.relative_to(self.work / "lib")
            build_data["force_include"][str(library)] = inside.as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def compiled(self, source: Path) -> list[Path]:
        """Compile a copy of *source*, so that nothing is left behind in it."""
        names = hot_modules(source, self.config["hot"])
        shutil.copytree(source / "vpok", self.work / "vpok")
        command = [sys.executable, "-c", SETUP, *names]
        run = subprocess.run(  # noqa: S603
            command,
            cwd=self.work,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        libraries = sorted((self.work / "lib").rglob("*.*"))
        if run.returncode or len(libraries) != len(names) + 1:
            self.clean_up()
            raise RuntimeError(f"mypyc did not compile vpok:\n{run.stdout}")
        return libraries

    def finalize(
        self, version: str, build_data: dict[str, Any], artifact_path: str
    ) -> None:
        """Remove what the wheel was made of."""
        self.clean_up()

    def clean_up(self) -> None:
        """Remove the copy and all that was made in it."""
        if hasattr(self, "work"):
            shutil.rmtree(self.work)


def hot_modules(source: Path, patterns: list[str]) -> list[str]:
    """Return the files below *source* that are compiled."""
    return [
        path.relative_to(source).as_posix()
        for pattern in patterns
        for path in sorted(source.glob(pattern))
        if path.name != "__init__.py"
    ]
