"""Results as HTML: what notebooks show."""

from html.parser import HTMLParser
from pathlib import Path

import vpok
from vpok.analysis import analyze
from vpok.config import loads
from vpok.report.markup import page
from vpok.report.table import Table

TASKS = """\
partitions:
  - name: a
    tasks:
      - {name: hi, period: 10ms, execution: 1ms}
      - {name: lo, period: 20ms, execution: 3ms, deadline: 4ms}
kernel:
  scheduler:
    windows:
      - {partition: a, start: 0, duration: 3ms}
      - {partition: a, start: 10ms, duration: 3ms}
    major_frame: 20ms
"""


class Reader(HTMLParser):
    """Reads tables back, and sees that every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.lines: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in {"th", "td", "p"}:
            self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in {"th", "td"}:
            self.tables[-1][-1].append(self.text)
        if tag == "p":
            self.lines.append(self.text)


def test_a_table_is_as_in_text_and_escaped() -> None:
    evil = "<script>x</script>"
    html = page(
        f"sys{evil}: fine\nmore",
        [Table(("<name", ">n&"), [(evil, "1"), ('a"b', "2")])],
        ["<i>"],
    )

    assert "<script" not in html
    found = Reader(html)
    assert found.tables == [[["name", "n&"], [evil, "1"], ['a"b', "2"]]]
    assert found.lines == [f"sys{evil}: fine", "more", "<i>"]


def test_a_result_shows_what_the_summary_says() -> None:
    with vpok.build(loads(TASKS, ".").spec) as system:
        result = system.run("40ms")

    found = Reader(result._repr_html_())
    assert found.lines[0].endswith("40.00 ms of virtual time, as asked")
    heads = [table[0][1] for table in found.tables]
    assert heads == ["vcpu", "mode", "busy", "task", "task", "vcpu"]
    assert [row[1:4] for row in found.tables[3][1:]] == [
        ["hi", "4", "4"],
        ["lo", "2", "2"],
    ]


def test_a_comparison_shows_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(TASKS)
    both = vpok.compare(
        path, until="40ms", changes={"partitions.0.seed": ["1", "2"]}
    )

    runs, tasks, _ = Reader(both._repr_html_()).tables
    assert [row[0] for row in runs] == ["variant", "seed=1", "seed=2"]
    assert tasks[0] == ["partition", "task", "measure", "seed=1", "seed=2"]


def test_an_analysis_shows_bounds_and_remarks() -> None:
    by_deadline = TASKS.replace("tasks:", "scheduler: edf\n    tasks:")
    bounds = analyze(loads(by_deadline, ".").spec)

    assert bounds == tuple(bounds)
    found = Reader(bounds._repr_html_())
    assert [row[1] for row in found.tables[1]] == ["task", "hi", "lo"]
    text = str(bounds)
    assert text.splitlines()[0].split() == [
        "partition",
        "vcpu",
        "tasks",
        *("by", "supply"),
    ]
    assert all(line in text for line in found.lines)
    assert any("not schedulable" in line for line in found.lines)
