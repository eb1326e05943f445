"""
The engine of modelled partitions: many jobs in one run, to the nanosecond.

Each vCPU has tasks of its own.  While it has none to run it blocks, with a
timer at its next release.  Nothing that it does depends on how its time is
cut into runs.
"""

from mypy_extensions import i64, mypyc_attr

from vpok.engines.model.task import Job, Task
from vpok.engines.model.tasks import (
    JOB_END,
    JOB_MISS,
    JOB_START,
    JOB_STOP,
    TaskSet,
    tell,
)
from vpok.events import Sink
from vpok.kernel.engine import BLOCK, CONTINUE, Engine, Traps
from vpok.kernel.partition import Partition
from vpok.kernel.services import Services
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import Machine
from vpok.machine.memory import GuestMemory
from vpok.units import FAR


class Place:
    """What a vCPU does at the moment."""

    def __init__(self, tasks: TaskSet) -> None:
        """Do nothing yet."""
        self.tasks = tasks
        self.job: Job | None = None
        self.switches: i64 = -1  # of the vCPU, when it ran last


@mypyc_attr(allow_interpreted_subclasses=True)
class ModelEngine(Engine):
    """Executes the tasks of one partition, vCPU by vCPU."""

    def __init__(self, sets: list[TaskSet]) -> None:
        """Execute one set of tasks per vCPU."""
        self.name = "model"
        self.tier = "exact"
        self.isa = "model"
        self.exact = True
        self.free = True
        self.hypercall = b""
        self.call_cause = -1
        self.memory = GuestMemory(memoryview(bytearray()), 0)
        self.machine = Machine()
        self.sets = sets
        self.places: list[Place] = []
        for tasks in sets:
            self.places.append(Place(tasks))
        self.kernel: Services
        self.partition: Partition
        self.sink: Sink | None = None

    def attach(self, traps: Traps) -> None:
        """Hear of the kernel."""
        assert isinstance(traps, Services)
        self.kernel = traps

    def tasks(self) -> list[Task]:
        """Return all tasks, in the order of the configuration."""
        found: list[Task] = []
        for tasks in self.sets:
            found.extend(tasks.tasks)
        found.sort(key=_index)
        return found

    # The loop in which models spend their time: calls would double it.
    def run(  # noqa: C901, PLR0912, PLR0915
        self, vcpu: Vcpu, now: i64, budget: i64
    ) -> i64:
        """Let jobs of *vcpu*'s tasks execute for at most *budget* ns."""
        place = self.places[vcpu.index]
        tasks = place.tasks
        ready = tasks.ready
        self.sink = self.kernel.listener()
        time = now
        end = now + budget
        if vcpu.switches != place.switches:
            place.switches = vcpu.switches
            self._return(vcpu, place, now)
        job = place.job
        while time < end:
            if tasks.due <= time:
                tasks.release(time)
                if tasks.gone:
                    self.give_up(vcpu, tasks, time)
            if job is not None and ready and ready[0][0] < job.key:
                self._preempt(vcpu, tasks, job, time)
                job = None
            if job is None:
                if not ready:
                    break
                job = tasks.pop()
                if self.sink is not None:
                    self.tell(vcpu, time, JOB_START, job, job.arrival)
            stop = tasks.due if tasks.due < end else end
            if job.limit < stop:
                stop = max(job.limit, time)
            done = time + job.left
            if done <= stop:
                time = done
                late = tasks.end(job, time)
                if self.sink is not None:
                    self.tell_end(vcpu, time, job, late)
                job = None
                continue
            job.left -= stop - time
            job.task.executed += stop - time
            time = stop
            if job.limit <= time:
                tasks.abort(job, time)
                self.tell(vcpu, time, JOB_MISS, job, job.deadline)
                job = None
        place.job = job
        vcpu.exit = CONTINUE
        if job is None and not ready and tasks.due > time:
            vcpu.exit = BLOCK
            if tasks.due < FAR:
                self.kernel.set_timer(vcpu.partition, vcpu.index, tasks.due)
        return time - now

    def _return(self, vcpu: Vcpu, place: Place, now: i64) -> None:
        """Let the job that was away go on, if it still may."""
        job = place.job
        if job is None:
            return
        tasks = place.tasks
        job.task.preempted += 1
        if tasks.due <= now:
            tasks.release(now)
            self.give_up(vcpu, tasks, now)
        if job.left == 0:  # its deadline passed
            place.job = None
            return
        if tasks.ready and tasks.ready[0][0] < job.key:
            tasks.push(job)
            place.job = None
            return
        self.tell(vcpu, now, JOB_START, job, job.arrival)

    def give_up(self, vcpu: Vcpu, tasks: TaskSet, now: i64) -> None:
        """Tell of jobs that were given up where they waited."""
        for job in tasks.gone:
            self.tell(vcpu, now, JOB_MISS, job, job.deadline)
        tasks.gone.clear()

    def _preempt(self, vcpu: Vcpu, tasks: TaskSet, job: Job, now: i64) -> None:
        job.task.preempted += 1
        self.tell(vcpu, now, JOB_STOP, job, job.left)
        tasks.push(job)

    def tell_end(self, vcpu: Vcpu, now: i64, job: Job, late: bool) -> None:
        """Tell that a job is done."""
        if late:
            self.tell(vcpu, now, JOB_MISS, job, job.deadline)
        self.tell(vcpu, now, JOB_END, job, now - job.arrival)

    def tell(self, vcpu: Vcpu, now: i64, kind: i64, job: Job, b: i64) -> None:
        """Tell an event of a job on *vcpu*."""
        pcpu = vcpu.pcpu
        if pcpu < 0:
            pcpu = vcpu.partition.home
        tell(
            self.sink,
            now,
            kind,
            pcpu,
            vcpu.partition.index,
            vcpu.index,
            job,
            b,
        )

    def consumed(self) -> i64:
        """Models do not trap."""
        return 0

    def stop(self) -> None:
        """Models are never stopped inside a trap."""

    def flush(self, address: i64, length: i64) -> None:
        """Nothing is translated."""

    def instructions(self) -> int:
        """Models execute none."""
        return 0

    def close(self) -> None:
        """Nothing was borrowed."""


def _index(task: Task) -> int:
    return int(task.index)
