"""
From the values of a file to the specification: names become indices.

What the file alone decides (names, images, defaults that depend on other
keys) is checked here; every other rule is in `spec.problems`.  Whatever is
missing is replaced by something harmless, so that the rest can be checked.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vpok.config import elf, files
from vpok.config.files import MB, BadFileError
from vpok.config.guests import PYTHON, build_guest, is_guest
from vpok.config.health import build_health
from vpok.config.interrupts import build_interrupts
from vpok.config.keys_partitions import (
    IDLE_FEATURES,
    IDLE_THREAD_FEATURES,
    USED_FEATURES,
    USED_KERNEL_FEATURES,
    USED_THREAD_FEATURES,
)
from vpok.config.log import Log
from vpok.config.names import MISSING, unknown
from vpok.config.ports import build_ports
from vpok.config.schedule import build_schedule
from vpok.config.tasks import TASKS, build_model, is_model
from vpok.spec.model import (
    CostSpec,
    Image,
    PartitionSpec,
    SystemSpec,
    VcpusSpec,
)
from vpok.spec.problems import MAX_PROCESSORS
from vpok.spec.problems.partitions import MAX_MEMORY, NAME
from vpok.spec.problems.vcpus import MAX_VCPUS
from vpok.units import NS_PER_S

Raw = dict[str, Any]  # the values of a `kinds.Record`
POK = "pok"
LATENCY = CostSpec().latency
NO_IMAGE = Image("", 0, 0, ())
MAX_INPUT = 16 * MB


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
        schedule=build_schedule(
            kernel["scheduler"], partitions, names, log, ports=raw["ports"]
        ),
        processors=processors,
        clock=raw["clock"],
        kernel_features=_features(
            kernel["features"], "kernel.features", USED_KERNEL_FEATURES, log
        ),
        ports=build_ports(
            raw["ports"] or [], raw["channels"] or [], names, log
        ),
        interrupts=build_interrupts(
            raw["interrupts"] or [], names, folder, log
        ),
        flush=raw["flush"],
        costs=_costs(raw["costs"], raw["clock"]),
        compat=raw["compat"],
    )


# --- partitions -------------------------------------------------------------


def _partition(
    raw: Raw, path: str, processors: int, folder: Path, log: Log
) -> PartitionSpec:
    known = not log.broken(f"{path}.personality")
    if not known:  # who knows what its other keys mean?
        log.unusable(path)
    affinity = raw["processor_affinity"]
    # A count that is out of bounds is a problem of its own.
    every = range(min(max(processors, 1), MAX_PROCESSORS))
    own = tuple(every if affinity is None else sorted(affinity))
    vcpus = _vcpus(raw["vcpus"], len(own), f"{path}.vcpus", log)
    if known and is_model(raw):
        return PartitionSpec(
            name=raw["name"],
            size=0,
            image=NO_IMAGE,
            vcpus=vcpus,
            processors=own,
            personality=TASKS,
            model=build_model(raw, path, folder, log),
        )
    guest = known and is_guest(raw)
    raw["personality"] = PYTHON if guest else raw["personality"] or POK
    if not guest:
        _no_tasks(raw, path, log)
        _no_guest(raw, path, log)
    if not guest and raw["size"] is None and not log.broken(f"{path}.size"):
        log.problem(
            f"{path}.size", "'size' is missing: write one such as 130kB"
        )
    threads = raw["threads"]
    return PartitionSpec(
        name=raw["name"],
        size=_size(raw["size"], guest),
        image=NO_IMAGE if guest else _image(raw, path, folder, log),
        vcpus=vcpus,
        processors=own,
        personality=raw["personality"],
        features=_partition_features(raw, f"{path}.features", log),
        thread_features=_features(
            threads["features"],
            f"{path}.threads.features",
            USED_THREAD_FEATURES + IDLE_THREAD_FEATURES,
            log,
        ),
        scheduler=raw["scheduler"] or "rr",
        threads=1 if threads["count"] is None else threads["count"],
        semaphores=raw["semaphores"],
        mutexes=raw["mutexes"],
        events=raw["events"],
        health=build_health(
            raw["health"] if known else None,
            raw["personality"],
            f"{path}.health",
            log,
        ),
        input=_input(raw["input"], f"{path}.input", folder, log),
        model=build_guest(raw, path, folder, log) if guest else None,
    )


def _size(size: int | None, guest: bool) -> int:
    """Return the bytes of memory; its engine gives a guest in Python some."""
    if guest:
        return 0
    return MAX_MEMORY if size is None else size


def _image(raw: Raw, path: str, folder: Path, log: Log) -> Image:
    name = raw["name"]
    if not (raw["image"] or NAME.fullmatch(name)):  # which is a problem
        log.unusable(f"{path}.image")
    if log.broken(f"{path}.image"):
        return Image("", 0, 0, ())
    file = folder / (raw["image"] or f"{name}/{name}.elf")
    try:
        return elf.read(file, raw["personality"])
    except BadFileError as error:
        log.problem(f"{path}.image", str(error))
        return Image(str(file), 0, 0, ())


def _no_guest(raw: Raw, path: str, log: Log) -> None:
    for name in ("guest", "args"):
        if raw[name] is not None:
            log.problem(
                f"{path}.{name}",
                f"{name} is a python partition's: remove it, or take "
                f"personality {PYTHON}",
            )


def _no_tasks(raw: Raw, path: str, log: Log) -> None:
    """What belongs to modelled partitions is theirs alone."""
    for name, absent in (("tasks", None), ("global", 0), ("seed", 0)):
        if raw[name] != absent:
            log.problem(
                f"{path}.{name}",
                f"{name} is a modelled partition's: remove it, or take "
                f"personality {TASKS}",
            )


def _vcpus(raw: Raw, processors: int, path: str, log: Log) -> VcpusSpec:
    if log.broken(f"{path}.policy"):  # who knows what it would take?
        log.unusable(f"{path}.count")
        log.unusable(f"{path}.each")
    count = raw["count"]
    count = max(processors, 1) if count is None else count
    return VcpusSpec(
        count=count,
        policy=raw["policy"],
        quantum=raw["quantum"] if raw["policy"] != "null" else 0,
        params=_params(raw["each"], count, path, log),
    )


def _params(
    raw: Raw | list[Raw] | None, count: int, path: str, log: Log
) -> tuple[Mapping[str, int], ...]:
    """Return each virtual CPU's parameters; one mapping goes for all."""
    if isinstance(raw, list):
        log.alias(f"{path}.params", f"{path}.each")
        return tuple(_given(each) for each in raw)
    if raw is None:
        return ()
    log.alias(f"{path}.params[0]", f"{path}.each")
    return (_given(raw),) * min(max(count, 1), MAX_VCPUS)


def _given(raw: Raw) -> Mapping[str, int]:
    return MappingProxyType(
        {name: value for name, value in raw.items() if value is not None}
    )


def _input(name: str | None, path: str, folder: Path, log: Log) -> bytes:
    if name is None or log.broken(path):
        return b""
    try:
        return files.read(
            folder / name, "input", MAX_INPUT, "write the input", "write it"
        )
    except BadFileError as error:
        log.problem(path, str(error))
        return b""


def _partition_features(raw: Raw, path: str, log: Log) -> frozenset[str]:
    if raw["personality"] == "pok":
        known = USED_FEATURES + IDLE_FEATURES
        return _features(raw["features"], path, known, log)
    return frozenset(raw["features"] or [])


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
