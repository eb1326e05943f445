"""The examples and the conformance guests, on both instruction sets."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import vpok
from tests.guests.paravirt.driver import ISAS
from vpok.report.interrupts import Heard
from vpok.report.rows import InterruptRow, RunResult
from vpok.testing import RecordingSink
from vpok.trace.latency import Latencies

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
MS = 1_000_000


@dataclass(frozen=True)
class Run:
    """What a run printed, line by line, and came to."""

    lines: list[str]
    result: RunResult
    late: Heard

    def interrupts(self, partition: int, vcpu: int) -> list[InterruptRow]:
        return list(self.result.partitions[partition].vcpus[vcpu].interrupts)

    def numbers(self, pattern: str) -> list[list[int]]:
        """Return the numbers that match, for each line that matches."""
        found = (re.fullmatch(pattern, line) for line in self.lines)
        return [list(map(int, match.groups())) for match in found if match]


def play(path: Path) -> Run:
    sink = RecordingSink()
    late = Latencies()
    with vpok.load(path).build(sinks=[sink, late]) as system:
        result = system.run(until="1s")
    return Run(sink.text().decode().splitlines(), result, late.heard)


def example(name: str, isa: str) -> Run:
    return play(EXAMPLES / name / f"{isa}.yaml")


@pytest.mark.parametrize("isa", ISAS)
def test_every_call_and_every_fault_is_as_the_reference_says(
    isa: str,
) -> None:
    """Each guest counts what it looked at, and names what was wrong."""
    run = play(Path(__file__).parent / f"{isa}.yaml")

    counted = run.numbers(r"(?:calls|faults): (\d+) checks, (\d+) failed")
    assert [failed for _, failed in counted] == [0, 0], run.lines
    assert all(checks > 60 for checks, _ in counted)


DIGITS = "0123456789" * 14
LIBRARY = f"""\
-1 2 4000000000 beef c text %
-9223372036854775808 18446744073709551615 feedfacecafebeef -5
[  -42] [-42  ] [-0042] [   ab] [ab   ]
[12345] [00000abc] [abc]
{DIGITS}{DIGITS}
010123456789cdef
012345678989cdef
0 -1 1
012---------cdef 16
EINVAL ok E?
0 1 1
must: ENODEV
"""


@pytest.mark.parametrize("isa", ISAS)
def test_the_sdk_prints_and_moves_as_c_does(isa: str) -> None:
    run = play(Path(__file__).parent / f"{isa}.yaml")

    first = run.lines.index(LIBRARY.splitlines()[0])
    assert run.lines[first:] == LIBRARY.splitlines()


@pytest.mark.parametrize("isa", ISAS)
def test_a_guest_kernel_switches_its_tasks_in_its_timer_interrupt(
    isa: str,
) -> None:
    run = example("minikernel", isa)

    assert run.lines.count("worker a: registers kept, sum 18") == 1
    assert run.lines.count("worker b: registers kept, sum 18") == 1
    assert run.numbers(r"consumer: item (\d+) at (\d+) ms") == [
        [n, 4 * n] for n in range(1, 6)
    ]
    turns = [line.split()[2] for line in run.lines if "  tick" in line]
    assert turns[:3] == ["worker", "worker", "worker"]
    ticks, switches = run.interrupts(0, 0)
    assert ticks.raised == ticks.delivered == ticks.completed == 20
    assert switches.raised == switches.completed
    assert run.late[0, 0, 0] == {0: 20}  # at the instruction
    assert run.result.reason == "shutdown"


@pytest.mark.parametrize("isa", ISAS)
def test_a_storm_loses_nothing_and_serves_the_lowest_number_first(
    isa: str,
) -> None:
    run = example("storm", isa)

    assert "burst: lowest number first" in run.lines
    assert "burst: 48 delivered, deepest 16, depth now 0" in run.lines
    told = run.numbers(r"rain: (\d+) delivered, deepest 16, depth now 0")
    rows = run.interrupts(0, 0)
    assert len(rows) == 16
    assert sum(row.delivered for row in rows) == 48 + told[0][0]
    for row in rows:
        assert row.raised == row.delivered == row.completed
        assert row.overruns == row.dropped == row.pending == 0


@pytest.mark.parametrize("isa", ISAS)
def test_a_guest_measures_what_is_stolen_from_it(isa: str) -> None:
    """Its windows are 10 and 3 of every 20 ms."""
    run = example("steal", isa)

    told = run.numbers(
        r"at +\d+ us: ran for +\d+ us, then lost +(\d+) us; "
        r"in all: ran +(\d+) us, waited +(\d+) us"
    )
    assert [(lost, waited) for lost, _, waited in told] == [
        (6000, 6000),
        (1000, 7000),
        (6000, 13000),
        (1000, 14000),
        (6000, 20000),
    ]
    assert all(
        windows <= ran < windows + 20
        for (_, ran, _), windows in zip(
            told, (10000, 13000, 23000, 26000, 36000), strict=True
        )
    )
    assert run.result.partitions[0].vcpus[0].runnable == 20 * MS


@pytest.mark.parametrize("isa", ISAS)
def test_a_flood_is_counted_to_its_limit_and_then_an_overrun(
    isa: str,
) -> None:
    run = example("flood", isa)

    received = run.numbers(r"received (\d+) at (\d+) ms")
    assert received == [[1, 150], [100, 250], [255, 350], [255, 450]]
    [bell] = run.interrupts(1, 0)
    assert (bell.raised, bell.delivered, bell.overruns) == (1356, 611, 745)
    assert run.result.partitions[1].errors == 745


@pytest.mark.slow
@pytest.mark.parametrize("isa", ISAS)
def test_two_vcpus_on_one_processor_wake_each_other(isa: str) -> None:
    run = example("pingpong", isa)

    [[rounds, there, back, each]] = run.numbers(
        r"(\d+) rounds: (\d+) there, (\d+) back, (\d+) ns a round"
    )
    assert rounds == there == back == 1000
    first, second = run.result.partitions[0].vcpus
    assert first.switches >= 1000
    assert second.switches >= 1000
    assert first.blocked > 0
    assert run.result.end > 1000 * each
