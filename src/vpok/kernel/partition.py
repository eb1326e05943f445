"""
Partitions: what each one owns, and its mode.

Modes are ARINC 653's; a personality translates them for its guests.
"""

from typing import TYPE_CHECKING, Final

from mypy_extensions import i64

from vpok.kernel.engine import Engine
from vpok.kernel.sources import Arrival, Source
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchOps
from vpok.machine.memory import GuestMemory

if TYPE_CHECKING:
    from vpok.kernel.domain import Domain
    from vpok.kernel.personality import Personality

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
        # By index of a vCPU, as configured: its operations, its parameters,
        # and its domain; the length of these is the number of vCPUs.
        self.ops: list[ArchOps] = []
        self.params: list[dict[str, int]] = []
        self.domains: list[Domain] = []
        self.scheduled: list[Domain] = []  # the same, each of them once
        self.personality: Personality  # bound by `bind`
        self.home: i64 = 0  # a processor of its, for what has none
        self.free = engine.free  # the hypervisor's work costs no time
        self.hears = True  # its personality wants to hear of windows

        # Changed by the kernel: when each timer aimed at it is due, by tag,
        # and the arrivals among them.
        self.due: dict[int, int] = {}
        self.arrivals: dict[int, Arrival] = {}
        self.sources: list[Source] = []
        self.external = False  # somebody outside may raise its interrupts
        self.next_tag = -1  # of its next arrival
        # A restart that was asked for: COLD_START or WARM_START, else IDLE.
        self.restart: i64 = IDLE

    def bind(
        self,
        personality: "Personality",
        ops: list[ArchOps],
        params: list[dict[str, int]],
    ) -> None:
        """Hear what its vCPUs will be made of."""
        self.personality = personality
        self.ops = ops
        self.params = params
        self.home = self.domains[0].pcpus[0]
        for domain in self.domains:
            if domain not in self.scheduled:
                self.scheduled.append(domain)

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
