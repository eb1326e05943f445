"""Windows and runs, from events."""

import vpok
from vpok.config import loads
from vpok.events import EventKind
from vpok.testing import Cause, Guest, call, make_world, windows, work
from vpok.trace.timeline import Point, Span, Timeline


def test_windows_and_runs_are_spans() -> None:
    world = make_world(
        [Guest([(work(19), call(Cause.SLEEP, 1500))]), Guest([()])],
        windows((0, 0, 500), (1, 500, 300), frame=1000),
    )
    timeline = Timeline()
    listeners = world.system._listeners
    assert listeners is not None
    listeners.sinks.append(timeline)

    world.system.run(until=1200)
    seen = timeline.between(0, 1200)

    assert seen.windows == [
        Span(0, 0, 500, 0),
        Span(0, 500, 800, 1),
        Span(0, 1000, 1200, 0),
    ]
    assert seen.runs == [
        Span(0, 0, 200, 0, 0),
        Span(0, 500, 800, 1, 0),
    ]


def test_what_is_under_way_ends_with_the_run() -> None:
    world = make_world([Guest([()])], windows((0, 0, 500), frame=500))
    timeline = Timeline()
    listeners = world.system._listeners
    assert listeners is not None
    listeners.sinks.append(timeline)
    world.system.run(until=120)

    seen = timeline.between(0, 120)

    assert seen.windows == [Span(0, 0, 120, 0)]
    assert seen.runs == [Span(0, 0, 120, 0, 0)]


TASKS = """\
partitions:
  - name: a
    tasks:
      - {name: hi, period: 10ms, offset: 1ms, execution: 1ms}
      - {name: lo, period: 20ms, execution: 3ms}
kernel:
  scheduler:
    major_frame: 10ms
    windows:
      - {partition: a, start: 0, duration: 3ms}
"""


def test_jobs_are_spans_that_end_with_the_window() -> None:
    timeline = Timeline()
    with vpok.build(loads(TASKS, ".").spec, sinks=[timeline]) as system:
        system.run("12ms")
    seen = timeline.between(0, 12_000_000)

    assert [
        (span.task, span.start // 1_000_000, span.end // 1_000_000)
        for span in seen.jobs
    ] == [(1, 0, 1), (0, 1, 2), (1, 2, 3), (1, 10, 11), (0, 11, 12)]


def test_a_part_is_cut_and_the_timeline_goes_on() -> None:
    timeline = Timeline()
    with vpok.build(loads(TASKS, ".").spec, sinks=[timeline]) as system:
        system.run("2ms")
        early = timeline.between(0, 2_000_000)
        system.run("12ms")

    assert timeline.between(0, 2_000_000) == early
    part = timeline.between(500_000, 2_500_000)
    assert [(span.start, span.end) for span in part.windows] == [
        (500_000, 2_500_000)
    ]
    assert [(span.task, span.start, span.end) for span in part.jobs] == [
        (1, 500_000, 1_000_000),
        (0, 1_000_000, 2_000_000),
        (1, 2_000_000, 2_500_000),
    ]


def tell(timeline: Timeline, time: int, kind: EventKind, *ab: int) -> None:
    timeline.emit(time, kind, 0, 1, 2, -1, *ab)


def test_handlers_nest_and_end_with_a_restart() -> None:
    timeline = Timeline()
    tell(timeline, 5, EventKind.IRQ_RAISE, 3, 1)
    tell(timeline, 10, EventKind.IRQ_DELIVER, 3, 5)
    tell(timeline, 20, EventKind.IRQ_DELIVER, 4, 0)
    tell(timeline, 30, EventKind.IRQ_COMPLETE, 4, 1)
    tell(timeline, 40, EventKind.MODE, 2, 0)
    tell(timeline, 50, EventKind.IRQ_DELIVER, 3, 0)

    seen = timeline.between(0, 60)
    assert [(h.number, h.start, h.end) for h in seen.handlers] == [
        (4, 20, 30),
        (3, 10, 40),
        (3, 50, 60),
    ]
    assert seen.points == [Point(5, EventKind.IRQ_RAISE, 1, 2, -1, 3, 1)]


def test_a_deadline_of_one_that_waits_ends_no_span() -> None:
    text = TASKS.replace("period: 20ms", "period: 20ms, priority: 1")
    text = text.replace(
        "execution: 1ms", "execution: 1ms, deadline: 1ms, on_miss: abort"
    )
    timeline = Timeline()
    with vpok.build(loads(text, ".").spec, sinks=[timeline]) as system:
        system.run("3ms")

    assert timeline.between(0, 3_000_000).jobs == [
        Span(0, 0, 3_000_000, 0, 0, 1)
    ]
