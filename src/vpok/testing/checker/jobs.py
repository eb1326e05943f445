"""Jobs: they execute while their vCPU runs; results say what was told."""

from vpok.events import EventKind
from vpok.report.rows import RunResult, TaskRow
from vpok.spec.model import TaskSpec
from vpok.testing.checker.domains import Who
from vpok.testing.checker.rule import Rule
from vpok.testing.sink import Event

Task = tuple[int, int]  # partition, task


class Job:
    """A job that has started."""

    def __init__(self, task: Task, number: int, arrival: int) -> None:
        """Have executed nothing."""
        self.task = task
        self.number = number
        self.arrival = arrival
        self.executed = 0
        self.whole = -1  # its execution time, once it is known


class Figures:
    """What became of a task's jobs."""

    def __init__(
        self, responses: list[int], executed: int = 0, missed: int = 0
    ) -> None:
        """Begin with some."""
        self.responses = responses
        self.executed = executed
        self.missed = missed


class Jobs(Rule):
    """Jobs, as their vCPUs execute them."""

    name = "jobs"

    def prepare(self) -> None:
        """Know all tasks."""
        self.tasks: dict[Task, TaskSpec] = {}
        self.spread: set[int] = set()
        for number, partition in enumerate(self.view.spec.partitions):
            model = partition.model
            if model is None:
                continue
            if model.spread:
                self.spread.add(number)
            for index, task in enumerate(model.tasks):
                self.tasks[number, index] = task
        self.figures = {task: Figures([]) for task in self.tasks}
        self.jobs: dict[tuple[Task, int], Job] = {}  # not ended yet
        self.active: dict[Who, Job] = {}
        self.started: dict[Who, int] = {}  # in this instant: on processors

    def told(self, event: Event) -> None:
        """Follow jobs."""
        kind = event.kind
        if not EventKind.JOB_START <= kind <= EventKind.JOB_MISS:
            return
        who, task = (
            (event.partition, event.vcpu),
            (event.partition, event.thread),
        )
        if kind == EventKind.JOB_START:
            job = self.jobs.setdefault(
                (task, event.a), Job(task, event.a, event.b)
            )
            self.active[who] = job
            self.started[who] = event.pcpu
            return
        if kind == EventKind.JOB_MISS:
            self.figures[task].missed += 1
            if self.tasks[task].on_miss != "abort":
                return  # its end is told next
        active = self.active.get(who)
        if active is not None and (active.task, active.number) == (
            task,
            event.a,
        ):
            del self.active[who]
        if kind == EventKind.JOB_MISS:
            self.jobs.pop((task, event.a), None)
            return
        found = self.jobs.get((task, event.a))
        if found is None:
            self.fail(event.time, f"{self.show(task, event.a)} never started")
        elif kind == EventKind.JOB_STOP:
            self.stop(found, event)
        else:
            self.end(found, event)

    def show(self, task: Task, number: int) -> str:
        """Name a job."""
        name = self.view.spec.partitions[task[0]].name
        return f"job {number} of {name}/{self.tasks[task].name}"

    def stop(self, job: Job, event: Event) -> None:
        """Compare what is left of it with what it did."""
        whole = job.executed + event.b
        if job.whole not in {-1, whole}:
            self.fail(
                event.time,
                f"{self.show(job.task, job.number)} has executed "
                f"{job.executed} ns of {job.whole}, but {event.b} are left",
            )
        job.whole = whole

    def end(self, job: Job, event: Event) -> None:
        """Compare its response and what it executed."""
        self.jobs.pop((job.task, job.number))
        response = event.time - job.arrival
        self.figures[job.task].responses.append(response)
        name = self.show(job.task, job.number)
        if response != event.b:
            what = f"{name} took {response} ns, not {event.b}"
            self.fail(event.time, what)
        spec = self.tasks[job.task]
        shortest, longest = min(spec.execution), max(spec.execution)
        right = shortest <= job.executed <= longest
        if not spec.uniform:
            right = job.executed in spec.execution
        if not right or job.whole not in {-1, job.executed}:
            what = f"{name} executed {job.executed} ns while its vCPU ran"
            self.fail(event.time, what)

    def instant(self, now: int) -> None:
        """See that vCPUs run whose jobs began to."""
        for who in self.started:
            job = self.active.get(who)
            if job is None or who[0] in self.spread:
                continue
            if not self.view.runs(who) and not self.view.awake(who):
                name = self.show(job.task, job.number)
                what = f"{name} executes on {self.call(who)}, which sleeps"
                self.fail(now, what)
        self.started.clear()

    def span(self, start: int, end: int) -> None:
        """Let jobs execute."""
        for who, job in self.active.items():
            if self.view.runs(who):
                job.executed += end - start
                self.figures[job.task].executed += end - start

    def compare(self, result: RunResult) -> None:
        """Look at every task."""
        for (partition, index), figures in self.figures.items():
            row = result.partitions[partition].tasks[index]
            own = _of_row(row)
            told = _of_events(figures)
            if own not in self.possible((partition, index), result.end):
                name = f"{result.partitions[partition].name}/{row.name}"
                what = f"the result of {name} has {own}, events {told}"
                self.fail(result.end, what)

    def possible(self, task: Task, end: int) -> set[tuple[int, ...]]:
        """
        Return what a result may say.

        What happens at the instant at which a run was cut may have been done
        and not told: the job that runs may have ended or been given up.
        """
        figures = self.figures[task]
        done, missed = figures.responses, figures.missed
        found = {_of_events(figures)}
        for who, job in self.active.items():
            if job.task == task and self.view.runs(who):
                more = [*done, end - job.arrival]
                for late in (0, 1):
                    ended = Figures(more, figures.executed, missed + late)
                    found.add(_of_events(ended))
                given_up = Figures(done, figures.executed, missed + 1)
                found.add(_of_events(given_up))
        return found


def _of_row(row: TaskRow) -> tuple[int, ...]:
    """Return (done, missed, executed, best, mean, worst)."""
    response = row.response
    if response is None:
        return (row.done, row.missed, row.executed)
    return (
        row.done,
        row.missed,
        row.executed,
        response.minimum,
        response.mean,
        response.maximum,
    )


def _of_events(figures: Figures) -> tuple[int, ...]:
    told = figures.responses
    counts = (len(told), figures.missed, figures.executed)
    if not told:
        return counts
    return (*counts, min(told), sum(told) // len(told), max(told))
