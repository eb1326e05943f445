"""What is wrong with the first level: slots, windows, plans, a policy."""

from collections.abc import Iterator

from vpok.spec.model import (
    ARCHITECTURES,
    PLAN_ACTIONS,
    PlanSpec,
    Problem,
    ScheduleSpec,
    SystemSpec,
)
from vpok.spec.problems.partitions import PERSONALITIES
from vpok.spec.problems.vcpus import FLAT, NULL, Policies, quantum
from vpok.spec.problems.windows import fit, of_windows, overlaps
from vpok.spec.problems.words import (
    bad_time,
    exists,
    one_of,
    show_time,
    unique,
)
from vpok.units import MAX_TIME

OTHERS = frozenset(PERSONALITIES) - {"pok"}


def of_schedule(spec: SystemSpec, policies: Policies) -> Iterator[Problem]:
    """There is one way in which processors are given, and it is sound."""
    schedule = spec.schedule
    yield from one_of(
        "schedule.architecture", schedule.architecture, ARCHITECTURES
    )
    yield from _ways(schedule)
    entries = [
        *_slots(spec),
        *of_windows("schedule", schedule.windows, spec),
    ]
    yield from entries
    if 0 < schedule.major_frame < MAX_TIME:
        yield from _fits(schedule)
        yield from fit("schedule", schedule.windows, schedule.major_frame)
    elif _has_frame(spec) and not entries:  # else they may have made it so
        yield Problem(
            "schedule.major_frame",
            bad_time(schedule.major_frame, "a major frame"),
        )
    yield from overlaps("schedule", schedule.windows, spec)
    yield from _plans(spec)
    yield from _policy(spec, policies)


def _ways(schedule: ScheduleSpec) -> Iterator[Problem]:
    ways = [bool(schedule.slots or schedule.windows), bool(schedule.plans)]
    if schedule.architecture == FLAT:
        ways.append(bool(schedule.policy))
        if sum(ways) != 1 or schedule.slots:
            yield Problem(
                "schedule",
                "give the virtual CPUs their time: write either windows, "
                "plans or a policy",
            )
    elif sum(ways) != 1 or (schedule.slots and schedule.windows):
        yield Problem(
            "schedule",
            "give the partitions their time: write either slots or windows, "
            "or plans",
        )


def _has_frame(spec: SystemSpec) -> bool:
    """Say whether the major frame matters: to windows, or to ports."""
    schedule = spec.schedule
    if schedule.architecture != FLAT or not schedule.policy:
        return not schedule.plans
    return bool(spec.ports) or schedule.major_frame != 0


def _slots(spec: SystemSpec) -> Iterator[Problem]:
    for index, slot in enumerate(spec.schedule.slots):
        where = f"schedule.slots[{index}]"
        yield from exists(where, slot.partition, len(spec.partitions))
        if not 0 < slot.duration < MAX_TIME:
            yield Problem(
                f"{where}.duration", bad_time(slot.duration, "a slot")
            )
    for index, partition in enumerate(spec.partitions):
        if not spec.schedule.slots or spec.schedule.architecture == FLAT:
            break
        if partition.personality in OTHERS:
            yield Problem(
                f"partitions[{index}].personality",
                "slots move on POK's timer and need pok partitions only: "
                "write windows instead",
            )


def _fits(schedule: ScheduleSpec) -> Iterator[Problem]:
    frame = schedule.major_frame
    total = sum(slot.duration for slot in schedule.slots)
    if total > frame:
        yield Problem(
            "schedule.major_frame",
            f"the slots take {show_time(total)}, the major frame has "
            f"{show_time(frame)}: shorten a slot or lengthen the frame",
        )


def _policy(spec: SystemSpec, policies: Policies) -> Iterator[Problem]:
    schedule = spec.schedule
    count = sum(partition.vcpus.count for partition in spec.partitions)
    if not schedule.policy:
        return
    if schedule.architecture != FLAT:
        yield Problem(
            "schedule.policy",
            "a policy for all virtual CPUs goes with architecture: flat: "
            "write that, or partitions[].vcpus.policy",
        )
    elif policies and schedule.policy not in policies:
        yield from one_of("schedule.policy", schedule.policy, policies)
    elif schedule.policy == NULL and count > spec.processors:
        yield Problem(
            "schedule.policy",
            f"{count} virtual CPUs on {spec.processors} processor(s) need a "
            "policy that shares them: take another one",
        )
    yield from quantum("schedule.quantum", schedule.policy, schedule.quantum)


# --- plans --------------------------------------------------------------------


def _plans(spec: SystemSpec) -> Iterator[Problem]:
    plans = spec.schedule.plans
    yield from unique("schedule.plans", [plan.name for plan in plans])
    for index, plan in enumerate(plans):
        where = f"schedule.plans[{index}]"
        if not plan.windows:
            yield Problem(
                f"{where}.windows",
                f"plan {plan.name!r} has no window: write one, or remove it",
            )
        entries = list(of_windows(where, plan.windows, spec))
        yield from entries
        if 0 < plan.major_frame < MAX_TIME:
            yield from fit(where, plan.windows, plan.major_frame)
        elif not entries and plan.windows:
            yield Problem(
                f"{where}.major_frame",
                bad_time(plan.major_frame, "a major frame"),
            )
        yield from overlaps(where, plan.windows, spec)
        yield from _actions(f"{where}.actions", plan, len(spec.partitions))


def _actions(where: str, plan: PlanSpec, count: int) -> Iterator[Problem]:
    for index, action in enumerate(plan.actions):
        yield from one_of(f"{where}[{index}]", action, PLAN_ACTIONS)
    if plan.actions and len(plan.actions) != count:
        yield Problem(
            where,
            f"{len(plan.actions)} actions of {count} partitions: write one "
            "for each, or none",
        )
