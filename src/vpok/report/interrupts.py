"""
Virtual interrupts in a result: where they come from, how late they were.

The kernel counts; sources are the configuration's, and latencies are heard by
who listens (`vpok.trace.latency`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from vpok.report.rows import (
    InterruptRow,
    LatencyRow,
    PartitionRow,
    RunResult,
    VcpuRow,
)
from vpok.report.table import Table
from vpok.report.words import show_count, show_time

Target = tuple[int, int, int]  # partition, vCPU, number
Heard = Mapping[Target, Mapping[int, int]]  # latency (ns) -> deliveries


class Source(Protocol):
    """A configured source of interrupts."""

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        ...

    @property
    def partition(self) -> int:
        """Whose interrupt it raises."""
        ...

    @property
    def vcpu(self) -> int:
        """On which virtual CPU."""
        ...

    @property
    def number(self) -> int:
        """Of the interrupt."""
        ...


def describe(
    result: RunResult, sources: Sequence[Source], heard: Heard
) -> RunResult:
    """Add sources, also those that never raised, and latencies."""
    named: dict[Target, list[str]] = {}
    for source in sources:
        target = (source.partition, source.vcpu, source.number)
        named.setdefault(target, []).append(source.name)
    partitions = tuple(
        replace(
            partition,
            vcpus=tuple(
                replace(vcpu, interrupts=_rows(partition, vcpu, named, heard))
                for vcpu in partition.vcpus
            ),
        )
        for partition in result.partitions
    )
    return replace(result, partitions=partitions)


def _rows(
    partition: PartitionRow,
    vcpu: VcpuRow,
    named: Mapping[Target, Sequence[str]],
    heard: Heard,
) -> tuple[InterruptRow, ...]:
    own = (partition.index, vcpu.index)
    rows = {
        number: _silent(number) for *who, number in named if (*who,) == own
    }
    rows |= {row.number: row for row in vcpu.interrupts}
    return tuple(
        replace(
            row,
            sources=tuple(named.get((*own, number), ())),
            latency=latency(heard.get((*own, number), {})),
        )
        for number, row in sorted(rows.items())
    )


def _silent(number: int) -> InterruptRow:
    return InterruptRow(number, (), 0, 0, 0, 0, 0, 0)


def latency(deliveries: Mapping[int, int]) -> LatencyRow | None:
    """Summarise how often each latency (ns) occurred; None if none did."""
    count = sum(deliveries.values())
    if not count:
        return None
    total = sum(time * times for time, times in deliveries.items())
    return LatencyRow(
        minimum=min(deliveries),
        mean=total // count,
        p99=percentile(deliveries, 99),
        maximum=max(deliveries),
    )


def percentile(deliveries: Mapping[int, int], percent: int) -> int:
    """Return the least latency that *percent* % of all do not exceed."""
    wanted = -(-sum(deliveries.values()) * percent // 100)
    reached = 0
    for time in sorted(deliveries):
        reached += deliveries[time]
        if reached >= wanted:
            return time
    raise AssertionError("there is a delivery")


# --- as text ----------------------------------------------------------------

Place = tuple[PartitionRow, VcpuRow, InterruptRow]


def interrupt_tables(result: RunResult) -> list[Table]:
    """Return what became of each interrupt, and how late it was."""
    places = [
        (partition, vcpu, row)
        for partition in result.partitions
        for vcpu in partition.vcpus
        for row in vcpu.interrupts
    ]
    late = [place for place in places if place[2].latency is not None]
    tables = [_counts(places)] if places else []
    return [*tables, _latencies(late)] if late else tables


def _who(place: Place) -> tuple[str, str, str]:
    partition, vcpu, row = place
    return (partition.name, str(vcpu.index), str(row.number))


def _counts(places: Sequence[Place]) -> Table:
    columns = (
        *("<partition", ">vcpu", ">irq", "<source", ">raised"),
        *(">delivered", ">completed", ">overruns", ">dropped"),
    )
    rows = [
        (
            *_who(place),
            ", ".join(place[2].sources) or "-",
            show_count(place[2].raised),
            show_count(place[2].delivered),
            show_count(place[2].completed),
            show_count(place[2].overruns),
            show_count(place[2].dropped),
        )
        for place in places
    ]
    return Table(columns, rows)


def _latencies(places: Sequence[Place]) -> Table:
    columns = (
        *("<partition", ">vcpu", ">irq", ">latency min"),
        *(">mean", ">p99", ">max"),
    )
    rows = [
        (
            *_who(place),
            show_time(late.minimum),
            show_time(late.mean),
            show_time(late.p99),
            show_time(late.maximum),
        )
        for place in places
        if (late := place[2].latency) is not None
    ]
    return Table(columns, rows)
