"""
Systems under test: built, listened to, run, and closed after the test.

The pytest plugin (`vpok.pytest_plugin`) has one `Bench` per test.
"""

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from vpok.config import ConfigError, load, loads
from vpok.events import Sink
from vpok.kernel.errors import VpokError
from vpok.report.health import error_rows
from vpok.report.interrupts import describe
from vpok.report.summary import REASONS
from vpok.report.words import exact_time
from vpok.spec.model import SystemSpec
from vpok.system import System, build
from vpok.testing.golden import Golden
from vpok.testing.run import Run
from vpok.testing.sink import ConsoleSink, RecordingSink
from vpok.trace.console import PrettyConsole
from vpok.trace.errors import Errors
from vpok.trace.files import make_writer
from vpok.trace.head import head_of
from vpok.trace.latency import Latencies
from vpok.trace.record import End
from vpok.trace.writer import Writer

Source = str | Path | SystemSpec

LINES = 20  # of console text beside a failure
STRANGE = re.compile(r"[^\w.-]+")  # not in names of files


@dataclass(frozen=True, slots=True)
class Kept:
    """What the report of a failure shows of one system."""

    name: str
    text: str
    trace: Path | None


class Bench:
    """The systems of one test."""

    def __init__(self, golden: Golden, folder: Callable[[], Path]) -> None:
        """Find files as *golden* does; write traces into *folder*."""
        self.golden = golden
        self.default: tuple[Source | None, int | str | None] = (None, None)
        self._folder = folder
        self._recorded: list[_Recorded] = []

    def system(
        self,
        config: Source | None = None,
        *,
        changes: Mapping[str, str] | None = None,
        sinks: Sequence[Sink] = (),
        events: bool = False,
        trace: bool = True,
    ) -> System:
        """
        Build a system that is closed after the test.

        *config* is a path, YAML text or a specification; without one, the
        marker's.  *events*: keep them, for `Run.events`.  Without *trace* a
        long run is faster, and nothing but its console is left of a failure.
        """
        __tracebackhide__ = True
        try:
            spec, text = self._read(config, changes or {})
            writer = None
            if trace:
                path = self._folder() / f"{len(self._recorded)}.jsonl"
                writer = make_writer(path, head_of(spec, text))
            recorded = _Recorded(spec, writer, sinks, events=events)
        except (ConfigError, VpokError) as error:
            # The way to a mistake of the test leads through vpok: hide it.
            raise error.with_traceback(None) from None
        self._recorded.append(recorded)
        return recorded.system

    def run(
        self,
        config: Source | System | None = None,
        until: int | str | None = None,
        *,
        changes: Mapping[str, str] | None = None,
        sinks: Sequence[Sink] = (),
        events: bool = False,
        trace: bool = True,
    ) -> Run:
        """
        Run a system up to an instant, or to its end; return what it came to.

        *config* may also be what `system` returned: then the run goes on.
        """
        __tracebackhide__ = True
        if config is None and until is None:
            until = self.default[1]
        if not isinstance(config, System):
            config = self.system(
                config,
                changes=changes,
                sinks=sinks,
                events=events,
                trace=trace,
            )
        for recorded in self._recorded:
            if recorded.system is config:
                return recorded.run(until, self.golden)
        raise VpokError(
            "vpok_run() runs systems that vpok_system() built: build this one "
            "there"
        )

    def _read(
        self, config: Source | None, changes: Mapping[str, str]
    ) -> tuple[SystemSpec, str]:
        """Return a specification, and its text if it has one."""
        if config is None:
            config = self.default[0]
        if config is None:
            raise VpokError(
                "name a configuration, here or in @pytest.mark.vpok(...)"
            )
        if isinstance(config, SystemSpec):
            if changes:
                raise VpokError("changes are for files and texts")
            return config, ""
        folder = self.golden.folder
        if isinstance(config, str) and "\n" in config:
            return loads(config, folder, changes=changes).spec, config
        path = folder / config
        spec = load(path, changes).spec
        return spec, path.read_text(encoding="utf-8-sig")

    def keep(self, folder: Path | None, test: str) -> list[Kept]:
        """
        End the traces and keep them, in *folder* or where they are.

        Their names are made of the test's and their numbers.
        """
        stem = STRANGE.sub("-", test)[-150:]
        kept = []
        for number, recorded in enumerate(self._recorded):
            place = folder or self._folder()
            kept.append(recorded.keep(place / f"{stem}-{number}.jsonl"))
        return kept

    def close(self) -> None:
        """Close the systems; delete the traces that were not kept."""
        with ExitStack() as stack:
            for recorded in self._recorded:
                stack.callback(recorded.close)


class _Recorded:
    """A system, and who listens to it."""

    def __init__(
        self,
        spec: SystemSpec,
        writer: Writer | None,
        sinks: Sequence[Sink],
        *,
        events: bool,
    ) -> None:
        names = [partition.name for partition in spec.partitions]
        self.writer = writer
        self.console = ConsoleSink()
        self.pretty = PrettyConsole(names)
        self.errors = Errors()
        self.latencies = Latencies()
        self.sink = RecordingSink() if events else None
        heard = [self.console, self.pretty, self.errors, self.latencies]
        heard += [sink for sink in (self.sink, writer) if sink is not None]
        with ExitStack() as stack:
            stack.callback(self._drop)
            self.system = build(spec, sinks=[*heard, *sinks], digest=True)
            stack.pop_all()

    def run(self, until: int | str | None, golden: Golden) -> Run:
        """Run it; say what it came to."""
        spec = self.system.spec
        result = self.system.run(until)
        return Run(
            result=describe(result, spec.interrupts, self.latencies.heard),
            errors=error_rows(spec, self.errors.heard),
            events=list(self.sink.events) if self.sink else (),
            golden=golden,
            text=self.console.text(),
            texts={
                partition.name: self.console.text(index)
                for index, partition in enumerate(spec.partitions)
            },
        )

    def keep(self, path: Path) -> Kept:
        """Move the trace to *path*, and say how the run ended."""
        result = self.system.result()
        lines = [*self.pretty.lines, self.pretty.rest()]
        head = f"{exact_time(result.end)}, {REASONS[result.reason]}\n"
        text = head + "".join(lines[-LINES - 1 :])
        for failure in result.sink_failures:
            text += f"a listener was dropped: {failure}\n"
        if self.writer is None:
            return Kept(result.system, text, None)
        writer, self.writer = self.writer, None
        digest = result.digest or ""
        writer.close(End(result.end, result.reason, digest, writer.events))
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(writer.path, path)
        return Kept(result.system, text, path)

    def close(self) -> None:
        """Give everything back."""
        try:
            self._drop()
        finally:
            self.system.close()

    def _drop(self) -> None:
        """Delete the trace, unless it was kept."""
        writer, self.writer = self.writer, None
        if writer is not None:
            with suppress(OSError, ValueError):  # full, or closed already
                writer.close(End(0, "", "", 0))
            writer.path.unlink(missing_ok=True)
