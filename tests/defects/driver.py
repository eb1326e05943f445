"""
A guest that does what it is told: `guests/paravirt/test/driver.c`.

A test posts commands into the guest's memory between two runs, and reads
what its handlers have logged.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from struct import Struct

from vpok.abi.paravirt_calls import HealthKind, Number
from vpok.config.elf import read
from vpok.events import EventKind
from vpok.kernel.vcpu import Vcpu
from vpok.machine.interrupts import Interrupts
from vpok.spec.model import (
    CostSpec,
    InterruptSpec,
    PartitionSpec,
    ScheduleSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import System, build
from vpok.testing import RecordingSink

IMAGES = Path(__file__).parents[1] / "guests" / "paravirt"
ISAS = ("x86-64", "riscv64")
PAGE = 4096
SIZE = 0x100000
FREE = CostSpec(hypercall=0, switch=0, interrupt=0, restart=0, latency=500)
WINDOW = 1_000_000  # ns
SLICE = 2_000  # ns between looks at a mailbox
PATIENCE = 4_000_000  # ns of virtual time that a command may take

MAILBOX, MAILBOX_SIZE = 0x40000, 0x400
LOG, LOG_SIZE = 0x50000, 0x10000
ENTRY = Struct("<IIIIQQ")
ENTRIES_AT = 64
SPARE = 0x30000  # memory that neither the image nor the driver uses

# Fields of a mailbox.
GO, DONE, COMMAND, IDLE, NUMBER, ARGUMENTS = 0, 4, 8, 0xC, 0x10, 0x18
RESULT, RELEASE, FRAME, BEHAVIOUR = 0x48, 0x58, 0x60, 0x80
FAULTS = 64  # the behaviour of the fault handler
WORD = (1 << 64) - 1


class Do(IntEnum):
    """Commands."""

    CALL = 0
    REGISTER = 1
    FAULTS = 2
    START = 3
    ENABLE = 4
    DISABLE = 5
    SURVIVE = 6
    LOAD = 7
    STORE = 8
    JUMP = 9
    SPIN = 10
    FRAME = 11
    SET = 12


class Behave(IntEnum):
    """What a handler does after logging."""

    RETURN = 0
    NEST = 1
    HOLD = 2
    NESTHOLD = 3
    RETURN_TO = 4
    DOWN = 5
    AGAIN = 6


class Log(IntEnum):
    """What a handler logs."""

    ENTERED = 0
    LEAVING = 1
    REFUSED = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a vCPU's log."""

    event: Log
    number: int
    kind: int
    depth: int
    time: int
    frame: int


@dataclass(frozen=True, slots=True)
class Guest:
    """One partition's driver."""

    system: System
    sink: RecordingSink
    partition: int = 0

    # --- commands ----------------------------------------------------------

    def post(self, what: Do, *a: int, number: int = 0, vcpu: int = 0) -> None:
        """Give a vCPU a command."""
        box = MAILBOX + MAILBOX_SIZE * vcpu
        self.put(box + COMMAND, what, 4)
        self.put(box + NUMBER, number)
        for place, value in enumerate(a):
            self.put(box + ARGUMENTS + 8 * place, value)
        self.put(box + GO, self.word(box + GO, 4) + 1, 4)

    def done(self, vcpu: int = 0) -> bool:
        """Say whether a vCPU's last command is over."""
        box = MAILBOX + MAILBOX_SIZE * vcpu
        return self.word(box + GO, 4) == self.word(box + DONE, 4)

    def result(self, vcpu: int = 0) -> int:
        """Return the result of a vCPU's last command."""
        value = self.word(MAILBOX + MAILBOX_SIZE * vcpu + RESULT)
        return value - (value >> 63 << 64)

    def do(self, what: Do, *a: int, number: int = 0, vcpu: int = 0) -> int:
        """Give a vCPU a command, wait until it is over, return its result."""
        self.post(what, *a, number=number, vcpu=vcpu)
        return self.wait(vcpu)

    def wait(self, vcpu: int = 0) -> int:
        """Run until a vCPU's last command is over."""
        last = self.system.now + PATIENCE
        while not self.done(vcpu):
            assert self.system.now < last, "the guest never came back"
            assert not self.system.ended
            self.run(SLICE)
        return self.result(vcpu)

    def call(self, number: Number, *a: int, vcpu: int = 0) -> int:
        """Let a vCPU do a hypercall."""
        return self.do(Do.CALL, *a, number=number, vcpu=vcpu)

    def register(self, *numbers: int, vcpu: int = 0) -> None:
        """Register interrupts with the driver's handler."""
        for number in numbers:
            assert self.do(Do.REGISTER, number, vcpu=vcpu) == 0

    def enable(self, vcpu: int = 0) -> None:
        """Let a vCPU be interrupted."""
        self.do(Do.ENABLE, vcpu=vcpu)

    def start(self, vcpu: int) -> None:
        """Start another vCPU."""
        assert self.do(Do.START, vcpu) == 0

    def behave(self, number: int, how: Behave, vcpu: int = 0) -> None:
        """Say what the handler of an interrupt does."""
        box = MAILBOX + MAILBOX_SIZE * vcpu
        self.put(box + BEHAVIOUR + 4 * number, how, 4)

    def release(self, held: bool = False, vcpu: int = 0) -> None:
        """Let handlers that hold go on."""
        self.put(MAILBOX + MAILBOX_SIZE * vcpu + RELEASE, int(not held), 4)

    def return_to(self, frame: int, vcpu: int = 0) -> None:
        """Say which frame RETURN_TO takes."""
        self.put(MAILBOX + MAILBOX_SIZE * vcpu + FRAME, frame)

    def idle(self, how: int, vcpu: int = 0) -> None:
        """Without a command: 0 spin, 1 block, 2 yield."""
        self.put(MAILBOX + MAILBOX_SIZE * vcpu + IDLE, how, 4)

    # --- time and interrupts -----------------------------------------------

    def run(self, ns: int) -> None:
        """Let the system go on."""
        self.system.run(until=self.system.now + ns)

    def inject(self, *numbers: int, vcpu: int = 0) -> None:
        """Raise interrupts now."""
        for number in numbers:
            self.system.inject(self.partition, vcpu, number)

    def log(self, vcpu: int = 0) -> list[Entry]:
        """Return what the handlers have logged."""
        start = LOG + LOG_SIZE * vcpu
        count = self.word(start)
        data = self.read(start + ENTRIES_AT, count * ENTRY.size)
        return [Entry(Log(e[0]), *e[1:]) for e in ENTRY.iter_unpack(data)]

    def handled(self, vcpu: int = 0) -> list[int]:
        """Return the numbers with which handlers were entered."""
        log = self.log(vcpu)
        return [entry.number for entry in log if entry.event == Log.ENTERED]

    def depths(self, vcpu: int = 0) -> list[int]:
        """Return the depths at which they were."""
        log = self.log(vcpu)
        return [entry.depth for entry in log if entry.event == Log.ENTERED]

    def told(self, kind: HealthKind) -> int:
        """Return how often the health monitor heard of an error."""
        errors = self.sink.of(EventKind.ERROR)
        mine = [e for e in errors if e.partition == self.partition]
        return len([e for e in mine if e.a == kind])

    def delivered(self) -> list[int]:
        """Return when interrupts of the partition were."""
        events = self.sink.of(EventKind.IRQ_DELIVER)
        return [e.time for e in events if e.partition == self.partition]

    def pending(self, vcpu: int = 0) -> int:
        """Return the word of a shared page."""
        return self.word(self.page(vcpu) + 8)

    def nesting(self, vcpu: int = 0) -> tuple[int, int, int]:
        """Return what a shared page has: enable, depth, serving."""
        page = self.page(vcpu)
        serving = self.word(page + 0x14, 4)
        return (
            self.word(page + 4, 4),
            self.word(page + 0x10, 4),
            serving - (serving >> 31 << 32),
        )

    # --- memory and kernel -------------------------------------------------

    def page(self, vcpu: int = 0) -> int:
        """Return the address of a shared page."""
        return SIZE - PAGE * (2 + vcpu)

    def read(self, address: int, length: int) -> bytes:
        """Return the partition's memory."""
        return self.system.read(self.partition, address, length)

    def word(self, address: int, size: int = 8) -> int:
        """Return a number in it."""
        return int.from_bytes(self.read(address, size), "little")

    def put(self, address: int, value: int, size: int = 8) -> None:
        """Change a number in it."""
        data = (value & WORD).to_bytes(8, "little")[:size]
        self.system.write(self.partition, address, data)

    def vcpu(self, index: int = 0) -> Vcpu:
        """Return the kernel's record."""
        return self.system.kernel.partitions[self.partition].vcpus[index]

    def interrupts(self, vcpu: int = 0) -> Interrupts:
        """Return a vCPU's controller."""
        interrupts = self.vcpu(vcpu).arch.interrupts
        assert interrupts is not None
        return interrupts


def clearing(isa: str) -> bytes:
    """Return a handler that zeroes every register but its way back."""
    if isa == "x86-64":
        low = [b"\x48\x31" + bytes([0xC0 | 9 * n]) for n in range(8) if n != 4]
        high = [b"\x4d\x31" + bytes([0xC0 | 9 * n]) for n in range(8)]
        vectors = [b"\x0f\x57" + bytes([0xC0 | 9 * n]) for n in range(8)]
        more = [b"\x45" + vector for vector in vectors]
        return b"".join([*low, *high, *vectors, *more, b"\xc3"])
    integers = [n << 7 | 0x13 for n in range(3, 32)]  # li xn, 0
    floats = [n << 7 | 0xF2000053 for n in range(32)]  # fmv.d.x fn, zero
    code = [*integers, *floats, 0x8067]
    return b"".join(word.to_bytes(4, "little") for word in code)


def storing(isa: str, value: int, at: int) -> bytes:
    """Return a handler that stores a small *value* at a page's address."""
    if isa == "x86-64":
        address, word = at.to_bytes(4, "little"), value.to_bytes(4, "little")
        return b"\x48\xc7\x04\x25" + address + word + b"\xc3"
    code = (
        at | 5 << 7 | 0x37,  # lui t0, at
        value << 20 | 6 << 7 | 0x13,  # li t1, value
        6 << 20 | 5 << 15 | 3 << 12 | 0x23,  # sd t1, 0(t0)
        0x8067,  # ret
    )
    return b"".join(word.to_bytes(4, "little") for word in code)


def partition(
    isa: str,
    name: str = "driver",
    vcpus: int = 1,
    processors: tuple[int, ...] = (0,),
    health: dict[int, str] | None = None,
) -> PartitionSpec:
    """Describe a driver; vCPUs that share a processor take turns of 10 us."""
    alone = vcpus <= len(processors)
    table = {0: "ignore", 1: "stop", 2: "stop"}
    return PartitionSpec(
        name=name,
        size=SIZE,
        image=read(IMAGES / isa / "driver.elf", "paravirt"),
        vcpus=VcpusSpec(vcpus)
        if alone
        else VcpusSpec(vcpus, "round-robin", 10_000),
        processors=processors,
        personality="paravirt",
        health=table if health is None else health,
    )


def windows(
    *placed: tuple[int, int, int],
    frame: int,
    processors: tuple[int, ...] = (0,),
) -> ScheduleSpec:
    """Return windows of (partition, start, duration)."""
    return ScheduleSpec(
        frame,
        windows=tuple(
            WindowSpec(index, start, duration, processors)
            for index, start, duration in placed
        ),
    )


@contextmanager
def running(
    *partitions: PartitionSpec,
    schedule: ScheduleSpec | None = None,
    sources: Sequence[InterruptSpec] = (),
    costs: CostSpec = FREE,
    digest: bool = False,
) -> Iterator[tuple[Guest, ...]]:
    """Build a system; give a guest per partition.  One has it all."""
    processors = 1 + max(max(p.processors) for p in partitions)
    if schedule is None:
        assert len(partitions) == 1
        everywhere = partitions[0].processors
        schedule = windows((0, 0, WINDOW), frame=WINDOW, processors=everywhere)
    spec = SystemSpec(
        name="driver",
        partitions=partitions,
        schedule=schedule,
        processors=processors,
        interrupts=tuple(sources),
        costs=costs,
    )
    sink = RecordingSink()
    with build(spec, sinks=[sink], digest=digest) as system:
        yield tuple(
            Guest(system, sink, index) for index in range(len(partitions))
        )


@contextmanager
def alone(
    isa: str,
    vcpus: int = 1,
    processors: tuple[int, ...] = (0,),
    sources: Sequence[InterruptSpec] = (),
    health: dict[int, str] | None = None,
    costs: CostSpec = FREE,
) -> Iterator[Guest]:
    """Build a system of one driver."""
    own = partition(isa, vcpus=vcpus, processors=processors, health=health)
    with running(own, sources=sources, costs=costs) as (guest,):
        yield guest
