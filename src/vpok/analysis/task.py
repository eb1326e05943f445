"""What is analysed, and what an analysis can say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vpok.analysis.arrivals import Arrivals

# How often one question may look at a task, in the steps of fixed points,
# before the analysis gives up rather than take minutes.
MOST_STEPS = 1_000_000
TOO_LONG = (
    "no bound: the busy period is longer than the analysis follows "
    f"({MOST_STEPS} steps)"
)


@dataclass(frozen=True, slots=True)
class Task:
    """
    A stream of jobs: each executes up to *execution* ns, in order of release.

    Response times count from the arrival (`Arrivals`), and so does the
    deadline; 0: there is none.
    """

    name: str
    execution: int  # above 0
    arrivals: Arrivals
    deadline: int = 0
    priority: int = 0  # higher is more urgent

    def work(self, length: int) -> int:
        """Return what is released in a half-open interval, at most: ns."""
        return self.arrivals.within(length) * self.execution

    def due(self, length: int) -> int:
        """Return what is released and due within a closed interval: ns."""
        return self.arrivals.due(length - self.deadline) * self.execution


@dataclass(frozen=True, slots=True)
class Critical:
    """
    How the worst case comes about: the phasing that reaches it.

    At *start* nothing that could delay the job is pending; from then on all
    that can delay it comes as early and as densely as it can.
    """

    start: int  # ns of the major frame, where a window ends; supply.ANY
    release: int  # ns after that
    job: int  # which one of its task since then, from 1


@dataclass(frozen=True, slots=True)
class Excess:
    """A closed interval in which more is due than is supplied."""

    start: int  # ns of the major frame, where a window ends; supply.ANY
    length: int
    demand: int
    supply: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A worst-case response time in ns, or why there is none."""

    response: int | None
    why: str = ""
    critical: Critical | None = None
    overload: bool = False  # in the long run, more is needed than given


def worst_of(bounds: Sequence[Bound]) -> Bound:
    """Return the longest; one that is missing makes all of them useless."""
    worst = bounds[0]
    for bound in bounds:
        if bound.response is None:
            return bound
        if bound.response > (worst.response or 0):
            worst = bound
    return worst


class Steps:
    """How much longer one question may take."""

    def __init__(self) -> None:
        """Begin with MOST_STEPS."""
        self.left = MOST_STEPS

    def spent(self, count: int) -> bool:
        """Look at so many tasks; say whether there was too little left."""
        self.left -= count + 1
        return self.left < 0


def total_work(tasks: Sequence[Task], length: int) -> int:
    """Return what all release in a half-open interval, at most: ns."""
    work = 0
    for task in tasks:
        work += task.work(length)
    return work


def overload(tasks: Sequence[Task], rate: Fraction) -> str:
    """Say how much more than *rate* the tasks need in the long run, if so."""
    load = sum(
        (task.arrivals.rate * task.execution for task in tasks), Fraction(0)
    )
    if load <= rate and rate > 0:
        return ""
    return (
        f"no bound: it and what comes before it need {float(load):.4g} of a "
        f"processor and get {float(rate):.4g}"
    )
