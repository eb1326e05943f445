"""Whatever a file holds: a system or problems, never another exception."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vpok.config import ConfigError, load, loads
from vpok.spec.problems import problems

FULL = (Path(__file__).parent / "full.yaml").read_text("utf-8")
PARAVIRT = (Path(__file__).parent / "paravirt.yaml").read_text("utf-8")
TASKS = (Path(__file__).parent / "tasks.yaml").read_text("utf-8")
REJECTS = Path(__file__).parents[2] / "rejects"

# What stands in a line, or replaces it: edges of every kind of value.
VALUES = st.sampled_from(
    [
        *("", "~", "null", "[]", "{}", "[[]]", "{a: b}", "0", "-1", "1", "64"),
        *("65", "0x7fffffff", "9" * 40, "1e9", "0.5", ".", "5m", "1ns", "9h"),
        *("600000h", "130KB", "1GB", "4GB", "10GHz", "one", "two", "''"),
        *('"\\0"', "'\ud800'", "&a [1]", "*a", "<<", "!!int 3", "? x", "| x"),
        *("- - 1", "é", "[0, 0]", "[1, 0, 5]", "round-robin", "default"),
        *("stop", "out", "in", "virtual", "images/good.elf", "/dev/zero"),
        *("paravirt", "pok", "level", "exec", "[1ms, 1]", "dev.csv", "rtos"),
        *("tasks", "flat", "{uniform: [1, 2]}", "a/0", "edf", "none", "true"),
    ]
)
EDIT = st.tuples(
    st.sampled_from(["replace", "drop", "copy", "insert"]),
    st.integers(0, 63),
    VALUES,
    st.randoms(use_true_random=False),
)


def outcome(load_it: Callable[[], object]) -> None:
    try:
        load_it()
    except ConfigError as error:
        found = error.problems
    else:
        return
    assert found
    for problem in found:
        assert problem.where
        assert problem.what == problem.what.strip() != ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
@given(
    st.sampled_from([FULL, PARAVIRT, TASKS]),
    st.lists(EDIT, min_size=1, max_size=4),
)
def test_an_edited_system_is_a_system_or_problems(
    folder: Path, text: str, edits: list[tuple[str, int, str, random.Random]]
) -> None:
    lines = text.splitlines()
    for action, place, value, chance in edits:
        at = place % len(lines)
        if action == "drop" and len(lines) > 1:
            del lines[at]
        elif action == "copy":
            lines.insert(chance.randrange(len(lines)), lines[at])
        elif action == "insert":
            lines[at] += f"\n{' ' * chance.randrange(8)}{value}"
        else:
            lines[at] = replaced(lines[at], value, chance)

    outcome(lambda: loads("\n".join(lines), folder))


def replaced(line: str, value: str, chance: random.Random) -> str:
    """Put *value* in place of one of the values of *line*."""
    spots = [i for i, letter in enumerate(line) if letter in ":,[{"]
    if not spots:
        return value
    start = chance.choice(spots) + 1
    ends = [i for i, x in enumerate(line) if x in ",]}" and i >= start]
    return f"{line[:start]} {value}{line[min(ends, default=len(line)) :]}"


@pytest.mark.slow
@given(st.binary(max_size=200))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe")
@example(b'a: "\\U99999999"')
@example(b"%YAML 9.9\n---\na: 1")
@example(b"[" * 5000)
def test_any_bytes_are_a_system_or_problems(data: bytes) -> None:
    outcome(lambda: loads(data.decode("latin-1"), REJECTS))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_file_is_a_system_or_problems(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(data)

    outcome(lambda: load(file))


@pytest.mark.parametrize(
    "text",
    [
        *("partitions: [" + "{name: [" * 7, "a: &a [*a]", "? ? ? a"),
        *("- " * 5000, "{" * 5000, "a: " * 5000, "&a " * 5000, "!a " * 5000),
        *("\ud800: 1", "".join(f"k{n}: 1\n" for n in range(5000))),
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.slow
def test_hostile_texts_are_problems_soon(text: str, folder: Path) -> None:
    outcome(lambda: loads(text, folder))


def test_what_loads_has_no_problems_left(folder: Path) -> None:
    assert problems(loads(FULL, folder).spec) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from(
            [
                *("partitions", "control", "0", "-1", "99", "vcpus", "each"),
                *(
                    "policy",
                    "kernel",
                    "scheduler",
                    "plans",
                    "windows",
                    "",
                    "[",
                ),
                *("tasks", "loop", "execution", "uniform", "name", "costs"),
            ]
        ),
        max_size=6,
    ),
    VALUES,
)
def test_a_change_is_a_system_or_problems(
    folder: Path, path: list[str], value: str
) -> None:
    changes = {".".join(path): value}

    outcome(lambda: loads(TASKS, folder, changes=changes))
