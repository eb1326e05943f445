"""A guest in 64-bit mode."""

from typing import Any

from tests.engines.rig import Rig
from vpok.arch.x86_64 import NAMES, RAX, RIP, RSP
from vpok.engines.unicorn.engine import UnicornEngine
from vpok.kernel.engine import CONTINUE, RESCHEDULE
from vpok.kernel.partition import Partition
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchOps, ArchVcpu

CALL = 45


class LongOps(ArchOps):
    """No more than switching."""

    def ctxt_switch_from(self, arch: ArchVcpu) -> None:
        arch.machine.put(arch)

    def ctxt_switch_to(self, arch: ArchVcpu) -> None:
        arch.machine.take(arch)


class LongRig(Rig):
    """An engine with vCPUs of x86-64, and the record of their traps."""

    def __post_init__(self) -> None:
        self.engine = UnicornEngine(self.size, self.hz, self.tier, "x86-64")
        self.engine.attach(self)
        self.memory = self.engine.memory
        self.machine = self.engine.machine
        self.memory.write(0, self.code)
        self.long_ops = LongOps()
        self.vcpu = self.new_vcpu(0)
        self.aside = self.machine.new_context()

    def new_vcpu(self, entry: int, stack: int | None = None) -> Vcpu:
        """Return a vCPU that begins at *entry*."""
        machine = self.machine
        arch = ArchVcpu(self.long_ops, machine)
        arch.context = machine.new_context()
        top = self.size - 8 & ~15 if stack is None else stack
        machine.set_in(arch.context, RIP, entry)
        machine.set_in(arch.context, RSP, top)
        partition = Partition(0, "guest", self.engine)
        return Vcpu(0, 0, partition, arch)

    def registers(self, vcpu: Vcpu | None = None) -> tuple[int, ...]:
        """Return RAX to RFLAGS of a vCPU that becomes resident."""
        self.machine.take((vcpu or self.vcpu).arch)
        return tuple(self.machine.get(n) for n in range(len(NAMES)))

    def set(self, **values: int) -> "LongRig":
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
        state = super().state()
        return (*state, self.machine.extended())


def go_on(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """Go on after a call; stop at a fault."""
    return CONTINUE if cause == CALL else RESCHEDULE


def jump_somewhere(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """
    Do what the number of traps so far says.

    After a fault: continue elsewhere.  After a call: change registers (the
    PC, flags and vectors too), threads or code, charge time, go on or stop.
    """
    count = len(rig.traps)
    machine = rig.machine
    if cause != CALL:
        machine.set(RIP, count * 37 % min(rig.size, 4096))
        machine.set(RSP, (rig.size // 2 + count) & ~7)
        return RESCHEDULE
    if count % 7 == 3:
        rig.memory.write(count * 53 % 500, bytes([0x50 | count & 7, 0x90]))
    if count % 3 == 1:
        machine.save(rig.aside)
    elif count % 3 == 2:
        machine.load(rig.aside)
    if count % 4 == 1:
        machine.set(len(NAMES) - 1, 0x202 | count * 0x4D & 0xCD5)
    if count % 4 == 2:
        image = bytearray(machine.extended())
        image[160 + count % 256] ^= 0x5A
        machine.set_extended(bytes(image))
    if count % 9 == 4:
        machine.set(RIP, count * 29 % 400)
    if count % 11 == 5:
        vcpu.debt += count
    machine.set(RAX, count)
    return CONTINUE if count % 5 else RESCHEDULE
