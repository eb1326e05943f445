"""
What a system is, before it runs: frozen, checked, free of files and engines.

Every value that a user can set lives here once.  Times are ns, sizes bytes,
clocks Hz.  Names are resolved: partitions, ports and processors are indices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NO_FLAGS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes of an image: *data* at *address*, then zeros up to *size*."""

    address: int
    data: bytes = field(repr=False)
    size: int


@dataclass(frozen=True, slots=True)
class Image:
    """A partition's program, read and checked."""

    path: str
    entry: int
    file_size: int  # counts in POK's size check, debug sections included
    segments: tuple[Segment, ...]
    isa: str = "x86-32"  # a name of vpok.arch.ISAS


@dataclass(frozen=True, slots=True)
class VcpusSpec:
    """The virtual CPUs of a partition, and who chooses among them."""

    count: int
    policy: str = "null"  # a name of kernel.sched.POLICIES
    quantum: int = 0  # ns, for round-robin
    # Parameters of each vCPU by index, for policies that have some: names and
    # meanings are the policy's (`Policy.PARAMETERS`), times in ns.
    params: tuple[Mapping[str, int], ...] = ()


# Parameters of a policy as a whole are in the first vCPU's too.


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """
    A modelled task: jobs that are released, execute, and have deadlines.

    Times are ns.  Higher priority = more urgent.
    """

    name: str
    period: int  # of a periodic task; least distance of a sporadic one's jobs
    deadline: int  # relative to the release; 0: none
    # What a job executes: values and their weights.  One value: fixed; two
    # with `uniform`: anything between.
    execution: tuple[int, ...]
    weights: tuple[int, ...] = ()
    uniform: bool = False
    kind: str = "periodic"  # TASK_KINDS
    offset: int = 0  # of the first release
    jitter: int = 0  # a release may be so much later
    priority: int = 0
    vcpu: int = 0  # where it runs, unless the partition's tasks are global
    arrivals: tuple[int, ...] = ()  # of an aperiodic task: instants
    on_miss: str = "continue"  # ON_MISS


TASK_KINDS = ("periodic", "sporadic", "aperiodic")
ON_MISS = ("continue", "abort", "skip")
TASK_SCHEDULERS = ("fixed-priority", "edf")


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A partition that is modelled: tasks, or a guest in Python."""

    tasks: tuple[TaskSpec, ...] = ()
    scheduler: str = "fixed-priority"  # TASK_SCHEDULERS
    spread: bool = False  # tasks are global: over all vCPUs of the partition
    # A guest in Python: `module:function`, `file.py:function`, or itself.
    guest: str | Callable[..., Any] = ""
    args: Mapping[str, object] = field(  # what it is given
        default_factory=lambda: MappingProxyType({})
    )
    seed: int = 0


@dataclass(frozen=True, slots=True)
class PartitionSpec:
    """One partition: what POK's configuration says of it, and more."""

    name: str
    size: int  # bytes of memory
    image: Image
    vcpus: VcpusSpec
    processors: tuple[int, ...]  # ascending; those it may use
    personality: str = "pok"
    features: frozenset[str] = NO_FLAGS  # POK's, of the partition
    thread_features: frozenset[str] = NO_FLAGS
    scheduler: str = "rr"  # of its threads: rr, static, rms
    threads: int = 1  # main included
    semaphores: int = 0
    mutexes: int = 0
    events: int = 0
    # Error kind (the personality's number) -> action, when no error thread
    # takes it; key 0 is the default.  Actions: HEALTH_ACTIONS.
    health: Mapping[int, str] = field(
        default_factory=lambda: MappingProxyType({0: "stop"})
    )
    input: bytes = field(default=b"", repr=False)  # what its console reads
    model: ModelSpec | None = None  # instead of an image


HEALTH_ACTIONS = ("ignore", "stop", "warm-restart", "cold-restart", "shutdown")
SWITCH = "plan "  # another action: this, and the name of a plan


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """One of POK's slots: on every processor of the partition, in sequence."""

    partition: int
    duration: int


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """A partition window at an exact place of the major frame."""

    partition: int
    start: int
    duration: int
    processors: tuple[int, ...]
    vcpu: int = -1  # flat: the vCPU that has the window


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """A schedule among several, between which a module can switch."""

    name: str
    major_frame: int
    windows: tuple[WindowSpec, ...]
    # What a partition does at its first window in it: PLAN_ACTIONS, by index.
    actions: tuple[str, ...] = ()


PLAN_ACTIONS = ("continue", "warm-restart", "cold-restart")


@dataclass(frozen=True, slots=True)
class ScheduleSpec:
    """
    The first level: POK's slots, exact windows, several plans, or none.

    Slots move on POK's timer quantum and need `pok` partitions only.  In the
    flat architecture windows name vCPUs, or, without windows, `policy`
    schedules all vCPUs over all processors.
    """

    major_frame: int
    slots: tuple[SlotSpec, ...] = ()
    windows: tuple[WindowSpec, ...] = ()
    plans: tuple[PlanSpec, ...] = ()  # the first one is in force at start
    architecture: str = "hierarchical"  # ARCHITECTURES
    policy: str = ""  # flat, without windows
    quantum: int = 0  # ns, of that policy


ARCHITECTURES = ("hierarchical", "flat")


@dataclass(frozen=True, slots=True)
class PortSpec:
    """A port; its index in `SystemSpec.ports` is its global number."""

    name: str
    kind: str  # sampling, queueing, virtual
    partition: int
    direction: str = "in"  # in, out
    size: int = 0  # bytes; 0: not limited by the configuration
    destinations: tuple[int, ...] = ()  # global numbers


@dataclass(frozen=True, slots=True)
class InterruptSpec:
    """
    A source of interrupts, bound to one vCPU and number.

    At most one of *period*, *arrivals* and *sender* says when it raises;
    without any of them only `System.inject` does.
    """

    name: str
    partition: int
    number: int
    vcpu: int = 0
    period: int = 0  # ns; 0: not periodic
    offset: int = 0  # ns: of the first tick
    arrivals: tuple[int, ...] = ()  # ns, ascending
    sender: int = -1  # the partition that may notify through it
    clock: str = "real"  # INTERRUPT_CLOCKS
    ticks: str = "merge"  # TICK_POLICIES: what becomes of missed ticks
    trigger: str = "edge"  # TRIGGERS
    hold: int = 0  # ns that a level stays asserted; 0: until acknowledged
    limit: int = 255  # occurrences that are counted


INTERRUPT_CLOCKS = ("real", "exec")
TICK_POLICIES = ("delay", "catchup", "merge", "discard")
TRIGGERS = ("edge", "level")


@dataclass(frozen=True, slots=True)
class FlushSpec:
    """When data leaves the sending ports (pok-compatibility.md)."""

    when: str = "major-frame"  # major-frame, windows, period
    period: int = 0  # ns, for `period`


@dataclass(frozen=True, slots=True)
class CostSpec:
    """What the hypervisor's own work costs in virtual time, ns."""

    hypercall: int = 200  # each entry into the hypervisor
    switch: int = 500  # to the vCPU that gets the processor
    interrupt: int = 200  # each delivery
    restart: int = 100_000  # of a partition, charged to its vCPUs
    latency: int = 500  # of effects on another processor


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """A whole module, in the sense of ARINC 653."""

    name: str
    partitions: tuple[PartitionSpec, ...]
    schedule: ScheduleSpec
    processors: int = 1
    clock: int = 100_000_000  # Hz: instructions per second of a processor
    kernel_features: frozenset[str] = NO_FLAGS  # assert, debug
    ports: tuple[PortSpec, ...] = ()
    interrupts: tuple[InterruptSpec, ...] = ()
    flush: FlushSpec = FlushSpec()
    costs: CostSpec = CostSpec()
    compat: str = "vpok"  # pok: POK's own behaviour where ours is kinder


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, where it stands, and what to do about it."""

    where: str  # file:line when it comes from a file, else a path of keys
    what: str
