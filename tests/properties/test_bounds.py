"""
No run takes longer than the analysis says, and some take as long.

Random systems through the kernel as it is: an observation above its bound is
an error, of the analysis or of the kernel.
"""

from dataclasses import replace

import pytest
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from tests.properties import modelled
from vpok.analysis import analyze
from vpok.spec.model import (
    ScheduleSpec,
    SystemSpec,
    TaskSpec,
    WindowSpec,
)

RUN = 1500  # ns; periods are up to 100
HUNDREDS = settings(max_examples=max(300, settings().max_examples))


def check(spec: SystemSpec) -> None:
    seen = modelled.observe(spec, RUN)
    for row in analyze(spec, seen):
        note(str(row))
        assert not row.breached, row


@pytest.mark.slow
@HUNDREDS
@given(modelled.in_windows())
def test_no_response_in_windows_is_above_its_bound(spec: SystemSpec) -> None:
    check(spec)


@pytest.mark.slow
@HUNDREDS
@given(modelled.servers())
def test_no_response_of_servers_is_above_its_bound(spec: SystemSpec) -> None:
    check(spec)


@pytest.mark.slow
@HUNDREDS
@given(modelled.flat())
def test_no_response_in_the_flat_architecture_is_above_its_bound(
    spec: SystemSpec,
) -> None:
    check(spec)


@pytest.mark.slow
@HUNDREDS
@given(modelled.flat_in_windows())
def test_no_response_in_windows_of_virtual_cpus_is_above_its_bound(
    spec: SystemSpec,
) -> None:
    """Its windows on several processors add up."""
    check(spec)


def test_a_queue_behind_an_equal_delays_its_urgent_task() -> None:
    """
    Two jobs of the other vCPU wait while the long task runs, until 6.

    The urgent one comes at 7 and waits for both of them, although they never
    come so close that two could be released while it waits.
    """
    own = (
        TaskSpec("urgent", 100, 100, (1,), offset=7, priority=1),
        TaskSpec("long", 100, 100, (6,)),
    )
    other = TaskSpec("other", 0, 0, (2,), kind="aperiodic", arrivals=(1, 5))
    spec = SystemSpec(
        "equals",
        (modelled.partition("p", own), modelled.partition("q", (other,))),
        ScheduleSpec(0, architecture="flat", policy="fixed-priority"),
    )
    seen = modelled.observe(spec, RUN)

    rows = analyze(spec, seen)

    assert seen["p", "urgent"] == 4
    assert rows[0].bound == 11
    assert not any(row.breached for row in rows)


# --- and they are reached -------------------------------------------------------


@st.composite
def alone_in_windows(draw: st.DrawFn) -> SystemSpec:
    """Draw punctual tasks of different priorities, due within periods."""
    frame = draw(st.sampled_from(modelled.FRAMES))
    placed = draw(modelled.windows(frame, 1, 0))
    assume(placed)
    count = draw(st.integers(1, 4))
    periods = [draw(st.sampled_from(modelled.PERIODS)) for _ in range(count)]
    tasks = [
        TaskSpec(
            f"t{place}",
            period,
            draw(st.integers(1, period)),
            (draw(st.integers(1, max(1, period // count // 2))),),
            priority=place,
        )
        for place, period in enumerate(periods)
    ]
    only = modelled.partition("p", tasks)
    schedule = ScheduleSpec(frame, windows=tuple(placed))
    return SystemSpec("drawn", (only,), schedule)


def released_at(spec: SystemSpec, instant: int) -> SystemSpec:
    """Return the same system with all first releases at an instant."""
    model = spec.partitions[0].model
    assert model is not None
    tasks = tuple(replace(task, offset=instant) for task in model.tasks)
    only = replace(spec.partitions[0], model=replace(model, tasks=tasks))
    return replace(spec, partitions=(only,))


def starts(spec: SystemSpec) -> list[int]:
    """Return the ends of windows, and 0."""
    windows = spec.schedule.windows
    return sorted({0, *(w.start + w.duration for w in windows)})


@pytest.mark.slow
@HUNDREDS
@given(alone_in_windows())
def test_a_release_at_a_windows_end_reaches_each_bound(
    spec: SystemSpec,
) -> None:
    """Fixed priority, deadlines within periods, one vCPU: exactly."""
    rows = [row for row in analyze(spec) if row.schedulable == "yes"]
    assume(rows)
    worst = {
        start: modelled.observe(released_at(spec, start), RUN)
        for start in starts(spec)
    }

    for row in rows:
        assert row.critical is not None
        at = max(0, row.critical.start)
        assert worst[at][row.partition, row.task] == row.bound
        assert row.bound == max(
            seen[row.partition, row.task] for seen in worst.values()
        )


def test_a_bound_that_is_too_low_would_be_found() -> None:
    """A run that takes as long as it may; the same one with a longer job."""
    hi = TaskSpec("hi", 20, 20, (3,), priority=1)
    lo = TaskSpec("lo", 40, 40, (6,))
    window = WindowSpec(0, 0, 10, (0,))
    spec = SystemSpec(
        "found",
        (modelled.partition("p", (hi, lo)),),
        ScheduleSpec(20, windows=(window,)),
    )
    longer = modelled.partition("p", (hi, replace(lo, execution=(7,))))
    seen = modelled.observe(released_at(spec, 10), RUN)
    wrong = modelled.observe(
        released_at(replace(spec, partitions=(longer,)), 10), RUN
    )

    assert [row.breached for row in analyze(spec, seen)] == [False, False]
    assert [row.breached for row in analyze(spec, wrong)] == [False, True]
