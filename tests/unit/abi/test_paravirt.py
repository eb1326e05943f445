"""The tables of the paravirtual ABI, and what is made of them."""

import importlib.util
import re
from pathlib import Path

import pytest

from vpok.abi import paravirt as abi
from vpok.abi import paravirt_calls as made
from vpok.abi.paravirt_enums import enums
from vpok.abi.paravirt_header import header
from vpok.abi.paravirt_page import GROUPS, page
from vpok.abi.paravirt_table import CALLS, Call
from vpok.cli import run

ROOT = Path(__file__).parents[3]
STRUCTS = [abi.SHARED, abi.RUNSTATE, abi.PORT, abi.PLAN, *abi.FRAMES.values()]


def generator() -> dict[str, object]:
    """Return path -> the function that makes it, as `make golden` has them."""
    spec = importlib.util.spec_from_file_location(
        "generate", ROOT / "docs" / "generate.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, object] = module.MADE
    return found


# --- the tables -------------------------------------------------------------


def test_calls_have_numbers_and_names_of_their_own_in_order() -> None:
    numbers = [call.number for call in CALLS]

    assert numbers == sorted(set(numbers))
    assert len({call.name for call in CALLS}) == len(CALLS)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_call_has_at_most_six_arguments_and_refuses_with_known_errors(
    call: Call,
) -> None:
    assert len(call.args) <= 6
    assert set(call.errors) <= set(abi.ERRORS)
    assert call.meaning.endswith(".")


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda s: f"{s.name}-{s.size}")
def test_fields_are_aligned_and_do_not_overlap(struct: abi.Struct) -> None:
    end = 0
    for field in struct.fields:
        assert field.offset >= end
        assert field.offset % (field.size // field.count) == 0
        end = field.offset + field.size

    assert end <= struct.size


@pytest.mark.parametrize("isa", abi.FRAMES)
def test_a_frame_keeps_its_stack_aligned(isa: str) -> None:
    frame = abi.FRAMES[isa]
    places = {field.name: field.offset for field in frame.fields}
    first = {"x86-64": "rax", "riscv64": "pc"}[isa]
    extended = {"x86-64": "fxsave", "riscv64": "f"}[isa]

    assert frame.size % abi.FRAME_ALIGNMENT == 0
    assert places[first] == abi.REGISTERS_OFFSET
    assert places[extended] == abi.EXTENDED_OFFSET[isa]


# --- what is made of them ---------------------------------------------------


@pytest.mark.parametrize("path", generator())
def test_what_is_made_of_the_code_is_as_checked_in(path: str) -> None:
    """`make golden UPDATE=1` writes it anew."""
    make = generator()[path]
    assert callable(make)

    assert (ROOT / path).read_text() == make()


@pytest.mark.parametrize(
    ("option", "text"),
    [("--header", header), ("--enum", enums), ("--page", page)],
    ids=["header", "enum", "page"],
)
def test_the_verb_prints_them(
    option: str, text: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(text)

    assert run(["abi", option]) == 0
    assert capsys.readouterr().out == text()


def test_the_enumerations_say_what_the_tables_say() -> None:
    assert {n.name: n.value for n in made.Number} == {
        call.name: call.number for call in CALLS
    }
    assert {e.name: e.value for e in made.Error} == {
        name: number for name, (number, _) in abi.ERRORS.items()
    }
    assert [k.value for k in made.HealthKind] == [
        number for number, _, _ in abi.HEALTH_KINDS.values()
    ]
    assert [mode.value for mode in made.Mode] == [0, 1, 2, 3]


def test_the_header_has_a_wrapper_for_every_call() -> None:
    found = re.findall(
        r"^static inline int64_t vpok_(\w+)\((.*)\)$", header(), re.MULTILINE
    )
    wrappers = {
        name: [] if given == "void" else given.split(", ")
        for name, given in found
    }

    assert list(wrappers) == [call.name.lower() for call in CALLS]
    for call in CALLS:
        assert len(wrappers[call.name.lower()]) == len(call.args)


def test_the_page_has_every_call_in_its_group() -> None:
    text = page()
    sections = text.split("\n### ")
    bounds = [first for first, _ in GROUPS] + [1 << 32]

    for (first, title), end in zip(GROUPS, bounds[1:], strict=True):
        section = next(s for s in sections if s.startswith(title))
        numbers = re.findall(r"^\| (\d+) \| `(\w+)\(", section, re.MULTILINE)
        assert numbers == [
            (str(call.number), call.name)
            for call in CALLS
            if first <= call.number < end
        ]
