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
from vpok.spec.model import PartitionSpec


def processor_row(cpu: Pcpu, now: int) -> ProcessorRow:
    """Say what a processor has done by *now*."""
    idle = int(runstate(cpu.idle, now)[RUNNING])
    return ProcessorRow(int(cpu.number), now - idle, idle, int(cpu.slack))


def partition_row(
    partition: Partition, spec: PartitionSpec, now: int
) -> PartitionRow:
    """Say how a partition is at *now*, and its vCPUs."""
    return PartitionRow(
        index=int(partition.index),
        name=partition.name,
        mode=MODE_NAMES[partition.mode],
        policy=spec.vcpus.policy,
        processors=spec.processors,
        restarts=int(partition.restarts),
        errors=int(partition.errors),
        instructions=partition.engine.instructions(),
        vcpus=tuple(vcpu_row(vcpu, now) for vcpu in partition.vcpus),
    )


def vcpu_row(vcpu: Vcpu, now: int) -> VcpuRow:
    """Say how a vCPU is at *now*."""
    running, runnable, blocked, offline = runstate(vcpu, now)
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
