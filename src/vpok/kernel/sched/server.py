"""`server`: each vCPU has a budget in each of its periods."""

from collections.abc import Mapping
from heapq import heappop, heappush
from types import MappingProxyType
from typing import ClassVar, Final

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Parameter, out_of_range
from vpok.kernel.sched.budget import SPORADIC, Budget
from vpok.kernel.sched.ranked import Ranked
from vpok.kernel.vcpu import Vcpu
from vpok.units import FAR

KINDS: Final = ("deferrable", "periodic", "polling", "sporadic")
ORDERS: Final = ("edf", "priority")

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "budget": Parameter(
            "What it may run in a period.", "ns", 4_000_000, 1
        ),
        "period": Parameter(
            "The least distance of two whole budgets.", "ns", 10_000_000, 1
        ),
        "kind": Parameter(
            "What becomes of its budget while it is blocked: it stays "
            "(`deferrable`), passes with time (`periodic`), is lost "
            "(`polling`); or what was used comes back a period later "
            "(`sporadic`).",
            "",
            0,
            0,
            len(KINDS) - 1,
            KINDS,
        ),
        "extratime": Parameter(
            "1: runs without budget too, below all that have some.",
            "",
            0,
            0,
            1,
        ),
        "priority": Parameter(
            "Who has more is more urgent, in the order `priority`.",
            "",
            0,
            0,
            255,
        ),
        "order": Parameter(
            "Who is first: the nearest end of a period, or the highest "
            "priority. The first vCPU's goes for all.",
            "",
            0,
            0,
            len(ORDERS) - 1,
            ORDERS,
        ),
    }
)


@mypyc_attr(allow_interpreted_subclasses=True)
class Server(Ranked):
    """
    The defaults are those of Xen's RTDS: deferrable, earliest deadline first.

    Equals go in the order in which they came: at a wake or a replenishment.
    """

    PARAMETERS: ClassVar[Mapping[str, Parameter]] = PARAMETERS

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Start with an empty line."""
        super().__init__(pcpus, quantum)
        self.by_priority = False
        self.budgets: dict[int, Budget] = {}  # by id
        # Those of vCPUs that are gone, by order: a restart of their partition
        # gives nobody another budget.
        self.past: dict[int, Budget] = {}
        # (instant, id) at which a budget is to be refreshed.  An entry counts
        # if it is in `awaited` too.
        self.dues: list[tuple[int, int]] = []
        self.awaited: dict[int, int] = {}  # instants by id

    @classmethod
    def check(cls, params: dict[str, int]) -> str:
        """Refuse a budget above the period, too."""
        refusal = out_of_range(cls.PARAMETERS, params)
        budget = params.get("budget", PARAMETERS["budget"].default)
        period = params.get("period", PARAMETERS["period"].default)
        if not refusal and budget > period:
            return f"budget {budget} is above the period, {period}"
        return refusal

    # --- vCPUs and their parameters -----------------------------------------

    def add(self, vcpu: Vcpu, params: dict[str, int]) -> None:
        """Take a vCPU in."""
        super().add(vcpu, params)
        if len(self.vcpus) == 1:
            self.by_priority = self.settings[vcpu.id]["order"] == 1
        self.settings[vcpu.id]["order"] = 1 if self.by_priority else 0
        budget = self.past.pop(self.places[vcpu.id].order, None)
        if budget is None:
            budget = Budget(self.settings[vcpu.id])
        elif budget.settings != self.settings[vcpu.id]:
            budget.change(self.settings[vcpu.id])
        self.budgets[vcpu.id] = budget

    def remove(self, vcpu: Vcpu) -> None:
        """Forget a vCPU, but not what it had."""
        order = self.places[vcpu.id].order
        super().remove(vcpu)
        budget = self.budgets.pop(vcpu.id)
        budget.asleep = True
        self.past[order] = budget
        self.awaited.pop(vcpu.id, None)

    def adjust(self, vcpu: Vcpu, params: dict[str, int]) -> str:
        """Change parameters from the next replenishment on."""
        budget = self.budgets[vcpu.id]
        settings = dict(
            budget.settings if budget.next is None else budget.next
        )
        for fixed in ("kind", "order"):
            if params.get(fixed, settings[fixed]) != settings[fixed]:
                return f"{fixed} cannot change at run time"
        settings.update(params)
        refusal = self.check(settings)
        if not refusal:
            budget.change(settings)
        return refusal

    def params(self, vcpu: Vcpu) -> dict[str, int]:
        """Return the parameters that are in force."""
        return dict(self.budgets[vcpu.id].settings)

    # --- what happens -------------------------------------------------------

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Let it take part, if it has a budget or will have one."""
        budget = self.budgets[vcpu.id]
        before = (budget.started, budget.remaining(), budget.deadline)
        budget.wake(now)
        if (True, budget.remaining(), budget.deadline) != before:
            self.tell_budget(vcpu, budget.remaining(), budget.due(), now)
        self.place(vcpu, budget, now)

    def blocked(self, vcpu: Vcpu, now: i64) -> None:
        """Let it wait."""
        self.budgets[vcpu.id].sleep(now)
        super().blocked(vcpu, now)

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """Put it behind its equals."""
        place = self.places[vcpu.id]
        if place.ready:
            self.enter(place, place.key[0], place.key[1], int(now) + 1)
            self.give_up(place)

    def charge(self, vcpu: Vcpu, elapsed: i64, now: i64) -> None:
        """Use up the budget; at its end others are first."""
        budget = self.budgets[vcpu.id]
        level = budget.level
        had = budget.remaining() > 0
        budget.charge(elapsed, now)
        if had and budget.remaining() == 0:
            self.tell_budget(vcpu, 0, budget.due(), now)
        if budget.asleep:
            return
        if budget.left <= 0 or budget.level != level:
            self.place(vcpu, budget, now)
        elif budget.backs:
            self.await_due(vcpu, budget)

    def place(self, vcpu: Vcpu, budget: Budget, turn: i64) -> None:
        """Let it stand where its budget puts it, or wait for more."""
        place = self.places[vcpu.id]
        if budget.left <= 0:
            self.leave(place)
        else:
            rank = int(budget.deadline)
            if self.by_priority:
                rank = -budget.settings["priority"]
            self.enter(place, int(budget.level), rank, int(turn))
        self.await_due(vcpu, budget)

    # --- time ---------------------------------------------------------------

    def await_due(self, vcpu: Vcpu, budget: Budget) -> None:
        """See to it that it is refreshed in time."""
        due = int(budget.due())
        if self.awaited.get(vcpu.id, -1) != due:
            self.awaited[vcpu.id] = due
            heappush(self.dues, (due, vcpu.id))

    def next_due(self) -> i64:
        """Return when the next budget is to be refreshed, or FAR."""
        while self.dues:
            due, ident = self.dues[0]
            if self.awaited.get(ident, -1) == due:
                if not self.budgets[ident].asleep:
                    return due
                del self.awaited[ident]
            heappop(self.dues)
        return FAR

    def refresh(self, now: i64) -> None:
        """Refresh the budgets that are due."""
        while self.dues and self.next_due() <= now:
            _, ident = heappop(self.dues)
            del self.awaited[ident]
            budget = self.budgets[ident]
            before = (budget.level, budget.deadline, budget.left > 0)
            had = budget.remaining() > 0
            budget.refresh(now)
            vcpu = self.places[ident].vcpu
            # On several processors what a sporadic server has used of late
            # may not be known here.
            if self.alone or budget.kind != SPORADIC or not had:
                self.tell_budget(vcpu, budget.remaining(), budget.due(), now)
            if (budget.level, budget.deadline, budget.left > 0) != before:
                self.place(vcpu, budget, budget.begin)
            else:
                self.await_due(vcpu, budget)

    def next_event(self, pcpu: i64, now: i64) -> i64:
        """Return the end of the budget of who runs, or what is due."""
        chosen = self.pick(pcpu, now)
        end = self.next_due()
        if chosen is not None:
            end = min(end, now + self.budgets[chosen.id].left)
        return end
