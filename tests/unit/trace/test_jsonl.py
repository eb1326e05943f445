"""Traces as JSON lines and as Parquet: what is written can be read."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vpok
from vpok.events import EventKind
from vpok.trace.files import convert, make_writer, open_trace
from vpok.trace.head import Head, PartitionHead
from vpok.trace.jsonl import TraceError
from vpok.trace.record import End, Event

DEMO = Path(vpok.__file__).parent / "demo" / "config.yaml"
HEAD = Head("s", 1, 1, 0, (PartitionHead("p", "pok", 1, "null", 1),))
END = End(2**62 - 1, "limit", "", 0)
FORMATS = [".jsonl", ".jsonl.gz", ".parquet"]
# Kinds whose a and b may be anything.
FREE = [EventKind.SYSCALL, EventKind.FAULT, EventKind.ERROR, EventKind.THREAD]
TIMES = st.integers(0, 2**62 - 1)
NUMBERS = st.integers(-1, 2**31 - 1)
WIDE = st.integers(-(2**63), 2**63 - 1)


def events() -> st.SearchStrategy[Event]:
    plain = st.tuples(
        TIMES,
        st.sampled_from(FREE).map(int),
        *[st.just(0)] * 3,
        NUMBERS,
        WIDE,
        WIDE,
    ).map(lambda t: Event(*t))
    printed = st.tuples(TIMES, st.binary(max_size=20)).map(
        lambda t: Event(
            t[0], int(EventKind.CONSOLE), 0, 0, 0, -1, len(t[1]), 0, t[1]
        )
    )
    return plain | printed


def write(path: Path, told: list[Event]) -> None:
    writer = make_writer(path, HEAD)
    for event in told:
        if event.kind == EventKind.CONSOLE:
            writer.console(
                event.time,
                event.pcpu,
                event.partition,
                event.vcpu,
                event.text,
            )
        else:
            writer.emit(*event[:8])
    writer.close(END)


@pytest.fixture(params=FORMATS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"t{request.param}"


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=30)
@given(told=st.lists(events(), max_size=30).map(sorted))
def test_what_is_written_is_read(
    suffix: str, told: list[Event], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any bytes of a console, too."""
    path = tmp_path_factory.getbasetemp() / f"drawn{suffix}"
    write(path, told)

    with open_trace(path) as trace:
        assert trace.head == HEAD
        assert list(trace) == told
        assert trace.end == END._replace(events=len(told))


def test_a_run_is_the_same_in_all_formats(tmp_path: Path) -> None:
    paths = [tmp_path / f"t{suffix}" for suffix in FORMATS]
    with vpok.load(DEMO).build(traces=paths, digest=True) as system:
        result = system.run("400ms")

    found = []
    for path in paths:
        with open_trace(path) as trace:
            found.append((trace.head, list(trace), trace.end))
    assert found[0] == found[1] == found[2]
    assert found[0][2] == (result.end, "limit", result.digest, 426)


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    names = ["a.jsonl.gz", "a.pftrace.gz", "a.pftrace", "a.parquet"]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        paths = [tmp_path / folder / name for name in names]
        with vpok.load(DEMO).build(traces=paths) as system:
            system.run("100ms")

    for name in names:
        one = (tmp_path / "one" / name).read_bytes()
        assert one == (tmp_path / "two" / name).read_bytes()


def test_a_conversion_loses_nothing(tmp_path: Path) -> None:
    told = [Event(n, 1, 0, -1, -1, -1, n, 0) for n in range(5000)]
    write(tmp_path / "a.parquet", told)
    convert(tmp_path / "a.parquet", tmp_path / "b.jsonl")

    with open_trace(tmp_path / "b.jsonl") as trace:
        assert list(trace) == told


# --- what is no trace ----------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(TraceError) as caught, open_trace(path) as trace:
        list(trace)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert "\n" not in text
    return text.removeprefix(str(path))


def test_an_empty_file_is_refused(path: Path) -> None:
    path.touch()

    assert refusal(path) == ": empty: record a trace anew"


def test_a_foreign_file_is_refused(path: Path) -> None:
    path.write_bytes(b'{"this": "is json"}\n')

    assert any(
        what in refusal(path)
        for what in ("no trace of vpok", "no Parquet", "damaged")
    )


def test_a_file_that_is_not_there_is_refused(path: Path) -> None:
    assert refusal(path) == ": No such file or directory"


def test_a_truncated_file_is_refused_wherever_it_was_cut(path: Path) -> None:
    write(path, [Event(n, 1, 0, -1, -1, -1, n, 0) for n in range(40)])
    whole = path.read_bytes()

    # Without its last newline it is still whole.
    for size in range(1, len(whole) - 1, 11):
        path.write_bytes(whole[:size])
        assert refusal(path)


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    write(path, [])
    head, end = path.read_text().splitlines()
    newer = {**json.loads(head), "vpok-trace": 2}
    path.write_text(f"{json.dumps(newer)}\n{end}\n")

    assert refusal(path) == (
        ": format 2, this vpok reads 1: read it with the vpok that wrote it"
    )


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    write(path, [Event(n, 1, 0, -1, -1, -1, n, 0) for n in range(4)])
    lines = gzip.decompress(path.read_bytes()).splitlines()
    lines[2] = b'{"time":1}'
    path.write_bytes(gzip.compress(b"\n".join(lines)))

    assert refusal(path) == (":3: no event: the file is truncated or damaged")


RAISED = Event(5, int(EventKind.IRQ_RAISE), 0, 0, 0, -1, 1, 1)
DAMAGES = [
    *({"time": 4}, {"time": -1}, {"time": "5"}, {"time": 2**70}),
    *({"processor": 1}, {"processor": -1}, {"partition": 1}),
    *({"partition": -2}, {"partition": -1}, {"vcpu": 1}, {"vcpu": -1}),
    *({"thread": 2**31}, {"thread": -2}, {"a": None}, {"a": 1.5}),
    *({"b": True}, {"b": 2**63}, {"b": []}),
    *({"kind": "port_send"}, {"kind": "port_flush"}),
    *({"kind": "runstate", "a": 4}, {"kind": "mode", "a": -1}),
    *({"kind": "irq_deliver", "b": 6}, {"kind": "job_end"}),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_numbers_that_the_system_cannot_have_are_refused(
    damage: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "t.jsonl"
    write(path, [RAISED, RAISED])
    lines = path.read_text().splitlines()
    lines[2] = json.dumps({**json.loads(lines[2]), **damage})
    path.write_text("\n".join(lines))

    assert refusal(path) == (
        ":3: an event that this system cannot have: the file is damaged"
    )


def test_numbers_in_parquet_are_looked_at_too(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write(path, [RAISED, RAISED._replace(partition=1)])

    assert refusal(path) == (
        ": event 2 is one that this system cannot have: the file is damaged"
    )


@pytest.mark.parametrize(
    "damage",
    [
        {"processors": 0},
        {"processors": "1"},
        {"processors": 65},
        {
            "partitions": [
                {
                    "name": "p",
                    "personality": "pok",
                    "vcpus": 65,
                    "policy": "null",
                    "threads": 1,
                }
            ]
        },
        {"clock": None},
        {"partitions": 7},
        {"partitions": ["p"]},
        {"plans": [1]},
        {"only_partitions": [1]},
        {"ports": [["name", "p"]]},
        {"sources": [{"name": "n"}]},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_head_of_another_shape_is_refused(
    damage: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "t.jsonl"
    write(path, [])
    head, end = path.read_text().splitlines()
    path.write_text(f"{json.dumps({**json.loads(head), **damage})}\n{end}\n")

    assert refusal(path).startswith(":1: the head is damaged: ")


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_an_end_before_the_last_event_is_refused(
    suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"t{suffix}"
    writer = make_writer(path, HEAD)
    writer.emit(*RAISED[:8])
    writer.close(End(4, "limit", "", 0))

    assert refusal(path).endswith("the end is damaged")


def test_lost_lines_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    write(path, [Event(n, 1, 0, -1, -1, -1, n, 0) for n in range(4)])
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:2] + lines[3:]))

    assert "truncated after 3 events" in refusal(path)


def test_files_for_viewers_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "t.pftrace"
    write(path, [])

    assert refusal(path).startswith(": a file for viewers: record the run")


def test_parquet_is_not_compressed_twice(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet.gz"

    assert refusal(path) == (
        ": this format is compressed as it is: leave .gz out"
    )
