"""A trace of 100,000 events: size, first paint, frames."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.reports import late
from tests.browser.test_report import ink

pytestmark = pytest.mark.slow

MOST_BYTES = 5_000_000
EVENTS = 100_000

# Zooms in and out and pans by the wheel, an event per frame; returns, in ms,
# how far frames were apart, and how long drawing took of them.
FRAMES = """
async () => {
  const canvas = document.getElementById("plot");
  const draws = [];
  const apart = [];
  const draw = vpok.painter.draw.bind(vpok.painter);
  vpok.painter.draw = () => {
    const before = performance.now();
    draw();
    draws.push(performance.now() - before);
  };
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const wheel = (deltaX, deltaY) => canvas.dispatchEvent(new WheelEvent(
    "wheel", { deltaX, deltaY, clientX: 700, clientY: 300, bubbles: true,
               cancelable: true }));
  let last = await frame();
  for (let at = 0; at < 240; at++) {
    if (at < 80) wheel(0, -60);
    else if (at < 160) wheel(at % 2 ? 90 : 60, 0);
    else wheel(0, 60);
    const now = await frame();
    apart.push(now - last);
    last = now;
  }
  return { apart, draws };
}
"""


def spread(values: list[float]) -> str:
    ordered = sorted(values)
    p95 = ordered[len(ordered) * 95 // 100]
    return (
        f"median {ordered[len(ordered) // 2]:.1f} ms, 95 % below {p95:.1f} ms, "
        f"worst {ordered[-1]:.1f} ms"
    )


def test_opens_fast_and_never_freezes(
    opened: Callable[..., Any],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    path = late(tmp_path, "53s")
    size = path.stat().st_size
    page = opened(path)
    events = page.evaluate("() => vpok.data.events")
    ready = page.evaluate(
        "() => performance.getEntriesByName('vpok-ready')[0].startTime"
    )
    paint = page.evaluate(
        "() => performance.getEntriesByName('first-contentful-paint')[0]"
        "?.startTime ?? NaN"
    )
    page.mouse.move(700, 300)
    frames = page.evaluate(FRAMES)

    for line in (
        f"report of {events} events: {size / 1e6:.2f} MB",
        f"first paint after {paint:.0f} ms, timeline drawn after {ready:.0f} ms",
        f"frames apart while zooming and panning: {spread(frames['apart'])}",
        f"drawing one: {spread(frames['draws'])}",
    ):
        record_property("measured", line)
    assert events >= EVENTS
    assert size < MOST_BYTES
    assert ink(page) > 20
    # A host under load is slow; a frozen page is another matter.
    assert ready < 10_000
    assert max(frames["apart"]) < 5_000
