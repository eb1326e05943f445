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
GUESTS = ROOT / "guests"
TESTS = ROOT / "tests" / "guests"
EXAMPLES = ROOT / "examples"
ZIGLANG = "0.17.1"
SUMS = "SHA256SUMS"

FLAGS = (
    *("-Os", "-std=c11", "-Wall", "-Wextra", "-Werror", "-ffreestanding"),
    *("-fno-builtin", "-nostdlib", "-static", "-fno-pie"),
    *("-fomit-frame-pointer", "-fno-stack-protector", "-fno-sanitize=all"),
    *("-fno-asynchronous-unwind-tables", "-ffunction-sections"),
    *("-fdata-sections", "-Wl,--gc-sections", "-Wl,--build-id=none"),
    *("-Wl,-n", "-s"),  # a packed file: its size counts in POK
)


@dataclass(frozen=True, slots=True)
class Kit:
    """An SDK, for one target: header files, library, linker script."""

    root: Path
    flags: tuple[str, ...]


# No SSE (i586): POK does not save it.
POK = Kit(GUESTS / "pok", ("-target", "x86-freestanding", "-mcpu=i586"))
PARAVIRT = {
    "x86-64": Kit(GUESTS / "paravirt", ("-target", "x86_64-freestanding")),
    "riscv64": Kit(
        GUESTS / "paravirt",
        ("-target", "riscv64-freestanding", "-mcmodel=medium", "-mabi=lp64d"),
    ),
}


@dataclass(frozen=True, slots=True)
class Image:
    """One partition image: its source, and where the tree keeps it."""

    source: Path
    home: Path  # the folder that holds the hashes
    path: Path  # relative to home
    kit: Kit = POK
    flags: tuple[str, ...] = ()


def images() -> Iterator[Image]:
    """Yield every image: the demo's, guests of tests, benchmarks, examples."""
    for source in sorted((POK.root / "demo").glob("*.c")):
        name = source.stem
        yield Image(source, ROOT / "src/vpok/demo", Path(name, f"{name}.elf"))
    for source in sorted((POK.root / "conformance").glob("*/*.c")):
        name = source.stem
        yield Image(
            source, TESTS, Path(source.parent.name, name, f"{name}.elf")
        )
    for source in sorted((GUESTS / "bench").glob("*.c")):
        name = source.stem
        path = Path("bench", name, name, f"{name}.elf")
        yield Image(source, TESTS, path, flags=("-O2",))
    for isa in PARAVIRT:
        yield from _paravirt_images(isa)


def _paravirt_images(isa: str) -> Iterator[Image]:
    """Yield the test guests, and the examples' partitions."""
    kit = PARAVIRT[isa]
    for source in sorted((kit.root / "test").glob("*.c")):
        path = Path("paravirt", isa, f"{source.stem}.elf")
        yield Image(source, TESTS, path, kit)
    for source in sorted((kit.root / "examples").glob("*/*.c")):
        path = Path(source.parent.name, isa, f"{source.stem}.elf")
        yield Image(source, EXAMPLES, path, kit)


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
    kit = image.kit
    library = sorted((kit.root / "lib").iterdir())
    command = [sys.executable, "-m", "ziglang", "cc", *kit.flags, *FLAGS]
    command += [f"-I{kit.root / 'include'}", *image.flags]
    command += [f"-Wl,-T,{kit.root / 'partition.ld'}"]
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
