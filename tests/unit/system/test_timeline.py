"""`result.timeline()`: from a system to its picture."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import vpok
from vpok.config import loads
from vpok.report.lanes import MISS, RAISE, Bar
from vpok.report.summary import as_json
from vpok.units import NS_PER_MS

TASKS = """\
partitions:
  - name: a
    tasks:
      - {name: hi, priority: 2, period: 10ms, offset: 1ms, execution: 1ms}
      - {name: lo, priority: 1, period: 20ms, execution: 3ms, deadline: 4ms}
  - name: b
    vcpus: {count: 2, policy: round-robin}
    tasks:
      - {name: x, vcpu: 1, period: 10ms, execution: 1ms}
kernel:
  scheduler:
    major_frame: 10ms
    windows:
      - {partition: a, start: 0, duration: 3ms}
      - {partition: b, start: 5ms, duration: 2ms}
"""
MS = NS_PER_MS
EXAMPLES = Path(__file__).parents[3] / "examples"


def run(
    until: str, *, timeline: bool = False, digest: bool = False
) -> vpok.RunResult:
    spec = loads(TASKS, ".").spec
    with vpok.build(spec, timeline=timeline, digest=digest) as system:
        return system.run(until)


def test_lanes_have_windows_runs_and_jobs() -> None:
    drawing = run("20ms", timeline=True).timeline()

    (processor,) = drawing.processors
    assert list(processor.ground) == [
        *(Bar(0, 3 * MS, 0), Bar(5 * MS, 7 * MS, 1)),
        *(Bar(10 * MS, 13 * MS, 0), Bar(15 * MS, 17 * MS, 1)),
    ]
    labels = [lane.label for lane in drawing.lanes]
    assert labels == ["a", "hi", "lo", "b/0", "b/1", "x"]
    assert list(drawing.lanes[1].bars) == [
        *(Bar(1 * MS, 2 * MS, 0), Bar(11 * MS, 12 * MS, 0))
    ]
    assert list(drawing.lanes[3].bars) == []
    assert [bar.owner for bar in drawing.lanes[4].bars] == [1, 1]
    (miss,) = drawing.lanes[2].marks
    assert (miss.time, miss.sort) == (11 * MS, MISS)
    assert miss.what == "lo, job 1, was to end by 4.000 ms"


def test_it_is_text_svg_and_html(capsys: pytest.CaptureFixture[str]) -> None:
    drawing = run("20ms", timeline=True).timeline("1ms", "12ms")

    drawing.show()
    text = capsys.readouterr().out
    assert text == str(drawing)
    assert [line.split()[0] for line in text.splitlines()] == [
        *("ms", "a", "hi", "lo", "b/0", "b/1", "x")
    ]
    assert text.count("x") == 2  # the task, and the deadline missed
    assert max(map(len, text.splitlines())) <= 80
    ET.fromstring(drawing.svg())
    assert drawing._repr_svg_() == drawing.svg()
    assert "<svg" in drawing._repr_html_()
    assert (
        drawing.svg() == run("20ms", timeline=True).timeline(MS, 12 * MS).svg()
    )


def test_a_result_keeps_its_end_when_the_system_goes_on() -> None:
    with vpok.build(loads(TASKS, ".").spec, timeline=True) as system:
        early = system.run("12ms")
        drawn = early.timeline()
        late = system.run("40ms")

    assert drawn.end == 12 * MS
    assert early.timeline() == drawn
    assert late.timeline().end == 40 * MS


def test_drawing_changes_nothing() -> None:
    with_it = run("40ms", timeline=True, digest=True)
    without = run("40ms", digest=True)

    assert with_it.digest == without.digest
    mine, other = as_json(with_it), as_json(without)
    for name in ("host_seconds", "mips"):
        del mine[name], other[name]
    assert mine == other


def test_without_a_timeline_it_says_what_to_do() -> None:
    with pytest.raises(vpok.VpokError, match="build the system with timelin"):
        run("20ms").timeline()


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("5ms", "5ms", "shows nothing"),
        ("soon", None, "no instant 'soon'"),
        (0, "-1ms", "no instant"),
    ],
)
def test_a_mistake_is_told(
    start: int | str, end: str | None, why: str
) -> None:
    with pytest.raises(vpok.VpokError, match=why):
        run("20ms", timeline=True).timeline(start, end)


@pytest.mark.slow
def test_interrupts_of_a_guest_are_drawn() -> None:
    loaded = vpok.load(EXAMPLES / "minikernel" / "x86-64.yaml")
    with loaded.build(timeline=True) as system:
        result = system.run("5ms")
    (row,) = result.partitions[0].vcpus

    drawing = result.timeline()
    lane = next(x for x in drawing.lanes if x.label == "interrupts")
    assert len(lane.marks) == sum(irq.raised for irq in row.interrupts)
    assert len(lane.bars) == sum(irq.delivered for irq in row.interrupts)
    assert {mark.sort for mark in lane.marks} == {RAISE}
    assert "interrupts" not in str(drawing)
