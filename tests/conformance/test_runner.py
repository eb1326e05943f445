"""The conformance runner itself: it must fail when it should."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.runner import Case, check, difference, find, miscount

ROOT = Path(__file__).parent.parent.parent
HELLO = ROOT / "tests" / "guests" / "hello"


def hello(folder: Path) -> Path:
    """Copy a small system that passes."""
    shutil.copytree(HELLO, folder)
    return folder


def pytest_on(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the suite as a user does."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["tests/conformance/test_tree.py", "--pok", str(tree), *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )


# --- as a user runs it ------------------------------------------------------


@pytest.mark.slow
def test_a_tree_whose_systems_print_what_they_should_passes(
    tmp_path: Path,
) -> None:
    hello(tmp_path / "a" / "hello")

    done = pytest_on(tmp_path)

    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.slow
def test_a_tree_without_tests_fails(tmp_path: Path) -> None:
    """Also one with a system but nothing to compare it with."""
    empty = pytest_on(tmp_path)
    folder = hello(tmp_path / "hello")
    (folder / "expected.txt").unlink()
    nothing_to_compare = pytest_on(tmp_path)

    assert empty.returncode == 1, empty.stdout
    assert nothing_to_compare.returncode == 1, nothing_to_compare.stdout


@pytest.mark.slow
def test_a_tree_that_does_not_exist_fails(tmp_path: Path) -> None:
    done = pytest_on(tmp_path / "nowhere")

    assert done.returncode == 1, done.stdout


@pytest.mark.slow
def test_one_changed_byte_fails(tmp_path: Path) -> None:
    expected = hello(tmp_path / "hello") / "expected.txt"
    data = bytearray(expected.read_bytes())
    data[3] ^= 1
    expected.write_bytes(data)

    done = pytest_on(tmp_path)

    assert done.returncode == 1, done.stdout
    assert "first difference in line 1:" in done.stdout


@pytest.mark.slow
def test_a_count_for_the_whole_tree_replaces_its_texts(tmp_path: Path) -> None:
    folder = hello(tmp_path / "hello")
    (folder / "expected.txt").write_text("stale")

    right = pytest_on(tmp_path, "--pok-count", "ello=partitions")
    wrong = pytest_on(tmp_path, "--pok-count", "ello=partitions-1")

    assert right.returncode == 0, right.stdout
    assert wrong.returncode == 1, wrong.stdout


# --- its parts ---------------------------------------------------------------


@pytest.mark.slow
def test_a_count_beside_a_system_stands_above_its_text(tmp_path: Path) -> None:
    folder = hello(tmp_path / "hello")
    (folder / "expected.txt").write_text("stale")
    (folder / "expected.count").write_text("ello = 1\n")

    [case] = find(tmp_path)

    assert check(case, "1s") == ""


def test_systems_are_found_at_any_depth_in_order(tmp_path: Path) -> None:
    for name in ("b/deep/er", "a", "b/flat"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "config.yaml").touch()

    assert [case.name for case in find(tmp_path)] == [
        "a",
        "b/deep/er",
        "b/flat",
    ]


def test_only_trailing_newlines_do_not_matter() -> None:
    assert difference(b"a\nb\n\n", b"a\nb") == ""
    assert difference(b"a\nb", b"a\nb ") != ""
    assert difference(b"a\n\nb", b"a\nb") != ""


def test_the_first_difference_is_shown_with_what_is_before_it() -> None:
    shown = difference(b"1\n2\n3\n4\n5\n6", b"1\n2\n3\n4\nx\n6")

    assert shown.splitlines()[0] == "first difference in line 5:"
    assert shown.splitlines()[1:6] == [
        "    2",
        "    3",
        "    4",
        "  - 5",
        "  + x",
    ]


@pytest.mark.parametrize(
    ("expected", "printed"),
    [(b"a\nb\nc", b"a\nb"), (b"a\nb", b"a\nb\nc"), (b"", b"x"), (b"x", b"")],
)
def test_a_text_that_goes_on_is_a_difference(
    expected: bytes, printed: bytes
) -> None:
    assert "first difference" in difference(expected, printed)


def test_bytes_that_are_no_text_can_be_shown() -> None:
    assert "\\xff" in difference(b"a", b"a\xff")


@pytest.mark.parametrize(
    "rule", ["OK = 2", "OK=2", "OK = partitions - 1", "OK=partitions-1"]
)
def test_a_count_may_follow_the_number_of_partitions(rule: str) -> None:
    assert miscount(rule, b"OK..OK", 3) == ""
    assert "printed 1 times, 2 expected" in miscount(rule, b"OK", 3)


def test_a_rule_may_count_text_with_an_equals_sign() -> None:
    assert miscount("a=b = 1", b"a=b", 1) == ""


@pytest.mark.parametrize("rule", ["", "3", "= 3", "OK = many"])
def test_a_rule_that_says_nothing_is_an_error(rule: str) -> None:
    with pytest.raises(ValueError, match=r"rule|invalid literal"):
        miscount(rule, b"", 1)


def test_a_system_without_an_oracle_is_told(tmp_path: Path) -> None:
    assert Case("x", tmp_path).oracle() is None
    assert Case("x", tmp_path, "OK = 1").oracle() == "expected.count"
