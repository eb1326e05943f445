"""
What a run came to, and what a test expects of it.

Each `assert_...` raises AssertionError and says what was there instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from vpok.config.units import parse_time
from vpok.report.health import ErrorRow
from vpok.report.rows import RunResult, TaskRow
from vpok.report.words import exact_time, plural
from vpok.testing.golden import Golden
from vpok.testing.look import interrupt, listed, partition_of, tasks, used
from vpok.testing.sink import Event

Time = int | str  # ns, or words such as `5ms`


@dataclass(frozen=True, slots=True)
class Run:
    """
    A run up to `result.end`; where the system goes on, that is another one.

    Names are those of the configuration: partitions `control`, their tasks
    `control/steer`, their virtual CPUs `control/0`.
    """

    result: RunResult  # with the latencies of interrupts
    errors: tuple[ErrorRow, ...]  # that the health monitor heard of
    events: Sequence[Event]  # of a run that was asked to keep them
    golden: Golden = field(repr=False)  # the files to compare with
    text: bytes = field(repr=False)  # what was printed, in order
    texts: Mapping[str, bytes] = field(repr=False)  # by partition

    def console(self, partition: str | None = None) -> str:
        """Return what was printed, by all or by one partition."""
        __tracebackhide__ = True
        return self._printed(partition).decode(errors="replace")

    def _printed(self, partition: str | None) -> bytes:
        __tracebackhide__ = True
        if partition is None:
            return self.text
        return self.texts[partition_of(self.result, partition).name]

    # --- console ------------------------------------------------------------

    def assert_console(
        self, *texts: str, partition: str | None = None
    ) -> None:
        """Expect lines that contain *texts*, in this order."""
        __tracebackhide__ = True
        lines = self.console(partition).splitlines()
        reached = 0
        for text in texts:
            place = reached
            while place < len(lines) and text not in lines[place]:
                place += 1
            if place == len(lines):
                who = (
                    f"{partition} did not print"
                    if partition
                    else "nobody printed"
                )
                after = f" after line {reached}" if reached else ""
                rows = [f"{n:>3}  {line}" for n, line in enumerate(lines, 1)]
                raise AssertionError(
                    f"{who} {text!r}{after}; printed:{listed(rows, last=True)}"
                )
            reached = place + 1

    def assert_console_is(
        self, file: str | Path, partition: str | None = None
    ) -> None:
        """
        Expect the text that *file* has, newlines at its end aside.

        `--vpok-update` writes the file.
        """
        __tracebackhide__ = True
        self.golden.check_text(Path(file), self._printed(partition))

    def assert_digest(self, file: str | Path) -> None:
        """
        Expect the digest that *file* has: the very same run.

        `--vpok-update` writes the file.
        """
        __tracebackhide__ = True
        assert self.result.digest is not None
        self.golden.check_digest(Path(file), self.result.digest)

    # --- health -------------------------------------------------------------

    def assert_no_errors(self, partition: str | None = None) -> None:
        """Expect that the health monitor heard of no error."""
        __tracebackhide__ = True
        self.assert_errors(partition=partition)

    def assert_errors(self, *kinds: str, partition: str | None = None) -> None:
        """
        Expect errors of these *kinds*, in this order, and no others.

        Kinds are the words of `health:`, such as `numeric error`.
        """
        __tracebackhide__ = True
        if partition is not None:
            partition_of(self.result, partition)
        rows = [
            row for row in self.errors if partition in {None, row.partition}
        ]
        if [row.kind for row in rows] != list(kinds):
            wanted = f"; expected: {', '.join(kinds)}" if kinds else ""
            count = plural(len(rows), "error")
            raise AssertionError(
                f"the health monitor heard of {count}{wanted}{listed(rows)}"
            )

    # --- time ---------------------------------------------------------------

    def assert_no_misses(self, task: str | None = None) -> None:
        """
        Expect that no deadline was missed, by all tasks or by one.

        A job that is late and has not ended counts, too.
        """
        __tracebackhide__ = True
        late = [
            line
            for name, row in tasks(self.result, task)
            if row.missed or row.overdue
            for line in _misses(name, row)
        ]
        if late:
            raise AssertionError(f"deadlines were missed:{listed(late)}")

    def assert_response(self, task: str, at_most: Time) -> None:
        """Expect that no job took longer, from its arrival to its end."""
        __tracebackhide__ = True
        [(name, row)] = tasks(self.result, task)
        if row.response is None:
            raise AssertionError(f"{name}: no job is done")
        most = parse_time(at_most)
        if row.response.maximum > most:
            worst = exact_time(row.response.maximum)
            since = exact_time(row.worst_arrival or 0)
            raise AssertionError(
                f"{name}: the job that arrived at {since} took {worst}; "
                f"at most {exact_time(most)} was expected"
            )

    def assert_latency(self, source: str, at_most: Time) -> None:
        """
        Expect that an interrupt was delivered, and never later than this.

        *source*: its name in `interrupts:`, or partition, virtual CPU and
        number, as in `guest/0/3`.
        """
        __tracebackhide__ = True
        row = interrupt(self.result, source)
        if row.latency is None:
            raise AssertionError(
                f"{source}: not delivered, {row.raised} times raised"
            )
        most = parse_time(at_most)
        if row.latency.maximum > most:
            raise AssertionError(
                f"{source}: delivered up to {exact_time(row.latency.maximum)} "
                f"after its raise; at most {exact_time(most)} was expected "
                f"(99 % within {exact_time(row.latency.p99)})"
            )

    def assert_utilisation(
        self, who: str, *, at_least: float = 0.0, at_most: float = inf
    ) -> None:
        """
        Expect how much of one processor's time was used: 0.25 is a quarter.

        One bound may be left out; several processors make more than 1.

        *who*: a partition, all its virtual CPUs together, or one of them.
        """
        __tracebackhide__ = True
        share = used(self.result, who)
        if not at_least <= share <= at_most:
            raise AssertionError(
                f"{who}: used {share:.4f} of a processor; between {at_least} "
                f"and {at_most} was expected"
            )


def _misses(name: str, row: TaskRow) -> list[str]:
    """Return a line per miss that is known, with its instant."""
    lines = [
        f"{name}: job {miss.job}, due at {exact_time(miss.deadline)}"
        for miss in row.misses
    ]
    if row.overdue:
        lines.append(f"{name}: {plural(row.overdue, 'job')} late, not ended")
    return lines
