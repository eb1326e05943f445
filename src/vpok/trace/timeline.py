"""Who had which processor when: what a timeline is drawn from."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mypy_extensions import i64

from vpok.events import EventKind, Sink

SWITCH = int(EventKind.SWITCH)
WINDOW_OPEN = int(EventKind.WINDOW_OPEN)
WINDOW_CLOSE = int(EventKind.WINDOW_CLOSE)
JOB_START = int(EventKind.JOB_START)
IRQ_DELIVER = int(EventKind.IRQ_DELIVER)
IRQ_COMPLETE = int(EventKind.IRQ_COMPLETE)
MODE = int(EventKind.MODE)
# What has no duration.
POINTS = frozenset(
    {
        int(EventKind.IRQ_RAISE),
        int(EventKind.JOB_MISS),
        int(EventKind.ERROR),
    }
)
# At a missed deadline a job may be given up: then no end is told.
JOB_STOPS = frozenset(
    {
        int(EventKind.JOB_STOP),
        int(EventKind.JOB_END),
        int(EventKind.JOB_MISS),
    }
)


HEARD = frozenset(
    {
        *(SWITCH, WINDOW_OPEN, WINDOW_CLOSE, JOB_START),
        *(IRQ_DELIVER, IRQ_COMPLETE, MODE),
        *JOB_STOPS,
        *POINTS,
    }
)


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) on a processor: a window, or a vCPU's, task's, handler's."""

    pcpu: int
    start: int
    end: int
    partition: int
    vcpu: int = -1
    task: int = -1
    number: int = -1  # of the interrupt that is handled


@dataclass(frozen=True, slots=True)
class Point:
    """An interrupt that is raised, a deadline missed, an error: by *kind*."""

    time: int
    kind: int  # EventKind
    partition: int
    vcpu: int
    task: int  # or thread
    number: int  # of the interrupt, of the job, the kind of error
    value: int  # of a job that was late: its deadline


class Timeline(Sink):
    """
    Collects windows, the runs of vCPUs in them, and of tasks in these.

    And how long interrupts were being handled, and points.  Memory grows with
    the run: about 200 bytes for each of them.
    """

    def __init__(self) -> None:
        """Start with nothing open."""
        self.windows: list[Span] = []
        self.runs: list[Span] = []
        self.jobs: list[Span] = []
        self.handlers: list[Span] = []
        self.points: list[Point] = []
        # By processor: since when, and whose.
        self._window: dict[int, tuple[int, int]] = {}
        self._run: dict[int, tuple[int, int, int]] = {}
        # By partition and vCPU, which may be told before its processor is.
        self._job: dict[tuple[int, int], Span] = {}
        self._nested: dict[tuple[int, int], list[Span]] = {}

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
        """Follow windows, switches, jobs and handlers; note points."""
        if kind not in HEARD:
            return
        who = (int(partition), int(vcpu))
        if kind in POINTS:
            self.points.append(
                Point(int(time), int(kind), *who, int(thread), int(a), int(b))
            )
        if kind == JOB_START:
            self._end_job(who, int(time))
            self._job[who] = Span(int(pcpu), int(time), 0, *who, int(thread))
        elif kind in JOB_STOPS:
            self._end_job(who, int(time), int(thread))
        elif kind == SWITCH:
            self._end_run(int(pcpu), int(time))
            if vcpu >= 0:
                self._run[int(pcpu)] = (int(time), int(partition), int(vcpu))
        elif kind == WINDOW_OPEN:
            self._window[int(pcpu)] = (int(time), int(partition))
        elif kind == WINDOW_CLOSE:
            self._end_window(int(pcpu), int(time))
        elif kind == IRQ_DELIVER:
            handler = Span(int(pcpu), int(time), 0, *who, number=int(a))
            self._nested.setdefault(who, []).append(handler)
        elif kind == IRQ_COMPLETE:
            self._end_handlers(who, int(b), int(time))
        elif kind == MODE:  # a restart: its handlers never return
            self._forget_handlers(int(partition), int(time))

    def _end_run(self, pcpu: int, time: int) -> None:
        if pcpu in self._run:
            start, partition, vcpu = self._run.pop(pcpu)
            self._end_job((partition, vcpu), time)
            self.runs.append(Span(pcpu, start, time, partition, vcpu))

    def _end_job(
        self, who: tuple[int, int], time: int, task: int = -1
    ) -> None:
        """End what runs there; *task*: only if it is that one's."""
        job = self._job.get(who)
        if job is None or task not in {-1, job.task}:
            return  # a deadline may pass for one that waits
        del self._job[who]
        if time > job.start:
            self.jobs.append(replace(job, end=time))

    def _end_window(self, pcpu: int, time: int) -> None:
        if pcpu in self._window:
            start, partition = self._window.pop(pcpu)
            self.windows.append(Span(pcpu, start, time, partition))

    def _end_handlers(
        self, who: tuple[int, int], depth: int, time: int
    ) -> None:
        """Leave handlers, down to *depth* that are still under way."""
        nested = self._nested.get(who, [])
        while len(nested) > depth:
            self.handlers.append(replace(nested.pop(), end=time))

    def _forget_handlers(self, partition: int, time: int) -> None:
        for who in sorted(self._nested):
            if who[0] == partition:
                self._end_handlers(who, 0, time)

    def between(self, start: int, end: int) -> "Seen":
        """Return what there was in [start, end), cut to it."""
        windows = [
            Span(pcpu, since, end, partition)
            for pcpu, (since, partition) in sorted(self._window.items())
        ]
        runs = [
            Span(pcpu, since, end, partition, vcpu)
            for pcpu, (since, partition, vcpu) in sorted(self._run.items())
        ]
        jobs = [replace(job, end=end) for _, job in sorted(self._job.items())]
        handlers = [
            replace(handler, end=end)
            for _, nested in sorted(self._nested.items())
            for handler in nested
        ]
        return Seen(
            windows=_cut([*self.windows, *windows], start, end),
            runs=_cut([*self.runs, *runs], start, end),
            jobs=_cut([*self.jobs, *jobs], start, end),
            handlers=_cut([*self.handlers, *handlers], start, end),
            points=[
                point for point in self.points if start <= point.time < end
            ],
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """A part of a timeline."""

    windows: list[Span]
    runs: list[Span]
    jobs: list[Span]
    handlers: list[Span]
    points: list[Point]


def _cut(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    return [
        span
        if start <= span.start and span.end <= end
        else replace(
            span, start=max(start, span.start), end=min(end, span.end)
        )
        for span in spans
        if span.start < end and span.end > start
    ]
