"""
What a run came to, as plain data: everything that a report can say.

All times are ns of virtual time, but for `RunResult.host_seconds`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LatencyRow:
    """The time from raise to delivery, over all deliveries."""

    minimum: int
    mean: int  # rounded down
    p99: int  # 99 % were delivered within this time
    maximum: int


@dataclass(frozen=True, slots=True)
class InterruptRow:
    """One virtual interrupt of a vCPU; counts are of occurrences."""

    number: int
    sources: tuple[str, ...]  # configured ones; others are the guest's
    raised: int
    delivered: int
    completed: int
    overruns: int  # beyond the limit
    dropped: int  # not registered, merged, discarded or cancelled
    pending: int
    latency: LatencyRow | None = None  # of those that were listened to


@dataclass(frozen=True, slots=True)
class VcpuRow:
    """One virtual CPU."""

    id: int  # unique in the module, recycled
    index: int  # in its partition
    processor: int | None  # where it runs or ran last
    state: str  # running, runnable, blocked, offline
    running: int
    runnable: int
    blocked: int
    offline: int
    switches: int  # times that it was given a processor
    syscalls: int
    faults: int
    interrupts: tuple[InterruptRow, ...] = ()  # those that occurred


@dataclass(frozen=True, slots=True)
class PartitionRow:
    """One partition and its virtual CPUs."""

    index: int
    name: str
    mode: str  # idle, cold-start, warm-start, normal
    policy: str  # of its vCPUs
    processors: tuple[int, ...]  # that it may use
    restarts: int
    errors: int  # that the health monitor heard of
    instructions: int
    vcpus: tuple[VcpuRow, ...]


@dataclass(frozen=True, slots=True)
class ProcessorRow:
    """One processor: busy + idle is the time since the start."""

    number: int
    busy: int
    idle: int
    slack: int  # part of busy: no further instruction fitted


@dataclass(frozen=True, slots=True)
class RunResult:
    """A system where `System.run` left it; all counts are since the start."""

    system: str
    end: int  # ns
    reason: str  # limit, shutdown, quiet, error
    digest: str | None  # SHA-256 of all events, if it was asked for
    partitions: tuple[PartitionRow, ...]
    processors: tuple[ProcessorRow, ...]
    host_seconds: float  # spent inside `run`
    engine: str  # name and tier
    sink_failures: tuple[str, ...] = ()  # listeners that had to be dropped

    @property
    def exit_status(self) -> int:
        """What a program that ends with this run returns: 0 or 1."""
        return 1 if self.reason == "error" else 0

    @property
    def instructions(self) -> int:
        """Guest instructions, of all partitions."""
        return sum(row.instructions for row in self.partitions)

    @property
    def mips(self) -> float:
        """Millions of guest instructions per second of the host."""
        if self.host_seconds <= 0:
            return 0.0
        return self.instructions / self.host_seconds / 1e6
