"""The report: what listening costs per event, and making the page."""

from collections.abc import Callable
from pathlib import Path

import pytest

import vpok
from benchmarks.pairs import interleave, spread, timed
from vpok.report.html import Report
from vpok.report.rows import RunResult
from vpok.system import Loaded
from vpok.testing import RecordingSink
from vpok.trace.head import head_of

ROUNDS = 7
SYSTEMS = {
    "tasks": (
        """\
partitions:
  - name: a
    tasks:
      - {name: fast, period: 2ms, execution: {uniform: [100us, 900us]}}
      - {name: slow, period: 5ms, execution: {uniform: [500us, 1ms]}}
kernel:
  scheduler:
    windows:
      - {partition: a, start: 0, duration: 8ms}
    major_frame: 10ms
""",
        "20s",
    ),
    "pingpong": ("examples/pingpong/x86-64.yaml", "250ms"),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_listening_and_the_page(
    name: str, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """Against the same run with nobody listening."""
    text, until = SYSTEMS[name]
    config = Path(text)
    if "\n" in text:
        config = tmp_path / "config.yaml"
        config.write_text(text)
    loaded = vpok.load(config)
    heard = RecordingSink()
    with loaded.build(sinks=[heard]) as system:
        system.run(until)
    events = len(heard.events)

    pair = interleave(
        lambda: timed(lambda: listen(loaded, until), events),
        lambda: timed(lambda: alone(loaded, until), events),
        ROUNDS,
    )
    listener, result = listen(loaded, until)
    made = spread([timed(lambda: page(listener, result), 1) for _ in range(3)])

    report(
        f"report, {name}: {events} events, with {pair.ours.show(1e6)} us per "
        f"event, without {pair.other.show(1e6)}"
    )
    report(
        f"report, {name}: page made in {made.show(1e3, 0)} ms, "
        f"{len(page(listener, result)) / 1e6:.2f} MB"
    )


def listen(loaded: Loaded, until: str) -> tuple[Report, RunResult]:
    listener = Report(head_of(loaded.spec))
    with loaded.build(sinks=[listener]) as system:
        return listener, system.run(until)


def alone(loaded: Loaded, until: str) -> None:
    with loaded.build() as system:
        system.run(until)


def page(listener: Report, result: RunResult) -> str:
    return listener.html(result)
