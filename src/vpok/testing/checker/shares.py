"""Credit: what each has of a processor differs little from its share."""

from fractions import Fraction

from vpok.testing.checker.domains import Domain, Who
from vpok.testing.checker.rule import Rule

WEIGHT = 256  # by default


class Lead:
    """How far one has been ahead of its share, at most and at least."""

    def __init__(self, share: Fraction) -> None:
        """Begin an interval."""
        self.share = share
        self.now = Fraction(0)
        self.most = Fraction(0)
        self.least = Fraction(0)

    def step(self, got: int, given: int) -> Fraction:
        """Count; return the greatest difference in any interval so far."""
        self.now += got - self.share * given
        self.most = max(self.most, self.now)
        self.least = min(self.least, self.now)
        return self.most - self.least


class Shares(Rule):
    """
    In every interval: at most 2 + 2 n s quanta; if none ever slept, 1 + n s.

    For one processor, all runnable throughout and not capped; s is the share
    of one of n vCPUs.
    """

    name = "share"

    def prepare(self) -> None:
        """Find whom this is promised."""
        self.numbers = [
            number
            for number, domain in enumerate(self.view.domains)
            if domain.policy == "credit"
            and domain.modelled
            and len(domain.processors) == 1
            and not any(domain.param(who, "cap") for who in domain.members)
        ]
        self.leads: dict[int, dict[Who, Lead]] = {}
        self.slept: set[int] = set()  # domains in which somebody did

    def instant(self, now: int) -> None:
        """Begin an interval if others are runnable."""
        for number in self.numbers:
            domain = self.view.domains[number]
            awake = [who for who in domain.members if self.view.awake(who)]
            if now > 0 and (
                len(awake) < len(domain.members)
                or self.view.slept & set(awake)
            ):
                self.slept.add(number)
            leads = self.leads.get(number, {})
            if list(leads) != awake or self.view.slept & set(awake):
                self.leads[number] = {
                    who: Lead(share)
                    for who, share in _shares(domain, awake).items()
                }

    def span(self, start: int, end: int) -> None:
        """Count what everybody had."""
        for number in self.numbers:
            if not self.view.open(number) or number in self.view.disturbed:
                continue
            leads = self.leads.get(number, {})
            quantum = self.view.domains[number].quantum
            for who, lead in leads.items():
                got = end - start if self.view.runs(who) else 0
                off = lead.step(got, end - start)
                times = 2 if number in self.slept else 1
                bound = times * (1 + len(leads) * lead.share) * quantum
                if off > bound:
                    self.fail(
                        end,
                        f"{self.call(who)} is {float(off):g} ns off its share "
                        f"in some interval, not {float(bound):g}",
                    )


def _shares(domain: Domain, awake: list[Who]) -> dict[Who, Fraction]:
    """Divide by weights; in the flat architecture between partitions."""
    weights = {}
    for who in awake:
        first = (who[0], 0) if domain.flat else who
        weight = Fraction(domain.param(first, "weight", WEIGHT))
        if domain.flat:
            weight /= sum(other[0] == who[0] for other in awake)
        weights[who] = weight
    total = sum(weights.values(), Fraction(0))
    return {who: weight / total for who, weight in weights.items()}
