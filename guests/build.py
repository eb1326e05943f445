"""
Build every guest image, reproducibly.

``python guests/build.py`` compiles all images into the tree and writes their
hashes; ``--check`` builds elsewhere and compares. The compiler is the pinned
``ziglang`` package, so that the same source gives the same bytes anywhere.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POK = ROOT / "guests" / "pok"
ZIGLANG = "0.17.1"
SUMS = "SHA256SUMS"

# No frame pointer and no SSE (i586); -n packs the file, whose size a POK
# kernel compares with the partition's.
FLAGS = [
    *("-target", "x86-freestanding", "-mcpu=i586", "-Os", "-std=c11"),
    *("-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-builtin"),
    *("-nostdlib", "-static", "-fno-pie", "-fomit-frame-pointer"),
    *("-fno-stack-protector", "-fno-sanitize=all"),
    *("-fno-asynchronous-unwind-tables", "-ffunction-sections"),
    *("-fdata-sections", "-Wl,--gc-sections", "-Wl,--build-id=none"),
    *("-Wl,-n", "-s"),
]


@dataclass(frozen=True, slots=True)
class Image:
    """One partition image: its source, and where the tree keeps it."""

    source: Path
    home: Path  # the folder that holds the hashes
    path: Path  # relative to home
    flags: tuple[str, ...] = ()


def images() -> Iterator[Image]:
    """Yield every image: the demo's, the conformance guests', the benchmarks'."""
    for source in sorted((POK / "demo").glob("*.c")):
        name = source.stem
        yield Image(source, ROOT / "src/vpok/demo", Path(name, f"{name}.elf"))
    tests = ROOT / "tests" / "guests"
    for source in sorted((POK / "conformance").glob("*/*.c")):
        name = source.stem
        yield Image(
            source, tests, Path(source.parent.name, name, f"{name}.elf")
        )
    for source in sorted((ROOT / "guests" / "bench").glob("*.c")):
        name = source.stem
        yield Image(
            source, tests, Path("bench", name, name, f"{name}.elf"), ("-O2",)
        )


def missing_toolchain() -> str | None:
    """Say why nothing can be built here, or None."""
    if importlib.util.find_spec("ziglang") is None:
        return "the ziglang package is not installed"
    version = importlib.metadata.version("ziglang")
    if version != ZIGLANG:
        return f"ziglang {version} is installed, the images are built with {ZIGLANG}"
    return None


def compile_image(image: Image, output: Path) -> None:
    """Compile *image* with the SDK into the file *output*."""
    output.parent.mkdir(parents=True, exist_ok=True)
    library = sorted((POK / "lib").iterdir())
    command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, *image.flags]
    command += [f"-I{POK / 'include'}", f"-Wl,-T,{POK / 'partition.ld'}"]
    command += [*map(str, library), str(image.source), "-o", str(output)]
    subprocess.run(command, check=True)


def build(target: Path | None = None) -> dict[Path, dict[str, str]]:
    """Build all, below *target* or in place; return home -> path -> hash."""
    todo = list(images())
    outputs = [
        (target / i.home.name if target else i.home) / i.path for i in todo
    ]
    with ThreadPoolExecutor() as pool:
        list(pool.map(compile_image, todo, outputs))
    sums: dict[Path, dict[str, str]] = {}
    for image, output in zip(todo, outputs, strict=True):
        output.chmod(0o644)
        sums.setdefault(image.home, {})[image.path.as_posix()] = _sha256(
            output
        )
    return sums


def text(sums: dict[str, str]) -> str:
    """Return *sums* as ``sha256sum -c`` reads them."""
    return "".join(
        f"{digest}  {path}\n" for path, digest in sorted(sums.items())
    )


def differences() -> list[str]:
    """Build elsewhere; return the images whose checked-in form is not the same."""
    with tempfile.TemporaryDirectory() as scratch:
        built = build(Path(scratch))
    wrong = []
    for home, sums in built.items():
        kept = sorted(home.rglob("*.elf"))
        now = {p.relative_to(home).as_posix(): _sha256(p) for p in kept}
        names = sorted(
            p for p in sums.keys() | now.keys() if sums.get(p) != now.get(p)
        )
        wrong += [f"{home.name}/{name}" for name in names]
        if (home / SUMS).read_text() != text(sums):
            wrong.append(f"{home.name}/{SUMS}")
    return wrong


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Build, or with ``--check`` compare; 0 when all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="compare, change nothing"
    )
    check = parser.parse_args().check
    reason = missing_toolchain()
    if reason:
        print(f"guests: {reason}", file=sys.stderr)
        return 2
    if check:
        wrong = differences()
        print(
            "\n".join(f"differs: {name}" for name in wrong)
            or "guests: all as checked in"
        )
        return 1 if wrong else 0
    for home, sums in build().items():
        (home / SUMS).write_text(text(sums))
    return 0


if __name__ == "__main__":
    sys.exit(main())
