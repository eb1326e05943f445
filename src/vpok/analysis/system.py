"""From a system's specification to a row per modelled task."""

from collections.abc import Iterator, Mapping

from vpok.analysis.bounds import Bounds
from vpok.analysis.edf import Demand, by_deadline, demand
from vpok.analysis.fixed_priority import by_priority, in_any_order
from vpok.analysis.members import Group, Member, groups, is_modelled, plans
from vpok.analysis.rows import NO, NONE, UNSHOWN, YES, BoundRow
from vpok.analysis.share import Share, share_of
from vpok.analysis.task import Bound, Task
from vpok.kernel.errors import VpokError
from vpok.spec.model import SystemSpec

Observed = Mapping[tuple[str, str], int]
NOT_ASKED = Demand(None)
NOTHING: Observed = {}


def analyze(spec: SystemSpec, observed: Observed = NOTHING) -> Bounds:
    """
    Bound the response time of every modelled task.

    *observed* has the worst response of each (partition, task) in a run that
    stayed in the first plan.  Rows are in order of plans, partitions, virtual
    CPUs, tasks.  Raises VpokError for what is no specification.
    """
    if not isinstance(spec, SystemSpec):
        raise VpokError(
            f"{type(spec).__name__} is no SystemSpec: take the `spec` of "
            "what was loaded"
        )
    first = plans(spec)[0].name
    return Bounds(
        row
        for group in groups(spec)
        for member in group.members
        for row in _rows(
            member, group, observed if group.plan == first else NOTHING
        )
    )


def unbounded(spec: SystemSpec) -> dict[str, str]:
    """Say why there are no bounds for partitions that have no tasks."""
    return {
        partition.name: "no bound: what the guest executes is not known"
        for partition in spec.partitions
        if not is_modelled(partition)
    }


def _rows(
    member: Member, group: Group, observed: Observed
) -> Iterator[BoundRow]:
    """Yield a row per task of a virtual CPU."""
    model, tasks = member.model, member.tasks
    if model is None or not tasks:
        return
    share = share_of(member, group)
    spread = model.spread and member.partition.vcpus.count > 1
    verdict, bounds = _bounds(tasks, model.scheduler, share)
    name = member.partition.name
    for task, bound in zip(tasks, bounds, strict=True):
        yield BoundRow(
            plan=group.plan,
            partition=name,
            task=task.name,
            vcpu=-1 if spread else member.index,
            scheduler=model.scheduler,
            supply=share.words,
            deadline=task.deadline,
            bound=bound.response,
            schedulable=_schedulable(
                task, bound, exact=_exact(task, member, share)
            ),
            why=bound.why,
            critical=bound.critical,
            excess=verdict.excess if task.deadline else None,
            observed=observed.get((name, task.name)),
        )


def _bounds(
    tasks: tuple[Task, ...], scheduler: str, share: Share
) -> tuple[Demand, list[Bound]]:
    if share.why:
        return NOT_ASKED, [Bound(None, share.why) for _ in tasks]
    if share.blocking:
        return NOT_ASKED, in_any_order(tasks, share.above, share.supply)
    if scheduler == "edf":
        verdict = demand(tasks, share.above, share.supply)
        return verdict, by_deadline(tasks, share.above, share.supply, verdict)
    return NOT_ASKED, by_priority(tasks, share.above, share.supply)


def _exact(task: Task, member: Member, share: Share) -> bool:
    """Say whether some phasing reaches the bound of a task."""
    if not share.exact:
        return False
    assert member.model is not None
    if member.model.scheduler == "edf":
        return True
    equal = [t for t in member.tasks if t.priority == task.priority]
    return len(equal) == 1


def _schedulable(task: Task, bound: Bound, *, exact: bool) -> str:
    if not task.deadline:
        return NONE
    if bound.response is not None and bound.response <= task.deadline:
        return YES
    if exact and (bound.response is not None or bound.overload):
        return NO
    return UNSHOWN
