"""
From the values of a file to the specification: names become indices.

What the file alone decides (names, images, defaults that depend on other
keys) is checked here; every other rule is in `spec.problems`.  Whatever is
missing is replaced by something harmless, so that the rest can be checked.
"""

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vpok.config import elf
from vpok.config.keys import (
    IDLE_FEATURES,
    IDLE_THREAD_FEATURES,
    USED_FEATURES,
    USED_KERNEL_FEATURES,
    USED_THREAD_FEATURES,
)
from vpok.config.log import Log
from vpok.config.names import MISSING, index_of, unknown
from vpok.config.ports import build_ports
from vpok.spec.model import (
    CostSpec,
    Image,
    PartitionSpec,
    ScheduleSpec,
    SlotSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.spec.problems import MAX_PROCESSORS
from vpok.spec.problems.partitions import NAME
from vpok.units import NS_PER_S

Raw = dict[str, Any]  # the values of a `kinds.Record`
LATENCY = CostSpec().latency


def build(raw: Raw, folder: Path, name: str, log: Log) -> SystemSpec:
    """Build the specification; *folder* is where images are looked for."""
    processors = raw["target"]["nb_processors_number"]
    partitions = tuple(
        _partition(partition, f"partitions[{index}]", processors, folder, log)
        for index, partition in enumerate(raw["partitions"] or [])
    )
    names = [partition.name for partition in partitions] or [MISSING]
    kernel = raw["kernel"]
    return SystemSpec(
        name=raw["name"] or name,
        partitions=partitions,
        schedule=_schedule(kernel["scheduler"], partitions, names, log),
        processors=processors,
        clock=raw["clock"],
        kernel_features=_features(
            kernel["features"], "kernel.features", USED_KERNEL_FEATURES, log
        ),
        ports=build_ports(
            raw["ports"] or [], raw["channels"] or [], names, log
        ),
        flush=raw["flush"],
        costs=_costs(raw["costs"], raw["clock"]),
        compat=raw["compat"],
    )


# --- partitions -------------------------------------------------------------


def _partition(
    raw: Raw, path: str, processors: int, folder: Path, log: Log
) -> PartitionSpec:
    affinity = raw["processor_affinity"]
    # A count that is out of bounds is a problem of its own.
    every = range(min(max(processors, 1), MAX_PROCESSORS))
    own = every if affinity is None else sorted(affinity)
    threads = raw["threads"]
    return PartitionSpec(
        name=raw["name"],
        size=raw["size"],
        image=_image(raw, path, folder, log),
        vcpus=_vcpus(raw["vcpus"], len(own)),
        processors=tuple(own),
        personality=raw["personality"],
        features=_features(
            raw["features"],
            f"{path}.features",
            USED_FEATURES + IDLE_FEATURES,
            log,
        ),
        thread_features=_features(
            threads["features"],
            f"{path}.threads.features",
            USED_THREAD_FEATURES + IDLE_THREAD_FEATURES,
            log,
        ),
        scheduler=raw["scheduler"],
        threads=1 if threads["count"] is None else threads["count"],
        semaphores=raw["semaphores"],
        mutexes=raw["mutexes"],
        events=raw["events"],
        health=MappingProxyType({0: "stop", **raw["health"]}),
    )


def _image(raw: Raw, path: str, folder: Path, log: Log) -> Image:
    name = raw["name"]
    if not (raw["image"] or NAME.fullmatch(name)):  # which is a problem
        log.unusable(f"{path}.image")
    if log.broken(f"{path}.image"):
        return Image("", 0, 0, ())
    file = folder / (raw["image"] or f"{name}/{name}.elf")
    try:
        return elf.read(file)
    except elf.BadImageError as error:
        log.problem(f"{path}.image", str(error))
        return Image(str(file), 0, 0, ())


def _vcpus(raw: Raw, processors: int) -> VcpusSpec:
    count = raw["count"]
    return VcpusSpec(
        count=max(processors, 1) if count is None else count,
        policy=raw["policy"],
        quantum=raw["quantum"] if raw["policy"] != "null" else 0,
    )


def _features(
    given: list[str] | None, path: str, known: tuple[str, ...], log: Log
) -> frozenset[str]:
    """Keep those that POK knows; it ignores others without a word."""
    for index, name in enumerate(given or []):
        if name not in known:
            log.note(
                f"{path}[{index}]",
                f"{unknown('feature', name, list(known))} (ignored, as POK does)",
            )
    return frozenset(given or []) & frozenset(known)


# --- the schedule -----------------------------------------------------------


def _schedule(
    raw: Raw,
    partitions: Sequence[PartitionSpec],
    names: Sequence[str],
    log: Log,
) -> ScheduleSpec:
    def partition(entry: Raw, path: str) -> int:
        where = f"kernel.scheduler.{path}.partition"
        return index_of(entry["partition"], names, "partition", where, log)

    slots = tuple(
        SlotSpec(partition(slot, f"slots[{index}]"), slot["duration"])
        for index, slot in enumerate(raw["slots"] or [])
    )
    windows = tuple(
        _window(window, partition(window, f"windows[{index}]"), partitions)
        for index, window in enumerate(raw["windows"] or [])
    )
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


def _costs(raw: Raw, clock: int) -> CostSpec:
    latency = raw["latency"]
    if latency is None:
        latency = max(LATENCY, -(-NS_PER_S // max(clock, 1)))
    return CostSpec(
        hypercall=raw["hypercall"],
        switch=raw["switch"],
        interrupt=raw["interrupt"],
        restart=raw["restart"],
        latency=latency,
    )
