"""
The host's side of `guests/paravirt/test/driver.c`.

A `Driver` lets a vCPU of a real guest do one thing after another: calls,
registrations, faults.  What its handlers saw is in a log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from struct import Struct

from vpok.system import System

HERE = Path(__file__).parent
ISAS = ("x86-64", "riscv64")
SIZE = 1 << 20

# Where driver.c has things.
MAILBOX, MAILBOX_SIZE = 0x40000, 0x400
LOG, LOG_SIZE, ENTRIES = 0x50000, 0x10000, 2040
GO, DONE, COMMAND, IDLE, NUMBER, RESULT = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x48
RELEASE, IDLES, FRAME, SEEN, BEHAVIOUR = 0x58, 0x5C, 0x60, 0x68, 0x80
FAULT_BEHAVIOUR = 64

U32, U64, I64 = Struct("<I"), Struct("<Q"), Struct("<q")
ENTRY = Struct("<IIIIQQ")
SHARED = Struct("<IIQIiQQQIIIIQQQ")
WORD = (1 << 64) - 1


class Command(IntEnum):
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


class Behaviour(IntEnum):
    """What a handler does after logging."""

    RETURN = 0
    NEST = 1
    HOLD = 2
    NESTHOLD = 3
    RETURN_TO = 4
    DOWN = 5
    AGAIN = 6
    SERVE = 7


class Idle(IntEnum):
    """What a vCPU does while it has no command."""

    SPIN = 0
    BLOCK = 1
    YIELD = 2


class Event(IntEnum):
    ENTERED = 0
    LEAVING = 1
    REFUSED = 2


@dataclass(frozen=True)
class Entry:
    """A line of a vCPU's log."""

    event: Event
    number: int
    kind: int  # of the frame: 0 interrupt, 1 fault
    depth: int
    time: int
    frame: int


@dataclass(frozen=True)
class Shared:
    """A shared page."""

    version: int
    enable: int
    pending: int
    depth: int
    serving: int
    time: int
    exec: int
    steal: int
    partition: int
    vcpu: int
    vcpus: int
    start: int
    memory: int
    hypercall: int
    clock: int


def configuration(isa: str, vcpus: int = 1, more: str = "") -> str:
    """Return the configuration of one driver; *more* is appended to it."""
    return (
        "partitions:\n"
        "  - name: driver\n"
        "    personality: paravirt\n"
        f"    image: {HERE / isa / 'driver.elf'}\n"
        f"    size: {SIZE}\n"
        "    features: [shutdown]\n"
        f"    vcpus: {{count: {vcpus}, policy: round-robin}}\n"
        "kernel:\n"
        "  scheduler:\n"
        "    slots:\n"
        "      - {partition: driver, duration: 10ms}\n"
    ) + more


class Driver:
    """One vCPU of a system whose partition runs the driver."""

    def __init__(
        self, system: System, vcpu: int = 0, partition: int | str = 0
    ) -> None:
        """Drive a vCPU; vCPU 0 is up, the others wait for START."""
        self.system = system
        self.vcpu = vcpu
        self.partition = partition
        self.mailbox = MAILBOX + MAILBOX_SIZE * vcpu
        self.log_at = LOG + LOG_SIZE * vcpu

    # --- its memory ---------------------------------------------------------

    def read(self, address: int, form: Struct) -> int:
        data = self.system.read(self.partition, address, form.size)
        return int(form.unpack(data)[0])

    def write(self, address: int, form: Struct, value: int) -> None:
        self.system.write(self.partition, address, form.pack(value))

    def shared(self) -> Shared:
        data = self.system.read(self.partition, self.shared_at, SHARED.size)
        return Shared(*SHARED.unpack(data))

    @property
    def shared_at(self) -> int:
        """The address of the vCPU's shared page."""
        return SIZE - 4096 * (2 + self.vcpu)

    @property
    def stack_end(self) -> int:
        """Where the stack of vCPU 0 ends: the lowest shared page."""
        vcpus = self.read(SIZE - 2 * 4096 + 0x38, U32)
        return SIZE - 4096 * (1 + vcpus)

    # --- commands -----------------------------------------------------------

    def post(self, command: Command, *args: int, number: int = 0) -> None:
        """Let the vCPU do something as soon as it looks into its mailbox."""
        words = [arg & WORD for arg in args] + [0] * (6 - len(args))
        for place, word in enumerate([number & WORD, *words]):
            self.write(self.mailbox + NUMBER + 8 * place, U64, word)
        self.write(self.mailbox + COMMAND, U32, command)
        posted = self.read(self.mailbox + GO, U32)
        self.write(self.mailbox + GO, U32, posted + 1)

    @property
    def begun(self) -> bool:
        return self._counter(SEEN) == self._counter(GO)

    @property
    def over(self) -> bool:
        return self._counter(DONE) == self._counter(GO)

    def _counter(self, field: int) -> int:
        return self.read(self.mailbox + field, U32)

    @property
    def result(self) -> int:
        """What the last command that was over returned, signed."""
        return self.read(self.mailbox + RESULT, I64)

    def do(
        self,
        command: Command,
        *args: int,
        number: int = 0,
        within: int = 10_000_000,
        step: int = 20_000,
    ) -> int:
        """Post a command, run until it is over, return its result; ns."""
        self.post(command, *args, number=number)
        end = self.system.now + within
        while not self.over:
            assert self.system.now < end, f"{command.name} is not over"
            self.system.run(until=self.system.now + step)
        return self.result

    def call(self, number: int, *args: int) -> int:
        """Let the vCPU do a hypercall; return its result."""
        return self.do(Command.CALL, *args, number=number)

    # --- handlers -----------------------------------------------------------

    def behave(self, number: int, behaviour: Behaviour) -> None:
        """Say what the handler of an interrupt (or FAULT_BEHAVIOUR) does."""
        self.write(self.mailbox + BEHAVIOUR + 4 * number, U32, behaviour)

    def idle(self, how: Idle) -> None:
        """Say what the vCPU does while it has no command."""
        self.write(self.mailbox + IDLE, U32, how)

    def release(self, *, released: bool = True) -> None:
        """Let the handlers that HOLD go on."""
        self.write(self.mailbox + RELEASE, U32, int(released))

    def frame(self, address: int) -> None:
        """Say which frame RETURN_TO returns to."""
        self.write(self.mailbox + FRAME, U64, address)

    def log(self) -> Sequence[Entry]:
        """Return what the handlers logged, oldest first."""
        count = self.read(self.log_at, U64)
        entries = []
        for place in range(max(0, count - ENTRIES), count):
            at = self.log_at + 64 + ENTRY.size * (place % ENTRIES)
            data = self.system.read(self.partition, at, ENTRY.size)
            event, *rest = ENTRY.unpack(data)
            entries.append(Entry(Event(event), *rest))
        return entries

    def entered(self) -> list[int]:
        """Return the numbers of the interrupts that were served, in order."""
        return [
            entry.number
            for entry in self.log()
            if entry.event is Event.ENTERED and entry.kind == 0
        ]
