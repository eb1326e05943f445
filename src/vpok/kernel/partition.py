"""
Partitions: what each one owns, and its mode.

Modes are ARINC 653's; a personality translates them for its guests.
"""

from typing import Final

from mypy_extensions import i64

from vpok.kernel.engine import Engine
from vpok.kernel.sources import Arrival, Source
from vpok.kernel.vcpu import Vcpu
from vpok.machine.memory import GuestMemory

IDLE: Final = 0
COLD_START: Final = 1
WARM_START: Final = 2
NORMAL: Final = 3

MODE_NAMES: Final = ("idle", "cold-start", "warm-start", "normal")


class Partition:
    """One partition: engine, memory, vCPUs, mode, what it was asked to do."""

    def __init__(self, index: int, name: str, engine: Engine) -> None:
        """Make it, in WARM_START and without vCPUs."""
        self.index: i64 = index
        self.name = name
        self.engine = engine
        self.memory: GuestMemory = engine.memory
        self.mode: i64 = WARM_START
        self.restarts: i64 = 0
        self.errors: i64 = 0  # that the health monitor heard of
        self.vcpus: list[Vcpu] = []  # in order of index, like the links

        # Changed by the kernel: when each timer aimed at it is due, by tag,
        # and the arrivals among them.
        self.due: dict[int, int] = {}
        self.arrivals: dict[int, Arrival] = {}
        self.sources: list[Source] = []
        self.external = False  # somebody outside may raise its interrupts
        self.next_tag = -1  # of its next arrival
        # A restart that was asked for: COLD_START or WARM_START, else IDLE.
        self.restart: i64 = IDLE

    def link(self, vcpu: Vcpu) -> None:
        """Append a vCPU to the partition's order."""
        if self.vcpus:
            last = self.vcpus[-1]
            last.next = vcpu
            vcpu.previous = last
        self.vcpus.append(vcpu)

    def unlink(self, vcpu: Vcpu) -> None:
        """Take a vCPU out of the partition's order."""
        if vcpu.previous is not None:
            vcpu.previous.next = vcpu.next
        if vcpu.next is not None:
            vcpu.next.previous = vcpu.previous
        vcpu.previous = None
        vcpu.next = None
        self.vcpus.remove(vcpu)
