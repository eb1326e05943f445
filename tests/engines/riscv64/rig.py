"""A guest of riscv64."""

from typing import Any

from tests.engines.rig import Rig
from vpok.arch.riscv64 import A0, CALL, NAMES, PC, SP
from vpok.engines.unicorn.engine import UnicornEngine
from vpok.kernel.engine import CONTINUE, RESCHEDULE
from vpok.kernel.partition import Partition
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchOps, ArchVcpu


class HartOps(ArchOps):
    """No more than switching."""

    def ctxt_switch_from(self, arch: ArchVcpu) -> None:
        arch.machine.put(arch)

    def ctxt_switch_to(self, arch: ArchVcpu) -> None:
        arch.machine.take(arch)


class HartRig(Rig):
    """An engine with vCPUs of riscv64, and the record of their traps."""

    def __post_init__(self) -> None:
        self.engine = UnicornEngine(self.size, self.hz, self.tier, "riscv64")
        self.engine.attach(self)
        self.memory = self.engine.memory
        self.machine = self.engine.machine
        self.memory.write(0, self.code)
        self.hart_ops = HartOps()
        self.vcpu = self.new_vcpu(0)
        self.aside = self.machine.new_context()

    def new_vcpu(self, entry: int, stack: int | None = None) -> Vcpu:
        """Return a vCPU that begins at *entry*."""
        machine = self.machine
        arch = ArchVcpu(self.hart_ops, machine)
        arch.context = machine.new_context()
        machine.set_in(arch.context, PC, entry)
        machine.set_in(arch.context, SP, stack or self.size & ~15)
        partition = Partition(0, "guest", self.engine)
        return Vcpu(0, 0, partition, arch)

    def registers(self, vcpu: Vcpu | None = None) -> tuple[int, ...]:
        """Return x0 to x31 and the PC of a vCPU that becomes resident."""
        self.machine.take((vcpu or self.vcpu).arch)
        return tuple(self.machine.get(n) for n in range(len(NAMES)))

    def set(self, **values: int) -> "HartRig":
        """Change registers by name."""
        self.machine.take(self.vcpu.arch)
        for name, value in values.items():
            self.machine.set(NAMES.index(name), value)
        return self

    def get(self, name: str) -> int:
        """Return a register by name."""
        self.machine.take(self.vcpu.arch)
        return self.machine.get(NAMES.index(name))

    def state(self) -> tuple[Any, ...]:
        """Return all that must not depend on tiers and slices."""
        return (*super().state(), self.machine.extended())


def go_on(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """Go on after a call; stop at a fault."""
    return CONTINUE if cause == CALL else RESCHEDULE


def jump_somewhere(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """
    Do what the number of traps so far says.

    After a fault: continue elsewhere.  After a call: change registers (PC and
    floating point too), threads or code, charge time, go on or stop.
    """
    count = len(rig.traps)
    machine = rig.machine
    if cause != CALL:
        machine.set(PC, count * 38 % (400 if count % 8 else rig.size))
        return RESCHEDULE
    if count % 7 == 3:
        rig.memory.write(count * 54 % 500, bytes([0x05, count & 15]))
    if count % 3 == 1:
        machine.save(rig.aside)
    elif count % 3 == 2:
        machine.load(rig.aside)
    if count % 4 == 2:
        image = bytearray(machine.extended())
        image[count % len(image)] ^= 0x5A
        machine.set_extended(bytes(image))
    if count % 9 == 4:
        machine.set(PC, count * 30 % 400)
    if count % 11 == 5:
        vcpu.debt += count
    machine.set(A0, count)
    return CONTINUE if count % 5 else RESCHEDULE
