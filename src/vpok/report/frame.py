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
from vpok.spec.model import SystemSpec


@dataclass(frozen=True, slots=True)
class Placed:
    """[start, end) of the major frame on a processor; who has it."""

    partition: int
    processor: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Supply:
    """What a partition gets; times in ns, per major frame."""

    partition: str
    vcpus: int
    policy: str
    processors: tuple[int, ...]
    windows: int
    supply: int  # over all its processors
    longest_gap: int  # without any processor, frame after frame


@dataclass(frozen=True, slots=True)
class Frame:
    """A major frame and what is in it."""

    system: str
    major_frame: int
    processors: int
    clock: int
    slots: bool  # POK's, or exact windows
    supplies: tuple[Supply, ...]
    slack: int  # processor time that nobody gets
    placed: tuple[Placed, ...]


def analyse(spec: SystemSpec) -> Frame:
    """Work out who gets what."""
    placed = _slots(spec) if spec.schedule.slots else _windows(spec)
    given = sum(place.end - place.start for place in placed)
    total = spec.schedule.major_frame * spec.processors
    return Frame(
        system=spec.name,
        major_frame=spec.schedule.major_frame,
        processors=spec.processors,
        clock=spec.clock,
        slots=bool(spec.schedule.slots),
        supplies=tuple(
            _supply(spec, index, placed)
            for index in range(len(spec.partitions))
        ),
        slack=total - given,
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


def _windows(spec: SystemSpec) -> list[Placed]:
    return [
        Placed(
            window.partition,
            processor,
            window.start,
            window.start + window.duration,
        )
        for window in spec.schedule.windows
        for processor in window.processors
    ]


def _supply(spec: SystemSpec, index: int, placed: Sequence[Placed]) -> Supply:
    partition = spec.partitions[index]
    own = [place for place in placed if place.partition == index]
    return Supply(
        partition=partition.name,
        vcpus=partition.vcpus.count,
        policy=partition.vcpus.policy,
        processors=partition.processors,
        windows=len({(place.start, place.end) for place in own}),
        supply=sum(place.end - place.start for place in own),
        longest_gap=_longest_gap(own, spec.schedule.major_frame),
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
    rows = [
        Row(
            _label(frame, supply.partition, processor),
            [
                (place.start, place.end)
                for place in frame.placed
                if place.partition == index and place.processor == processor
            ],
        )
        for index, supply in enumerate(frame.supplies)
        for processor in supply.processors
    ]
    kind = "POK slots" if frame.slots else "exact windows"
    head = (
        f"{frame.system}: major frame of {exact_time(frame.major_frame)}, "
        f"{kind}, {plural(frame.processors, 'processor')} of "
        f"{frame.clock / 1e6:g} MHz\n"
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
