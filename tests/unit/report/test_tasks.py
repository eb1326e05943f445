"""Modelled tasks, supplies and frames in a result."""

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import vpok
from vpok.config import loads
from vpok.engines.model.responses import Responses, coarse
from vpok.report import dataframes
from vpok.report.rows import RunResult
from vpok.report.summary import as_json, summary
from vpok.report.tasks import response
from vpok.spec.model import PlanSpec, ScheduleSpec

MS = 1_000_000

TEXT = """\
target: {nb_processors_number: 2}
partitions:
  - name: control
    processor_affinity: [0]
    vcpus:
      count: 2
      policy: server
      each: [{budget: 2ms, period: 10ms}, {budget: 1ms, period: 4ms}]
    tasks:
      - {name: loop, period: 10ms, execution: 2ms}
      - {name: long, period: 10ms, execution: 3ms, vcpu: 1, on_miss: abort}
  - name: wide
    global: true
    tasks:
      - {name: fast, period: 15ms, execution: 1ms}
kernel:
  scheduler:
    major_frame: 20ms
    windows:
      - {partition: control, start: 0, duration: 12ms}
      - {partition: wide, start: 12ms, duration: 8ms}
"""


@pytest.fixture
def result() -> RunResult:
    spec = loads(TEXT, ".").spec
    with vpok.build(spec) as system:
        return system.run("50ms")


def test_a_row_tells_what_became_of_a_tasks_jobs(result: RunResult) -> None:
    loop, long = result.partitions[0].tasks

    assert (loop.released, loop.done, loop.missed) == (5, 5, 0)
    assert loop.vcpu == 0
    assert long.done + long.aborted == 5
    assert long.missed == long.aborted == len(long.misses) > 0
    assert all(miss.deadline == 10 * MS * miss.job for miss in long.misses)
    fast = result.partitions[1].tasks[0]
    assert fast.vcpu is None
    assert (fast.released, fast.done) == (4, 3)
    assert (fast.pending, fast.overdue) == (1, 0)


def test_jobs_that_are_late_already_are_overdue() -> None:
    text = TEXT.replace(
        "period: 15ms, execution: 1ms", "period: 9ms, execution: 30ms"
    )
    with vpok.build(loads(text, ".").spec) as system:
        result = system.run("40ms")

    task = result.partitions[1].tasks[0]
    assert (task.done, task.missed) == (0, 0)
    assert (task.pending, task.overdue) == (5, 4)


def test_responses_are_summed_up(result: RunResult) -> None:
    fast = result.partitions[1].tasks[0].response

    # They come at 0, 15 and 30 ms; windows are [12, 20) and [32, 40) ms.
    assert fast is not None
    assert (fast.minimum, fast.maximum) == (1 * MS, 13 * MS)
    assert (fast.p50, fast.p99) == (3 * MS, 13 * MS)
    assert fast.mean == 5_666_666
    assert fast.exact


def test_percentiles_of_classes_are_never_beyond_the_greatest() -> None:
    responses = Responses()
    for time in range(1, 10_001):
        responses.add(time * 1000, 0)

    row = response(responses)

    assert row is not None
    assert not row.exact
    assert (row.minimum, row.maximum) == (1000, 10_000_000)
    assert row.mean == 5_000_500
    assert 5_000_000 <= row.p50 <= coarse(5_000_000)
    assert 9_900_000 <= row.p99 <= min(coarse(9_900_000), row.maximum)


def test_a_task_without_a_finished_job_has_no_responses() -> None:
    assert response(Responses()) is None


def test_supplies_are_windows_and_budgets(result: RunResult) -> None:
    control, wide = result.partitions

    assert control.supply == (12 + 12 + 10) * MS
    assert wide.supply == 2 * (8 + 8) * MS
    first, second = control.vcpus
    assert (first.supply, first.supplied_by) == (10 * MS, "budget")
    # Twelve periods, and the whole budget of the last one.
    assert second.supply == 13 * MS
    assert (wide.vcpus[1].supply, wide.vcpus[1].supplied_by) == (
        16 * MS,
        "windows",
    )
    assert first.utilisation == first.running / result.end
    assert control.utilisation == pytest.approx(
        first.utilisation + second.utilisation
    )


def test_each_plan_supplies_while_it_is_in_force() -> None:
    spec = loads(TEXT, ".").spec
    first, second = spec.schedule.windows
    usual = PlanSpec("usual", 20 * MS, (first, second))
    other = PlanSpec("other", 8 * MS, (replace(first, duration=3 * MS),))
    schedule = ScheduleSpec(20 * MS, plans=(usual, other))
    with vpok.build(replace(spec, schedule=schedule)) as system:
        system.run("25ms")
        system.request_plan("other")
        before = system.run("40ms").partitions
        during = system.run("57ms").partitions
        system.request_plan("usual")
        after = system.run("70ms").partitions

    # Frames begin at 0, 20 and 64 ms; of the other plan at 40, 48, 56 ms.
    assert [row.supply for row in before] == [24 * MS, 32 * MS]
    assert [row.supply for row in during] == [31 * MS, 32 * MS]
    assert [row.supply for row in after] == [39 * MS, 32 * MS]
    assert after[1].vcpus[0].supply == 16 * MS


def test_the_summary_counts_jobs_instead_of_instructions(
    result: RunResult,
) -> None:
    text = summary(replace(result, host_seconds=0.5))

    assert "jobs in 0.50 s on model (exact): " in text
    assert "MIPS" not in text
    assert "syscalls" not in text
    assert "first miss" in text
    assert "response min" in text
    assert "migrated" not in text
    assert "control       0        20.0%  10.00 ms  100.0%  budget" in text


def test_json_has_the_misses(result: RunResult) -> None:
    report = as_json(result)

    long = report["partitions"][0]["tasks"][1]
    assert long["misses"][0]["deadline"] % (10 * MS) == 0
    assert report["jobs"] == result.jobs


def test_a_mixed_system_names_both_engines() -> None:
    demo = Path(vpok.__file__).parent / "demo" / "config.yaml"
    spec = vpok.load(demo).spec
    model = loads(TEXT, ".").spec.partitions[1]
    mixed = replace(model, processors=(0,), vcpus=spec.partitions[0].vcpus)
    windows = tuple(
        replace(loads(TEXT, ".").spec.schedule.windows[0], partition=index)
        for index in (0, len(spec.partitions))
    )
    schedule = replace(
        spec.schedule,
        slots=(),
        windows=(windows[0], replace(windows[1], start=20 * MS)),
    )
    both = replace(
        spec, partitions=(*spec.partitions, mixed), schedule=schedule
    )

    with vpok.build(both) as system:
        result = system.run("100ms")

    assert result.engine.endswith(", model (exact)")
    assert "instructions and " in summary(result)


# --- frames -------------------------------------------------------------------


class Frame:
    """Stands for a DataFrame."""

    def __init__(
        self, table: dict[str, list[Any]], schema_overrides: object
    ) -> None:
        self.table = table


@pytest.fixture
def polars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let polars be there, and pandas not."""
    module = ModuleType("polars")
    module.DataFrame = Frame  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "polars", module)
    monkeypatch.setattr(
        dataframes,
        "find_spec",
        lambda name: module if name == "polars" else None,
    )


@pytest.mark.usefixtures("polars")
def test_frames_have_a_column_per_field(result: RunResult) -> None:
    tasks = result.tasks_frame().table

    assert tasks["partition"] == ["control", "control", "wide"]
    assert tasks["name"] == ["loop", "long", "fast"]
    assert tasks["response_maximum"][2] == 13 * MS
    assert len(result.vcpus_frame().table["running"]) == 4
    assert result.partitions_frame().table["name"] == ["control", "wide"]
    assert result.processors_frame("polars").table["number"] == [0, 1]
    misses = result.misses_frame().table
    assert set(misses["task"]) == {"long"}
    assert misses["deadline"] == [10 * MS * job for job in misses["job"]]


@pytest.mark.usefixtures("polars")
def test_frames_of_nothing_have_columns_all_the_same(
    result: RunResult,
) -> None:
    empty = replace(result, partitions=())

    assert empty.tasks_frame().table["response_p99"] == []


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_real_frames_have_the_same_columns_when_they_are_empty(
    library: str, result: RunResult
) -> None:
    pytest.importorskip(library)
    rows = result.partitions
    untold = tuple(
        replace(row, tasks=tuple(replace(t, misses=()) for t in row.tasks))
        for row in rows
    )
    calm, nobody = (replace(result, partitions=p) for p in (untold, ()))

    for name in ("tasks", "misses", "vcpus", "partitions", "processors"):
        full = getattr(result, f"{name}_frame")(library)
        empty = getattr(nobody, f"{name}_frame")(library)
        assert list(full.columns) == list(empty.columns)
    misses = result.misses_frame(library)
    assert len(misses) == len(rows[0].tasks[1].misses)
    assert list(calm.misses_frame(library).dtypes) == list(misses.dtypes)
    assert (
        next(iter(misses["deadline"])) == rows[0].tasks[1].misses[0].deadline
    )


@pytest.mark.usefixtures("polars")
@pytest.mark.parametrize(
    ("library", "what"),
    [
        ("pandas", "frames need pandas, which is not installed"),
        ("numpy", "no frames of 'numpy': take pandas or polars"),
    ],
)
def test_frames_of_what_is_not_there_are_refused(
    library: str, what: str, result: RunResult
) -> None:
    with pytest.raises(vpok.VpokError, match=what):
        result.tasks_frame(library)


def test_in_the_flat_architecture_partitions_have_no_policy() -> None:
    text = TEXT.partition("  - name: wide")[0] + TEXT[TEXT.index("kernel:") :]
    flat = (
        text[: text.index("    major_frame")].replace("policy: server", "")
        + "    architecture: flat\n    policy: server\n"
    )
    with vpok.build(loads(flat, ".").spec) as system:
        result = system.run("10ms")

    (partition,) = result.partitions
    assert (partition.policy, partition.supply) == ("server", None)
    assert partition.vcpus[0].supply == 2 * MS
