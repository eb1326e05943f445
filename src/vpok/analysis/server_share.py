"""
What a server leaves to its vCPU: a budget in each period, and how late.

Only on a processor of its own: under windows, periods and the frame would have
to be told apart for every phase of both.

How late the budget of a period can be is the response time of a task that
executes the budget once a period, if the servers were such tasks.  Are they?

- A periodic server's unused budget passes with time and a polling server's is
  lost, so that at no instant is more left than if all of it were executed at
  once: yes, and deadlines are met under EDF up to full utilisation.
- A deferrable server may execute at the end of one period and the start of the
  next: a task with a release jitter of period less budget, under priorities.
  Under EDF it may come with the whole budget just before its deadline;
  utilisation alone proves nothing.
- A sporadic server delays nobody more than such a task does, but gets its
  budget back a period after it was used: where others delay the use, its
  periods stretch.  So it has a bound if nobody is before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vpok.analysis import fixed_priority
from vpok.analysis.arrivals import Periodic
from vpok.analysis.members import Member
from vpok.analysis.servers import Budget
from vpok.analysis.supply import DEDICATED
from vpok.analysis.task import Task

# As the policy's parameters have them.
KINDS = ("deferrable", "periodic", "polling", "sporadic")
ORDERS = ("edf", "priority")
DEFAULT_BUDGET, DEFAULT_PERIOD = 4_000_000, 10_000_000


@dataclass(frozen=True, slots=True)
class Server:
    """The parameters of a vCPU's server."""

    budget: int
    period: int
    kind: str
    priority: int

    @property
    def passing(self) -> bool:
        """Whether what is not used at once is gone."""
        return self.kind in {"periodic", "polling"}


def server_of(member: Member) -> Server:
    """Read the parameters; those not given have the policy's defaults."""
    params = member.params
    return Server(
        params.get("budget", DEFAULT_BUDGET),
        params.get("period", DEFAULT_PERIOD),
        KINDS[params.get("kind", 0)],
        params.get("priority", 0),
    )


def order_of(member: Member) -> str:
    """Read how servers are ordered: the first vCPU says it for all."""
    return ORDERS[member.params.get("order", 0)]


def supply_of(
    server: Server, others: Sequence[Server], order: str
) -> Budget | str:
    """Return what *server* gets on a processor shared with *others*; or why."""
    if order == "edf":
        late = _by_deadline(server, others)
    else:
        late = _by_priority(server, others)
    if isinstance(late, str):
        return late
    missed = server.budget if server.kind == "polling" else 0
    return Budget(server.budget, server.period, late, missed)


def _by_deadline(server: Server, others: Sequence[Server]) -> int | str:
    if not others:
        return server.budget
    for kind in ("deferrable", "sporadic"):
        if any(each.kind == kind for each in (server, *others)):
            return (
                f"no bound: with {kind} servers under EDF, utilisation alone "
                "does not prove that budgets come in time"
            )
    load = sum(
        (Fraction(each.budget, each.period) for each in (server, *others)),
        Fraction(0),
    )
    if load > 1:
        return f"no bound: the servers need {float(load):.4g} processors"
    return server.period


def _by_priority(server: Server, others: Sequence[Server]) -> int | str:
    above = [each for each in others if each.priority >= server.priority]
    if not above:
        return server.budget
    if server.kind == "sporadic":
        return (
            "no bound: the periods of a sporadic server stretch where others "
            "come before it"
        )
    passing = server.passing and all(each.passing for each in above)
    late = fixed_priority.response(
        _task(server, passing=passing),
        [_task(each, passing=passing) for each in above],
        DEDICATED,
    ).response
    if late is None or late > server.period:
        return (
            "no bound: servers that come before it may hold its budget back "
            "beyond the period"
        )
    return late


class _Wakes(Periodic):
    """A budget is late from its server's wake on, however late that is."""

    def nominal(self, count: int) -> int:
        return self.spread(count)


def _task(server: Server, *, passing: bool) -> Task:
    """Return the task that is no better for others than the server."""
    certain = passing or server.kind == "sporadic"
    jitter = 0 if certain else server.period - server.budget
    return Task("", server.budget, _Wakes(server.period, jitter))
