"""Results that are counted from events, beside those of the kernel."""

from dataclasses import replace
from pathlib import Path

import pytest

import vpok
from tests.browser.reports import LATE
from vpok.report.html import Report
from vpok.report.html.counts import response
from vpok.report.html.tables import tables
from vpok.report.interrupts import describe
from vpok.report.rows import RunResult
from vpok.trace.head import head_of

ROOT = Path(__file__).parent.parent.parent.parent.parent
SYSTEMS = {
    "demo": (ROOT / "src/vpok/demo/config.yaml", "1s"),
    "minikernel": (ROOT / "examples/minikernel/x86-64.yaml", "20ms"),
    "pingpong": (ROOT / "examples/pingpong/x86-64.yaml", "5ms"),
    "storm": (ROOT / "examples/storm/x86-64.yaml", "20ms"),
}


def known(result: RunResult) -> RunResult:
    """Leave out what events do not tell."""
    return replace(
        result,
        engine="",
        host_seconds=0.0,
        processors=tuple(replace(row, slack=0) for row in result.processors),
        partitions=tuple(
            replace(
                row,
                instructions=0,
                processors=(),
                utilisation=0.0,
                supply=None,
                vcpus=tuple(
                    replace(
                        vcpu,
                        id=-1,
                        utilisation=0.0,
                        supply=None,
                        supplied_by="",
                    )
                    for vcpu in row.vcpus
                ),
                tasks=tuple(
                    replace(
                        task,
                        vcpu=None,
                        released=0,
                        pending=0,
                        overdue=0,
                        executed=0,
                        worst_arrival=None,
                    )
                    for task in row.tasks
                ),
            )
            for row in result.partitions
        ),
    )


def both(path: Path, until: str) -> tuple[RunResult, RunResult]:
    """Run a system; return its result, and that of its events."""
    loaded = vpok.load(path)
    report = Report(head_of(loaded.spec))
    with loaded.build(sinks=[report], digest=True) as system:
        result = system.run(until)
        heard = report._counts.latencies
        result = describe(result, loaded.spec.interrupts, heard)
    digest = result.digest or ""
    counted = report.counted(result.end, result.reason, digest)
    counted = describe(counted, loaded.spec.interrupts, heard)
    return known(result), counted


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_events_tell_what_the_kernel_counts(name: str) -> None:
    result, counted = both(*SYSTEMS[name])

    assert counted == result


def test_and_what_became_of_jobs(tmp_path: Path) -> None:
    config = tmp_path / "control.yaml"
    config.write_text(LATE)

    result, counted = both(config, "1s")

    assert counted == result
    assert counted.partitions[0].tasks[1].missed > 0


def test_tables_leave_out_what_nobody_knows(tmp_path: Path) -> None:
    config = tmp_path / "control.yaml"
    config.write_text(LATE)
    _, counted = both(config, "100ms")

    found = {each["title"]: each["columns"] for each in tables(counted)}

    assert "Supply" not in found
    assert ">slack" not in found["Processors"]
    assert found["Jobs"][:3] == ["<partition", "<task", ">done"]
    assert "Supply" in {
        each["title"] for each in tables(replace(counted, engine="x"))
    }


def test_response_times_are_summarised() -> None:
    assert response({}) is None
    row = response({10: 98, 20: 1, 30: 1})
    assert row is not None
    assert (row.minimum, row.mean, row.p50) == (10, 10, 10)
    assert (row.p99, row.maximum) == (20, 30)
