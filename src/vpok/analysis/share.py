"""
What a policy leaves to one vCPU of a group, as far as that can be bounded.

To add a policy: its function, its line in POLICIES.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vpok.analysis.members import Group, Member
from vpok.analysis.server_share import order_of, server_of, supply_of
from vpok.analysis.supply import DEDICATED, Supply, Turns
from vpok.analysis.task import Task
from vpok.spec.problems.words import show_time


@dataclass(frozen=True, slots=True)
class Share:
    """
    A vCPU's supply, tasks that come before all of its own, and in words.

    *exact*: there is no more than that in some run.  *blocking*: it goes on
    with its least urgent task while others, that count as above, wait; so its
    tasks all delay each other.  *why*: there is no sound bound.
    """

    words: str
    supply: Supply = DEDICATED
    above: tuple[Task, ...] = ()
    exact: bool = False
    blocking: bool = False
    why: str = ""


def share_of(member: Member, group: Group) -> Share:
    """Return what *member* gets of the group's supply."""
    words = describe(group)
    why = _unknown(member, group)
    if why:
        return Share(words, why=f"no bound: {why}")
    if len(group.processors) > 1 and group.policy != "null":
        return Share(
            words,
            why=f"no bound: {group.policy} schedules it over several "
            "processors",
        )
    if len(_busy(group)) == 1 and group.policy in ALONE:
        return Share(words, group.supply, exact=True)
    return POLICIES[group.policy](member, group)


def _busy(group: Group) -> list[Member]:
    """Return the vCPUs that ever have something to do."""
    return [member for member in group.members if member.described]


def _unknown(member: Member, group: Group) -> str:
    model = member.model
    assert model is not None
    if model.spread and member.partition.vcpus.count > 1:
        return "its tasks are global, over several virtual CPUs"
    if group.policy not in POLICIES:
        return f"none is known for the policy {group.policy}"
    if not all(other.modelled for other in group.members):
        return (
            "it shares its windows with guests, whose calls cannot be "
            "preempted"
        )
    return ""


def describe(group: Group) -> str:
    """Say in words what the group has."""
    supply = group.supply
    on = ", ".join(str(number) for number in group.processors) or "none"
    noun = "processor" if len(group.processors) == 1 else "processors"
    if supply.dedicated:
        return f"all of {noun} {on}"
    count = len(supply.windows)
    return (
        f"{show_time(supply.total)} of {show_time(supply.frame)} in {count} "
        f"window{'' if count == 1 else 's'}, {noun} {on}"
    )


# --- the policies ---------------------------------------------------------------


def _null(member: Member, group: Group) -> Share:
    return Share(describe(group), group.supply, exact=True)


def _round_robin(member: Member, group: Group) -> Share:
    """All others take their whole turns before each own one."""

    def quantum(each: Member) -> int:
        return each.params.get("quantum", 0) or group.quantum

    wait = sum(quantum(each) for each in _busy(group) if each is not member)
    own = quantum(member)
    words = f"turns of {show_time(own)} of {show_time(own + wait)}"
    return Share(f"{words}; {describe(group)}", Turns(group.supply, own, wait))


def _fixed_priority(member: Member, group: Group) -> Share:
    """
    What vCPUs of at least its priority execute comes before its tasks.

    One of the same priority waits while this one runs, whatever it runs: what
    is waiting then delays the more urgent task that comes next.
    """

    def priority(each: Member) -> int:
        return each.params.get("priority", 0)

    above = [
        each
        for each in _busy(group)
        if each is not member and priority(each) >= priority(member)
    ]
    equals = any(priority(each) == priority(member) for each in above)
    return Share(
        f"priority {priority(member)}; {describe(group)}",
        group.supply,
        tuple(task for each in above for task in each.tasks),
        exact=not equals,
        blocking=equals,
    )


def _server(member: Member, group: Group) -> Share:
    """Its budget in each period, if the processor is the group's alone."""
    server = server_of(member)
    words = (
        f"{server.kind} server of {show_time(server.budget)} in "
        f"{show_time(server.period)}; {describe(group)}"
    )
    if not group.supply.dedicated:
        return Share(words, why="no bound: it is a server under windows")
    others = [server_of(each) for each in _busy(group) if each is not member]
    supply = supply_of(server, others, order_of(group.members[0]))
    if isinstance(supply, str):
        return Share(words, why=supply)
    return Share(words, supply)


def _edf(member: Member, group: Group) -> Share:
    return Share(
        describe(group),
        why="no bound: a virtual CPU's deadline counts from its wake, "
        "whichever of its tasks woke it",
    )


def _credit(member: Member, group: Group) -> Share:
    return Share(
        describe(group),
        why="no bound: credit is fair in the long run, with a lag that it "
        "does not limit to a window",
    )


# Work-conserving: alone in its group, a vCPU has all of the supply.
ALONE = ("null", "round-robin", "fixed-priority", "edf")
POLICIES: Mapping[str, Callable[[Member, Group], Share]] = MappingProxyType(
    {
        "null": _null,
        "round-robin": _round_robin,
        "fixed-priority": _fixed_priority,
        "edf": _edf,
        "server": _server,
        "credit": _credit,
    }
)
