"""The kernel's records as rows of a result."""

from vpok.kernel.partition import MODE_NAMES, Partition
from vpok.kernel.pcpu import Pcpu
from vpok.kernel.vcpu import RUNNING, STATE_NAMES, Vcpu, runstate
from vpok.machine.interrupts import NUMBERS, Interrupts
from vpok.report.rows import (
    InterruptRow,
    PartitionRow,
    ProcessorRow,
    VcpuRow,
)
from vpok.report.supply import Supplies
from vpok.report.tasks import task_rows
from vpok.spec.model import PartitionSpec


def processor_row(cpu: Pcpu, now: int) -> ProcessorRow:
    """Say what a processor has done by *now*."""
    idle = int(runstate(cpu.idle, now)[RUNNING])
    return ProcessorRow(int(cpu.number), now - idle, idle, int(cpu.slack))


def partition_row(
    partition: Partition, spec: PartitionSpec, supplies: Supplies
) -> PartitionRow:
    """Say how a partition is, its vCPUs and its tasks."""
    vcpus = tuple(vcpu_row(vcpu, supplies) for vcpu in partition.vcpus)
    return PartitionRow(
        index=int(partition.index),
        name=partition.name,
        mode=MODE_NAMES[partition.mode],
        policy=supplies.policy(int(partition.index)),
        processors=spec.processors,
        restarts=int(partition.restarts),
        errors=int(partition.errors),
        instructions=partition.engine.instructions(),
        vcpus=vcpus,
        tasks=task_rows(partition.engine, spec, supplies.now),
        utilisation=share(sum(row.running for row in vcpus), supplies.now),
        supply=supplies.partition(int(partition.index)),
    )


def share(part: int, whole: int) -> float:
    """Return a share; nothing is the share of no time."""
    return part / whole if whole > 0 else 0.0


def vcpu_row(vcpu: Vcpu, supplies: Supplies) -> VcpuRow:
    """Say how a vCPU is."""
    now = supplies.now
    running, runnable, blocked, offline = runstate(vcpu, now)
    supply, by = supplies.vcpu(int(vcpu.partition.index), int(vcpu.index))
    return VcpuRow(
        id=vcpu.id,
        index=int(vcpu.index),
        processor=int(vcpu.pcpu) if vcpu.pcpu >= 0 else None,
        state=STATE_NAMES[vcpu.state],
        running=int(running),
        runnable=int(runnable),
        blocked=int(blocked),
        offline=int(offline),
        switches=int(vcpu.switches),
        syscalls=int(vcpu.syscalls),
        faults=int(vcpu.faults),
        interrupts=interrupt_rows(vcpu.arch.interrupts),
        utilisation=share(int(running), now),
        supply=supply,
        supplied_by=by,
    )


def interrupt_rows(interrupts: Interrupts | None) -> tuple[InterruptRow, ...]:
    """Say what became of the interrupts that ever occurred."""
    if interrupts is None:
        return ()
    return tuple(
        interrupt_row(interrupts, number)
        for number in range(NUMBERS)
        if interrupts.raised_count[number] or interrupts.dropped_count[number]
    )


def interrupt_row(interrupts: Interrupts, number: int) -> InterruptRow:
    """Say what became of one; `report.interrupts` adds where it comes from."""
    return InterruptRow(
        number=number,
        sources=(),
        raised=interrupts.raised_count[number],
        delivered=interrupts.delivered_count[number],
        completed=interrupts.completed_count[number],
        overruns=interrupts.overrun_count[number],
        dropped=interrupts.dropped_count[number],
        pending=len(interrupts.raised[number]),
    )
