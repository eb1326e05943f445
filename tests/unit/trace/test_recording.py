"""What is recorded of a run: chosen parts, the last stretch, failures."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

import vpok
from tests.unit.trace.perfetto_reader import read
from vpok.events import EventKind
from vpok.trace import parquet, ring
from vpok.trace.choose import Chosen
from vpok.trace.files import open_trace
from vpok.trace.head import Head, PartitionHead
from vpok.trace.jsonl import TraceError
from vpok.trace.record import End, Event

DEMO = Path(vpok.__file__).parent / "demo" / "config.yaml"
PART = PartitionHead("p", "pok", 1, "null", 1)
HEAD = Head("s", 1, 1, 0, (PART, PART))
FAULT_AT = 730_008_215  # a thread of the display divides by zero
MS = 1_000_000


def run(*traces: Any, until: str | None = None) -> vpok.RunResult:
    with vpok.load(DEMO).build(traces=traces, digest=True) as system:
        system.run(until)
        return system.finish()


def events(path: Path) -> list[Event]:
    with open_trace(path) as trace:
        return list(trace)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    path = tmp_path_factory.mktemp("whole") / "t.jsonl"
    run(path)
    return events(path)


# --- a choice ------------------------------------------------------------------


def test_kinds_are_chosen(tmp_path: Path, whole: list[Event]) -> None:
    path = tmp_path / "t.jsonl"
    kinds: list[str | EventKind] = ["port_send", EventKind.CONSOLE]
    run(vpok.Recording(path, kinds=kinds))

    wanted = (EventKind.PORT_SEND, EventKind.CONSOLE)
    assert events(path) == [e for e in whole if e.kind in wanted]


def test_a_partition_is_chosen_with_what_takes_its_processor(
    tmp_path: Path, whole: list[Event]
) -> None:
    """The autopilot's (1) switches, and the flushes of its ports (2 to 4)."""
    path = tmp_path / "t.jsonl"
    run(vpok.Recording(path, partitions=["autopilot"]))

    found = events(path)
    assert [e for e in found if e.partition == 1] == [
        e for e in whole if e.partition == 1
    ]
    others = {EventKind(e.kind) for e in found if e.partition in (0, 2)}
    assert others == {EventKind.PORT_FLUSH}
    flushes = [e for e in found if e.kind == EventKind.PORT_FLUSH]
    assert {(e.a, e.b) for e in flushes} == {(0, 2), (3, 1), (4, 5)}
    with open_trace(path) as trace:
        assert trace.head.only_partitions == (1,)


def test_a_switch_to_somebody_else_ends_a_run_that_was_chosen() -> None:
    told: list[tuple[int, int]] = []

    class Target:
        path = Path("t")
        head = HEAD

        def emit(self, time: int, kind: int, pcpu: int, *rest: int) -> None:
            told.append((time, rest[0]))

    chosen = Chosen(Target(), {0}, set())  # type: ignore[arg-type]
    for time, partition in enumerate([1, 0, 1, 1, -1, 1, 0]):
        chosen.emit(time, int(EventKind.SWITCH), 0, partition, 0, -1, 0, 0)

    assert told == [(1, 0), (2, 1), (4, -1), (6, 0)]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"partitions": ["x"]}, "no partition 'x' to be recorded: take sens"),
        ({"kinds": ["x"]}, "no event 'x' to be recorded: take frame, window"),
    ],
)
def test_unknown_choices_are_refused(
    wanted: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(TraceError, match=message):
        run(vpok.Recording(tmp_path / "t.jsonl", **wanted))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ("t.jsonl", "is there twice"),
        ("../{}/t.jsonl", "is there twice"),
        ("t.txt", "no format of traces"),
    ],
)
def test_what_is_refused_overwrites_nothing(
    other: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("kept")
    with pytest.raises(TraceError, match=message):
        run(path, tmp_path / other.format(tmp_path.name))
    assert path.read_text() == "kept"


# --- the last stretch ------------------------------------------------------------


def test_the_ring_is_written_when_the_health_monitor_fires(
    tmp_path: Path, whole: list[Event]
) -> None:
    path = tmp_path / "t.jsonl"
    run(vpok.Recording(path, last="20ms"))

    start = FAULT_AT - 20 * MS
    found = events(path)
    assert [e for e in found if e.time >= start] == [
        e for e in whole if start <= e.time <= FAULT_AT
    ]
    with open_trace(path) as trace:
        list(trace)
        assert trace.end == End(FAULT_AT, ring.FIRED, "", len(found))


def test_what_is_older_is_what_was_still_so(
    tmp_path: Path, whole: list[Event]
) -> None:
    path = tmp_path / "t.jsonl"
    run(vpok.Recording(path, last="1ms"))

    start = FAULT_AT - MS
    older = [e for e in events(path) if e.time < start]
    states = [e for e in older if e.kind == EventKind.RUNSTATE]
    windows = [e for e in older if e.kind == EventKind.WINDOW_OPEN]
    assert older == sorted(older, key=whole.index)
    assert sorted(e.partition for e in states) == [0, 1, 2]
    assert [e.partition for e in windows] == [1]  # until 730 ms
    sent = [e for e in older if e.kind == EventKind.PORT_SEND]
    assert {e.a for e in sent} <= {0, 3, 4}


def test_without_an_error_the_end_is_kept(
    tmp_path: Path, whole: list[Event]
) -> None:
    path = tmp_path / "t.jsonl"
    run(vpok.Recording(path, last=10 * MS), until="400ms")

    found = [e for e in events(path) if e.time >= 390 * MS]
    assert found == [e for e in whole if 390 * MS <= e.time < 400 * MS]


def test_a_ring_holds_no_more_than_so_many_events(
    tmp_path: Path, whole: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "MOST", 50)
    path = tmp_path / "t.jsonl"
    run(vpok.Recording(path, last="1h"), until="400ms")

    before = [e for e in whole if e.time < 400 * MS]
    assert events(path)[-50:] == before[-50:]
    assert len(events(path)) < 80


def test_a_ring_for_perfetto_has_whole_slices(tmp_path: Path) -> None:
    path = tmp_path / "t.pftrace"
    run(vpok.Recording(path, last="60ms"))

    picture = read(path)
    picture.check_nesting(FAULT_AT)
    shares = picture.counters()["demo", "processor 0 utilisation"]
    assert [time for time, _ in shares] == [700_007_889]  # a frame
    states = [t for t in picture.slices() if t[-1] == "runstates"]
    assert len(states) == 3


# --- failures ----------------------------------------------------------------------


SUFFIXES = [
    ".jsonl",
    ".jsonl.gz",
    ".pftrace",
    ".pftrace.gz",
    ".parquet",
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("last", [0, "20ms"])
def test_a_full_disk_changes_nothing_of_the_run(
    suffix: str, last: int | str, tmp_path: Path
) -> None:
    path = tmp_path / f"t{suffix}"
    path.symlink_to("/dev/full")
    result = run(vpok.Recording(path, last=last))

    assert result.digest == run().digest
    assert result.sink_failures == (
        f"{path}: No space left on device: the trace is not whole",
    )


def test_a_reader_that_goes_away_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    os.mkfifo(path)

    def read_a_little() -> None:
        with path.open("rb") as file:
            file.read(10)

    reader = threading.Thread(target=read_a_little)
    reader.start()
    result = run(path)
    reader.join()

    assert result.digest == run().digest
    assert result.sink_failures == (
        f"{path}: Broken pipe: the trace is not whole",
    )


def test_a_trace_that_fails_leaves_the_others_whole(
    tmp_path: Path, whole: list[Event]
) -> None:
    full = tmp_path / "full.pftrace"
    full.symlink_to("/dev/full")
    run(full, tmp_path / "t.jsonl")

    assert events(tmp_path / "t.jsonl") == whole


def test_where_there_is_no_directory_nothing_runs(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"there is no directory .*: make"):
        run(tmp_path / "none" / "t.jsonl")


def test_a_format_that_is_not_installed_names_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, parquet.__name__, None)
    with pytest.raises(TraceError, match=r"pip install 'vpok\[parquet\]'"):
        run(tmp_path / "t.parquet")


def test_groups_of_rows_are_written_as_they_come(
    tmp_path: Path, whole: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP", 100)
    run(tmp_path / "t.parquet")

    assert events(tmp_path / "t.parquet") == whole
