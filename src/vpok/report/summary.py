"""The summary of a run, and lists of what is in a system."""

from dataclasses import asdict, replace
from typing import Any

from vpok.report.interrupts import interrupt_tables
from vpok.report.rows import PartitionRow, RunResult, VcpuRow
from vpok.report.supply import supply_tables
from vpok.report.table import Table, render
from vpok.report.tasks import task_tables
from vpok.report.words import (
    show_count,
    show_processors,
    show_share,
    show_time,
)
from vpok.units import NS_PER_S

REASONS = {
    "limit": "as asked",
    "quiet": "nothing is left that can happen",
    "shutdown": "a guest shut the module down",
    "error": "an error stopped the module",
}


def summary(
    result: RunResult, *, interrupted: bool = False, colour: bool = False
) -> str:
    """Say how a run ended and what everybody did."""
    head = headline(result, interrupted=interrupted)
    parts = [render(table, colour=colour) for table in tables(result)]
    return "\n".join([head, *parts])


def tables(result: RunResult) -> list[Table]:
    """Say what everybody did."""
    return [
        vcpu_table(result),
        partition_table(result),
        processor_table(result),
        *interrupt_tables(result),
        *task_tables(result),
        *supply_tables(result),
    ]


def headline(result: RunResult, *, interrupted: bool = False) -> str:
    """Say how a run ended, and how fast it was: two lines."""
    reason = "interrupted" if interrupted else REASONS[result.reason]
    return (
        f"{result.system}: {show_time(result.end)} of virtual time, "
        f"{reason}\n{_work(result)}\n"
    )


def _work(result: RunResult) -> str:
    """Say what the host did, and how fast: instructions, jobs or both."""
    parts, rates = [], []
    if result.instructions or not any(row.tasks for row in result.partitions):
        parts.append(f"{show_count(result.instructions)} instructions")
        rates.append(f"{result.mips:.1f} MIPS")
    if any(row.tasks for row in result.partitions):
        rate = result.jobs / max(result.host_seconds, 1e-9)
        parts.append(f"{show_count(result.jobs)} jobs")
        rates.append(f"{show_count(int(rate))} jobs/s")
    return (
        f"{' and '.join(parts)} in {result.host_seconds:.2f} s on "
        f"{result.engine}: {', '.join(rates)}"
    )


def vcpu_table(result: RunResult) -> Table:
    """Return a row per vCPU: the time in each state, and what it did."""
    pairs = [(p, vcpu) for p in result.partitions for vcpu in p.vcpus]
    offline = any(vcpu.offline for _, vcpu in pairs)
    guests = not all(row.tasks for row in result.partitions)
    columns = [
        *("<partition", ">vcpu", ">running", ">runnable", ">blocked"),
        *([">offline"] if offline else []),
        ">switches",
        *([">syscalls", ">faults"] if guests else []),
    ]
    rows = [
        [
            partition.name,
            str(vcpu.index),
            show_time(vcpu.running),
            show_time(vcpu.runnable),
            show_time(vcpu.blocked),
            *([show_time(vcpu.offline)] if offline else []),
            show_count(vcpu.switches),
            *([show_count(vcpu.syscalls)] if guests else []),
            *([show_count(vcpu.faults)] if guests else []),
        ]
        for partition, vcpu in pairs
    ]
    return Table(columns, rows)


def partition_table(result: RunResult) -> Table:
    """Return a row per partition."""
    columns = (
        *("<partition", "<mode", ">errors", ">restarts", ">instructions"),
    )
    rows = [
        (
            row.name,
            row.mode,
            show_count(row.errors),
            show_count(row.restarts),
            show_count(row.instructions),
        )
        for row in result.partitions
    ]
    return Table(columns, rows)


def processor_table(result: RunResult) -> Table:
    """Return a row per processor."""
    rows = [
        (
            str(row.number),
            show_time(row.busy),
            show_time(row.idle),
            show_time(row.slack),
            show_share(row.busy, row.busy + row.idle),
        )
        for row in result.processors
    ]
    return Table(("<processor", ">busy", ">idle", ">slack", ">load"), rows)


def as_json(result: RunResult) -> dict[str, Any]:
    """Return the result for programs: times in ns, names as in `rows`."""
    found = asdict(replace(result, history=None))
    del found["history"]
    return {
        **found,
        "exit_status": result.exit_status,
        "instructions": result.instructions,
        "jobs": result.jobs,
        "mips": round(result.mips, 3),
    }


# --- vcpu-list, in xl's words -------------------------------------------------


def vcpu_list(result: RunResult) -> Table:
    """Return the columns of `xl vcpu-list`."""
    everywhere = tuple(row.number for row in result.processors)
    columns = (
        *("<Name", ">ID", ">VCPU", ">CPU", "<State", ">Time(s)"),
        "<Affinity (Hard / Soft)",
    )
    rows = [
        (
            partition.name,
            str(partition.index),
            str(vcpu.index),
            "-" if vcpu.processor is None else str(vcpu.processor),
            state_flags(vcpu),
            f"{vcpu.running // 1000 / (NS_PER_S // 1000):.6f}",
            f"{_affinity(partition, vcpu, everywhere)} / all",
        )
        for partition in result.partitions
        for vcpu in partition.vcpus
    ]
    return Table(columns, rows)


def state_flags(vcpu: VcpuRow) -> str:
    """Return xl's three letters: running, blocked, paused."""
    flags = {"running": "r--", "blocked": "-b-", "offline": "--p"}
    return flags.get(vcpu.state, "---")


def _affinity(
    partition: PartitionRow, vcpu: VcpuRow, everywhere: tuple[int, ...]
) -> str:
    own = hard_affinity(partition, vcpu)
    return "all" if own == everywhere else show_processors(own)


def hard_affinity(partition: PartitionRow, vcpu: VcpuRow) -> tuple[int, ...]:
    """Return the processors that a vCPU may use."""
    if partition.policy == "null":
        return partition.processors[vcpu.index : vcpu.index + 1]
    return partition.processors
