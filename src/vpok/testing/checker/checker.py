"""The listener that cuts a run into instants and hands them to the rules."""

from collections.abc import Iterable

from mypy_extensions import i64

from vpok.events import EventKind, Sink
from vpok.report.rows import RunResult
from vpok.spec.model import SystemSpec
from vpok.testing.checker.budgets import Caps, Servers
from vpok.testing.checker.jobs import Jobs
from vpok.testing.checker.order import Order
from vpok.testing.checker.places import Accounts, Places, Switches, Windows
from vpok.testing.checker.rule import Rule, Violation
from vpok.testing.checker.shares import Shares
from vpok.testing.checker.state import State
from vpok.testing.checker.supply import Supplied
from vpok.testing.checker.turns import Turns
from vpok.testing.sink import Event


class Checker(Sink):
    """Judges a run while it hears of it."""

    def __init__(self, spec: SystemSpec) -> None:
        """Judge by what *spec* says."""
        self.view = state = State(spec)
        servers, caps = Servers(state), Caps(state)
        self.rules: list[Rule] = [
            Windows(state),
            Switches(state),
            Places(state),
            Accounts(state),
            Order(state, servers, caps),  # before they are charged
            servers,
            caps,
            Turns(state),
            Shares(state),
            Supplied(state),
            Jobs(state),
        ]
        self.now = 0
        self.events: list[Event] = []  # of this instant
        self.over = False

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
        """Hear of an event."""
        self.take(
            Event(time, EventKind(kind), pcpu, partition, vcpu, thread, a, b)
        )

    def take(self, event: Event) -> None:
        """Hear of an event that was recorded."""
        if self.over:
            return
        if event.time < self.now:
            what = f"{event.kind.name} after the instant {self.now}"
            self.rules[0].fail(event.time, what, "order of events")
            return
        if event.time > self.now:
            self._advance(event.time)
        self.events.append(event)
        self.over = event.kind == EventKind.SHUTDOWN

    def _advance(self, time: int) -> None:
        """Judge the present instant, and the time up to *time*."""
        self._instant()
        while self.now < time:
            now = self.now
            end = min(time, self.view.schedule.following(now))
            for rule in self.rules:
                end = min(end, max(rule.following(now), now + 1))
            for rule in self.rules:
                rule.span(now, end)
            self.now = end
            if end < time:
                self._instant()

    def _instant(self) -> None:
        for event in self.events:
            for rule in self.rules:
                rule.told(event)
            self.view.take(event)
        self.events = []
        self.view.settle(self.now)
        for rule in self.rules:
            rule.instant(self.now)
        self.view.leave()

    def finish(self, end: int | RunResult) -> list[Violation]:
        """
        Return what was violated, in order of time.

        *end*: the instant that was reached, or the result, which is compared
        with the events then.  Of an instant at which the module ended, not
        everything is told: it is not judged.
        """
        if not self.over:
            self._advance(end if isinstance(end, int) else end.end)
            for rule in self.rules:
                rule.finish(self.now)
            if not isinstance(end, int):
                for rule in self.rules:
                    rule.compare(end)
        return sorted(
            (violation for rule in self.rules for violation in rule.found),
            key=lambda violation: violation.time,
        )


def check(
    spec: SystemSpec, events: Iterable[Event], end: int | RunResult
) -> list[Violation]:
    """Return what the recorded events of a run violate."""
    checker = Checker(spec)
    for event in events:
        checker.take(event)
    return checker.finish(end)
