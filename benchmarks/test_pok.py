"""
What users of POK wait for: its unit tests, and programs in one partition.

Figures of POK in QEMU are measured outside and given as a JSON file in the
environment variable QEMU: {"tests": s, "coremark": s, ...}; the programs'
without the time to boot.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vpok
from benchmarks.pairs import Spread, spread, timed
from tests.conformance.runner import Case, check, find

ROOT = Path(__file__).parent.parent
GUESTS = ROOT / "tests" / "guests" / "bench"
ROUNDS = 5
CALLS = {"syscalls": 1_000_000}  # that a program makes

ALL = """
import sys
from pathlib import Path
from tests.conformance.runner import check, find
for case in find(Path(sys.argv[1])):
    wrong = check(case, "60s")
    assert not wrong, wrong
"""


def in_qemu(name: str, ours: Spread) -> str:
    """Return the comparison with QEMU, if its figure is there."""
    file = os.environ.get("QEMU")
    seconds = json.loads(Path(file).read_text()).get(name) if file else None
    if seconds is None:
        return "no figure of POK in QEMU"
    return f"POK in QEMU {seconds:.2f} s, {seconds / ours.middle:.2f} times as long"


def unit_tests() -> list[Case]:
    tree = os.environ.get("POK")
    if not tree:
        pytest.skip("no POK=DIR with POK's unit tests, built")
    cases = find(Path(tree))
    assert cases, f"no test in {tree}"
    return cases


def test_poks_unit_tests_in_one_process(
    benchmark: Any, report: Callable[[str], None]
) -> None:
    """The whole process, the interpreter's start included."""
    tests = unit_tests()
    command = [sys.executable, "-c", ALL, os.environ["POK"]]

    def run() -> None:
        subprocess.run(command, cwd=ROOT, check=True)

    whole = spread([timed(run, 1) for _ in range(ROUNDS)])
    report(
        f"{len(tests)} tests of POK in one process: {whole.show()} s; "
        + in_qemu("tests", whole)
    )
    benchmark.pedantic(run, rounds=2)


@pytest.mark.parametrize("name", ["coremark", "sort", "copy", "syscalls"])
def test_a_program_in_one_partition(
    name: str, benchmark: Any, report: Callable[[str], None]
) -> None:
    case = Case(name, GUESTS / name)
    assert check(case, "600s") == ""
    seconds: list[float] = []

    def run() -> None:
        with vpok.load(case.folder / "config.yaml").build() as system:
            system.run()
            result = system.result()
        seconds.append(result.host_seconds)
        instructions.append(result.partitions[0].instructions)

    instructions: list[int] = []
    benchmark.pedantic(run, rounds=ROUNDS, warmup_rounds=1)
    took = spread(seconds[1:])
    rate = f"{instructions[0] / took.middle / 1e6:.0f} MIPS"
    if name in CALLS:
        rate += f", {CALLS[name] / took.middle / 1e3:.0f} k calls/s"
    report(f"{name}: {took.show()} s, {rate}; {in_qemu(name, took)}")
