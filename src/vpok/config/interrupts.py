"""Sources of interrupts of a file: whom they interrupt, and when."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vpok.config.arrivals import read_arrivals
from vpok.config.files import BadFileError
from vpok.config.log import Log
from vpok.config.names import index_of
from vpok.spec.model import InterruptSpec
from vpok.spec.problems.words import bad_time, either

Raw = dict[str, Any]  # the values of a `kinds.Record`

WAYS = ("period", "at", "arrivals", "from")  # keys that say when it raises
# What the number of a partition's virtual CPUs depends on.
COUNTED = ("vcpus", "processor_affinity")


def build_interrupts(
    sources: Sequence[Raw], partitions: Sequence[str], folder: Path, log: Log
) -> tuple[InterruptSpec, ...]:
    """Build the sources; *folder* is where files of arrivals are."""
    return tuple(
        _source(source, f"interrupts[{index}]", partitions, folder, log)
        for index, source in enumerate(sources)
    )


def _source(
    raw: Raw, path: str, partitions: Sequence[str], folder: Path, log: Log
) -> InterruptSpec:
    period = _period(raw, path, log)
    return InterruptSpec(
        name=raw["name"],
        partition=_partition(raw, path, partitions, log),
        number=raw["number"],
        vcpu=raw["vcpu"],
        period=period,
        offset=period if raw["offset"] is None else raw["offset"],
        arrivals=_arrivals(raw, path, folder, log),
        sender=_sender(raw, path, partitions, log),
        clock=raw["clock"],
        ticks=raw["ticks"],
        trigger=raw["trigger"],
        hold=raw["hold"] or 0,
        limit=raw["limit"],
    )


def _partition(
    raw: Raw, path: str, partitions: Sequence[str], log: Log
) -> int:
    where = f"{path}.partition"
    index = index_of(raw["partition"], partitions, "partition", where, log)
    above = f"partitions[{index}]"
    if log.broken(f"{above}.personality"):
        log.unusable(where)
    if any(log.broken(f"{above}.{key}") for key in COUNTED):
        log.unusable(f"{path}.vcpu")
    return index


def _sender(raw: Raw, path: str, partitions: Sequence[str], log: Log) -> int:
    if raw["from"] is None:
        return -1
    where = f"{path}.from"
    index = index_of(raw["from"], partitions, "partition", where, log)
    if log.broken(f"partitions[{index}].personality"):
        log.unusable(where)
    return index


def _period(raw: Raw, path: str, log: Log) -> int:
    """Return the period, 0 for none; which is not what 0 in a file means."""
    given = [way for way in WAYS if raw[way] is not None]
    for way in given[1:]:
        log.problem(
            f"{path}.{way}",
            f"{given[0]} says already when it raises: keep one of "
            f"{either(WAYS)}",
        )
    period: int | None = raw["period"]
    if period == 0:
        log.problem(f"{path}.period", bad_time(0, "a period"))
        return 1
    return period or 0


def _arrivals(raw: Raw, path: str, folder: Path, log: Log) -> tuple[int, ...]:
    where = f"{path}.arrivals"
    arrivals: str | list[int] | None = raw["arrivals"]
    if raw["at"] is not None:
        log.alias(f"{where}[0]", f"{path}.at")
        return (raw["at"],)
    if isinstance(arrivals, str) and not log.broken(where):
        try:
            return read_arrivals(folder / arrivals)
        except BadFileError as error:
            log.problem(where, str(error))
    elif arrivals == [] and not log.broken(where):
        log.problem(where, "there is no time in the list: write one")
    return tuple(arrivals) if isinstance(arrivals, list) else ()
