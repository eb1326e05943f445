"""
A driver that attacks, beside a neighbour that it may notify and two witnesses.

The witnesses are a guest kernel of the same instruction set and one of our POK
guests: what they can see must not depend on what the driver does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import vpok.config
from tests.guests.paravirt.driver import (
    FAULT_BEHAVIOUR,
    HERE,
    SIZE,
    Behaviour,
    Command,
    Driver,
)
from tests.properties.systems import EXAMPLES, GUESTS, loaded
from vpok.config.elf import read
from vpok.events import EventKind
from vpok.report.rows import RunResult
from vpok.spec.model import (
    InterruptSpec,
    PartitionSpec,
    PortSpec,
    ScheduleSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import System, build
from vpok.testing import RecordingSink
from vpok.trace.digest import PartitionDigest

ATTACKER, NEIGHBOUR, KERNEL, POK = range(4)
WINDOWS = (1_000_000, 500_000, 1_000_000, 1_000_000)  # ns, in that order
FRAME = sum(WINDOWS)
LIMIT = 12 * FRAME
QUANTUM = 5_000
TURN = 30_000  # ns in which both vCPUs have their turns
# Where things are that arguments may point to.
BUILT, STACK, NAMES, SPARE = 0x90000, 0xA0000, 0xB0000, 0xC0000
TEXT = b"bell\0as\0aq\0ws\0"
BELL = 7
SERVING = (2, 3)  # interrupts whose handlers serve the mailbox


def driver(isa: str, name: str, vcpus: int, health: str) -> PartitionSpec:
    return PartitionSpec(
        name,
        SIZE,
        read(HERE / isa / "driver.elf", "paravirt"),
        VcpusSpec(vcpus, "round-robin", QUANTUM),
        (0,),
        "paravirt",
        health=MappingProxyType({0: health}),
        input=b"some text to read",
    )


def spec_beside(isa: str, health: str) -> SystemSpec:
    """Return the system; *health*: what happens after the attacker's errors."""
    kernel = vpok.config.load(EXAMPLES / "minikernel" / f"{isa}.yaml").spec
    pok = loaded(GUESTS / "semaphores").partitions[0]
    none: frozenset[str] = frozenset()
    starts = [sum(WINDOWS[:place]) for place in range(4)]
    return SystemSpec(
        "beside",
        (
            driver(isa, "attacker", 2, health),
            driver(isa, "neighbour", 1, "ignore"),
            replace(kernel.partitions[0], name="kernel", features=none),
            replace(pok, name="pok", features=pok.features - {"shutdown"}),
        ),
        ScheduleSpec(
            FRAME,
            windows=tuple(
                WindowSpec(place, starts[place], WINDOWS[place], (0,))
                for place in range(4)
            ),
        ),
        ports=(
            PortSpec("as", "sampling", ATTACKER, "out", 32, (4,)),
            PortSpec("aq", "queueing", ATTACKER, "out", 32, (5,)),
            PortSpec("ai", "sampling", ATTACKER, "in", 32),
            PortSpec("ws", "sampling", POK, "in", 32),
            PortSpec("ns", "sampling", NEIGHBOUR, "in", 32),
            PortSpec("nq", "queueing", NEIGHBOUR, "in", 32),
        ),
        interrupts=(
            InterruptSpec("bell", NEIGHBOUR, BELL, sender=ATTACKER),
            InterruptSpec("line", ATTACKER, 1, trigger="level"),
        ),
    )


class Attack:
    """A system whose attacker waits for what to do."""

    def __init__(self, isa: str, system: System, sink: RecordingSink) -> None:
        self.isa = isa
        self.system = system
        self.sink = sink
        self.drivers = [Driver(system, vcpu) for vcpu in (0, 1)]
        self.neighbour = Driver(system, 0, NEIGHBOUR)
        system.write(ATTACKER, NAMES, TEXT)

    def prepare(self) -> None:
        """Let both vCPUs take interrupts and faults; the neighbour too."""
        first, second = self.drivers
        first.do(Command.START, 1, within=LIMIT)
        for each in self.drivers:
            each.do(Command.FAULTS, within=LIMIT)
            each.behave(FAULT_BEHAVIOUR, Behaviour.SERVE)
            for number in range(4):
                each.do(Command.REGISTER, number, within=LIMIT)
                serves = number in SERVING
                does = Behaviour.SERVE if serves else Behaviour.NEST
                each.behave(number, does)
        second.do(Command.FRAME, BUILT, STACK, within=LIMIT)
        self.neighbour.do(Command.REGISTER, BELL, within=LIMIT)
        self.neighbour.do(Command.ENABLE, within=LIMIT)

    def turn(self, times: int = 1) -> None:
        """Let both vCPUs have turns, in the attacker's window."""
        for _ in range(times):
            now = self.system.now
            if now % FRAME + TURN >= WINDOWS[ATTACKER]:
                now += FRAME - now % FRAME
            self.system.run(until=now + TURN)

    def post(
        self, vcpu: int, command: Command, *args: int, number: int = 0
    ) -> Driver:
        """Let a vCPU do something; nobody says that it will."""
        self.drivers[vcpu].post(command, *args, number=number)
        self.turn()
        return self.drivers[vcpu]

    def call(self, vcpu: int, number: int, *args: int) -> int:
        """Let a vCPU that lives do a call; return the result."""
        caller = self.post(vcpu, Command.CALL, *args, number=number)
        assert caller.over
        return caller.result

    def run_code(self, vcpu: int, code: bytes, at: int = SPARE) -> None:
        """Let a vCPU run some machine code."""
        self.system.write(ATTACKER, at, code)
        self.post(vcpu, Command.JUMP, at)

    def errors(self) -> list[int]:
        """Return the kinds of the errors that the attacker has made."""
        told = self.sink.of(EventKind.ERROR)
        return [event.a for event in told if event.partition == ATTACKER]


@contextmanager
def attack(isa: str, health: str = "ignore") -> Iterator[Attack]:
    """
    Let somebody attack, then run to the limit and ask the witnesses.

    Nothing may be raised but by the test itself.
    """
    witnesses = [PartitionDigest(index) for index in (KERNEL, POK)]
    sink = RecordingSink()
    with build(spec_beside(isa, health), sinks=[sink, *witnesses]) as system:
        made = Attack(isa, system, sink)
        made.prepare()
        yield made
        result = system.run(until=LIMIT)
    check_result(result)
    assert [each.hexdigest() for each in witnesses] == undisturbed(isa)


def check_result(result: RunResult) -> None:
    """Expect a run that nobody has stopped."""
    assert result.reason in {"limit", "quiet"}
    assert not result.sink_failures


@cache
def undisturbed(isa: str) -> list[str]:
    """Return what the witnesses see beside a driver without commands."""
    witnesses = [PartitionDigest(index) for index in (KERNEL, POK)]
    with build(spec_beside(isa, "ignore"), sinks=witnesses) as system:
        check_result(system.run(until=LIMIT))
    return [each.hexdigest() for each in witnesses]
