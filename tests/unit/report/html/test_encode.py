"""The payload of the page, and the page around it."""

import base64
import gzip
import json
import re
from hashlib import sha256
from importlib.resources import files

import pytest

from vpok.report.html import Report
from vpok.report.html.encode import column, folded, payload
from vpok.report.html.histograms import classes
from vpok.report.html.page import PROGRAM, filled, page
from vpok.trace.head import Head, PartitionHead

HEAD = Head("s", 1, 1, 0, (PartitionHead("a", "tasks", 1, "null", 1),))


@pytest.mark.parametrize(
    ("most", "width"),
    [(0, 1), (255, 1), (256, 2), (65_536, 4), (1 << 32, 8), (1 << 60, 8)],
)
def test_a_column_is_as_wide_as_its_largest(most: int, width: int) -> None:
    data = column([0, most])

    assert data[0] == width
    assert len(data) == 1 + 2 * width
    assert column([]) == b"\x01"


def test_negative_values_are_folded() -> None:
    assert folded([0, -1, 1, -2, 2]) == [0, 1, 2, 3, 4]


def test_the_payload_cannot_end_its_element() -> None:
    text = payload({"a": "</script>"}, b"123")

    assert "<" not in text
    data = gzip.decompress(base64.b64decode(text))
    length = int.from_bytes(data[:4], "little")
    assert json.loads(data[4 : 4 + length]) == {"a": "</script>"}
    assert data[4 + length :] == b"123"


def test_the_same_run_gives_the_same_file() -> None:
    pages = []
    for _ in range(2):
        report = Report(HEAD)
        report.emit(3, 5, 0, 0, 0, -1, 0, 0)
        pages.append(report.html(report.counted(9, "limit", "")))

    assert pages[0] == pages[1]


def test_what_is_beyond_the_most_is_counted_and_not_drawn() -> None:
    report = Report(HEAD, most=2)
    for time in range(5):
        report.emit(time, 7, 0, 0, 0, -1, 1, 0)

    assert (report.events, report.cut) == (5, 2)
    result = report.counted(9, "limit", "")
    assert result.partitions[0].vcpus[0].syscalls == 5
    [row] = [
        track
        for track in report._timeline.partitions[0].tracks()
        if track.label == "vCPU 0"
    ]
    assert list(row.marks[0]) == [0, 1]


def test_only_its_own_scripts_may_run_in_the_page() -> None:
    text = page("s", "")
    [policy] = re.findall(r'Content-Security-Policy" content="(.*?)"', text)
    scripts = re.findall(
        r"<script(?: type=\"module\")?>(.*?)</script>", text, re.DOTALL
    )

    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_modules_are_joined_without_their_imports() -> None:
    text = page("s", "")

    assert "import {" not in text
    assert not re.search(r"^export ", text, re.MULTILINE)
    names = re.findall(
        r"^(?:async )?(?:function\*?|class|const|let) (\w+)",
        text,
        re.MULTILINE,
    )
    assert len(names) == len(set(names))


def test_each_module_comes_after_those_that_it_needs() -> None:
    web = files("vpok.report") / "web"
    found = {each.name for each in web.iterdir() if each.name.endswith(".js")}
    assert found - set(PROGRAM) == {"uPlot.iife.min.js"}
    for place, name in enumerate(PROGRAM):
        needed = re.findall(r' from "\./(.*)";', (web / name).read_text())
        assert set(needed) <= set(PROGRAM[:place]), name


def test_values_are_put_in_once() -> None:
    assert filled("{{a}} {{b}}", {"a": "{{b}}", "b": "x"}) == "{{b}} x"


@pytest.mark.parametrize(
    ("least", "most"), [(5, 5), (0, 10), (100, 139), (100, 10_000), (0, 10**9)]
)
def test_classes_hold_the_least_and_the_most(least: int, most: int) -> None:
    edges = classes(least, most)

    assert edges[0] == least
    assert edges[-1] <= most
    assert edges == sorted(set(edges))
    assert len(edges) <= 42
