"""Files for Perfetto say what the JSON lines of the same run say."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import vpok
from tests.unit.trace.perfetto_reader import Picture, Track, read

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "src/vpok/demo/config.yaml"
# The example of a policy needs a package of its own.
EXAMPLES = [
    DEMO,
    *(
        path
        for path in sorted((ROOT / "examples").glob("*/*.yaml"))
        if path.parent.name != "policy"
    ),
]
OFFLINE = 3
Row = dict[str, Any]


class Run(NamedTuple):
    """One run, as both formats tell it."""

    head: dict[str, Any]
    rows: list[Row]
    end: int
    picture: Picture

    def of(self, kind: str) -> list[Row]:
        return [row for row in self.rows if row["kind"] == kind]

    def partition(self, row: Row) -> str:
        name: str = self.head["partitions"][row["partition"]]["name"]
        return name

    def vcpu(self, row: Row, *below: str) -> Track:
        return (self.partition(row), f"vCPU {row['vcpu']}", *below)


def record(
    system: Any, folder: Path, until: str | int = "100ms", **options: Any
) -> Run:
    lines, picture = folder / "run.jsonl", folder / "run.pftrace.gz"
    with system.build(traces=[lines, picture], **options) as running:
        running.run(until)
        result = running.finish()
    assert result.sink_failures == ()
    head, *rows, end = map(json.loads, lines.read_text().splitlines())
    return Run(head, rows, end["end"], read(picture))


@pytest.fixture(
    params=EXAMPLES,
    ids=lambda path: "-".join(path.relative_to(ROOT).with_suffix("").parts),
    scope="module",
)
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    return record(vpok.load(request.param), tmp_path_factory.mktemp("trace"))


def test_slices_are_as_many_as_events_that_begin_one(run: Run) -> None:
    expected: Counter[Track] = Counter()
    system = run.head["system"]
    expected[system, "frames"] = len(run.of("frame"))
    for row in run.of("window_open"):
        expected[system, f"processor {row['processor']} windows"] += 1
    for row in run.of("switch"):
        if row["vcpu"] >= 0:
            expected[system, f"processor {row['processor']} runs"] += 1
            expected[run.vcpu(row)] += 1
    for row in run.of("runstate"):
        expected[run.vcpu(row, "runstates")] += row["a"] != OFFLINE
    for row in run.of("irq_deliver"):
        expected[run.vcpu(row, "interrupts")] += 1
    for row in threads(run):
        expected[run.partition(row), f"thread {row['thread']}"] += 1

    assert run.picture.slices() == +expected
    run.picture.check_nesting(run.end)


def threads(run: Run) -> Iterator[Row]:
    """Yield an event for each time that a guest thread begins to run."""
    elected: dict[tuple[int, int], int] = {}
    running: dict[int, tuple[int, int]] = {}
    for row in run.rows:
        who = (row["partition"], row["vcpu"])
        if row["kind"] == "thread":
            elected[who] = row["thread"]
            if row["thread"] >= 0 and who in running.values():
                yield row
        elif row["kind"] == "switch":
            running[row["processor"]] = who
            if elected.get(who, -1) >= 0:
                yield {**row, "thread": elected[who]}
        elif row["kind"] == "runstate" and row["a"] == OFFLINE:
            elected.pop(who, None)


INSTANTS = {
    "syscall",
    "result",
    "fault",
    "error",
    "mode",
    "port_send",
    "port_receive",
    "port_flush",
    "shutdown",
    "console",
    "irq_raise",
    "irq_overrun",
    "irq_drop",
    "irq_line",
    "vector",
    "control",
    "job_miss",
    "plan",
}


def test_all_else_is_an_instant_at_its_time(run: Run) -> None:
    drawn = [said.time for said in run.picture.said if said.kind == "instant"]

    assert drawn == [r["time"] for r in run.rows if r["kind"] in INSTANTS]


def test_an_arrow_leads_from_each_raise_to_its_delivery(run: Run) -> None:
    expected = [
        (row["time"] - row["b"], row["time"], run.vcpu(row, "interrupts"))
        for row in run.of("irq_deliver")
    ]

    assert [
        (a.time, b.time, b.track)
        for a, b in run.picture.arrows()
        if b.kind == "begin"
    ] == expected


def test_an_arrow_leads_from_each_message_to_its_first_receipt(
    run: Run,
) -> None:
    """Of sampling ports; queues are counted in another test."""
    ports = run.head["ports"]
    latest: dict[int, int] = {}  # by sender, when
    fresh: dict[int, int] = {}  # by destination, when it was sent
    expected = []
    for row in run.rows:
        number = row["a"]
        if not row["kind"].startswith("port_"):
            continue
        if ports[number]["kind"] != "sampling":
            continue
        if row["kind"] == "port_send":
            latest[number] = row["time"]
        elif row["kind"] == "port_flush":
            fresh[row["b"]] = latest[number]
        elif number in fresh:
            expected.append((fresh.pop(number), row["time"]))

    samples = [
        f"receive {p['name']}" for p in ports if p["kind"] == "sampling"
    ]
    assert [
        (a.time, b.time) for a, b in run.picture.arrows() if b.name in samples
    ] == expected


def test_counters_are_what_the_events_add_up_to(run: Run) -> None:
    counters = run.picture.counters()
    system = run.head["system"]
    shares = {
        track: counters.pop(track)
        for track in list(counters)
        if track[-1].endswith(" utilisation")
    }

    assert counters == {**pending(run), **depths(run)}
    for pcpu in range(run.head["processors"]):
        found = shares[system, f"processor {pcpu} utilisation"]
        assert found == utilisation(run, pcpu)


def pending(run: Run) -> dict[Track, list[tuple[int, float]]]:
    counts: Counter[Track] = Counter()
    found: dict[Track, list[tuple[int, float]]] = defaultdict(list)
    for row in run.rows:
        change = {"irq_raise": 1, "irq_deliver": -1}.get(row["kind"], 0)
        if change:
            track = run.vcpu(row, "pending interrupts")
            counts[track] += change
            found[track].append((row["time"], counts[track]))
    return dict(found)


def depths(run: Run) -> dict[Track, list[tuple[int, float]]]:
    ports = run.head["ports"]
    bytes_in: Counter[int] = Counter()
    found: dict[Track, list[tuple[int, float]]] = defaultdict(list)

    def tell(number: int, time: int) -> None:
        port = ports[number]
        owner = run.head["partitions"][port["partition"]]["name"]
        track = (owner, f"{port['name']} depth")
        found[track].append((time, bytes_in[number]))

    for row in run.rows:
        number = row["a"]
        if not row["kind"].startswith("port_"):
            continue
        if ports[number]["kind"] == "sampling":
            continue
        if row["kind"] == "port_send":
            bytes_in[number] += row["b"]
        elif row["kind"] == "port_receive":
            bytes_in[number] -= row["b"]
        else:  # our examples have one reader per queue
            bytes_in[row["b"]] += bytes_in.pop(number)
            tell(number, row["time"])
            number = row["b"]
        tell(number, row["time"])
    return dict(found)


def utilisation(run: Run, pcpu: int) -> list[tuple[int, float]]:
    """Integrate the switches over each frame; leave out what repeats."""
    if not run.of("frame"):
        bounds = [*range(0, run.end, 1_000_000), run.end]
    else:
        bounds = [0, *(r["time"] for r in run.of("frame")), run.end]
    switches = [r for r in run.of("switch") if r["processor"] == pcpu]
    busy = [
        (here["time"], there["time"])
        for here, there in zip(
            switches, [*switches[1:], {"time": run.end}], strict=True
        )
        if here["vcpu"] >= 0
    ]
    found: list[tuple[int, float]] = []
    for low, high in pairwise(bounds):
        if high == low:
            continue
        time = sum(max(0, min(b, high) - max(a, low)) for a, b in busy)
        share = float(Fraction(100 * time, high - low))
        if not found or found[-1][1] != share:
            found.append((low, share))
    return found


# --- by hand -----------------------------------------------------------------


def test_the_first_exchange_of_pingpong(tmp_path: Path) -> None:
    """Each vCPU wakes the other by an interrupt; the third is on its way."""
    config = ROOT / "examples/pingpong/x86-64.yaml"
    run = record(vpok.load(config), tmp_path, 7000)
    inside = ["runstates", "interrupts", "pending interrupts"]

    assert sorted(run.picture.tracks) == sorted(
        [
            ("pair",),
            *(("pair", f"vCPU {n}") for n in (0, 1)),
            *(("pair", f"vCPU {n}", what) for n in (0, 1) for what in inside),
            ("x86-64",),
            ("x86-64", "frames"),
            ("x86-64", "processor 0 windows"),
            ("x86-64", "processor 0 runs"),
            ("x86-64", "processor 0 utilisation"),
        ]
    )
    assert [
        (a.time, a.name, b.time, b.name, b.track[1])
        for a, b in run.picture.arrows()
    ] == [
        (2800, "raise 0", 3270, "interrupt 0", "vCPU 0"),
        (4980, "raise 1", 5430, "interrupt 1", "vCPU 1"),
    ]
    assert [
        (s.time, s.kind, s.track[1])
        for s in run.picture.said
        if s.track[-1] == "vCPU 0" and s.kind in ("begin", "end")
    ] == [
        (0, "begin", "vCPU 0"),
        (1700, "end", "vCPU 0"),
        (3270, "begin", "vCPU 0"),
        (5430, "end", "vCPU 0"),
    ]
    assert run.picture.counters()["x86-64", "processor 0 utilisation"] == [
        (0, 100.0)
    ]


SERVERS = """\
partitions:
  - name: s
    vcpus: {count: 1, policy: server, each: [{budget: 2ms, period: 10ms}]}
    tasks:
      - {name: t, period: 5ms, execution: 4ms}
kernel:
  scheduler:
    windows:
      - {partition: s, start: 0, duration: 10ms}
"""
JOBS = """\
partitions:
  - name: a
    tasks:
      - {name: hi, priority: 2, period: 10ms, offset: 1ms, execution: 1ms}
      - {name: lo, priority: 1, period: 20ms, deadline: 3ms, execution: 3ms}
kernel:
  scheduler:
    major_frame: 10ms
    windows:
      - {partition: a, start: 0, duration: 10ms}
"""


def test_jobs_are_slices_of_their_tasks(tmp_path: Path) -> None:
    """`lo` is preempted once and misses its deadline of 3 ms."""
    config = tmp_path / "jobs.yaml"
    config.write_text(JOBS)
    run = record(vpok.load(config), tmp_path, "10ms")
    ms = 1_000_000

    assert [
        (s.time // ms, s.kind, s.track[1], s.notes.get("job"))
        for s in run.picture.said
        if s.track[1:] in (("hi",), ("lo",))
    ] == [
        (0, "begin", "lo", 1),
        (1, "end", "lo", None),
        (1, "begin", "hi", 1),
        (2, "end", "hi", None),
        (2, "begin", "lo", 1),
        (4, "end", "lo", None),
        (4, "instant", "lo", 1),
    ]


def test_budgets_are_counters_of_their_vcpus(tmp_path: Path) -> None:
    """A budget of 2 ms is used up at 2 ms, and there again at 10 ms."""
    config = tmp_path / "servers.yaml"
    config.write_text(SERVERS)
    run = record(vpok.load(config), tmp_path, "15ms")
    ms = 1_000_000

    found = run.picture.counters()["s", "vCPU 0", "budget"]
    assert found == [(row["time"], row["a"]) for row in run.of("budget")]
    assert found == [
        (0, 2 * ms),
        (2 * ms, 0),
        (10 * ms, 2 * ms),
        (12 * ms, 0),
    ]
