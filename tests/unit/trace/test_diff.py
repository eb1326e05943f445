"""The first difference of two traces."""

import gzip
import time
from pathlib import Path

import pytest

from tests.unit.trace.recorded import TASKS, of_text
from vpok.events import EventKind
from vpok.trace.diff import compare
from vpok.trace.files import open_trace
from vpok.trace.jsonl import JsonLines, TraceError
from vpok.trace.lines import Ignore
from vpok.trace.record import End

NOTHING = Ignore(())
MILLION, CHANGED = 1_000_000, 987_654


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return of_text(TASKS, tmp_path / "one.jsonl")


def changed(trace: Path, number: int, old: str, new: str) -> Path:
    """Change event *number*, counted from 1."""
    lines = trace.read_text().splitlines(keepends=True)
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new)
    other = trace.with_name("two.jsonl")
    other.write_text("".join(lines))
    return other


def test_the_same_trace_compressed_is_the_same(trace: Path) -> None:
    other = trace.with_name("two.jsonl.gz")
    other.write_bytes(gzip.compress(trace.read_bytes()))

    found = compare(trace, other, NOTHING)

    assert not found.different
    assert found.same == len(trace.read_text().splitlines()) - 2


@pytest.mark.parametrize("number", [1, 2, 30, 57])
def test_one_changed_event_is_found(trace: Path, number: int) -> None:
    other = changed(trace, number, '"a":', '"a":1')

    found = compare(trace, other, NOTHING, context=2)

    assert found.different
    assert found.same == number - 1
    assert len(found.context) == min(2, number - 1)
    left, right = (side.next[0] for side in found.sides)
    assert right == left._replace(a=int(f"1{left.a}"))
    assert found.sides[0].next[1:] == found.sides[1].next[1:]


def test_what_was_up_to_there_is_counted(trace: Path) -> None:
    lines = trace.read_text().splitlines()
    number = max(n for n, line in enumerate(lines) if "job_end" in line)
    other = changed(trace, number, '"b":', '"b":1')

    found = compare(trace, other, NOTHING)

    before = lines[1:number]
    for partition, what, kind in [
        (0, "jobs", EventKind.JOB_END),
        (1, "jobs", EventKind.JOB_END),
        (1, "windows", EventKind.WINDOW_OPEN),
        (0, "switches", EventKind.SWITCH),
    ]:
        assert found.count(partition, what) == sum(
            f'"kind":"{kind.name.lower()}"' in line
            and f'"partition":{partition},' in line
            for line in before
        )
    assert found.current == {0: (1, 0)}


def test_a_shorter_trace_ends_there(tmp_path: Path) -> None:
    short = of_text(TASKS, tmp_path / "short.jsonl", "20ms")
    long = of_text(TASKS, tmp_path / "long.jsonl", "40ms")

    found = compare(short, long, NOTHING)

    assert found.different
    assert found.sides[0].next == []
    assert found.sides[1].next[0].time == 20_000_000


@pytest.mark.parametrize(
    ("old", "new"),
    [('{"end":40000000', '{"end":40000001'), ('"limit"', '"quiet"')],
)
def test_the_ends_are_compared(trace: Path, old: str, new: str) -> None:
    lines = len(trace.read_text().splitlines())
    other = changed(trace, lines - 1, old, new)

    found = compare(trace, other, NOTHING)

    assert found.different
    assert found.ends
    assert not found.differ
    assert not compare(trace, trace, NOTHING).different


def test_lost_events_are_no_difference_but_damage(trace: Path) -> None:
    lines = len(trace.read_text().splitlines())
    other = changed(trace, lines - 1, '"events":', '"events":1')

    with pytest.raises(TraceError, match="truncated"):
        compare(trace, other, NOTHING)


def test_fields_and_kinds_can_be_left_out(trace: Path) -> None:
    lines = trace.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if "runstate" in line)
    other = changed(trace, number, '"processor":0', '"processor":1')

    assert compare(trace, other, NOTHING).different
    assert not compare(trace, other, Ignore(("processor",))).different
    assert not compare(trace, other, Ignore(("runstate",))).different
    assert compare(trace, other, Ignore(("a",))).different


def test_blanks_between_fields_are_no_difference(trace: Path) -> None:
    other = trace.with_name("two.jsonl")
    head, *lines, end = trace.read_text().splitlines()
    spaced = [line.replace(":", ": ").replace(",", ", ") for line in lines]
    other.write_text("\n".join([head, *spaced, end]) + "\n")

    found = compare(trace, other, NOTHING)

    assert not found.different
    assert found.count(0, "jobs") > 0


def test_another_system_is_told(tmp_path: Path) -> None:
    one = of_text(TASKS, tmp_path / "one.jsonl")
    text = TASKS.replace("name: hi", "name: high")
    two = of_text(text, tmp_path / "two.jsonl")

    found = compare(one, two, NOTHING)

    assert found.heads == ["partitions"]
    assert not found.differ
    assert found.different


@pytest.mark.nightly
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_one_of_a_million_events_is_found_in_five_seconds(
    suffix: str, trace: Path
) -> None:
    with open_trace(trace) as opened:
        head, events = opened.head, list(opened)
    paths = [trace.with_name(f"{name}.jsonl") for name in ("a", "b")]
    for path in paths:
        writer = JsonLines(path, head)
        for number in range(MILLION):
            event = events[number % len(events)]
            other = number == CHANGED and path == paths[1]
            writer.emit(number, *event[1:6], event.a + other, event.b)
        writer.close(End(MILLION, "limit", "", MILLION))
    if suffix == ".jsonl.gz":
        for path in paths:
            packed = gzip.compress(path.read_bytes(), 6)
            path.with_suffix(suffix).write_bytes(packed)
        paths = [path.with_suffix(suffix) for path in paths]

    begun = time.perf_counter()
    found = compare(paths[0], paths[1], NOTHING)
    took = time.perf_counter() - begun

    assert found.same == CHANGED
    assert took < 5, f"took {took:.2f} s"


def test_what_cannot_be_left_out_is_refused() -> None:
    with pytest.raises(TraceError, match="no field or kind colour"):
        Ignore(("colour",))
