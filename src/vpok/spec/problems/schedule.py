"""What is wrong with the first level: slots and windows."""

from collections.abc import Iterator, Sequence

from vpok.spec.model import (
    PartitionSpec,
    Problem,
    ScheduleSpec,
    SystemSpec,
    WindowSpec,
)
from vpok.spec.problems.image import ISAS
from vpok.spec.problems.words import (
    bad_time,
    exists,
    name_of,
    processors_exist,
    show_time,
)
from vpok.units import MAX_TIME

OTHERS = frozenset(ISAS) - {"pok"}  # personalities


def of_schedule(spec: SystemSpec) -> Iterator[Problem]:
    """The frame, and either slots or windows, are sound."""
    schedule = spec.schedule
    if bool(schedule.slots) == bool(schedule.windows):
        yield Problem(
            "schedule",
            "give the partitions their time: write either slots or windows",
        )
    entries = [*_slots(spec), *_windows(spec)]
    yield from entries
    if 0 < schedule.major_frame < MAX_TIME:
        yield from _fits(schedule)
    elif not entries:  # else they may have made the frame what it is
        yield Problem(
            "schedule.major_frame",
            bad_time(schedule.major_frame, "a major frame"),
        )
    yield from _overlaps(schedule, spec.partitions)


def _slots(spec: SystemSpec) -> Iterator[Problem]:
    for index, slot in enumerate(spec.schedule.slots):
        where = f"schedule.slots[{index}]"
        yield from exists(where, slot.partition, len(spec.partitions))
        if not 0 < slot.duration < MAX_TIME:
            yield Problem(
                f"{where}.duration", bad_time(slot.duration, "a slot")
            )
    for index, partition in enumerate(spec.partitions):
        if spec.schedule.slots and partition.personality in OTHERS:
            yield Problem(
                f"partitions[{index}].personality",
                "slots move on POK's timer and need pok partitions only: "
                "write windows instead",
            )


def _windows(spec: SystemSpec) -> Iterator[Problem]:
    for index, window in enumerate(spec.schedule.windows):
        where = f"schedule.windows[{index}]"
        yield from exists(where, window.partition, len(spec.partitions))
        if 0 <= window.partition < len(spec.partitions):
            yield from processors_exist(
                f"{where}.processors", window.processors, spec.processors
            )
            yield from _granted(
                where, window, spec.partitions[window.partition]
            )
        if not 0 <= window.start < MAX_TIME:
            yield Problem(
                f"{where}.start", bad_time(window.start, "a start", 0)
            )
        if not 0 < window.duration < MAX_TIME:
            yield Problem(
                f"{where}.duration", bad_time(window.duration, "a window")
            )


def _granted(
    where: str, window: WindowSpec, partition: PartitionSpec
) -> Iterator[Problem]:
    for processor in window.processors:
        if processor not in partition.processors:
            yield Problem(
                f"{where}.processors",
                f"partition {partition.name!r} may not use processor "
                f"{processor}: add it to its processor_affinity",
            )


def _fits(schedule: ScheduleSpec) -> Iterator[Problem]:
    """Slots and windows end when the major frame does, or before."""
    frame = schedule.major_frame
    total = sum(slot.duration for slot in schedule.slots)
    if total > frame:
        yield Problem(
            "schedule.major_frame",
            f"the slots take {show_time(total)}, the major frame has "
            f"{show_time(frame)}: shorten a slot or lengthen the frame",
        )
    for index, window in enumerate(schedule.windows):
        end = window.start + window.duration
        if end > frame and window.duration > 0:
            yield Problem(
                f"schedule.windows[{index}]",
                f"the window ends at {show_time(end)}, the major frame at "
                f"{show_time(frame)}: move or shorten it",
            )


def _overlaps(
    schedule: ScheduleSpec, partitions: Sequence[PartitionSpec]
) -> Iterator[Problem]:
    """Compare each window with the one before it, on each processor."""
    order = sorted(
        range(len(schedule.windows)),
        key=lambda index: (schedule.windows[index].start, index),
    )
    last: dict[int, int] = {}  # processor -> the window that ends last
    for index in order:
        window = schedule.windows[index]
        for processor in window.processors:
            before = schedule.windows[last.get(processor, index)]
            end = before.start + before.duration
            if before is not window and window.start < end:
                yield Problem(
                    f"schedule.windows[{index}]",
                    f"the window overlaps one of "
                    f"{name_of(before.partition, partitions)} on processor "
                    f"{processor} until {show_time(end)}: move one of them",
                )
            if before is window or window.start + window.duration > end:
                last[processor] = index
