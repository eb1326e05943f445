"""What a rule is: it hears events, instants and the time between them."""

from dataclasses import dataclass

from vpok.report.rows import RunResult
from vpok.testing.checker.domains import Who
from vpok.testing.checker.state import State
from vpok.testing.sink import Event
from vpok.units import FAR


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was not kept: which, and at what instant (ns)."""

    time: int
    rule: str
    what: str

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.time} ns: {self.rule}: {self.what}"


class Rule:
    """One promise; to add one, write it and name it in `checker.RULES`."""

    name = ""

    def __init__(self, state: State) -> None:
        """Look at *state*, which is kept up to date, as `view`."""
        self.view = state
        self.found: list[Violation] = []
        self.prepare()

    def prepare(self) -> None:
        """Make ready what the rule keeps."""

    def fail(self, time: int, what: str, name: str = "") -> None:
        """Note a violation."""
        self.found.append(Violation(time, name or self.name, what))

    def call(self, who: Who) -> str:
        """Name a vCPU."""
        return f"{self.view.spec.partitions[who[0]].name}/{who[1]}"

    def told(self, event: Event) -> None:
        """Hear of an event, before `view` follows it."""

    def instant(self, now: int) -> None:
        """Hear that `view` is that after all events of *now*."""

    def following(self, now: int) -> int:
        """Return an instant that `span` should not go beyond."""
        return FAR

    def span(self, start: int, end: int) -> None:
        """Hear that nothing changes in [start, end), which is not empty."""

    def finish(self, end: int) -> None:
        """Hear that the run is over."""

    def compare(self, result: RunResult) -> None:
        """Compare with what the run came to."""
