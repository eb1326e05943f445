"""What a result says of virtual interrupts."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from vpok.machine.interrupts import Interrupts
from vpok.machine.memory import GuestMemory
from vpok.report.collect import interrupt_rows
from vpok.report.interrupts import (
    describe,
    interrupt_tables,
    latency,
    percentile,
)
from vpok.report.rows import (
    InterruptRow,
    LatencyRow,
    PartitionRow,
    RunResult,
    VcpuRow,
)
from vpok.report.summary import as_json, summary
from vpok.report.table import render
from vpok.spec.model import InterruptSpec

US = 1000
TICK = InterruptRow(0, (), 120, 100, 99, 5, 15, 1)
IPI = InterruptRow(7, (), 3, 3, 3, 0, 0, 0)
FIRST = VcpuRow(0, 0, 0, "running", 1, 0, 0, 0, 3, 7, 0, (TICK, IPI))
SECOND = VcpuRow(1, 1, 0, "runnable", 0, 1, 0, 0, 0, 0, 0)
RTOS = PartitionRow(
    0, "rtos", "normal", "round-robin", (0,), 0, 0, 9, (FIRST, SECOND)
)
RESULT = RunResult(
    system="s",
    end=1,
    reason="limit",
    digest=None,
    partitions=(RTOS,),
    processors=(),
    host_seconds=0.0,
    engine="scripted (exact)",
)
SOURCES = (
    InterruptSpec("tick", 0, 0, period=5),
    InterruptSpec("extra", 0, 0),
    InterruptSpec("bell", 0, 63, vcpu=1, sender=1),
)
HEARD = {(0, 0, 0): {0: 60, 2 * US: 39, 9 * US: 1}, (0, 0, 7): {250: 3}}
DESCRIBED = describe(RESULT, SOURCES, HEARD)


def test_the_tables_tell_counts_and_latencies_in_80_columns() -> None:
    text = "\n".join(map(render, interrupt_tables(DESCRIBED)))

    assert text == (
        "partition  vcpu  irq  source       raised  delivered  completed"
        "  overruns  dropped\n"
        "rtos          0    0  tick, extra     120        100         99"
        "         5       15\n"
        "rtos          0    7  -                 3          3          3"
        "         0        0\n"
        "rtos          1   63  bell              0          0          0"
        "         0        0\n"
        "\n"
        "partition  vcpu  irq  latency min    mean       p99       max\n"
        "rtos          0    0         0 ns  870 ns  2.000 us  9.000 us\n"
        "rtos          0    7       250 ns  250 ns    250 ns    250 ns\n"
    )
    assert text in summary(DESCRIBED)


def test_a_source_that_never_raised_is_listed() -> None:
    _, second = DESCRIBED.partitions[0].vcpus

    assert second.interrupts == (
        InterruptRow(63, ("bell",), 0, 0, 0, 0, 0, 0, None),
    )


def test_nobody_listened_and_so_there_are_no_latencies() -> None:
    silent = describe(RESULT, SOURCES, {})

    assert len(interrupt_tables(silent)) == 1
    assert silent.partitions[0].vcpus[0].interrupts[1] == IPI


def test_systems_without_interrupts_have_no_table_of_them() -> None:
    plain = replace(FIRST, interrupts=())
    result = replace(RESULT, partitions=(replace(RTOS, vcpus=(plain,)),))

    assert interrupt_tables(describe(result, (), {})) == []
    assert "irq" not in summary(result)


def test_json_has_a_row_for_each_interrupt() -> None:
    report = json.loads(json.dumps(as_json(DESCRIBED)))

    first = report["partitions"][0]["vcpus"][0]["interrupts"][0]
    assert first == {
        "number": 0,
        "sources": ["tick", "extra"],
        "raised": 120,
        "delivered": 100,
        "completed": 99,
        "overruns": 5,
        "dropped": 15,
        "pending": 1,
        "latency": {"minimum": 0, "mean": 870, "p99": 2000, "maximum": 9000},
    }


def test_the_controllers_counters_are_the_rows() -> None:
    interrupts = Interrupts(
        GuestMemory(memoryview(bytearray(8192)), 8192), 4096
    )
    interrupts.limits[5] = 2
    interrupts.register(5, 0, 0)
    interrupts.register(9, 0, 0)
    for time in range(4):
        interrupts.add(5, time)
    interrupts.take(5)
    interrupts.complete(5, 9)
    interrupts.add(3, 9)

    assert interrupt_rows(interrupts) == (
        InterruptRow(3, (), 1, 0, 0, 0, 1, 0),
        InterruptRow(5, (), 4, 1, 1, 2, 0, 1),
    )
    assert interrupt_rows(None) == ()


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300))
def test_latencies_are_summed_up_exactly(times: list[int]) -> None:
    """Against the definitions, on the whole list."""
    ordered = sorted(times)
    within = -(-99 * len(times) // 100)  # deliveries, at least 99 %

    assert latency({time: times.count(time) for time in times}) == LatencyRow(
        minimum=ordered[0],
        mean=sum(times) // len(times),
        p99=ordered[within - 1],
        maximum=ordered[-1],
    )


def test_one_late_delivery_in_a_hundred_is_beyond_p99() -> None:
    assert percentile({1: 99, 50: 1}, 99) == 1
    assert percentile({1: 98, 50: 2}, 99) == 50
    assert latency({}) is None
