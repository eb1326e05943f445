"""The report in a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vpok
from tests.browser.reports import DEMO, MINIKERNEL, STARVED, late, report_of
from vpok.events import EventKind
from vpok.report.html import Report
from vpok.report.html.tracks import Track
from vpok.testing import RecordingSink
from vpok.trace.head import head_of

pytestmark = pytest.mark.slow

Opened = Callable[..., Any]
SHOWN = "() => vpok.view.to - vpok.view.from"
SELECTED = "() => document.getElementById('selection').innerText"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """Write the demo's report."""
    target = tmp_path_factory.mktemp("report") / "demo.html"
    return target, report_of(DEMO, "2s", target)


def settle(page: Any) -> None:
    """Wait until what was asked for is drawn."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame("
        "() => requestAnimationFrame(done)))"
    )


def ink(page: Any) -> int:
    """Count the colours on the canvas: a blank one has one or two."""
    found: int = page.evaluate(
        """() => {
          const canvas = document.getElementById("plot");
          const { data } = canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    return found


def test_shows_timeline_tables_configuration_and_digest(
    opened: Opened, demo: tuple[Path, Report]
) -> None:
    page = opened(demo[0])

    assert page.title() == "demo - vpok"
    rows = page.locator("#rows .name").all_inner_texts()
    assert {"processor 0", "sensors", "vCPU 0", "thread 1", "air_data"} <= (
        set(rows)
    )
    tables = page.locator("#summary h3").all_inner_texts()
    assert tables[:3] == ["Virtual CPUs", "Partitions", "Processors"]
    assert "digest " in page.inner_text("#digest")
    page.click("[data-for=configuration]")
    assert page.locator("#configuration pre").text_content() == (
        DEMO.read_text()
    )
    assert ink(page) > 20


def test_the_page_has_what_was_encoded(
    opened: Opened, demo: tuple[Path, Report]
) -> None:
    """Every span and mark, number by number."""
    path, report = demo
    wanted: list[list[list[int]]] = []
    for group in report._timeline.groups():
        wanted += [columns(track) for track in group.tracks()]

    page = opened(path)
    got = page.evaluate(
        """() => vpok.data.tracks.map(({start, end, kind, name, x, y, marks}) =>
          [start, end, kind, name, x, y,
           marks.time, marks.kind, marks.name, marks.x, marks.y]
          .map((column) => [...column]))"""
    )

    assert got == wanted
    arrows = page.evaluate("() => vpok.data.arrows.arrived.length")
    assert arrows == len(report._timeline.messages.arrows[0]) > 10


def columns(track: Track) -> list[list[int]]:
    order = sorted(range(len(track.marks[0])), key=track.marks[0].__getitem__)
    marks = [[values[at] for at in order] for values in track.marks]
    return [*(list(values) for values in track.spans), *marks]


def test_wheel_and_keys_zoom_and_pan(
    opened: Opened, demo: tuple[Path, Report]
) -> None:
    page = opened(demo[0])
    whole = page.evaluate(SHOWN)
    page.mouse.move(700, 300)

    page.mouse.wheel(0, -600)
    settle(page)
    near = page.evaluate(SHOWN)
    assert near < whole / 3

    for key, smaller in (("w", True), ("s", False), ("+", True), ("-", False)):
        before = page.evaluate(SHOWN)
        page.keyboard.press(key)
        assert (page.evaluate(SHOWN) < before) == smaller

    start = page.evaluate("() => vpok.view.from")
    page.keyboard.press("ArrowRight")
    later = page.evaluate("() => vpok.view.from")
    assert later > start
    page.keyboard.press("a")
    assert page.evaluate("() => vpok.view.from") == pytest.approx(start)

    page.mouse.down()
    page.mouse.move(500, 300, steps=4)
    page.mouse.up()
    assert page.evaluate("() => vpok.view.from") > start

    page.keyboard.press("0")
    assert page.evaluate(SHOWN) == whole


def test_the_strip_chooses_what_is_shown(
    opened: Opened, demo: tuple[Path, Report]
) -> None:
    page = opened(demo[0])
    whole = page.evaluate(SHOWN)
    page.mouse.move(500, 70)
    page.mouse.down()
    page.mouse.move(600, 70, steps=3)
    page.mouse.up()
    part = page.evaluate(SHOWN)
    assert part < whole / 8
    start = page.evaluate("() => vpok.view.from")
    page.mouse.click(900, 70)
    assert page.evaluate(SHOWN) == pytest.approx(part)
    assert page.evaluate("() => vpok.view.from") > start


def test_a_ring_begins_where_its_events_do(
    opened: Opened, tmp_path: Path
) -> None:
    loaded = vpok.load(DEMO)
    heard = RecordingSink()
    with loaded.build(sinks=[heard]) as system:
        end = system.run("1s").end
    report = Report(head_of(loaded.spec), whole=False)
    for each in heard.events:
        if each.time >= 900_000_000 and each.kind != EventKind.CONSOLE:
            who = (each.pcpu, each.partition, each.vcpu, each.thread)
            report.emit(each.time, each.kind, *who, each.a, each.b)
    target = tmp_path / "ring.html"
    result = report.counted(end, "limit", "")
    report.write(target, result)

    processor = result.processors[0]
    assert processor.busy + processor.idle == end - report.begin < 100_000_000
    page = opened(target)
    assert page.evaluate(SHOWN) < 110_000_000
    assert page.evaluate("() => vpok.view.from") > 890_000_000


def test_a_click_selects_and_the_pointer_tells(
    opened: Opened, demo: tuple[Path, Report]
) -> None:
    page = opened(demo[0])
    place = page.evaluate(
        """() => {
          const track = vpok.data.tracks.find((t) => t.label === "windows");
          const row = vpok.layout.row(track);
          const box = document.getElementById("plot").getBoundingClientRect();
          const middle = (track.start[1] + track.end[1]) / 2;
          return [box.x + vpok.view.x(middle), box.y + 26 + row.y + 10];
        }"""
    )

    page.mouse.move(*place)
    told = page.locator("#tooltip")
    assert told.is_visible()
    assert "window: autopilot" in told.inner_text()

    page.mouse.click(*place)
    settle(page)
    assert "window: autopilot" in page.evaluate(SELECTED)
    page.keyboard.press("Escape")
    settle(page)
    assert "Click an item" in page.evaluate(SELECTED)


def test_finds_text_forwards_and_backwards(
    opened: Opened, demo: tuple[Path, Report]
) -> None:
    page = opened(demo[0])
    page.keyboard.press("/")
    page.keyboard.type("stale DATA")
    assert page.inner_text("#count") == "1"
    page.keyboard.press("Enter")
    settle(page)
    assert "mode STALE DATA" in page.evaluate(SELECTED)

    page.fill("#query", "display window")
    many = int(page.inner_text("#count"))
    page.keyboard.press("Enter")
    assert page.inner_text("#count").endswith(f"/{many}")
    first = page.inner_text("#count")
    page.keyboard.press("Enter")
    assert page.inner_text("#count") != first
    page.keyboard.press("Shift+Enter")
    assert page.inner_text("#count") == first

    page.fill("#query", "no such thing")
    assert page.inner_text("#count") == "0"


def test_jumps_to_errors(opened: Opened, demo: tuple[Path, Report]) -> None:
    """One happened: the fault before it is not another."""
    page = opened(demo[0])
    assert page.inner_text("#error") == "1 error"
    page.keyboard.press("e")
    settle(page)
    assert "numeric error: handled" in page.evaluate(SELECTED)
    assert page.locator("#miss").is_disabled()


def test_jumps_to_deadline_misses(opened: Opened, tmp_path: Path) -> None:
    page = opened(late(tmp_path, "1s"))
    whole = page.evaluate(SHOWN)
    jobs = []
    for key in ("n", "n", "Shift+N"):
        page.keyboard.press(key)
        settle(page)
        text = page.evaluate(SELECTED)
        assert "deadline missed: control log" in text
        jobs.append(text)

    assert jobs[0] == jobs[2] != jobs[1]
    assert page.evaluate(SHOWN) < whole / 5
    page.click("[data-for=latency]")
    titles = page.locator("#latency h3").all_inner_texts()
    assert "control log: response time" in titles
    assert page.locator("#latency canvas").count() == len(titles)


def test_tells_of_jobs_that_never_end(opened: Opened, tmp_path: Path) -> None:
    config = tmp_path / "starved.yaml"
    config.write_text(STARVED)
    report_of(config, "100ms", tmp_path / "starved.html")
    page = opened(tmp_path / "starved.html")

    assert page.inner_text("#miss") == "0 missed"
    # Five are released, the last one's deadline is the end.
    assert page.inner_text("#facts").endswith("4 jobs late and not ended")


def test_theme_follows_the_system_until_it_is_changed(
    opened: Opened, demo: tuple[Path, Report]
) -> None:
    ground = "() => getComputedStyle(document.body).backgroundColor"
    dark = opened(demo[0], "dark").evaluate(ground)
    page = opened(demo[0], "light")
    light = page.evaluate(ground)
    assert dark != light

    page.keyboard.press("t")
    assert page.evaluate(ground) == dark
    page.click("#theme")
    assert page.evaluate(ground) == light


def test_groups_fold_and_a_jump_unfolds_them(
    opened: Opened, demo: tuple[Path, Report]
) -> None:
    page = opened(demo[0])
    rows = page.locator("#rows .label")
    before = rows.count()
    page.locator("#rows .head").first.click()
    assert rows.count() == before - 2
    page.keyboard.press("e")
    assert rows.count() == before


def test_help_and_measuring(opened: Opened, demo: tuple[Path, Report]) -> None:
    page = opened(demo[0])
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.click("#close")

    page.keyboard.down("Shift")
    page.mouse.move(500, 300)
    page.mouse.down()
    page.mouse.move(600, 300, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    before = page.evaluate(SHOWN)
    page.keyboard.press("z")
    assert page.evaluate(SHOWN) < before / 5


def test_interrupts_of_an_example(opened: Opened, tmp_path: Path) -> None:
    target = tmp_path / "minikernel.html"
    report_of(MINIKERNEL, "20ms", target)
    page = opened(target)
    assert "irq 0" in page.locator("#rows .name").all_inner_texts()
    page.fill("#query", "handler")
    page.keyboard.press("Enter")
    settle(page)
    text = page.evaluate(SELECTED)
    assert "latency" in text
    assert "handler" in text


@pytest.mark.parametrize("width", [390, 760, 1280])
def test_everything_is_within_the_window(
    opened: Opened, demo: tuple[Path, Report], width: int
) -> None:
    page = opened(demo[0])
    page.set_viewport_size({"width": width, "height": 800})
    settle(page)

    for control in ("miss", "error", "query", "next", "fit", "theme", "help"):
        box = page.locator(f"#{control}").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["width"] > 20
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("#plot").bounding_box()["width"] > width / 2
