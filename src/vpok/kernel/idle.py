"""The idle vCPUs: what `current` is when nobody runs, one per processor."""

from vpok.kernel.engine import Engine
from vpok.kernel.partition import Partition
from vpok.kernel.vcpu import RUNNING, Vcpu
from vpok.machine.arch import ArchOps, ArchVcpu, Machine
from vpok.machine.memory import GuestMemory


class IdleEngine(Engine):
    """Runs nothing and owns nothing."""

    def __init__(self) -> None:
        """Have no memory."""
        self.name = "idle"
        self.tier = ""
        self.isa = ""
        self.exact = True
        self.free = True
        self.memory = GuestMemory(memoryview(bytearray()), 0)
        self.machine = Machine()


def idle_vcpus(count: int) -> list[Vcpu]:
    """Return a vCPU per processor that runs when no other does."""
    partition = Partition(-1, "idle", IdleEngine())
    vcpus = []
    for number in range(count):
        arch = ArchVcpu(ArchOps(), partition.engine.machine)
        vcpu = Vcpu(-1 - number, number, partition, arch)
        vcpu.state = RUNNING
        vcpu.pcpu = number
        vcpus.append(vcpu)
    return vcpus
