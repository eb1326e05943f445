"""A guest, an engine and somebody who answers its traps; no kernel."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from vpok.arch.x86_32 import EAX, EIP, ESP, NAMES, X86Ops
from vpok.engines.unicorn.engine import UnicornEngine
from vpok.kernel.engine import CONTINUE, RESCHEDULE, Traps
from vpok.kernel.partition import Partition
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchVcpu

GHZ = 1_000_000_000
CALL = 42


@dataclass(frozen=True)
class Trap:
    """What a handler saw."""

    time: int
    cause: int
    registers: tuple[int, ...]
    fault_address: int


Answer = Callable[["Rig", Vcpu, int], int]


def leave(rig: "Rig", vcpu: Vcpu, cause: int) -> int:
    """Stop at every trap."""
    return RESCHEDULE


def go_on(rig: "Rig", vcpu: Vcpu, cause: int) -> int:
    """Go on after a call; stop at a fault."""
    return CONTINUE if cause == CALL else RESCHEDULE


@dataclass
class Rig(Traps):
    """An engine with vCPUs, and the record of their traps."""

    code: bytes
    size: int = 0x10000
    tier: str | None = None
    hz: int = GHZ
    answer: Answer = leave
    most: int = 300  # traps; the guest is given up at the last one
    traps: list[Trap] = field(default_factory=list)
    now: int = 0

    def __post_init__(self) -> None:
        self.engine = UnicornEngine(self.size, self.hz, self.tier)
        self.engine.attach(self)
        self.memory = self.engine.memory
        self.machine = self.engine.machine
        self.memory.write(0, self.code)
        self.ops = X86Ops()
        self.vcpu = self.new_vcpu(0)
        self.aside = self.machine.new_context()  # another thread

    def new_vcpu(self, entry: int, stack: int | None = None) -> Vcpu:
        """Return a vCPU that begins at *entry*."""
        arch = ArchVcpu(self.ops, self.machine)
        self.ops.setup(arch)
        top = self.size - 4 & ~3 if stack is None else stack
        arch.context = self.ops.new_context(arch, entry, top, 0)
        partition = Partition(0, "guest", self.engine)
        return Vcpu(0, 0, partition, arch)

    def trap(self, vcpu: Vcpu, elapsed: int, cause: int) -> int:
        self.traps.append(
            Trap(
                self.now + elapsed,
                cause,
                self.registers(vcpu),
                vcpu.fault_address,
            )
        )
        verdict = self.answer(self, vcpu, cause)
        return RESCHEDULE if self.given_up() else verdict

    def registers(self, vcpu: Vcpu | None = None) -> tuple[int, ...]:
        """Return EAX to EFLAGS of a vCPU that becomes resident."""
        self.machine.take((vcpu or self.vcpu).arch)
        return tuple(self.machine.get(n) for n in range(len(NAMES)))

    def set(self, **values: int) -> "Rig":
        """Change registers by name."""
        self.machine.take(self.vcpu.arch)
        for name, value in values.items():
            self.machine.set(NAMES.index(name), value)
        return self

    def get(self, name: str) -> int:
        """Return a register by name."""
        self.machine.take(self.vcpu.arch)
        return self.machine.get(NAMES.index(name))

    def run(self, budget: int) -> int:
        """Run once; return the ns it took."""
        elapsed = self.engine.run(self.vcpu, self.now, budget)
        assert 0 <= elapsed <= budget
        self.now += elapsed
        return elapsed

    def run_until(self, end: int, cuts: Iterable[int] = ()) -> None:
        """Run to *end*, in slices that end at *cuts*, whatever traps."""
        for cut in (*sorted(cuts), end):
            while self.now < cut:
                self.run(cut - self.now)
                if self.vcpu.exit == CONTINUE:
                    break
                if self.given_up():
                    return

    def given_up(self) -> bool:
        """Say whether there were too many traps, or too many at once."""
        traps = self.traps
        stuck = len(traps) >= 50 and traps[-1].time == traps[-50].time
        return stuck or len(traps) >= self.most

    def digest(self) -> str:
        """Return a hash of the memory."""
        return hashlib.sha256(self.memory.read(0, self.size)).hexdigest()

    def state(self) -> tuple[Any, ...]:
        """Return all that must not depend on tiers and slices."""
        return (
            self.traps,
            self.registers(),
            self.now,
            self.vcpu.fraction,
            self.digest(),
            self.engine.instructions(),
        )

    def close(self) -> None:
        """Free the engine."""
        self.engine.close()


def jump_somewhere(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """
    Do what the number of traps so far says.

    After a fault: continue elsewhere.  After a call: change registers,
    threads or code, charge time, go on or stop.
    """
    count = len(rig.traps)
    if cause != CALL:
        rig.machine.set(EIP, count * 37 % min(rig.size, 4096))
        rig.machine.set(ESP, (rig.size // 2 + count) & ~3)
        return RESCHEDULE
    if count % 7 == 3:
        rig.memory.write(count * 53 % 500, bytes([0x40 | count & 15, 0x90]))
    if count % 3 == 1:
        rig.ops.save(vcpu.arch, rig.aside)
    elif count % 3 == 2:
        rig.ops.load(vcpu.arch, rig.aside)
    if count % 11 == 5:
        vcpu.debt += count
    rig.machine.set(EAX, count)
    return CONTINUE if count % 5 else RESCHEDULE
