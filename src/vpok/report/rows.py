"""
What a run came to, as plain data: everything that a report can say.

All times are ns of virtual time, but for `RunResult.host_seconds`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vpok.kernel.errors import VpokError

if TYPE_CHECKING:
    from vpok.timeline import Drawing, History


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
class ResponseRow:
    """Response times of the jobs that are done: from arrival to completion."""

    minimum: int
    mean: int  # rounded down
    p50: int  # half of them took no longer
    p99: int
    maximum: int
    # False: so many times are different that p50 and p99 are those of classes
    # of times, up to 1/256 too high.
    exact: bool


@dataclass(frozen=True, slots=True)
class MissRow:
    """A deadline that was missed."""

    job: int  # the first one is 1
    deadline: int  # the instant


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One modelled task."""

    index: int  # in its partition
    name: str
    vcpu: int | None  # None: on any of the partition
    period: int  # 0: aperiodic
    deadline: int  # relative; 0: none
    released: int  # jobs
    done: int
    aborted: int
    skipped: int
    missed: int  # deadlines of jobs that have ended since
    pending: int  # jobs that have not ended
    overdue: int  # of these, jobs whose deadline has passed
    preempted: int  # times that a job was stopped before its end
    migrated: int  # times that one went on elsewhere
    executed: int
    worst_arrival: int | None  # of the job with the longest response
    response: ResponseRow | None  # None: no job is done
    misses: tuple[MissRow, ...]  # the first thousand


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
    utilisation: float = 0.0  # running, as a share of the time so far
    # What it was to get by now, of its windows or its server's budget; None:
    # nobody owes it any.
    supply: int | None = None
    supplied_by: str = ""  # windows, budget


@dataclass(frozen=True, slots=True)
class PartitionRow:
    """One partition and its virtual CPUs."""

    index: int
    name: str
    mode: str  # idle, cold-start, warm-start, normal
    policy: str  # of its vCPUs; `windows` if each has some of its own
    processors: tuple[int, ...]  # that it may use
    restarts: int
    errors: int  # that the health monitor heard of
    instructions: int
    vcpus: tuple[VcpuRow, ...]
    tasks: tuple[TaskRow, ...] = ()  # if it is modelled
    utilisation: float = 0.0  # of its vCPUs together, in processors
    supply: int | None = None  # what its windows were, on all processors


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
    history: "History | None" = field(default=None, repr=False, compare=False)

    @property
    def exit_status(self) -> int:
        """What a program that ends with this run returns: 0 or 1."""
        return 1 if self.reason == "error" else 0

    @property
    def instructions(self) -> int:
        """Guest instructions, of all partitions."""
        return sum(row.instructions for row in self.partitions)

    @property
    def jobs(self) -> int:
        """Jobs of modelled tasks that are done, of all partitions."""
        return sum(task.done for row in self.partitions for task in row.tasks)

    @property
    def mips(self) -> float:
        """Millions of guest instructions per second of the host."""
        if self.host_seconds <= 0:
            return 0.0
        return self.instructions / self.host_seconds / 1e6

    # --- for people ---------------------------------------------------------

    def timeline(
        self, start: int | str = 0, end: int | str | None = None
    ) -> "Drawing":
        """
        Draw who had the processors when, from *start* to *end*.

        ns, or text such as `20ms`; default: all of the run.  Raises VpokError
        if the system was not built with `timeline=True`.
        """
        if self.history is None:
            raise VpokError(
                "nobody noted who had the processors when: build the system "
                "with timeline=True"
            )
        return self.history.drawing(start, self.end if end is None else end)

    def _repr_html_(self) -> str:
        from vpok.report.markup import page  # noqa: PLC0415
        from vpok.report.summary import headline, tables  # noqa: PLC0415

        return page(headline(self), tables(self))

    # --- for pandas or polars -----------------------------------------------

    def tasks_frame(self, library: str | None = None) -> Any:
        """
        Return a frame with a row per modelled task; times in ns.

        *library*: `pandas` or `polars`; default: pandas, else polars.  Raises
        VpokError if it is not installed.
        """
        found = (
            ((row.name,), (task, task.response))
            for row in self.partitions
            for task in row.tasks
        )
        kinds = (("", TaskRow), ("response_", ResponseRow))
        return _frame(("partition",), kinds, found, library)

    def misses_frame(self, library: str | None = None) -> Any:
        """Return a frame with a row per missed deadline; see `tasks_frame`."""
        found = (
            ((row.name, task.name), (miss,))
            for row in self.partitions
            for task in row.tasks
            for miss in task.misses
        )
        heads = ("partition", "task")
        return _frame(heads, (("", MissRow),), found, library)

    def vcpus_frame(self, library: str | None = None) -> Any:
        """Return a frame with a row per virtual CPU; see `tasks_frame`."""
        found = (
            ((row.name,), (vcpu,))
            for row in self.partitions
            for vcpu in row.vcpus
        )
        return _frame(("partition",), (("", VcpuRow),), found, library)

    def partitions_frame(self, library: str | None = None) -> Any:
        """Return a frame with a row per partition; see `tasks_frame`."""
        found = (((), (row,)) for row in self.partitions)
        return _frame((), (("", PartitionRow),), found, library)

    def processors_frame(self, library: str | None = None) -> Any:
        """Return a frame with a row per processor; see `tasks_frame`."""
        found = (((), (row,)) for row in self.processors)
        return _frame((), (("", ProcessorRow),), found, library)


def _frame(
    heads: Sequence[str],
    kinds: Sequence[tuple[str, type[Any]]],
    found: Iterable[tuple[Sequence[Any], Sequence[Any]]],
    library: str | None,
) -> Any:
    from vpok.report.dataframes import (  # noqa: PLC0415
        columns,
        dataframe,
        types,
    )

    table = columns(heads, kinds, found)
    return dataframe(table, types(heads, kinds), library)
