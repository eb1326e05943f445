"""Several listeners behind one; a listener cannot harm a run."""

from collections.abc import Sequence

from mypy_extensions import i64

from vpok.events import Sink
from vpok.trace.record import End
from vpok.trace.writer import Writer


class Fanout(Sink):
    """
    Passes everything on to each of *sinks*.

    One that raises is dropped, and its failure kept for the end of the run;
    the others, and the run, go on as if it had never been there.
    """

    def __init__(self, sinks: Sequence[Sink]) -> None:
        """Listen for *sinks*, in their order."""
        self.sinks = list(sinks)
        self.failures: list[str] = []

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
        """Pass one event on."""
        for sink in self.sinks:
            try:
                sink.emit(time, kind, pcpu, partition, vcpu, thread, a, b)
            except Exception as error:  # noqa: BLE001 (whatever it is)
                self._drop(sink, error)

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Pass console text on."""
        for sink in self.sinks:
            try:
                sink.console(time, pcpu, partition, vcpu, text)
            except Exception as error:  # noqa: BLE001 (whatever it is)
                self._drop(sink, error)

    @property
    def writing(self) -> bool:
        """Whether there are traces that have no end yet."""
        return any(isinstance(sink, Writer) for sink in self.sinks)

    def finish(self, end: End) -> None:
        """Close the traces, which hear no more."""
        for sink in self.sinks:
            if isinstance(sink, Writer):
                try:
                    sink.close(end)
                except Exception as error:  # noqa: BLE001 (whatever it is)
                    self._drop(sink, error)
        self.sinks = [s for s in self.sinks if not isinstance(s, Writer)]

    def _drop(self, sink: Sink, error: Exception) -> None:
        # A new list: the old one is being walked over.
        self.sinks = [other for other in self.sinks if other is not sink]
        what, kind = str(error), type(error).__name__
        if not isinstance(sink, Writer):
            self.failures.append(f"{type(sink).__name__}: {kind}: {what}")
            return
        sink.abandon()
        if isinstance(error, OSError):
            what = error.strerror or what
        self.failures.append(f"{sink.path}: {what}: the trace is not whole")
