"""Work is conserved, and nobody waits for somebody less urgent."""

from vpok.testing.checker.budgets import SPORADIC, Caps, Servers
from vpok.testing.checker.domains import Who
from vpok.testing.checker.rule import Rule
from vpok.testing.checker.state import State

# Those that promise it: all of ours, but not what others may bring.
POLICIES = (
    "windows",
    "null",
    "round-robin",
    "fixed-priority",
    "edf",
    "server",
    "credit",
)
NEVER = 1 << 62  # a deadline of those that have none
Key = tuple[int, int | None]  # level, and rank: lower is more urgent


class Order(Rule):
    """
    Work conservation, and no inversion: in no span of time, however short.

    Whoever could run (a server: with budget; under credit: with cap left) is
    not kept waiting by an idle open processor, nor, under `fixed-priority`,
    `edf` and `server`, by somebody who is strictly less urgent.
    """

    name = "order"

    def __init__(self, state: State, servers: Servers, caps: Caps) -> None:
        """Look at budgets and caps, too."""
        super().__init__(state)
        self.servers = servers
        self.caps = caps
        self.wakes: dict[Who, int] = {}

    def instant(self, now: int) -> None:
        """Note wakes, from which deadlines count."""
        for who in self.view.woke:
            self.wakes[who] = now

    def span(self, start: int, end: int) -> None:
        """Look at all that wait."""
        for number, domain in enumerate(self.view.domains):
            known = domain.policy in POLICIES and domain.exact
            if number in self.view.disturbed or not known:
                continue
            for who in self.view.waiting(number):
                if self.able(number, who):
                    self.judge(number, who, start)

    def able(self, number: int, who: Who) -> bool:
        """Say whether it could run if it had a processor."""
        policy = self.view.domains[number].policy
        if policy == "server":
            ledger = self.servers.ledgers[who]
            return ledger.left > 0 or ledger.extra
        group = self.caps.of.get(who)
        if group is None:
            return True
        # What is left of a cap may have been promised to another one.
        return len(group.members) == 1 and group.used < group.limit

    def judge(self, number: int, who: Who, now: int) -> None:
        """Look for a processor that one who waits should have."""
        domain = self.view.domains[number]
        for pcpu in self.view.open(number):
            if not domain.allowed(who, pcpu):
                continue
            other = self.view.running[pcpu]
            if other is None:
                self.fail(
                    now,
                    f"{self.call(who)} waits while processor {pcpu} is idle",
                    "work conservation",
                )
            elif other in domain.params and self.before(number, who, other):
                self.fail(
                    now,
                    f"{self.call(who)} waits for {self.call(other)}, which is "
                    f"less urgent, on processor {pcpu}",
                )

    def before(self, number: int, one: Who, two: Who) -> bool:
        """Say whether *one* is strictly more urgent."""
        (level, rank), (other, than) = (
            self.key(number, one),
            self.key(number, two),
        )
        if level != other or level > 0:
            return level < other
        return rank is not None and than is not None and rank < than

    def key(self, number: int, who: Who) -> Key:
        """Return how urgent a vCPU is; None: that is not known."""
        domain = self.view.domains[number]
        if domain.policy == "fixed-priority":
            return (0, -domain.param(who, "priority"))
        if domain.policy == "edf":
            relative = domain.param(who, "deadline")
            woke = self.wakes.get(who, 0)
            return (0, woke + relative if relative else NEVER)
        if domain.policy == "server":
            return self.server_key(number, who)
        return (0, None)

    def server_key(self, number: int, who: Who) -> Key:
        """Return the end of its period, or its priority; below: extra time."""
        domain = self.view.domains[number]
        ledger = self.servers.ledgers[who]
        level = 0 if ledger.left > 0 else 1
        if domain.param(domain.members[0], "order") == 1:
            return (level, -domain.param(who, "priority"))
        if ledger.kind == SPORADIC:
            return (level, None)
        return (level, ledger.begin + ledger.period)
