"""Each defect that is put back is noticed by its test."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants import LINES, MUTANTS, SEMANTICS, Mutant

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PATIENCE = 300  # s; a mutant that never comes back is noticed
FAILED = 1  # pytest's word for tests that failed; others are mistakes


def ident(mutant: Mutant) -> str:
    return mutant.name.replace(" ", "-")


each = pytest.mark.parametrize("mutant", MUTANTS, ids=ident)


def verdict(source: Path, *tests: str) -> int:
    """Run tests against the package in *source*; return pytest's word."""
    command = [
        *(sys.executable, "-B", "-m", "pytest", "-q", "-x"),
        *("-p", "no:cacheprovider", "-o", f"pythonpath={source} ."),
        *tests,
    ]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(source)},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return FAILED
    return done.returncode


@each
def test_a_mutant_is_one_change_of_the_source(mutant: Mutant) -> None:
    """So that the list never rots."""
    text = (SOURCE / "vpok" / mutant.file).read_text()
    file, _, name = mutant.test.partition("::")
    function = name.partition("[")[0]

    assert text.count(mutant.old) == 1
    assert mutant.old != mutant.new
    compile(text.replace(mutant.old, mutant.new), mutant.file, "exec")
    assert f"def {function}(" in (ROOT / file).read_text()


def test_every_defect_of_the_prototype_has_a_mutant() -> None:
    assert {mutant.line for mutant in MUTANTS} == {*LINES, SEMANTICS}
    names = [mutant.name for mutant in MUTANTS]
    assert len(set(names)) == len(names)


@pytest.mark.nightly
def test_the_tests_of_mutants_pass_without_them(tmp_path: Path) -> None:
    """In a copy, as the mutants are."""
    shutil.copytree(SOURCE, tmp_path / "src")

    assert verdict(tmp_path / "src", *{mutant.test for mutant in MUTANTS}) == 0


@pytest.mark.nightly
@each
def test_a_defect_that_is_put_back_is_noticed(
    mutant: Mutant, tmp_path: Path
) -> None:
    source = tmp_path / "src"
    shutil.copytree(SOURCE, source)
    changed = source / "vpok" / mutant.file
    text = changed.read_text()
    changed.write_text(text.replace(mutant.old, mutant.new))

    assert verdict(source, mutant.test) == FAILED
