"""A vCPU that could run gets no less than the supply bound function says."""

from collections import deque

from vpok.analysis.members import groups, plans
from vpok.analysis.share import share_of
from vpok.analysis.supply import Supply
from vpok.testing.checker.domains import Who
from vpok.testing.checker.rule import Rule

KEPT = 40  # instants that are compared with each one


class Received:
    """What one vCPU received, and where intervals may begin."""

    def __init__(self, supply: Supply) -> None:
        """Receive nothing yet."""
        self.supply = supply
        self.total = 0
        self.running = False
        # (instant, total) at which it stopped to run, since it woke.
        self.stops: deque[tuple[int, int]] = deque(maxlen=KEPT)

    def lacking(self, now: int) -> tuple[int, int] | None:
        """Return an interval up to *now* with too little: begin, lack."""
        for begin, before in self.stops:
            lack = self.supply.given(now - begin) - (self.total - before)
            if lack > 0:
                return (begin, lack)
        return None


class Supplied(Rule):
    """
    The least supply in every interval in which it could run throughout.

    That is least in intervals from where it stopped to where it goes on.
    Judged in the first plan, where no other vCPU's tasks come before its own.
    """

    name = "supply"

    def prepare(self) -> None:
        """Find the vCPUs whose supply is known."""
        spec = self.view.spec
        names = {p.name: n for n, p in enumerate(spec.partitions)}
        self.received: dict[Who, Received] = {}
        if spec.schedule.slots:
            return
        first = plans(spec)[0].name
        for group in groups(spec):
            for member in group.members:
                who = (names[member.partition.name], member.index)
                if group.plan != first or not member.described:
                    continue
                share = share_of(member, group)
                if not share.why and not share.above and not share.blocking:
                    self.received[who] = Received(share.supply)

    def instant(self, now: int) -> None:
        """Look at those that go on; note those that stop."""
        if self.view.planned:
            self.received.clear()
        for who, received in self.received.items():
            awake, runs = self.view.awake(who), self.view.runs(who)
            if who in self.view.slept or not awake or runs:
                self.judge(who, received, now)
            if who in self.view.slept or not awake:
                received.stops.clear()
            if awake and (
                not received.stops or (received.running and not runs)
            ):
                received.stops.append((now, received.total))
            received.running = runs

    def judge(self, who: Who, received: Received, now: int) -> None:
        """Compare what it received up to *now*."""
        found = received.lacking(now)
        if found is not None and self.view.domain_of[who] not in (
            self.view.disturbed
        ):
            begin, lack = found
            self.fail(
                now,
                f"{self.call(who)} received {lack} ns too little since "
                f"{begin} ns",
            )

    def span(self, start: int, end: int) -> None:
        """Count."""
        for who, received in self.received.items():
            if self.view.runs(who):
                received.total += end - start

    def finish(self, end: int) -> None:
        """Look at the last intervals."""
        for who, received in self.received.items():
            self.judge(who, received, end)
