"""
How vCPUs come and go (mission V3 to V5).

`alloc_vcpu` builds a vCPU step by step; a step that fails undoes the ones
before it and the failure is reported, so that there is never a half-made vCPU
nor a lost id.
"""

from mypy_extensions import i64

from vpok.kernel.errors import VcpuError
from vpok.kernel.ids import IdAllocator
from vpok.kernel.partition import Partition
from vpok.kernel.vcpu import OFFLINE, Vcpu, set_state
from vpok.machine.arch import ArchOps, ArchVcpu, Machine

MAX_VCPUS = 4096


def alloc_vcpu(
    partition: Partition,
    ids: IdAllocator,
    ops: ArchOps,
    machine: Machine,
    now: i64,
) -> Vcpu:
    """
    Make a vCPU, offline, the last one of *partition*.

    The order is the source design's: record and id, partition, scheduling
    information and runstate, architecture part.  Raises VcpuError.
    """
    ident = ids.take()
    if ident < 0:
        raise VcpuError(f"all {ids.limit} vCPU ids are in use")
    arch = ArchVcpu(ops, machine)
    vcpu = Vcpu(int(ident), len(partition.vcpus), partition, arch)
    vcpu.since = now
    partition.link(vcpu)
    try:
        ops.setup(arch)
    except Exception as error:
        destroy_vcpu(vcpu, ids, now)
        raise VcpuError(
            f"no architecture part for a vCPU of {partition.name}: {error}"
        ) from error
    return vcpu


def destroy_vcpu(vcpu: Vcpu, ids: IdAllocator, now: i64) -> None:
    """Undo `alloc_vcpu`; the vCPU must not be on a processor."""
    set_state(vcpu, OFFLINE, now)
    vcpu.arch.ops.teardown(vcpu.arch)
    vcpu.partition.unlink(vcpu)
    ids.release(vcpu.id)
