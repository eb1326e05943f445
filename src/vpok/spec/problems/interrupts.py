"""What is wrong with sources of interrupts."""

from collections.abc import Iterator, Sequence
from typing import Final

from vpok.abi.paravirt import INTERRUPTS, MAX_PENDING
from vpok.spec.model import (
    INTERRUPT_CLOCKS,
    TICK_POLICIES,
    TRIGGERS,
    InterruptSpec,
    PartitionSpec,
    Problem,
    SystemSpec,
)
from vpok.spec.problems.ports import NAME
from vpok.spec.problems.words import (
    bad_time,
    exists,
    one_of,
    show_time,
    unique,
)
from vpok.units import MAX_TIME

MAX_LIMIT: Final = MAX_PENDING
NOBODY: Final = -1  # sends
DEAF: Final = ("pok", "tasks")  # personalities without interrupts


def of_interrupts(spec: SystemSpec) -> Iterator[Problem]:
    """Every source is sound, and leads to a virtual CPU that takes it."""
    yield from unique(
        "interrupts", [source.name for source in spec.interrupts]
    )
    for index, source in enumerate(spec.interrupts):
        where = f"interrupts[{index}]"
        if not NAME.fullmatch(source.name):
            yield Problem(
                f"{where}.name",
                f"{source.name[:60]!r} names no source: take 1 to 64 printable "
                "ASCII characters, not a space at either end",
            )
        yield from _target(where, source, spec.partitions)
        yield from _sender(where, source, spec.partitions)
        yield from _period(where, source)
        yield from _arrivals(f"{where}.arrivals", source.arrivals)
        yield from _line(where, source)
    yield from _shared(spec.interrupts)


def _target(
    where: str, source: InterruptSpec, partitions: Sequence[PartitionSpec]
) -> Iterator[Problem]:
    yield from exists(where, source.partition, len(partitions))
    if not 0 <= source.number < INTERRUPTS:
        yield Problem(
            f"{where}.number",
            f"an interrupt of number {source.number}: take 0 to "
            f"{INTERRUPTS - 1}",
        )
    if not 0 <= source.partition < len(partitions):
        return
    partition = partitions[source.partition]
    count = partition.vcpus.count
    if partition.personality in DEAF:
        yield Problem(
            f"{where}.partition",
            f"{partition.name!r} is a {partition.personality} partition, "
            "which takes no interrupts: name a paravirt one",
        )
    elif not 0 <= source.vcpu < count and count > 0:
        yield Problem(
            f"{where}.vcpu",
            f"partition {partition.name!r} has no virtual CPU {source.vcpu}: "
            f"take 0 to {count - 1}, or give it more",
        )


def _sender(
    where: str, source: InterruptSpec, partitions: Sequence[PartitionSpec]
) -> Iterator[Problem]:
    sender = source.sender
    if sender == NOBODY:
        return
    if not 0 <= sender < len(partitions):
        yield Problem(f"{where}.sender", f"there is no partition {sender}")
    elif sender == source.partition:
        yield Problem(
            f"{where}.sender",
            "a notification comes from another partition: within its own a "
            "guest sends interrupts without one, remove it",
        )
    elif partitions[sender].personality in DEAF:
        yield Problem(
            f"{where}.sender",
            f"{partitions[sender].name!r} is a "
            f"{partitions[sender].personality} partition, which sends no "
            "notifications: name a paravirt one",
        )


def _period(where: str, source: InterruptSpec) -> Iterator[Problem]:
    """A period is sound, and what belongs to one has one."""
    ways = (source.period != 0, bool(source.arrivals), source.sender >= 0)
    if sum(ways) > 1:
        yield Problem(
            where,
            "a source has one of a period, arrivals and a sender: keep one",
        )
    if source.period and not 0 < source.period < MAX_TIME:
        yield Problem(f"{where}.period", bad_time(source.period, "a period"))
    elif not 0 <= source.offset < MAX_TIME:
        yield Problem(
            f"{where}.offset", bad_time(source.offset, "an offset", 0)
        )
    yield from one_of(f"{where}.clock", source.clock, INTERRUPT_CLOCKS)
    yield from one_of(f"{where}.ticks", source.ticks, TICK_POLICIES)
    for name in ("offset", "clock", "ticks"):
        usual = InterruptSpec.__dataclass_fields__[name].default
        if not source.period and getattr(source, name) != usual:
            yield Problem(
                f"{where}.{name}",
                f"{name} goes with a period, and there is none: remove it, or "
                "write a period",
            )


def _arrivals(where: str, arrivals: Sequence[int]) -> Iterator[Problem]:
    """They are in order; several may share an instant."""
    before = 0
    for index, time in enumerate(arrivals):
        if not 0 <= time < MAX_TIME:
            yield Problem(f"{where}[{index}]", bad_time(time, "a time", 0))
        elif time < before:
            yield Problem(f"{where}[{index}]", out_of_order(time, before))
        before = max(before, time)


def out_of_order(time: int, before: int) -> str:
    """Say that *time* stands after a later one."""
    return (
        f"{show_time(time)} stands after {show_time(before)}: put the times "
        "in ascending order"
    )


def _line(where: str, source: InterruptSpec) -> Iterator[Problem]:
    """Trigger, hold and limit are sound."""
    yield from one_of(f"{where}.trigger", source.trigger, TRIGGERS)
    if not 0 <= source.hold < MAX_TIME:
        yield Problem(f"{where}.hold", bad_time(source.hold, "a hold", 0))
    elif source.hold and source.trigger == "edge":
        yield Problem(
            f"{where}.hold",
            "an edge is not held: remove hold, or write trigger: level",
        )
    elif 0 < source.period <= source.hold:
        yield Problem(
            where,
            f"a level that is held for {show_time(source.hold)} of every "
            f"{show_time(source.period)} never ends: hold it less long",
        )
    if not 1 <= source.limit <= MAX_LIMIT:
        yield Problem(
            f"{where}.limit",
            f"a limit of {source.limit}: take 1 to {MAX_LIMIT}",
        )


def _shared(sources: Sequence[InterruptSpec]) -> Iterator[Problem]:
    """Those that share a number of a virtual CPU are of one kind."""
    first: dict[tuple[int, int, int], InterruptSpec] = {}
    for index, source in enumerate(sources):
        target = (source.partition, source.vcpu, source.number)
        other = first.setdefault(target, source)
        for name in ("trigger", "limit"):
            mine, its = getattr(source, name), getattr(other, name)
            if mine != its:
                yield Problem(
                    f"interrupts[{index}]",
                    f"{name} is {mine}, and {its} of {other.name!r}, which "
                    "raises the same interrupt: make them equal, or take "
                    "another number",
                )
