"""Windows and runs, from events."""

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
