"""Several listeners behind one; a listener cannot harm a run."""

from collections.abc import Sequence

from mypy_extensions import i64

from vpok.events import Sink
from vpok.trace.recording import failure
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

    def remove(self, sink: Sink) -> None:
        """Listen for one less."""
        # A new list: the old one may be walked over.
        self.sinks = [other for other in self.sinks if other is not sink]

    def _drop(self, sink: Sink, error: Exception) -> None:
        self.remove(sink)
        if isinstance(sink, Writer):
            sink.abandon()
            self.failures.append(failure(sink, error))
            return
        kind = type(error).__name__
        self.failures.append(f"{type(sink).__name__}: {kind}: {error}")
