"""The schedule of a file: POK's slots, or exact windows."""

from collections.abc import Sequence
from typing import Any

from vpok.config.log import Log
from vpok.config.names import index_of
from vpok.spec.model import (
    PartitionSpec,
    ScheduleSpec,
    SlotSpec,
    WindowSpec,
)

Raw = dict[str, Any]  # the values of a `kinds.Record`
PLACE = "kernel.scheduler"


def build_schedule(
    raw: Raw,
    partitions: Sequence[PartitionSpec],
    names: Sequence[str],
    log: Log,
) -> ScheduleSpec:
    """
    Build the schedule; names become indices.

    POK's slots move on POK's timer, which is the clock of pok partitions
    alone; with others among them slots are exact windows (semantics 5).
    """

    def partition(entry: Raw, path: str) -> int:
        where = f"{PLACE}.{path}.partition"
        return index_of(entry["partition"], names, "partition", where, log)

    slots = tuple(
        SlotSpec(partition(slot, f"slots[{index}]"), slot["duration"])
        for index, slot in enumerate(raw["slots"] or [])
    )
    windows = tuple(
        _window(window, partition(window, f"windows[{index}]"), partitions)
        for index, window in enumerate(raw["windows"] or [])
    )
    if slots and not windows and not _all_pok(partitions):
        windows, slots = _exact(slots, partitions, log), ()
    total = sum(slot.duration for slot in slots)
    last = max((w.start + w.duration for w in windows), default=1)
    frame = raw["major_frame"]
    return ScheduleSpec(
        major_frame=(total or last) if frame is None else frame,
        slots=slots,
        windows=windows,
    )


def _window(
    raw: Raw, partition: int, partitions: Sequence[PartitionSpec]
) -> WindowSpec:
    processors = raw["processors"]
    if processors is None and partition >= 0:
        processors = partitions[partition].processors
    return WindowSpec(
        partition=partition,
        start=raw["start"],
        duration=raw["duration"],
        processors=tuple(sorted(processors or ())),
    )


def _all_pok(partitions: Sequence[PartitionSpec]) -> bool:
    return all(partition.personality == "pok" for partition in partitions)


def _exact(
    slots: Sequence[SlotSpec], partitions: Sequence[PartitionSpec], log: Log
) -> tuple[WindowSpec, ...]:
    """Put windows in a row; problems with them are problems of the slots."""
    windows = []
    start = 0
    for index, slot in enumerate(slots):
        log.alias(f"{PLACE}.windows[{index}]", f"{PLACE}.slots[{index}]")
        known = slot.partition >= 0
        windows.append(
            WindowSpec(
                partition=slot.partition,
                start=start,
                duration=slot.duration,
                processors=(
                    partitions[slot.partition].processors if known else ()
                ),
            )
        )
        start += slot.duration
    return tuple(windows)
