"""Who had which processor when: what a timeline is drawn from."""

from dataclasses import dataclass, replace

from mypy_extensions import i64

from vpok.events import EventKind, Sink

SWITCH = int(EventKind.SWITCH)
WINDOW_OPEN = int(EventKind.WINDOW_OPEN)
WINDOW_CLOSE = int(EventKind.WINDOW_CLOSE)
JOB_START = int(EventKind.JOB_START)
# At a missed deadline a job may be given up: then no end is told.
JOB_STOPS = frozenset(
    {
        int(EventKind.JOB_STOP),
        int(EventKind.JOB_END),
        int(EventKind.JOB_MISS),
    }
)


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) on a processor, of a partition, a vCPU or a task."""

    pcpu: int
    start: int
    end: int
    partition: int
    vcpu: int = -1
    task: int = -1


class Timeline(Sink):
    """Collects windows, the runs of vCPUs in them, and of tasks in these."""

    def __init__(self) -> None:
        """Start with nothing open."""
        self.windows: list[Span] = []
        self.runs: list[Span] = []
        self.jobs: list[Span] = []
        # By processor: since when, and whose.
        self._window: dict[int, tuple[int, int]] = {}
        self._run: dict[int, tuple[int, int, int]] = {}
        # By partition and vCPU, which may be told before its processor is.
        self._job: dict[tuple[int, int], Span] = {}

    def emit(
        self,
        time: i64,
        kind: i64,
        pcpu: i64,
        partition: i64,
        vcpu: i64,
        thread: i64,
        a: i64,
        b: i64,
    ) -> None:
        """Follow windows, switches and jobs."""
        who = (int(partition), int(vcpu))
        if kind == JOB_START:
            self._end_job(who, int(time))
            self._job[who] = Span(int(pcpu), int(time), 0, *who, int(thread))
        elif kind in JOB_STOPS:
            # A deadline may pass for one that waits.
            span = self._job.get(who)
            if span is not None and span.task == thread:
                self._end_job(who, int(time))
        elif kind == SWITCH:
            self._end_run(int(pcpu), int(time))
            if vcpu >= 0:
                self._run[int(pcpu)] = (int(time), int(partition), int(vcpu))
        elif kind == WINDOW_OPEN:
            self._window[int(pcpu)] = (int(time), int(partition))
        elif kind == WINDOW_CLOSE:
            self._end_window(int(pcpu), int(time))

    def _end_run(self, pcpu: int, time: int) -> None:
        if pcpu in self._run:
            start, partition, vcpu = self._run.pop(pcpu)
            self._end_job((partition, vcpu), time)
            self.runs.append(Span(pcpu, start, time, partition, vcpu))

    def _end_job(self, who: tuple[int, int], time: int) -> None:
        if who in self._job:
            job = self._job.pop(who)
            if time > job.start:
                self.jobs.append(replace(job, end=time))

    def _end_window(self, pcpu: int, time: int) -> None:
        if pcpu in self._window:
            start, partition = self._window.pop(pcpu)
            self.windows.append(Span(pcpu, start, time, partition))

    def finish(self, end: int) -> None:
        """End at *end* what is under way."""
        for who in sorted(self._job):
            self._end_job(who, end)
        for pcpu in sorted(self._run):
            self._end_run(pcpu, end)
        for pcpu in sorted(self._window):
            self._end_window(pcpu, end)
