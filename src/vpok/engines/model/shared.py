"""
Tasks that are global: one queue, over all vCPUs of their partition.

A vCPU runs one job at a time and returns when it is done, so that who takes
the next one is decided in the order of time.  Releases are timers of the
partition, at which all its vCPUs stand still.
"""

from mypy_extensions import i64, mypyc_attr

from vpok.engines.model.engine import ModelEngine, Place
from vpok.engines.model.task import Job
from vpok.engines.model.tasks import (
    JOB_MISS,
    JOB_START,
    JOB_STOP,
    TaskSet,
)
from vpok.kernel.engine import BLOCK, CONTINUE, RESCHEDULE
from vpok.kernel.vcpu import BLOCKED, Vcpu
from vpok.units import FAR

RELEASES = 0  # the timer


def over(job: Job, now: i64) -> bool:
    """Say whether a job is done, or given up."""
    return job.left == 0 or job.limit <= now


@mypyc_attr(allow_interpreted_subclasses=True)
class SharedEngine(ModelEngine):
    """Executes tasks that any vCPU of the partition may run."""

    def __init__(self, tasks: TaskSet, count: int) -> None:
        """Let *count* vCPUs share *tasks*."""
        super().__init__([tasks])
        self.all = tasks
        self.places = [Place(tasks) for _ in range(count)]
        self.open = [False] * count  # whose windows are open

    def run(self, vcpu: Vcpu, now: i64, budget: i64) -> i64:
        """Let one job execute on *vcpu*, for at most *budget* ns."""
        place = self.places[vcpu.index]
        tasks = self.all
        self.sink = self.kernel.listener()
        job = place.job
        if job is None:
            if not tasks.ready:
                vcpu.exit = BLOCK
                return 0
            job = self._take(vcpu, now)
        elif vcpu.switches != place.switches and place.switches >= 0:
            self.tell(vcpu, now, JOB_START, job, job.arrival)
        place.switches = vcpu.switches
        stop = now + budget
        if job.limit < stop:
            stop = max(job.limit, now)
        stop = min(now + job.left, stop)
        job.left -= stop - now
        job.task.executed += stop - now
        vcpu.exit = CONTINUE
        if over(job, stop):
            vcpu.exit = RESCHEDULE  # and `ended` comes in its turn
        return stop - now

    def ended(self, vcpu: Vcpu, now: i64) -> None:
        """Account the job that ends now on *vcpu*, if one does."""
        place = self.places[vcpu.index]
        job = place.job
        if job is None or not over(job, now):
            return
        place.job = None
        if job.left > 0:
            self.all.abort(job, now)
            self.tell(vcpu, now, JOB_MISS, job, job.deadline)
        else:
            late = self.all.end(job, now)
            self.tell_end(vcpu, now, job, late)
        self._await()

    def _take(self, vcpu: Vcpu, now: i64) -> Job:
        """Give *vcpu* the most urgent job."""
        job = self.all.pop()
        if job.place >= 0 and job.place != vcpu.index:
            job.task.migrated += 1
        job.place = vcpu.index
        self.places[vcpu.index].job = job
        self.tell(vcpu, now, JOB_START, job, job.arrival)
        return job

    # --- what the personality tells ----------------------------------------

    def release(self, now: i64) -> None:
        """Let jobs come, and the most urgent ones have the vCPUs."""
        self.sink = self.kernel.listener()
        self.all.release(now)
        self._drop(now)
        self.assign(now)
        self._await()

    def _drop(self, now: i64) -> None:
        """Let vCPUs forget the jobs that were given up."""
        vcpus = self.partition.vcpus
        for job in self.all.gone:
            for place in self.places:
                if place.job is job:
                    place.job = None
            vcpu = vcpus[max(job.place, 0)]
            self.tell(vcpu, now, JOB_MISS, job, job.deadline)
        self.all.gone.clear()

    def _await(self) -> None:
        """Have the timer at the next release, or deadline."""
        due = self.all.due
        if due < FAR:
            self.kernel.set_timer(self.partition, RELEASES, due)
        else:
            self.kernel.cancel_timer(self.partition, RELEASES)

    def assign(self, now: i64) -> None:
        """Find vCPUs for the jobs that are ready: idle ones, then victims."""
        ready = self.all.ready
        while ready:
            vcpu = self._idle(ready[0][3])
            if vcpu is not None:
                self._take(vcpu, now)
                if vcpu.state == BLOCKED:
                    self.kernel.wake(vcpu, now)
                continue
            victim = self._victim()
            if victim is None:
                return
            place = self.places[victim.index]
            job = place.job
            if job is None or ready[0][0] >= job.key:
                return
            job.task.preempted += 1
            self.tell(victim, now, JOB_STOP, job, job.left)
            place.job = None
            self._take(victim, now)
            self.all.push(job)

    def _idle(self, job: Job) -> Vcpu | None:
        """Return a vCPU without a job: where *job* ran, else the lowest."""
        vcpus = self.partition.vcpus
        if job.place >= 0 and self._free(job.place):
            return vcpus[job.place]
        for vcpu in vcpus:
            if self._free(vcpu.index):
                return vcpu
        return None

    def _free(self, index: i64) -> bool:
        return self.open[index] and self.places[index].job is None

    def _victim(self) -> Vcpu | None:
        """Return the vCPU with the least urgent job, the highest of equals."""
        found: Vcpu | None = None
        worst: i64 = -FAR
        for vcpu in self.partition.vcpus:
            job = self.places[vcpu.index].job
            if self.open[vcpu.index] and job is not None and job.key >= worst:
                worst = job.key
                found = vcpu
        return found

    def opened(self, vcpu: Vcpu, opened: bool, now: i64) -> None:
        """Hear that a vCPU gets a processor, or loses it."""
        self.open[vcpu.index] = opened
        place = self.places[vcpu.index]
        job = place.job
        if not opened and job is not None:
            job.task.preempted += 1
            self.tell(vcpu, now, JOB_STOP, job, job.left)
            place.job = None
            self.all.push(job)
        self.assign(now)
