"""
Modelled tasks: when their jobs come, how long they execute, what became of
them.
"""

from typing import Final

from mypy_extensions import i64

from vpok.engines.model.chance import Stream
from vpok.engines.model.responses import Responses
from vpok.units import FAR

PERIODIC: Final = 0
SPORADIC: Final = 1
APERIODIC: Final = 2

CONTINUE_LATE: Final = 0  # what is done about a job that misses its deadline
ABORT: Final = 1
SKIP: Final = 2

KEPT_MISSES: Final = 1000


class Job:
    """One job of a task."""

    def __init__(
        self,
        task: "Task",
        number: i64,
        arrival: i64,
        left: i64,
        deadline: i64,
        key: i64,
        order: i64,
    ) -> None:
        """Arrive, with *left* ns to execute."""
        self.task = task
        self.number = number
        self.arrival = arrival
        self.left = left
        self.deadline = deadline
        # When it ends, done or not.
        self.limit: i64 = deadline if task.on_miss == ABORT else FAR
        self.key = key  # lower ones are more urgent
        self.order = order  # among those with the same key
        self.place: i64 = -1  # the vCPU where it ran last


class Task:
    """A task, and the account of its jobs."""

    def __init__(self, name: str, index: i64, vcpu: i64) -> None:
        """Have no jobs; the other fields say which it gets."""
        # At most 30 attributes, as in the kernel: see `Module`.
        self.name = name
        self.index = index
        self.vcpu = vcpu
        self.kind: i64 = PERIODIC
        self.period: i64 = 0
        self.deadline: i64 = 0  # relative; 0: none
        self.priority: i64 = 0
        self.jitter: i64 = 0
        self.on_miss: i64 = CONTINUE_LATE
        self.execution: i64 = 0  # ns of each job, if it is fixed
        self.low: i64 = 0
        self.high: i64 = 0
        self.values: list[int] = []
        self.bounds: list[int] = []  # sums of the weights
        self.arrivals: list[int] = []
        self.stream: Stream | None = None  # None: nothing is left to chance
        self.plain = False  # periodic, and nothing is left to chance
        # State.
        self.arrival: i64 = 0  # nominal, of the next job
        self.released: i64 = 0
        self.waiting: list[Job] = []  # behind the one that is ready or runs
        self.active: Job | None = None
        self.skipping = False
        # Account.
        self.aborted: i64 = 0
        self.skipped: i64 = 0
        self.missed: i64 = 0
        self.misses: list[tuple[int, int]] = []  # (job, deadline), the first
        self.preempted: i64 = 0
        self.migrated: i64 = 0
        self.executed: i64 = 0
        self.responses = Responses()

    def length(self) -> i64:
        """Return how long the next job executes, ns."""
        stream = self.stream
        if stream is None:
            return self.execution
        if self.high > 0:
            return self.low + stream.below(int(self.high - self.low + 1))
        if self.values:
            drawn = stream.below(self.bounds[-1])
            for place in range(len(self.bounds)):
                if drawn < self.bounds[place]:
                    return self.values[place]
        return self.execution

    def delay(self) -> i64:
        """Return how much later than nominal a job is released."""
        if self.jitter == 0 or self.stream is None:
            return 0
        return self.stream.below(int(self.jitter) + 1)

    def turn(self, release: i64) -> None:
        """Turn to the next job; *release* is when this one came."""
        if self.kind == PERIODIC:
            self.arrival += self.period
        elif self.kind == SPORADIC:
            self.arrival = release + self.period
        else:
            self.arrival = FAR
            if self.released < len(self.arrivals):
                self.arrival = self.arrivals[self.released]

    def miss(self, job: Job) -> None:
        """Account a missed deadline."""
        self.missed += 1
        if len(self.misses) < KEPT_MISSES:
            self.misses.append((int(job.number), int(job.deadline)))
