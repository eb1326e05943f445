"""What follows from a deadline that is missed, wherever the job is."""

from collections.abc import Iterable

import vpok
from vpok.config import loads
from vpok.events import EventKind
from vpok.report.rows import TaskRow
from vpok.testing.sink import RecordingSink

MS = 1_000_000
HOG = "{name: hog, period: 1s, execution: 95ms, deadline: none, priority: %d}"
LATE = (
    "{name: late, period: 4ms, deadline: 2ms, execution: 3ms, priority: 1, "
    "on_miss: %s}"
)


def ran(
    *tasks: str,
    more: str = "",
    window: str = "5ms",
    until: int = 100,
    cuts: Iterable[int] = (),
) -> tuple[tuple[TaskRow, ...], RecordingSink]:
    """Run tasks of one partition, with a window in every 5 ms."""
    text = f"""\
partitions:
  - name: d
    {more}
    tasks: [{", ".join(tasks)}]
kernel:
  scheduler:
    major_frame: 5ms
    windows: [{{partition: d, start: 0, duration: {window}}}]
"""
    sink = RecordingSink()
    with vpok.build(loads(text, ".").spec, sinks=[sink]) as system:
        for cut in cuts:
            system.run(cut)
        result = system.run(until * MS)
    return result.partitions[0].tasks, sink


def misses(sink: RecordingSink, task: int) -> list[tuple[int, int]]:
    """Return when misses were told, and the deadlines."""
    told = sink.of(EventKind.JOB_MISS)
    return [(event.time, event.b) for event in told if event.thread == task]


def test_a_deadline_ends_a_job_that_waits() -> None:
    """Behind one of equal priority it never gets the processor."""
    tasks, sink = ran(HOG % 1, LATE % "abort")

    assert (tasks[1].released, tasks[1].aborted) == (25, 25)
    assert (tasks[1].missed, tasks[1].overdue) == (25, 0)
    assert tasks[1].pending == 0
    assert tasks[1].executed == 2 * MS  # when the hog had gone
    deadlines = [(4 * job + 2) * MS for job in range(25)]
    assert misses(sink, 1) == [(when, when) for when in deadlines]


def test_a_deadline_ends_a_job_that_was_preempted() -> None:
    urgent = "{name: u, offset: 1ms, period: 1s, execution: 9ms, priority: 2}"
    tasks, sink = ran(urgent, LATE % "abort", until=12)

    # 1 ms of the first is done at 1 ms; the second has no time at all.
    assert (tasks[1].aborted, tasks[1].preempted) == (3, 1)
    assert tasks[1].executed == MS
    assert misses(sink, 1) == [(t * MS, t * MS) for t in (2, 6, 10)]


def test_a_deadline_ends_a_job_outside_its_window() -> None:
    """That is noted when the window opens again."""
    tasks, sink = ran(LATE % "abort", window="1ms", until=20)

    assert [each.deadline // MS for each in tasks[0].misses] == [2, 6, 10, 14]
    assert misses(sink, 0) == [
        (5 * MS, 2 * MS),
        (6 * MS, 6 * MS),  # it ran up to its deadline
        (10 * MS, 10 * MS),
        (15 * MS, 14 * MS),
    ]
    assert tasks[0].preempted == 1  # the first
    assert tasks[0].executed == 2 * MS


def test_a_missed_deadline_leaves_out_the_next_job() -> None:
    tasks, _ = ran(HOG % 2, LATE % "skip")

    # Every second job comes, and misses 2 ms after it came.
    assert (tasks[1].released, tasks[1].skipped) == (25, 12)
    assert (tasks[1].pending, tasks[1].overdue) == (12, 12)


def test_a_job_that_comes_at_the_deadline_is_the_next_one() -> None:
    task = "{name: t, period: 4ms, execution: %s, on_miss: %s}"
    exact, _ = ran(task % ("4ms", "skip"), until=40)
    over, _ = ran(task % ("5ms", "skip"), until=40)
    given, _ = ran(task % ("5ms", "abort"), until=40)

    assert (exact[0].skipped, exact[0].missed, exact[0].done) == (0, 0, 10)
    assert (over[0].skipped, over[0].missed, over[0].done) == (5, 5, 5)
    assert (given[0].aborted, given[0].executed) == (10, 40 * MS)


def test_it_is_the_same_for_tasks_of_several_processors() -> None:
    for tasks in ((HOG % 2, LATE % "abort"), (HOG % 2, LATE % "skip")):
        alone, told = ran(*tasks)
        shared, sink = ran(*tasks, more="global: true")

        assert shared[1].released == alone[1].released
        assert shared[1].aborted == alone[1].aborted
        assert shared[1].skipped == alone[1].skipped
        assert misses(sink, 1) == misses(told, 1)


def test_a_deadline_wakes_nobody_whose_work_is_done() -> None:
    """A wake would show: a vCPU's deadline counts from there."""
    task = "{name: t, period: 10ms, deadline: 7ms, execution: 2ms, %s}"
    with_, sink = ran(task % "on_miss: abort", until=50)
    without, plain = ran(task % "on_miss: continue", until=50)

    assert with_[0].done == without[0].done == 5
    assert sink.events == plain.events


def test_cutting_a_run_changes_nothing() -> None:
    jitter = "{name: j, period: 3ms, jitter: 4ms, execution: 1ms, on_miss: %s}"
    for what in ("abort", "skip"):
        tasks = (HOG % 1, LATE % what, jitter % what)
        whole, told = ran(*tasks, window="3ms")
        parts, cut = ran(
            *tasks, window="3ms", cuts=range(MS // 2, 100 * MS, MS // 2)
        )

        assert parts == whole
        assert cut.events == told.events
