"""
Where everybody is, as the trace tells it.

Within an instant events are in order per processor only.  A vCPU's are told
on the processor that it has or had last: so it runs if any of them leaves it
running, else it sleeps if any leaves it so (it cannot go elsewhere asleep).
"""

from vpok.events import EventKind
from vpok.spec.model import SystemSpec
from vpok.testing.checker.domains import (
    Place,
    Who,
    domains_of,
    schedule_of,
)
from vpok.testing.sink import Event

RUNNING, RUNNABLE, BLOCKED, OFFLINE = range(4)


class State:
    """The present, and what happened in this instant."""

    def __init__(self, spec: SystemSpec) -> None:
        """Stand before the first event."""
        self.spec = spec
        self.domains = domains_of(spec)
        self.schedule = schedule_of(spec)
        self.domain_of = {
            who: number
            for number, domain in enumerate(self.domains)
            for who in domain.members
        }
        self.status = dict.fromkeys(self.domain_of, OFFLINE)
        size = spec.processors
        self.current: list[Who | None] = [None] * size  # was switched to
        self.running: list[Who | None] = [None] * size
        self.told: list[tuple[int, int] | None] = [None] * size  # windows
        self.places: list[Place | None] = [None] * size  # where they should be
        self.slept: set[Who] = set()  # blocked or offline at this instant
        self.woke: set[Who] = set()
        self.stirred: set[Who] = set()  # runnable, if only for no time
        self.disturbed: set[int] = set()  # domains changed from outside
        self.planned = False  # another plan than the first came
        self._seen: dict[Who, dict[int, int]] = {}
        self._restarts: dict[int, int] = {}

    # --- an instant -----------------------------------------------------------

    def take(self, event: Event) -> None:
        """Follow one event."""
        who = (event.partition, event.vcpu)
        if event.kind == EventKind.SWITCH:
            self.running[event.pcpu] = None
            self.current[event.pcpu] = who if event.vcpu >= 0 else None
        elif event.kind == EventKind.RUNSTATE:
            self._runstate(who, event)
        elif event.kind == EventKind.WINDOW_OPEN:
            self.told[event.pcpu] = (event.partition, event.a)
        elif event.kind == EventKind.WINDOW_CLOSE:
            self.told[event.pcpu] = None
        elif event.kind == EventKind.MODE:
            self._restarts[event.partition] = event.pcpu
        elif event.kind == EventKind.PLAN:
            self.planned = True
        elif event.kind == EventKind.CONTROL and event.a > 0:
            self.disturbed.add(self.domain_of[who])

    def _runstate(self, who: Who, event: Event) -> None:
        if event.a == RUNNING:
            self.running[event.pcpu] = who
        elif self.running[event.pcpu] == who:
            self.running[event.pcpu] = None
        if event.a in {BLOCKED, OFFLINE}:
            self.slept.add(who)
        else:
            self.stirred.add(who)
        self._seen.setdefault(who, {})[event.pcpu] = event.a

    def settle(self, now: int) -> None:
        """Hear that all of the instant has been told."""
        self.woke = set()
        for who, seen in self._seen.items():
            before = self.status[who]
            home = self._restarts.get(who[0])
            if home is not None:
                # A restart takes it down where it was; it begins at home.
                gone = [n for n in seen if n != home and seen[n] == OFFLINE]
                for pcpu in gone:
                    del seen[pcpu]
            states = set(seen.values()) or {OFFLINE}
            state = RUNNING if RUNNING in states else max(states)
            self.status[who] = state
            if state <= RUNNABLE and (before > RUNNABLE or who in self.slept):
                self.woke.add(who)
        self._seen.clear()
        self._restarts.clear()
        for pcpu in range(self.spec.processors):
            self.places[pcpu] = self.schedule.place(pcpu, now)

    def leave(self) -> None:
        """Let time go on."""
        self.slept = set()
        self.woke = set()
        self.stirred = set()

    # --- questions --------------------------------------------------------------

    def awake(self, who: Who) -> bool:
        """Say whether it runs or could."""
        return self.status[who] <= RUNNABLE

    def open(self, number: int) -> list[int]:
        """Return the processors whose windows are a domain's."""
        return [
            pcpu
            for pcpu, place in enumerate(self.places)
            if place is not None and place[2] == number
        ]

    def waiting(self, number: int) -> list[Who]:
        """Return the vCPUs of a domain that could run and do not."""
        return [
            who
            for who in self.domains[number].members
            if self.status[who] == RUNNABLE
        ]

    def runs(self, who: Who) -> bool:
        """Say whether it has a processor."""
        return self.status[who] == RUNNING
