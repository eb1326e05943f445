"""Windows and runs, from events."""

import vpok
from vpok.config import loads
from vpok.testing import Cause, Guest, call, make_world, windows, work
from vpok.trace.timeline import Span, Timeline


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
    timeline.finish(1200)

    assert timeline.windows == [
        Span(0, 0, 500, 0),
        Span(0, 500, 800, 1),
        Span(0, 1000, 1200, 0),
    ]
    assert timeline.runs == [
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

    timeline.finish(120)

    assert timeline.windows == [Span(0, 0, 120, 0)]
    assert timeline.runs == [Span(0, 0, 120, 0, 0)]


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
    timeline.finish(12_000_000)

    assert [
        (span.task, span.start // 1_000_000, span.end // 1_000_000)
        for span in timeline.jobs
    ] == [(1, 0, 1), (0, 1, 2), (1, 2, 3), (1, 10, 11), (0, 11, 12)]


def test_a_deadline_of_one_that_waits_ends_no_span() -> None:
    text = TASKS.replace("period: 20ms", "period: 20ms, priority: 1")
    text = text.replace(
        "execution: 1ms", "execution: 1ms, deadline: 1ms, on_miss: abort"
    )
    timeline = Timeline()
    with vpok.build(loads(text, ".").spec, sinks=[timeline]) as system:
        system.run("3ms")
    timeline.finish(3_000_000)

    assert timeline.jobs == [Span(0, 0, 3_000_000, 0, 0, 1)]
