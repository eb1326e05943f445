"""
The tasks of one vCPU, and who of them runs.

Fixed priority or EDF, preemptive.  A job preempts only if it is strictly more
urgent: of equal priority who was released first goes first; of equal deadline
the running one, then the order of configuration (semantics 20).  A task's own
jobs are served in order.

A deadline whose miss has consequences is an instant like a release, and comes
before one: what follows from it follows whether or not the job runs.
"""

from heapq import heapify, heappop, heappush, heapreplace

from mypy_extensions import i64

from vpok.engines.model.task import CONTINUE_LATE, SKIP, Job, Task
from vpok.events import EventKind, Sink
from vpok.units import FAR

JOB_START = int(EventKind.JOB_START)
JOB_STOP = int(EventKind.JOB_STOP)
JOB_END = int(EventKind.JOB_END)
JOB_MISS = int(EventKind.JOB_MISS)


class TaskSet:
    """Tasks that share what a vCPU gets, or what several do."""

    def __init__(self, tasks: list[Task], edf: bool) -> None:
        """Schedule *tasks* by fixed priority, or by deadline."""
        self.tasks = tasks
        self.edf = edf
        # When the next job of each task comes: (time, place).
        self.coming: list[tuple[int, int]] = []
        # Those that can run: (key, release or place, place, job).
        self.ready: list[tuple[int, int, int, Job]] = []
        for place in range(len(tasks)):
            task = tasks[place]
            if task.arrival < FAR:
                when = int(task.arrival + task.delay())
                self.coming.append((when, place))
        self.coming.sort()
        # Jobs whose miss matters, by deadline: (when, place, number, job).
        self.limited: list[tuple[int, int, int, Job]] = []
        # Those that were given up, until the engine tells of them.
        self.gone: list[Job] = []
        # When the first release or deadline is, or FAR.
        self.due: i64 = self.coming[0][0] if self.coming else FAR

    def release(self, now: i64) -> None:
        """Let the jobs come, and deadlines pass, up to *now*."""
        coming = self.coming
        while self.due <= now:
            if self.limited and self.limited[0][0] <= self.due:
                self.expire()
                continue
            when, place = coming[0]
            task = self.tasks[place]
            arrival = task.arrival
            task.released += 1
            if task.skipping:
                task.skipping = False
                task.skipped += 1
            else:
                self.admit(task, arrival, when)
            if task.plain:
                arrival += task.period
                task.arrival = arrival
                heapreplace(coming, (arrival, place))
            else:
                task.turn(when)
                heappop(coming)
                if task.arrival < FAR:
                    heappush(coming, (task.arrival + task.delay(), place))
            self.due = coming[0][0] if coming else FAR
            if self.limited:
                self.settle()

    def settle(self) -> None:
        """Forget deadlines of jobs that are over; find what is due."""
        limited = self.limited
        while limited and limited[0][3].left == 0:
            heappop(limited)
        self.due = self.coming[0][0] if self.coming else FAR
        if limited and limited[0][0] < self.due:
            self.due = limited[0][0]

    def expire(self) -> None:
        """Do what follows from the deadline that passes, if it is missed."""
        when, _, _, job = heappop(self.limited)
        if job.left > 0:
            if job.task.on_miss == SKIP:
                job.task.skipping = True
            else:
                self.withdraw(job)
                self.gone.append(job)
                self.abort(job, when)
        self.settle()

    def withdraw(self, job: Job) -> None:
        """Let a job be ready no more, if it is."""
        for entry in self.ready:
            if entry[3] is job:
                self.ready.remove(entry)
                heapify(self.ready)
                return

    def admit(self, task: Task, arrival: i64, when: i64) -> None:
        """Make a job ready, or let it wait for its task's last one."""
        left = task.execution if task.plain else task.length()
        deadline: i64 = FAR
        if task.deadline > 0:
            deadline = arrival + task.deadline
        key = -task.priority
        order = when
        if self.edf:
            key = deadline
            order = task.index
        job = Job(task, task.released, arrival, left, deadline, key, order)
        if task.on_miss != CONTINUE_LATE:
            limit = max(deadline, when)
            heappush(self.limited, (limit, task.index, job.number, job))
        if task.active is not None:
            task.waiting.append(job)
            return
        task.active = job
        self.push(job)

    def following(self, task: Task, now: i64) -> None:
        """Turn to the task's next job that waits."""
        task.active = None
        if task.waiting:
            job = task.waiting.pop(0)
            if not self.edf:
                job.order = now
            task.active = job
            self.push(job)

    def push(self, job: Job) -> None:
        """Let a job be ready, new or preempted."""
        heappush(
            self.ready,
            (job.key, job.order, job.task.index, job),
        )

    def pop(self) -> Job:
        """Take the most urgent job."""
        return heappop(self.ready)[3]

    def end(self, job: Job, now: i64) -> bool:
        """Account a job that is done; say whether it was late."""
        task = job.task
        task.executed += job.left
        job.left = 0
        task.responses.add(now - job.arrival, job.arrival)
        late = now > job.deadline
        if late:
            task.miss(job)
        if task.waiting:
            self.following(task, now)
        else:
            task.active = None
        if self.limited:
            self.settle()
        return late

    def abort(self, job: Job, now: i64) -> None:
        """Give a job up whose deadline has passed."""
        task = job.task
        task.miss(job)
        task.aborted += 1
        job.left = 0
        if job is task.active:
            self.following(task, now)
        else:  # of jobs that jitter held up, a later one may be first
            task.waiting.remove(job)
        if self.limited:
            self.settle()


def tell(
    sink: Sink | None,
    now: i64,
    kind: i64,
    pcpu: i64,
    partition: i64,
    vcpu: i64,
    job: Job,
    b: i64,
) -> None:
    """Tell an event of a job."""
    if sink is not None:
        sink.emit(
            now, kind, pcpu, partition, vcpu, job.task.index, job.number, b
        )
