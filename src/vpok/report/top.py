"""How a system is at an instant: the tables of `vpok top`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vpok.report.interrupts import interrupt_tables
from vpok.report.rows import PartitionRow, ProcessorRow, RunResult, VcpuRow
from vpok.report.summary import partition_table
from vpok.report.table import Table
from vpok.report.tasks import task_tables
from vpok.report.words import show_count, show_share, show_time

Pair = tuple[PartitionRow, VcpuRow]


@dataclass(frozen=True, slots=True)
class Look:
    """A system at an instant, and at an earlier one: `lately` is since then."""

    result: RunResult
    before: RunResult | None = None

    @property
    def lately(self) -> int:
        """How long ago the earlier look was, ns of virtual time."""
        return self.result.end - (self.before.end if self.before else 0)


ORDERS: Final = ("configured", "use", "waiting", "switches", "interrupts")


def in_order(look: Look, order: str) -> list[Pair]:
    """Return the vCPUs in one of ORDERS; the configured one decides ties."""
    pairs = [
        (row, vcpu) for row in look.result.partitions for vcpu in row.vcpus
    ]
    return sorted(pairs, key=lambda pair: -_weight(look, pair, order))


def _weight(look: Look, pair: Pair, order: str) -> int:
    """Return what puts a vCPU before others."""
    vcpu = pair[1]
    return {
        "configured": 0,
        "use": _ran(look, pair),
        "waiting": vcpu.runnable,
        "switches": vcpu.switches,
        "interrupts": _raised(vcpu),
    }[order]


NAMES: Final = (
    *("vcpus", "partitions", "processors", "interrupts"),
    *("latencies", "tasks", "responses"),
)


def top_tables(look: Look, order: str = "configured") -> dict[str, Table]:
    """Return the tables, by NAMES; those that would be empty are left out."""
    found = [
        vcpus(look, in_order(look, order)),
        partition_table(look.result),
        processors(look),
    ]
    named = dict(zip(NAMES, found, strict=False))
    interrupts = interrupt_tables(look.result)
    named |= zip(NAMES[3:5], interrupts, strict=False)
    named |= zip(NAMES[5:], task_tables(look.result), strict=False)
    return named


def vcpus(look: Look, pairs: Sequence[Pair]) -> Table:
    """Return a row per vCPU: where it is, and how it used its time."""
    watched = look.before is not None
    columns = (
        *("<partition", ">vcpu", ">cpu", "<state"),
        *([">lately"] if watched else []),
        *(">running", ">runnable", ">blocked", ">used"),
        *(">switches", ">calls", ">faults", ">irqs"),
    )
    rows = [
        [
            *_where(pair),
            *([_lately(look, _ran(look, pair))] if watched else []),
            *_shares(pair[1], look.result.end),
            *_counts(pair[1]),
        ]
        for pair in pairs
    ]
    return Table(columns, rows)


def _where(pair: Pair) -> tuple[str, ...]:
    partition, vcpu = pair
    cpu = "-" if vcpu.processor is None else str(vcpu.processor)
    return (partition.name, str(vcpu.index), cpu, vcpu.state)


def _shares(vcpu: VcpuRow, end: int) -> tuple[str, ...]:
    """Return shares of the time, and of what its windows or budget gave."""
    times = (vcpu.running, vcpu.runnable, vcpu.blocked)
    return (
        *(show_share(time, end) for time in times),
        show_share(vcpu.running, vcpu.supply or 0),
    )


def _counts(vcpu: VcpuRow) -> tuple[str, ...]:
    counts = (vcpu.switches, vcpu.syscalls, vcpu.faults, _raised(vcpu))
    return tuple(map(show_count, counts))


def _lately(look: Look, part: int) -> str:
    return show_share(part, look.lately)


def _raised(vcpu: VcpuRow) -> int:
    return sum(row.raised for row in vcpu.interrupts)


def _ran(look: Look, pair: Pair) -> int:
    """Return how long a vCPU ran lately."""
    partition, vcpu = pair
    if look.before is None:
        return vcpu.running
    earlier = look.before.partitions[partition.index].vcpus[vcpu.index]
    return vcpu.running - earlier.running


def processors(look: Look) -> Table:
    """Return a row per processor."""
    watched = look.before is not None
    rows = [
        [
            str(row.number),
            *([_lately(look, _busy(look, row))] if watched else []),
            show_share(row.busy, row.busy + row.idle),
            show_time(row.busy),
            show_time(row.idle),
            show_time(row.slack),
        ]
        for row in look.result.processors
    ]
    columns = (
        "<processor",
        *([">lately"] if watched else []),
        *(">load", ">busy", ">idle", ">slack"),
    )
    return Table(columns, rows)


def _busy(look: Look, row: ProcessorRow) -> int:
    if look.before is None:
        return row.busy
    return row.busy - look.before.processors[row.number].busy
