"""Who had which processor when: what a timeline is drawn from."""

from dataclasses import dataclass

from mypy_extensions import i64

from vpok.events import EventKind, Sink

SWITCH = int(EventKind.SWITCH)
WINDOW_OPEN = int(EventKind.WINDOW_OPEN)
WINDOW_CLOSE = int(EventKind.WINDOW_CLOSE)


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) on a processor, for a partition or one of its vCPUs."""

    pcpu: int
    start: int
    end: int
    partition: int
    vcpu: int = -1


class Timeline(Sink):
    """Collects windows, and the runs of vCPUs in them."""

    def __init__(self) -> None:
        """Start with nothing open."""
        self.windows: list[Span] = []
        self.runs: list[Span] = []
        # By processor: since when, and whose.
        self._window: dict[int, tuple[int, int]] = {}
        self._run: dict[int, tuple[int, int, int]] = {}

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
        """Follow windows and switches."""
        if kind == SWITCH:
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
            self.runs.append(Span(pcpu, start, time, partition, vcpu))

    def _end_window(self, pcpu: int, time: int) -> None:
        if pcpu in self._window:
            start, partition = self._window.pop(pcpu)
            self.windows.append(Span(pcpu, start, time, partition))

    def finish(self, end: int) -> None:
        """End at *end* what is under way."""
        for pcpu in sorted(self._run):
            self._end_run(pcpu, end)
        for pcpu in sorted(self._window):
            self._end_window(pcpu, end)
