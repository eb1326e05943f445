"""The schedule of a file: POK's slots, exact windows, plans, or a policy."""

import re
from collections.abc import Sequence
from typing import Any

from vpok.config.log import Log
from vpok.config.names import index_of
from vpok.spec.model import (
    PartitionSpec,
    PlanSpec,
    ScheduleSpec,
    SlotSpec,
    WindowSpec,
)
from vpok.units import NS_PER_MS

Raw = dict[str, Any]  # the values of a `kinds.Record`
PLACE = "kernel.scheduler"
VCPU = re.compile(r"(?P<partition>.+)/(?P<index>0|[1-9][0-9]{0,3})")
USUAL = "continue"  # a partition at a change of plans
FRAME = 10 * NS_PER_MS  # of what has no windows, for ports


def build_schedule(
    raw: Raw,
    partitions: Sequence[PartitionSpec],
    names: Sequence[str],
    log: Log,
    *,
    ports: Sequence[Raw] | None,
) -> ScheduleSpec:
    """
    Build the schedule; names become indices.

    POK's slots move on POK's timer, which is the clock of pok partitions
    alone; with others among them slots are exact windows (semantics 5).
    """
    builder = _Builder(partitions, names, log)
    slots = tuple(
        builder.slot(slot, f"{PLACE}.slots[{index}]")
        for index, slot in enumerate(raw["slots"] or [])
    )
    windows = builder.windows(raw["windows"], PLACE)
    plans = tuple(
        builder.plan(plan, f"{PLACE}.plans[{index}]")
        for index, plan in enumerate(raw["plans"] or [])
    )
    flat = raw["architecture"] == "flat"
    if slots and not windows and not flat and not _all_pok(partitions):
        windows, slots = _exact(slots, partitions, log), ()
    return ScheduleSpec(
        major_frame=_major_frame(raw, slots, windows, plans, ports),
        slots=slots,
        windows=windows,
        plans=plans,
        architecture=raw["architecture"],
        policy=raw["policy"] or "",
        quantum=raw["quantum"] if raw["policy"] else 0,
    )


def _major_frame(
    raw: Raw,
    slots: Sequence[SlotSpec],
    windows: Sequence[WindowSpec],
    plans: Sequence[PlanSpec],
    ports: Sequence[Raw] | None,
) -> int:
    frame: int | None = raw["major_frame"]
    if frame is not None:
        return frame
    if plans:
        return plans[0].major_frame
    if raw["policy"] and not slots and not windows:
        return FRAME if ports else 0
    return sum(slot.duration for slot in slots) or _end(windows)


def _end(windows: Sequence[WindowSpec]) -> int:
    return max((w.start + w.duration for w in windows), default=1)


class _Builder:
    """Knows whom names mean."""

    def __init__(
        self,
        partitions: Sequence[PartitionSpec],
        names: Sequence[str],
        log: Log,
    ) -> None:
        self.partitions = partitions
        self.names = names
        self.log = log

    def partition(self, name: str, path: str) -> int:
        return index_of(name, self.names, "partition", path, self.log)

    def slot(self, raw: Raw, path: str) -> SlotSpec:
        index = self.partition(raw["partition"], f"{path}.partition")
        return SlotSpec(index, raw["duration"])

    def plan(self, raw: Raw, path: str) -> PlanSpec:
        windows = self.windows(raw["windows"], path)
        frame = raw["major_frame"]
        return PlanSpec(
            name=raw["name"],
            major_frame=_end(windows) if frame is None else frame,
            windows=windows,
            actions=self.actions(raw["actions"] or {}, f"{path}.actions"),
        )

    def actions(self, raw: dict[str, str], path: str) -> tuple[str, ...]:
        """Return each partition's action, by its index."""
        actions = [USUAL] * len(self.partitions)
        for name, action in raw.items():
            index = self.partition(name, f"{path}.{name}")
            if index >= 0:
                actions[index] = action
        return tuple(actions) if raw else ()

    def windows(
        self, raw: Sequence[Raw] | None, path: str
    ) -> tuple[WindowSpec, ...]:
        return tuple(
            self.window(window, f"{path}.windows[{index}]")
            for index, window in enumerate(raw or [])
        )

    def window(self, raw: Raw, path: str) -> WindowSpec:
        partition, vcpu = self.owner(raw, path)
        processors = raw["processors"]
        if processors is None and partition >= 0:
            processors = self.partitions[partition].processors
            if vcpu >= 0:
                processors = processors[:1]
        return WindowSpec(
            partition=partition,
            start=raw["start"],
            duration=raw["duration"],
            processors=tuple(sorted(processors or ())),
            vcpu=vcpu,
        )

    def owner(self, raw: Raw, path: str) -> tuple[int, int]:
        """Return whose window it is: a partition, and its vCPU or -1."""
        written: str | None = raw["vcpu"]
        if written is None:
            name: str | None = raw["partition"]
            if name is None:
                what = "'partition' is missing: write a name"
                self.log.problem(f"{path}.partition", what)
            return self.partition(name or "", f"{path}.partition"), -1
        where = f"{path}.vcpu"
        self.log.alias(f"{path}.partition", where)
        if raw["partition"] is not None:
            self.log.problem(where, "it names a partition: remove partition")
        found = VCPU.fullmatch(written)
        if found is None:
            self.log.problem(
                where,
                f"{written[:60]!r} is no virtual CPU: write one such as "
                f"{self.names[0] or 'NAME'}/0",
            )
            return -1, 0
        return self.partition(found["partition"], where), int(found["index"])


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
