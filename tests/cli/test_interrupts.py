"""`vpok run` on guests that are interrupted: every kind of source, summed up."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vpok.cli import run

MS = 1_000_000
MAKER = runpy.run_path(
    str(Path(__file__).parents[1] / "rejects" / "make_images.py")
)
BASE: int = MAKER["BASE"]

# rbx: the hypercall page; r12: the shared page
START = bytes.fromhex("4889d3 4989f4".replace(" ", ""))
# Enable interrupts; for ever: VCPU_BLOCK(-1)
REST = bytes.fromhex("41c744240401000000b80600000048c7c7ffffffffffd3ebf0")
RETURN = b"\xc3"

CONFIG = """
partitions:
  - {name: guest, personality: paravirt, image: guest.elf, size: 256KiB}
  - {name: other, personality: paravirt, image: other.elf, size: 256KiB}
kernel:
  scheduler:
    slots:
      - {partition: guest, duration: 10ms}
      - {partition: other, duration: 10ms}
interrupts:
  - {name: delay, partition: guest, number: 0, period: 1ms, ticks: delay}
  - {name: catchup, partition: guest, number: 1, period: 1ms, ticks: catchup}
  - {name: merge, partition: guest, number: 2, period: 1ms}
  - {name: discard, partition: guest, number: 3, period: 1ms, ticks: discard}
  - {name: once, partition: guest, number: 4, at: 5ms}
  - {name: a list, partition: guest, number: 5, arrivals: [1ms, 1ms, 12ms], limit: 1}
  - {name: a file, partition: guest, number: 6, arrivals: dev.csv}
  - {name: exec, partition: guest, number: 7, period: 1us, clock: exec}
  - {name: nobody, partition: guest, number: 20, period: 5ms, ticks: discard}
  - {name: line, partition: other, number: 63}
"""
Rows = dict[int, dict[str, Any]]


def register(number: int, handler: int) -> bytes:
    """Call IRQ_REGISTER(number, handler)."""
    words = [part.to_bytes(4, "little") for part in (16, number, handler)]
    return b"\xb8%b\xbf%b\xbe%b\xff\xd3" % tuple(words)


def waiting(numbers: int) -> bytes:
    """Make a guest that takes the first *numbers* interrupts, and waits."""
    length = len(START) + numbers * len(register(0, 0)) + len(REST)
    calls = [register(number, BASE + length) for number in range(numbers)]
    code = START + b"".join(calls) + REST + RETURN
    segment = MAKER["segment_64"](filesz=len(code), memsz=len(code))
    image: bytes = MAKER["image_64"](segment, data=code)
    return image


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "guest.elf").write_bytes(waiting(10))
    (tmp_path / "other.elf").write_bytes(waiting(0))
    (tmp_path / "dev.csv").write_text("time\n2ms\n3ms\n")
    (tmp_path / "config.yaml").write_text(CONFIG)
    return str(tmp_path / "config.yaml")


@pytest.fixture
def report(
    config: str, capsys: pytest.CaptureFixture[str]
) -> Callable[..., dict[str, Any]]:
    """Run for 40 ms: two windows of the guest, each 10 ms open, 10 closed."""

    def run_it(*options: str) -> dict[str, Any]:
        assert run(["run", "--for", "40ms", "--json", *options, config]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return run_it


def rows(report: dict[str, Any], partition: int = 0) -> Rows:
    (vcpu,) = report["partitions"][partition]["vcpus"]
    return {row["number"]: row for row in vcpu["interrupts"]}


@pytest.mark.parametrize(
    ("number", "name", "raised", "delivered", "overruns", "dropped"),
    [
        (0, "delay", 19, 19, 0, 0),  # the rest waits
        (1, "catchup", 39, 29, 0, 0),  # those of the last gap are pending
        (2, "merge", 21, 20, 0, 18),
        (3, "discard", 19, 19, 0, 20),
        (4, "once", 1, 1, 0, 0),
        (5, "a list", 3, 2, 1, 0),
        (6, "a file", 2, 2, 0, 0),
        (20, "nobody", 3, 0, 0, 7),  # four ticks are discarded
    ],
)
def test_every_source_is_summed_up(
    report: Callable[..., dict[str, Any]],
    number: int,
    name: str,
    raised: int,
    delivered: int,
    overruns: int,
    dropped: int,
) -> None:
    row = rows(report())[number]

    assert row["sources"] == [name]
    assert (row["raised"], row["delivered"]) == (raised, delivered)
    assert (row["overruns"], row["dropped"]) == (overruns, dropped)
    assert row["completed"] == delivered


def test_a_source_that_only_programs_raise_is_listed(
    report: Callable[..., dict[str, Any]],
) -> None:
    (row,) = rows(report(), 1).values()

    assert (row["sources"], row["raised"], row["latency"]) == (
        ["line"],
        0,
        None,
    )


def test_ticks_by_its_own_clock_are_those_that_it_ran(
    report: Callable[..., dict[str, Any]],
) -> None:
    result = report()
    (vcpu,) = result["partitions"][0]["vcpus"]

    assert rows(result)[7]["raised"] == vcpu["running"] // 1000


def test_latencies_are_from_raise_to_delivery(
    report: Callable[..., dict[str, Any]],
) -> None:
    """A merged tick of the gap waits for its 10 ms; a delayed one does not."""
    found = rows(report())

    assert 10 * MS < found[2]["latency"]["maximum"] < 10 * MS + 10_000
    assert found[2]["latency"]["p99"] == found[2]["latency"]["maximum"]
    assert found[0]["latency"]["maximum"] < 10_000
    assert found[20]["latency"] is None


def test_a_summary_shows_them_and_changes_nothing(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["run", "--for", "40ms", "--digest", config]
    assert run(command) == 0
    shown = capsys.readouterr().out
    assert run([*command, "--quiet"]) == 0
    quiet = capsys.readouterr().out

    assert "guest         0    2  merge" in shown
    assert "latency min" in shown
    assert shown.endswith(quiet)
    assert quiet.startswith("digest ")


def test_vcpu_list_has_counts_without_latencies(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["vcpu-list", "--json", "--at", "40ms", config]) == 0

    found = rows({"partitions": json.loads(capsys.readouterr().out)})
    assert (found[4]["sources"], found[4]["delivered"]) == (["once"], 1)
    assert found[4]["latency"] is None
