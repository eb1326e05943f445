"""
Supply that is known by a budget and a period, not by windows.

`Budget` is the periodic resource model (Shin and Lee, "Periodic resource model
for compositional real-time guarantees", 2003) in the form with an explicit
deadline (Easwaran, Anand and Lee, 2007): the budget of each period comes
within *delay* of the period's start, anywhere.  It is also the availability of
a periodic server of Almeida and Pedreiras ("Scheduling within temporal
partitions", 2004).  `BoundedDelay` is the model of Feng and Mok (2002).
"""

from fractions import Fraction

from vpok.analysis.supply import ANY, Phase, Supply, Windows


class Budget(Supply, Phase):
    """*budget* ns in every *period*, within *delay* of its start."""

    start = ANY

    def __init__(
        self,
        budget: int,
        period: int,
        delay: int | None = None,
        missed: int = 0,
    ) -> None:
        """
        Take ns, budget > 0; without *delay* it is the period.

        *missed* is what may be lost of the first budget because there was
        nothing to do when it came (a polling server).
        """
        late = period if delay is None else delay
        self.budget = budget
        self.period = period
        # The longest time without supply: the budget came as early as it can
        # in one period, and as late as it can in the next.
        self.gap = period - budget + late - budget + missed
        self.rate = Fraction(budget, period)
        self.phases = (self,)

    def given(self, length: int) -> int:
        """After the gap: a budget, the rest of a period, and so on."""
        periods, rest = divmod(max(0, length - self.gap), self.period)
        return periods * self.budget + min(rest, self.budget)

    def needed(self, work: int) -> int:
        """Wait for the gap, and for a rest between budgets."""
        if work <= 0:
            return 0
        rests = (work - 1) // self.budget
        return self.gap + work + rests * (self.period - self.budget)


class BoundedDelay(Supply, Phase):
    """A share of a processor that lags by at most *delay* ns."""

    start = ANY

    def __init__(self, rate: Fraction, delay: int) -> None:
        """Take the share, above 0 and at most 1."""
        self.rate = rate
        self.delay = delay
        self.phases = (self,)

    def given(self, length: int) -> int:
        """Return the share of what follows the delay, rounded down."""
        return int(self.rate * max(0, length - self.delay))

    def needed(self, work: int) -> int:
        """Return the delay and what the work takes at this rate."""
        if work <= 0:
            return 0
        return self.delay - int(-work / self.rate // 1)


def bounded_delay(windows: Windows) -> BoundedDelay:
    """
    Return the line below the supply of windows: its rate and its delay.

    The supply is farthest below its rate where a window starts.
    """
    if windows.dedicated:
        return BoundedDelay(windows.rate, 0)
    corners = [
        (start - phase.start) % windows.frame or windows.frame
        for phase in windows.phases
        for start, _ in windows.windows
    ]
    lags = [
        length - windows.given(length) / windows.rate for length in corners
    ]
    return BoundedDelay(windows.rate, int(-(-max(lags) // 1)))
