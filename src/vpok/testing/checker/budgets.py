"""Budgets of servers and caps of credit: to the nanosecond."""

from vpok.events import EventKind
from vpok.testing.checker.domains import Domain, Who
from vpok.testing.checker.rule import Rule
from vpok.testing.sink import Event
from vpok.units import FAR

PERIODIC, POLLING, SPORADIC = 1, 2, 3  # kinds; deferrable ones are 0
BUDGET, PERIOD = 4_000_000, 10_000_000  # by default


class Ledger:
    """
    What a server has left, by the semantics alone.

    Periods are those of one grid, from the first wake on; a sporadic server's
    budget comes back a period after each go began.
    """

    def __init__(self, domain: Domain, who: Who) -> None:
        """Wait for the first wake."""
        self.budget = domain.param(who, "budget", BUDGET)
        self.period = domain.param(who, "period", PERIOD)
        self.kind = domain.param(who, "kind")
        self.extra = domain.param(who, "extratime") == 1
        self.left = 0
        self.begin = -1
        self.go: list[int] = [0, 0]  # when it comes back, and how much
        self.go_end = -1
        self.backs: list[list[int]] = []

    def wake(self, now: int) -> None:
        """Begin the first period."""
        if self.begin < 0:
            self.begin, self.left = now, self.budget

    def instant(self, now: int, *, awake: bool, slept: bool) -> None:
        """Hear whether the vCPU takes part, after *now*."""
        if self.begin < 0:
            return
        if self.kind == SPORADIC:
            while self.backs and self.backs[0][0] <= now:
                self.left += self.backs.pop(0)[1]
        elif now >= self.begin + self.period:
            self.begin += (now - self.begin) // self.period * self.period
            polled = self.kind == POLLING and not awake
            self.left = 0 if polled else self.budget
        elif self.kind == POLLING and not awake:
            self.left = 0
        elif self.kind == POLLING and slept and now > self.begin:
            self.left = 0  # if only for no time

    def following(self, now: int, *, running: bool) -> int:
        """Return when it changes by itself."""
        if self.begin < 0:
            return FAR
        end = self.begin + self.period
        if self.kind == SPORADIC:
            end = self.backs[0][0] if self.backs else FAR
        return min(end, now + self.left) if running and self.left else end

    def run(self, start: int, end: int) -> int:
        """Use it up; return how much there was too little."""
        used = min(self.left, end - start)
        self.left -= used
        if used and self.kind == SPORADIC:
            if self.go_end != start:
                self.go = [start + self.period, 0]
                self.backs.append(self.go)
            self.go_end = start + used
            if self.go[0] <= start:
                self.left += used  # it came back already
            else:
                self.go[1] += used
        return end - start - used

    def pass_by(self, start: int, end: int, *, awake: bool) -> None:
        """Let time pass in which it does not run."""
        if self.kind == PERIODIC and not awake:
            self.left = max(0, self.left - (end - start))


class Servers(Rule):
    """Nobody overruns a budget by a nanosecond."""

    name = "budget"

    def prepare(self) -> None:
        """Open a ledger for each server."""
        self.ledgers = {
            who: Ledger(domain, who)
            for domain in self.view.domains
            if domain.policy == "server"
            for who in domain.members
        }
        self.claims: dict[Who, int] = {}  # told at this instant, the last one

    def told(self, event: Event) -> None:
        """Note what a server says that it has left after this instant."""
        who = (event.partition, event.vcpu)
        if event.kind != EventKind.BUDGET or who not in self.ledgers:
            return
        self.claims.pop(who, None)
        if event.b > event.time:
            self.claims[who] = event.a

    def instant(self, now: int) -> None:
        """Replenish, and compare with what was told."""
        for who, ledger in self.ledgers.items():
            if who in self.view.stirred:
                ledger.wake(now)
            awake, slept = self.view.awake(who), who in self.view.slept
            ledger.instant(now, awake=awake, slept=slept)
            if not slept:  # which may have cost it what it told
                self.compare_claim(now, who, ledger.left)
        self.claims.clear()

    def compare_claim(self, now: int, who: Who, left: int) -> None:
        """Compare what was told with what there is."""
        claim = self.claims.get(who, left)
        disturbed = self.view.domain_of[who] in self.view.disturbed
        if claim != left and not disturbed:
            self.fail(now, f"{self.call(who)} tells {claim} ns, not {left}")

    def following(self, now: int) -> int:
        """Return when a budget changes."""
        return min(
            (
                ledger.following(now, running=self.view.runs(who))
                for who, ledger in self.ledgers.items()
            ),
            default=FAR,
        )

    def span(self, start: int, end: int) -> None:
        """Charge."""
        for who, ledger in self.ledgers.items():
            if not self.view.runs(who):
                awake = self.view.awake(who)
                ledger.pass_by(start, end, awake=awake)
                continue
            over = ledger.run(start, end)
            disturbed = self.view.domain_of[who] in self.view.disturbed
            if over and not ledger.extra and not disturbed:
                what = f"{self.call(who)} runs {over} ns without budget"
                self.fail(end - over, what)


class Group:
    """Who shares a cap."""

    def __init__(self, members: list[Who], limit: int) -> None:
        """Begin with nothing used."""
        self.members = members
        self.limit = limit  # ns in each period
        self.used = 0


QUANTA = 10  # in a period of caps


class Caps(Rule):
    """Nobody has more than the cap in each ten quanta."""

    name = "cap"

    def prepare(self) -> None:
        """Find the groups that have caps."""
        self.groups: dict[int, list[Group]] = {}
        for number, domain in enumerate(self.view.domains):
            if domain.policy == "credit":
                self.groups[number] = _capped(domain)
        self.of = {
            who: group
            for groups in self.groups.values()
            for group in groups
            for who in group.members
        }

    def _period(self, number: int) -> int:
        return self.view.domains[number].quantum * QUANTA

    def instant(self, now: int) -> None:
        """Begin a period."""
        for number, groups in self.groups.items():
            if now % self._period(number) == 0:
                for group in groups:
                    group.used = 0

    def following(self, now: int) -> int:
        """Return the end of a period, or when a cap is used up."""
        ends = [FAR]
        for number, groups in self.groups.items():
            period = self._period(number)
            if groups:
                ends.append(now - now % period + period)
            for group in groups:
                runs = sum(map(self.view.runs, group.members))
                if runs and group.used < group.limit:
                    ends.append(now + (group.limit - group.used) // runs)
        return min(ends)

    def span(self, start: int, end: int) -> None:
        """Charge."""
        for number, groups in self.groups.items():
            for group in groups:
                runs = sum(map(self.view.runs, group.members))
                group.used += runs * (end - start)
                over = group.used - group.limit
                if runs and over > 0 and number not in self.view.disturbed:
                    who = self.call(group.members[0])
                    self.fail(start, f"{who} runs {over} ns beyond its cap")


def _capped(domain: Domain) -> list[Group]:
    """Return the groups with caps: vCPUs, or partitions if flat."""
    together: dict[Who, list[Who]] = {}
    for who in domain.members:
        together.setdefault((who[0], 0) if domain.flat else who, []).append(
            who
        )
    found = []
    for first, members in together.items():
        cap = domain.param(first, "cap")
        if cap:
            limit = cap * domain.quantum * QUANTA // 100
            found.append(Group(members, limit))
    return found
