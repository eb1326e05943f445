"""From events to rows of the timeline."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

import vpok
from vpok.events import EventKind as K
from vpok.report.html.kinds import LOOKS, Item
from vpok.report.html.timeline import Timeline
from vpok.report.html.tracks import Track
from vpok.testing import Event, RecordingSink
from vpok.trace.head import (
    Head,
    PartitionHead,
    PortHead,
    SourceHead,
    TaskHead,
    head_of,
)

ROOT = Path(__file__).parent.parent.parent.parent.parent
SYSTEMS = {
    "demo": (ROOT / "src/vpok/demo/config.yaml", "2s"),
    "minikernel": (ROOT / "examples/minikernel/x86-64.yaml", "20ms"),
    "storm": (ROOT / "examples/storm/x86-64.yaml", "20ms"),
    "models": (ROOT / "examples/fidelity/model.yaml", "200ms"),
}
# Events that are a mark each, in the row of whoever they concern.
MARKS = {
    K.SYSCALL: Item.SYSCALL,
    K.RESULT: Item.RESULT,
    K.FAULT: Item.FAULT,
    K.VECTOR: Item.VECTOR,
    K.ERROR: Item.ERROR,
    K.MODE: Item.MODE,
    K.PORT_SEND: Item.SEND,
    K.PORT_RECEIVE: Item.RECEIVE,
    K.PORT_FLUSH: Item.ARRIVE,
    K.IRQ_RAISE: Item.RAISE,
    K.IRQ_OVERRUN: Item.OVERRUN,
    K.IRQ_DROP: Item.DROP,
    K.IRQ_LINE: Item.LINE,
    K.JOB_MISS: Item.MISS,
    K.JOB_END: Item.DONE,
    K.SHUTDOWN: Item.SHUTDOWN,
    K.PLAN: Item.PLAN,
}
HEAD = Head(
    system="s",
    processors=2,
    clock=1,
    major_frame=100,
    partitions=(
        PartitionHead("a", "pok", 1, "null", 3),
        PartitionHead(
            "b",
            "tasks",
            2,
            "null",
            1,
            (TaskHead("t", "periodic", 9, 9, 0, 0),),
        ),
        PartitionHead("c", "paravirt", 1, "null", 1),
    ),
    ports=(
        PortHead("out", "sampling", 0, "out", (1,)),
        PortHead("in", "sampling", 1, "in", ()),
        PortHead("queue", "queueing", 0, "out", (1,)),
    ),
    sources=(SourceHead("clock", 2, 0, 7),),
)

Row = tuple[int, K, int, int, int, int, int, int]


def told(events: Iterable[Row], end: int = 100) -> Timeline:
    timeline = Timeline(HEAD)
    for time, kind, *rest in events:
        timeline.event(kind, time, *rest)
    timeline.finish(end)
    return timeline


def row(timeline: Timeline, group: str, label: str) -> Track:
    [found] = [
        track
        for each in timeline.groups()
        if each.head.label == group
        for track in each.tracks()
        if track.label == label
    ]
    return found


def spans(track: Track) -> list[tuple[int, int, int]]:
    start, end, kind, *_ = track.spans
    return list(zip(start, end, kind, strict=True))


# --- by hand ----------------------------------------------------------------


def test_windows_of_two_processors_are_one_time_of_the_partition() -> None:
    timeline = told(
        [
            (10, K.WINDOW_OPEN, 0, 1, -1, -1, 0, 30),
            (20, K.WINDOW_OPEN, 1, 1, -1, -1, 1, 40),
            (30, K.WINDOW_CLOSE, 0, 1, -1, -1, 0, 0),
            (40, K.WINDOW_CLOSE, 1, 1, -1, -1, 1, 0),
        ]
    )

    assert spans(row(timeline, "b", "b")) == [(10, 40, Item.SHARE)]
    tracks = list(timeline.processors.tracks())[1:]
    assert [spans(each) for each in tracks] == [
        [],
        [(10, 30, Item.WINDOW)],
        [],
        [(20, 40, Item.WINDOW)],
    ]


def test_a_thread_runs_while_its_vcpu_does() -> None:
    timeline = told(
        [
            (5, K.RUNSTATE, 0, 0, 0, -1, 0, 0),
            (5, K.THREAD, 0, 0, 0, 1, 0, 0),
            (20, K.RUNSTATE, 0, 0, 0, -1, 1, 0),
            (50, K.RUNSTATE, 0, 0, 0, -1, 0, 0),
            (60, K.THREAD, 0, 0, 0, 2, 0, 0),
            (70, K.RUNSTATE, 0, 0, 0, -1, 2, 0),
        ]
    )

    runs = [(5, 20, Item.THREAD), (50, 60, Item.THREAD)]
    assert spans(row(timeline, "a", "thread 1")) == runs
    assert spans(row(timeline, "a", "thread 2")) == [(60, 70, Item.THREAD)]
    assert spans(row(timeline, "a", "vCPU 0")) == [
        (5, 20, Item.RUNNING),
        (20, 50, Item.RUNNABLE),
        (50, 70, Item.RUNNING),
        (70, 100, Item.BLOCKED),
    ]


def test_a_restart_forgets_what_threads_ran() -> None:
    timeline = told(
        [
            (5, K.RUNSTATE, 0, 0, 0, -1, 0, 0),
            (5, K.THREAD, 0, 0, 0, 1, 0, 0),
            (20, K.MODE, 0, 0, -1, -1, 2, 0),
            (30, K.RUNSTATE, 0, 0, 0, -1, 0, 0),
        ]
    )

    runs = [(5, 20, Item.THREAD)]
    assert spans(row(timeline, "a", "thread 1")) == runs


def test_a_job_that_is_given_up_ends_at_its_miss() -> None:
    timeline = told(
        [
            (10, K.JOB_START, 0, 1, 0, 0, 4, 8),
            (15, K.JOB_STOP, 0, 1, 0, 0, 4, 5),
            (20, K.JOB_START, 0, 1, 1, 0, 4, 8),
            (28, K.JOB_MISS, 0, 1, 1, 0, 4, 25),
        ]
    )

    track = row(timeline, "b", "t")
    assert spans(track) == [(10, 15, Item.JOB), (20, 28, Item.JOB)]
    assert list(track.spans[4]) == [4, 4]
    assert list(track.spans[5]) == [2, 12]
    for each in (track, timeline.problems):
        assert (each.marks[0][0], each.marks[1][0]) == (28, Item.MISS)
        assert (each.marks[3][0], each.marks[4][0]) == (4, 3)


def test_handlers_may_be_nested_in_each_other() -> None:
    timeline = told(
        [
            (10, K.IRQ_RAISE, 0, 2, 0, -1, 7, 1),
            (12, K.IRQ_DELIVER, 0, 2, 0, -1, 7, 2),
            (14, K.IRQ_DELIVER, 0, 2, 0, -1, 3, 0),
            (16, K.IRQ_COMPLETE, 0, 2, 0, -1, 3, 1),
            (20, K.IRQ_COMPLETE, 0, 2, 0, -1, 7, 0),
        ]
    )

    outer = row(timeline, "c", "irq 7 clock")
    assert spans(outer) == [(12, 20, Item.HANDLER)]
    assert list(outer.spans[5]) == [2]
    assert spans(row(timeline, "c", "irq 3")) == [(14, 16, Item.HANDLER)]


def test_arrows_go_from_what_was_sent_last_to_its_arrival() -> None:
    timeline = told(
        [
            (1, K.PORT_SEND, 0, 0, 0, 1, 0, 4),
            (2, K.PORT_SEND, 0, 0, 0, 1, 0, 4),  # sampling: this one counts
            (3, K.PORT_SEND, 0, 0, 0, 1, 2, 4),
            (4, K.PORT_SEND, 0, 0, 0, 1, 2, 4),  # queueing: both do
            (10, K.PORT_FLUSH, 0, 1, -1, -1, 0, 1),
            (10, K.PORT_FLUSH, 0, 1, -1, -1, 2, 1),
            (20, K.PORT_FLUSH, 0, 1, -1, -1, 0, 1),  # nothing new
            (25, K.PORT_SEND, 0, 0, 0, 1, 0, 4),
            (30, K.PORT_FLUSH, 0, 1, -1, -1, 0, 1),
        ]
    )

    assert list(zip(*timeline.messages.arrows, strict=True)) == [
        (2, 0, 10, 1),
        (3, 2, 10, 1),
        (4, 2, 10, 1),
        (25, 0, 30, 1),
    ]


def test_console_lines_have_the_time_of_their_first_character() -> None:
    timeline = Timeline(HEAD)
    timeline.console(5, 0, 0, b"he")
    timeline.console(6, 0, -1, b"kernel\n")
    timeline.console(7, 0, 0, b"llo\r\n\nopen")
    timeline.console(8, -1, -1, b"module\n")
    timeline.finish(9)

    track = row(timeline, "a", "console")
    texts = [timeline.strings.all[name] for name in track.marks[2]]
    assert list(zip(track.marks[0], texts, strict=True)) == [
        (6, "kernel"),
        (5, "hello"),
        (7, "open"),
    ]
    assert list(timeline.module.head.marks[0]) == [8]


# --- whole systems ------------------------------------------------------------


def numbers(event: Event) -> tuple[int, ...]:
    return (
        *(event.time, event.pcpu, event.partition, event.vcpu),
        *(event.thread, event.a, event.b),
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_nothing_is_lost_and_no_spans_overlap(name: str) -> None:
    path, until = SYSTEMS[name]
    loaded = vpok.load(path)
    heard = RecordingSink()
    with loaded.build(sinks=[heard]) as system:
        end = system.run(until).end
    timeline = Timeline(head_of(loaded.spec))
    for event in heard.events:
        if event.kind != K.CONSOLE:
            timeline.event(event.kind, *numbers(event))
    timeline.finish(end)

    told = Counter(event.kind for event in heard.events)
    drawn: Counter[int] = Counter()
    for group in timeline.groups():
        for track in group.tracks():
            if track is not timeline.problems:
                drawn.update(track.marks[1])
            edges = [0]
            for start, stop, _ in spans(track):
                edges += [start, stop]
            assert edges == sorted(edges)
    for kind, item in MARKS.items():
        assert drawn[item] == told[kind], kind.name
    assert set(drawn) <= set(LOOKS)
