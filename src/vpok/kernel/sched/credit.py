"""`credit`: vCPUs share the processors in proportion to their weights."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Parameter
from vpok.kernel.sched.ranked import Place, Ranked
from vpok.kernel.sched.shares import Group, Shares
from vpok.kernel.vcpu import Vcpu
from vpok.units import FAR, MAX_TIME

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "weight": Parameter(
            "Its share, relative to those of the others that are runnable. "
            "In the flat architecture the partition's.",
            "",
            256,
            1,
            65535,
        ),
        "cap": Parameter(
            "At most so much of a processor in every ten quanta; 0: all. In "
            "the flat architecture the partition's.",
            "%",
            0,
            0,
            6400,
        ),
    }
)

QUANTA: Final = 10  # in a period of caps


class Account:
    """What one vCPU has had."""

    def __init__(self, vcpu: Vcpu, group: Group) -> None:
        """Start with nothing."""
        self.vcpu = vcpu
        self.group = group
        self.awake = False
        self.virtual = 0  # time: what it ran, over its weight
        self.carry = 0  # of the division by its weight
        self.up = 1  # virtual time per ns in this turn: up / down
        self.down = 1
        self.left: i64 = 0  # ns of this turn
        self.grant: i64 = 0  # ns of it that the cap allows
        self.spent = False  # the cap allows nothing more


@mypyc_attr(allow_interpreted_subclasses=True)
class Credit(Ranked):
    """
    Turns of a quantum; the next one is whose virtual time is the least.

    Start-time fair queueing: as nobody is ahead of the least by more than a
    turn, and a sleeper comes back behind it by at most one, what a vCPU gets
    of one processor while all are runnable differs from its share by at most
    2 + 2 * n * share quanta (1 + n * share if none has slept).
    """

    PARAMETERS: ClassVar[Mapping[str, Parameter]] = PARAMETERS

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Start with an empty line."""
        super().__init__(pcpus, quantum)
        assert quantum > 0, "credit needs a quantum"
        self.accounts: dict[int, Account] = {}  # by id
        # Virtual times of vCPUs that are gone, by order: a restart of their
        # partition forgives nothing.  Groups stay for the same reason.
        self.past: dict[int, int] = {}
        self.shares = Shares()
        self.least = 0  # the highest that the least virtual time ever was
        self.period: i64 = min(quantum * QUANTA, MAX_TIME)
        self.begin: i64 = 0  # of the period of caps
        self.capped: list[Group] = []

    # --- vCPUs and their parameters -----------------------------------------

    def add(self, vcpu: Vcpu, params: dict[str, int]) -> None:
        """Take a vCPU in."""
        super().add(vcpu, params)
        settings = self.settings[vcpu.id]
        order = self.places[vcpu.id].order
        ident = int(vcpu.partition.index) if self.flat else order
        group = self.shares.groups.get(ident)
        if group is None:
            group = Group(ident, settings["cap"])
            group.refill(self.period)
            self.shares.groups[ident] = group
        if not group.members:
            self.configure(group, settings)
        group.members.append(vcpu.id)
        settings.update(weight=group.weight, cap=group.cap)
        self.accounts[vcpu.id] = Account(vcpu, group)
        self.accounts[vcpu.id].virtual = self.past.pop(order, 0)

    def configure(self, group: Group, settings: dict[str, int]) -> None:
        """Give a group its weight, and a cap from its next period on."""
        group.weight = settings["weight"]
        group.cap = settings["cap"]
        self.shares.update(group, group.runnable)
        if group.cap > 0 and group not in self.capped:
            self.capped.append(group)

    def remove(self, vcpu: Vcpu) -> None:
        """Forget a vCPU, but not what it had."""
        order = self.places[vcpu.id].order
        super().remove(vcpu)
        account = self.accounts.pop(vcpu.id)
        self.rest(account)
        account.group.members.remove(vcpu.id)
        self.past[order] = account.virtual

    def adjust(self, vcpu: Vcpu, params: dict[str, int]) -> str:
        """Change a weight from the next turn on, a cap from its period on."""
        refusal = super().adjust(vcpu, params)
        if not refusal:
            settings = self.settings[vcpu.id]
            group = self.accounts[vcpu.id].group
            self.configure(group, settings)
            for ident in group.members:
                self.settings[ident] = settings
        return refusal

    # --- what happens -------------------------------------------------------

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Let it take turns again; it has not saved up more than one."""
        self.refresh(now)
        account = self.accounts[vcpu.id]
        if not account.awake:
            account.awake = True
            self.shares.update(account.group, account.group.runnable + 1)
        self.begin_turn(account, now)

    def blocked(self, vcpu: Vcpu, now: i64) -> None:
        """Let it wait."""
        super().blocked(vcpu, now)
        self.rest(self.accounts[vcpu.id])

    def rest(self, account: Account) -> None:
        """Give back what is left of its turn."""
        account.group.pool += account.grant
        account.grant = 0
        if account.awake:
            account.awake = False
            self.shares.update(account.group, account.group.runnable - 1)

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """End its turn; whoever is next goes first."""
        place = self.places[vcpu.id]
        if place.ready:
            self.begin_turn(self.accounts[vcpu.id], now)
        if place.ready:  # its cap may be used up
            self.behind(place, now)

    def behind(self, place: Place, now: i64) -> None:
        """Let one stand behind the best of the others."""
        at = 1 if len(self.line) > 1 and self.line[0] == place.key else 0
        rank = max(place.key[1], self.line[at][1])
        self.enter(place, 0, rank, self.next_turn(now, 1))

    def charge(self, vcpu: Vcpu, elapsed: i64, now: i64) -> None:
        """Count what it had; at the end of a turn another one begins."""
        account = self.accounts[vcpu.id]
        virtual = int(elapsed) * account.up + account.carry
        account.virtual += virtual // account.down
        account.carry = virtual % account.down
        account.left -= elapsed
        # What ran before this period was granted then.
        counts: i64 = min(elapsed, now - self.begin)
        if counts > 0:
            account.grant -= counts
        if account.awake and (account.left <= 0 or account.grant <= 0):
            self.begin_turn(account, now)

    def begin_turn(self, account: Account, now: i64) -> None:
        """Let it stand where its virtual time puts it, if its cap allows."""
        group = account.group
        place = self.places[account.vcpu.id]
        self.give_up(place)
        processors = 1 if self.alone else max(self.open.count(True), 1)
        account.up, account.down = self.shares.rate(group, processors)
        account.carry = 0
        slice_ = int(self.quantum) * account.up // account.down
        account.virtual = max(account.virtual, self.least - slice_)
        group.pool += account.grant
        account.left = self.quantum
        account.grant = min(self.quantum, group.pool)
        group.pool -= account.grant
        if account.spent != (account.grant <= 0):
            account.spent = not account.spent
            left = account.grant + group.pool
            change = self.begin + self.period
            self.tell_budget(account.vcpu, left, change, now)
        if account.grant > 0:
            self.enter(place, 0, account.virtual, self.next_turn(now, 0))
            self.least = max(self.least, self.line[0][1])
        else:
            self.leave(place)

    # --- time ---------------------------------------------------------------

    def refresh(self, now: i64) -> None:
        """Begin a period of caps."""
        if now < self.begin + self.period:
            return
        self.begin = now - now % self.period
        kept = []
        for group in self.capped:
            group.refill(self.period)
            for ident in group.members:
                self.regrant(self.accounts[ident], now)
            if group.cap > 0:
                kept.append(group)
        self.capped = kept

    def regrant(self, account: Account, now: i64) -> None:
        """Let a vCPU go on with its turn in a new period of caps."""
        account.grant = 0
        if not account.awake:
            return
        if self.places[account.vcpu.id].ready:
            account.grant = min(account.left, account.group.pool)
            account.group.pool -= account.grant
        if account.grant <= 0:
            self.begin_turn(account, now)

    def next_event(self, pcpu: i64, now: i64) -> i64:
        """Return the end of the turn, or of the period of caps."""
        chosen = self.pick(pcpu, now)
        end: i64 = FAR
        if self.capped and self.shares.count > 0:
            end = self.begin + self.period
        if chosen is not None:
            account = self.accounts[chosen.id]
            end = min(end, now + min(account.left, account.grant))
        return end
