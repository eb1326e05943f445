"""What guests and configurations say stays text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vpok.report.html import Report
from vpok.trace.head import Head, PartitionHead, PortHead, TaskHead

pytestmark = pytest.mark.slow

EVIL = (
    "</script><img src=x onerror='pwned=1'><script>pwned=1</script>{{title}}"
)


def evil_report() -> Report:
    """Hear a system of which every name is a script."""
    task = TaskHead(EVIL, "periodic", 10, 10, 1, 0)
    head = Head(
        system=EVIL,
        processors=1,
        clock=1,
        major_frame=10,
        partitions=(PartitionHead(EVIL, "tasks", 1, EVIL, 1, (task,)),),
        ports=(PortHead(EVIL, "sampling", 0, "out", ()),),
        config=f"{EVIL}<!--",
    )
    report = Report(head, notes=[EVIL])
    report.emit(0, 25, 0, 0, 0, 0, 1, 0)
    report.emit(5, 28, 0, 0, 0, 0, 1, 4)
    report.emit(5, 12, 0, 0, 0, 0, 0, 4)
    report.emit(6, 27, 0, 0, 0, 0, 1, 6)
    report.console(7, 0, 0, 0, f"{EVIL}\n\xff\x00".encode("latin1"))
    return report


def test_no_name_or_text_becomes_markup(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    report = evil_report()
    target = tmp_path / "evil.html"
    report.write(target, report.counted(10, EVIL, EVIL))
    written = target.read_text()
    assert written.count("</script>") == 3
    assert "onerror='" not in written

    page = opened(target)
    for name in ("selection", "latency", "configuration", "summary"):
        page.click(f"[data-for={name}]")
    page.keyboard.press("n")
    page.wait_for_timeout(100)

    assert page.evaluate("() => typeof pwned") == "undefined"
    assert page.locator("img").count() == 0
    assert page.inner_text("h1") == EVIL
    assert EVIL in page.inner_text("#selection")
    assert page.title() == f"{EVIL} - vpok"
