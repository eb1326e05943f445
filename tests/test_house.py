"""The house rules that a machine can check (CONTRIBUTING.md tells them all)."""

import ast
import re
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from vpok.abi.pok import Syscall
from vpok.arch import REGISTERS
from vpok.cli import VERBS
from vpok.config.keys import SYSTEM
from vpok.config.kinds import ListOf, Record
from vpok.engines import ENGINES
from vpok.events import EventKind
from vpok.kernel.sched import POLICIES
from vpok.personalities import PERSONALITIES
from vpok.personalities.pok import policies as thread_policies
from vpok.personalities.pok.table import HANDLERS

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "vpok"
DOCS = ROOT / "docs"
LONGEST_FILE = 400
MEDIAN_FILE = 120
MOST_STATEMENTS = 30
# The loop in which models spend their time: a call costs as much as a job.
HOT = {"src/vpok/engines/model/engine.py: run"}
MEDIAN_FUNCTION = 8
WRITTEN_BY_HAND = (".py", ".md", ".c", ".h", ".S", ".toml", ".yaml", "")
IGNORED = ("__pycache__", ".hypothesis")
FOLDERS = ("src", "tests", "docs", "guests", "benchmarks", "changelog.d")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    return [
        path
        for name in folders
        for path in sorted((ROOT / name).rglob("*.py"))
    ]


def texts() -> Iterator[tuple[Path, str]]:
    """Yield everything that people wrote."""
    tops = [p for p in sorted(ROOT.iterdir()) if p.is_file()]
    below = [p for name in FOLDERS for p in sorted((ROOT / name).rglob("*"))]
    for path in [*tops, *below]:
        if (
            path.is_file()
            and path.suffix in WRITTEN_BY_HAND
            and not any(part in IGNORED for part in path.parts)
        ):
            yield path, path.read_text(errors="replace")


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def statements(function: Function) -> int:
    return sum(
        isinstance(node, ast.stmt)
        for part in function.body
        for node in ast.walk(part)
    )


def height(function: Function) -> int:
    """Return the lines of a body, without its docstring."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    if not body:
        return 0
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


# --- sizes ------------------------------------------------------------------


def test_no_file_needs_a_map() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files("src", "guests", "benchmarks")
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }

    assert not long


def test_most_files_are_short() -> None:
    lengths = [
        len(path.read_text().splitlines()) for path in python_files("src")
    ]

    assert statistics.median(lengths) <= MEDIAN_FILE


def test_no_function_needs_scrolling() -> None:
    """A constructor may name more fields than that."""
    long = [
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in python_files("src", "guests", "benchmarks")
        for function in functions(path)
        if function.name != "__init__"
        and statements(function) > MOST_STATEMENTS
    ]

    assert set(long) <= HOT


def test_most_functions_are_short() -> None:
    heights = [
        height(function)
        for path in python_files("src")
        for function in functions(path)
    ]

    assert statistics.median(heights) <= MEDIAN_FUNCTION


# --- one owner per piece of data ----------------------------------------------

# Who may assign a `state`: of vCPUs, the first two; of POK's threads, the rest.
OWNERS_OF_STATE = {
    "kernel/vcpu.py",
    "kernel/idle.py",
    "personalities/pok/health.py",
    "personalities/pok/partition.py",
    "personalities/pok/personality.py",
    "personalities/pok/scheduler.py",
    "personalities/pok/threads.py",
}


def test_states_are_changed_by_their_owners_only() -> None:
    pattern = re.compile(r"\.state\s*=[^=]")
    assigning = {
        path.relative_to(SOURCE).as_posix()
        for path in python_files("src")
        if pattern.search(path.read_text())
    }

    assert assigning <= OWNERS_OF_STATE


def test_a_personality_does_not_touch_a_vcpus_state() -> None:
    """It asks the kernel: `wake`, `block`, or a verdict."""
    pattern = re.compile(r"vcpu\.(state|since|total|pauses)\s*[-+]?=[^=]")
    touching = [
        path.relative_to(SOURCE).as_posix()
        for path in python_files("src")
        if "kernel" not in path.parts and pattern.search(path.read_text())
    ]

    assert not touching


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("alloc_vcpu", "kernel/alloc.py"),
        ("destroy_vcpu", "kernel/alloc.py"),
        ("ctxt_switch_from", "machine/arch.py"),
        ("ctxt_switch_to", "machine/arch.py"),
        ("schedule_tail", "machine/arch.py"),
        ("current", "system.py"),
    ],
)
def test_the_words_of_the_source_design_name_our_functions(
    name: str, where: str
) -> None:
    names = [function.name for function in functions(SOURCE / where)]

    assert name in names


# --- every entry of a table has its documentation and its test ---------------


def keys(record: Record, path: str = "") -> Iterator[str]:
    """Yield the name of every key of a configuration."""
    for key in record.keys:
        yield key.name
        inner = key.kind.item if isinstance(key.kind, ListOf) else key.kind
        if isinstance(inner, Record):
            yield from keys(inner)


TABLES: Mapping[str, tuple[list[str], str]] = {
    "vCPU policies": (list(POLICIES), "reference/semantics.md"),
    "personalities": (list(PERSONALITIES), "reference/semantics.md"),
    "thread policies": (
        [name.upper() for name in thread_policies.POLICIES],
        "pok-compatibility.md",
    ),
    "calls": ([Syscall(n).name for n in HANDLERS], "pok-compatibility.md"),
    "events": ([kind.name for kind in EventKind], "reference/semantics.md"),
    "verbs": (list(VERBS), "reference/cli.md"),
    "engines": (list(ENGINES), "reference/semantics.md"),
    "instruction sets": (list(REGISTERS), "reference/semantics.md"),
    "keys": (sorted(set(keys(SYSTEM))), "reference/configuration.md"),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_entry_of_a_table_is_documented(table: str) -> None:
    entries, page = TABLES[table]
    words = set(re.findall(r"[\w-]+", (DOCS / page).read_text()))

    assert sorted(set(entries) - words) == []


@pytest.mark.parametrize(
    "table", ["vCPU policies", "verbs", "engines", "keys", "events"]
)
def test_every_entry_of_a_table_is_used_by_a_test(table: str) -> None:
    entries, _ = TABLES[table]
    tests = ROOT / "tests"
    words = _words(tests, ".py") | _words(tests, ".yaml")

    assert sorted(set(entries) - words) == []


def test_every_call_is_made_by_a_test() -> None:
    """By one of our guests, through the SDK's names, or by a unit test."""
    header = (ROOT / "guests/pok/include/vpok_pok.h").read_text()
    names = dict(re.findall(r"\b(VP_\w+) = (\d+),", header))
    wrappers = re.findall(
        r"static inline \w+ (vp_\w+)\([^)]*\)\s*{.*?vp_call\d\((VP_\w+)",
        header,
        re.DOTALL,
    )
    made = _words(ROOT / "guests/pok", ".c") | _words(ROOT / "tests", ".py")
    made |= {inner for name, inner in wrappers if name in made}
    numbers = {int(names[name]) for name in made & names.keys()}

    missing = [
        Syscall(number).name
        for number in HANDLERS
        if number not in numbers and Syscall(number).name not in made
    ]

    assert not missing


def _words(folder: Path, suffix: str) -> set[str]:
    words: set[str] = set()
    for path in folder.rglob(f"*{suffix}"):
        if path != Path(__file__):
            text = path.read_text(errors="replace")
            words |= set(re.findall(r"[\w-]+", text))
    return words


# --- words -------------------------------------------------------------------

UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SOMEBODYS_MACHINE = re.compile(r"(?<![\w.~$}])/(home|work|tmp|root|opt)/\w")
STRANGE_WORDS = re.compile(r"\b(V" r"Ms?|white" r"list|black" r"list)\b")


@pytest.mark.parametrize(
    "pattern", [UNFINISHED, SOMEBODYS_MACHINE, STRANGE_WORDS]
)
def test_no_text_has_words_that_do_not_belong_here(
    pattern: re.Pattern[str],
) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in texts()
        for match in [pattern.search(text)]
        if match
    ]

    assert not found


def test_links_between_documents_lead_somewhere() -> None:
    dead = []
    for path, text in texts():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" in target:
                continue
            if not (path.parent / target).exists():
                dead.append(f"{path.relative_to(ROOT)}: {target}")

    assert not dead
