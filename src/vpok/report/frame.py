"""What a schedule gives to each partition in a major frame."""

from collections.abc import Sequence
from dataclasses import dataclass

from vpok.report.table import Table
from vpok.report.timeline import BLOCKS, Row, draw
from vpok.report.words import (
    exact_time,
    plural,
    show_processors,
    show_share,
)
from vpok.spec.model import PlanSpec, SystemSpec


@dataclass(frozen=True, slots=True)
class Placed:
    """[start, end) of the major frame on a processor; who has it."""

    partition: int
    processor: int
    start: int
    end: int
    vcpu: int = -1  # flat: whose it is


@dataclass(frozen=True, slots=True)
class Supply:
    """What a partition gets; times in ns, per major frame."""

    partition: str  # flat: `NAME/N`, one of its virtual CPUs
    vcpus: int
    policy: str
    processors: tuple[int, ...]
    windows: int
    supply: int  # over all its processors
    longest_gap: int  # without any processor, frame after frame
    owner: tuple[int, int]  # flat: partition and vCPU; else -1 for that


@dataclass(frozen=True, slots=True)
class Frame:
    """A major frame and what is in it."""

    system: str
    major_frame: int
    processors: int
    clock: int
    plan: str  # '' if there is only one
    policy: str  # flat, of a system without windows
    slots: bool  # POK's, or exact windows
    supplies: tuple[Supply, ...]
    slack: int  # processor time that nobody gets
    placed: tuple[Placed, ...]


def analyse(spec: SystemSpec) -> tuple[Frame, ...]:
    """Work out who gets what, in each plan."""
    schedule = spec.schedule
    if schedule.plans:
        return tuple(_frame(spec, plan) for plan in schedule.plans)
    only = PlanSpec("", schedule.major_frame, schedule.windows)
    return (_frame(spec, only),)


def _frame(spec: SystemSpec, plan: PlanSpec) -> Frame:
    schedule = spec.schedule
    flat = schedule.architecture == "flat"
    placed = _slots(spec) if schedule.slots else _windows(plan)
    given = sum(place.end - place.start for place in placed)
    owners = [(index, -1) for index in range(len(spec.partitions))]
    if flat:
        owners = [
            (index, vcpu)
            for index, partition in enumerate(spec.partitions)
            for vcpu in range(partition.vcpus.count)
        ]
    return Frame(
        system=spec.name,
        major_frame=plan.major_frame,
        processors=spec.processors,
        clock=spec.clock,
        plan=plan.name,
        policy=schedule.policy,
        slots=bool(schedule.slots),
        supplies=tuple(
            _supply(spec, owner, placed, plan.major_frame) for owner in owners
        ),
        slack=plan.major_frame * spec.processors - given,
        placed=tuple(placed),
    )


def _slots(spec: SystemSpec) -> list[Placed]:
    placed = []
    start = 0
    for slot in spec.schedule.slots:
        end = start + slot.duration
        placed += [
            Placed(slot.partition, processor, start, end)
            for processor in spec.partitions[slot.partition].processors
        ]
        start = end
    return placed


def _windows(plan: PlanSpec) -> list[Placed]:
    return [
        Placed(
            window.partition,
            processor,
            window.start,
            window.start + window.duration,
            window.vcpu,
        )
        for window in plan.windows
        for processor in window.processors
    ]


def _supply(
    spec: SystemSpec,
    owner: tuple[int, int],
    placed: Sequence[Placed],
    frame: int,
) -> Supply:
    index, vcpu = owner
    partition = spec.partitions[index]
    own = [place for place in placed if (place.partition, place.vcpu) == owner]
    flat = vcpu >= 0
    used = tuple(sorted({place.processor for place in own}))
    return Supply(
        partition=f"{partition.name}/{vcpu}" if flat else partition.name,
        vcpus=1 if flat else partition.vcpus.count,
        policy=spec.schedule.policy if flat else partition.vcpus.policy,
        processors=used if flat else partition.processors,
        windows=len({(place.start, place.end) for place in own}),
        supply=sum(place.end - place.start for place in own),
        longest_gap=_longest_gap(own, frame),
        owner=owner,
    )


def _longest_gap(own: Sequence[Placed], frame: int) -> int:
    """Return the longest time without a window; frames follow each other."""
    if not own:
        return frame
    places = sorted((place.start, place.end) for place in own)
    longest = 0
    # Before the first window: since the last one of the frame before.
    reached = max(end for _, end in places) - frame
    for start, end in places:
        longest = max(longest, start - reached)
        reached = max(reached, end)
    return longest


# --- as text ----------------------------------------------------------------


def show_frame(frame: Frame, width: int, *, marks: str = BLOCKS) -> str:
    """Draw the frame, above a table of who gets what."""
    processors = plural(frame.processors, "processor")
    clock = f"{processors} of {frame.clock / 1e6:g} MHz\n"
    if frame.policy:
        return (
            f"{frame.system}: no windows, {frame.policy} over all virtual "
            f"CPUs, {clock}"
        )
    rows = [
        Row(
            _label(frame, supply.partition, processor),
            [
                (place.start, place.end)
                for place in frame.placed
                if (place.partition, place.vcpu) == supply.owner
                and place.processor == processor
            ],
        )
        for supply in frame.supplies
        for processor in supply.processors
    ]
    kind = "POK slots" if frame.slots else "exact windows"
    plan = f"plan {frame.plan}, " if frame.plan else ""
    head = (
        f"{frame.system}: {plan}major frame of "
        f"{exact_time(frame.major_frame)}, {kind}, {clock}"
    )
    return f"{head}\n{draw(rows, frame.major_frame, width, marks=marks)}"


def _label(frame: Frame, name: str, processor: int) -> str:
    return name if frame.processors == 1 else f"{name} on {processor}"


def supply_table(frame: Frame) -> Table:
    """Return a row per partition, and the slack."""
    total = frame.major_frame * frame.processors
    rows = [
        (
            supply.partition,
            str(supply.vcpus),
            supply.policy,
            show_processors(supply.processors),
            str(supply.windows),
            exact_time(supply.supply),
            show_share(supply.supply, total),
            exact_time(supply.longest_gap),
        )
        for supply in frame.supplies
    ]
    slack = exact_time(frame.slack)
    rows.append(
        ("(slack)", "", "", "", "", slack, show_share(frame.slack, total), "")
    )
    columns = (
        *("<partition", ">vcpus", "<policy", "<processors", ">windows"),
        *(">supply", ">share", ">longest gap"),
    )
    return Table(columns, rows)
