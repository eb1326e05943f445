"""
Compile `meter.c` and `guard.c` into the machine code that the wheel ships.

For developers: `python -m vpok.engines.unicorn.build_meter` needs the
`ziglang` package and rewrites the resources next to the source.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from elftools.elf.elffile import ELFFile

HERE: Final = Path(__file__).parent
# What is compiled, each to `NAME-MACHINE.bin`.
SOURCES: Final = ("meter", "guard")
# The code of one function: no library, no tables, no instrumentation.
FLAGS: Final = (
    "-c",
    "-O2",
    "-ffreestanding",
    "-ffunction-sections",
    "-fno-stack-protector",
    "-fno-sanitize=all",
    "-fno-asynchronous-unwind-tables",
    "-fno-exceptions",
    "-fomit-frame-pointer",
    "-fcf-protection=none",
)
# The oldest processor of each architecture, so that the code runs on all.
TARGETS: Final = {
    "x86_64": ("-target", "x86_64-linux-gnu", "-mcpu=x86_64"),
    "aarch64": ("-target", "aarch64-linux-gnu", "-mcpu=generic"),
}


def compile_hook(source: str, machine: str) -> bytes:
    """Return the machine code of `hook` in *source* for *machine*."""
    flags = [
        flag for flag in FLAGS if machine == "x86_64" or "cf-" not in flag
    ]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "hook.o"
        subprocess.run(  # noqa: S603 (our own compiler, our own source)
            [
                *(sys.executable, "-m", "ziglang", "cc"),
                *TARGETS[machine],
                *flags,
                *("-o", str(target), str(HERE / f"{source}.c")),
            ],
            check=True,
            cwd=folder,
        )
        with target.open("rb") as file:
            return _text(ELFFile(file))


def _text(elf: ELFFile) -> bytes:
    """Return the function's code; it must refer to nothing outside."""
    if elf.get_section_by_name(".rela.text.hook") is not None:
        raise ValueError("the code needs relocation")
    section = elf.get_section_by_name(".text.hook")
    if section is None:
        raise ValueError("the compiler put `hook` elsewhere")
    code: bytes = section.data()
    return code


def main() -> None:
    """Write the resources."""
    for source in SOURCES:
        for machine in TARGETS:
            path = HERE / f"{source}-{machine}.bin"
            code = compile_hook(source, machine)
            path.write_bytes(code)
            sys.stdout.write(f"{path.name}: {len(code)} bytes\n")


if __name__ == "__main__":
    main()
