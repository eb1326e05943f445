"""Rules that several parts share, and the words in which they speak."""

import re
from collections.abc import Collection, Iterator, Sequence

from vpok.spec.model import PartitionSpec, Problem
from vpok.units import NS_PER_MS, NS_PER_S, NS_PER_US

# Of partitions and tasks.
NAMES = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


def unique(where: str, names: Sequence[str]) -> Iterator[Problem]:
    """No two of the list at *where* share a name."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield Problem(
                f"{where}[{index}].name",
                f"the name {name!r} is taken by an earlier one: choose another",
            )
        seen.add(name)


def exists(where: str, partition: int, count: int) -> Iterator[Problem]:
    """A partition of that index exists."""
    if not 0 <= partition < count:
        yield Problem(
            f"{where}.partition", f"there is no partition {partition}"
        )


def processors_exist(
    where: str, processors: Sequence[int], count: int
) -> Iterator[Problem]:
    """Some of the module's *count* processors are named, in order."""
    if not processors:
        yield Problem(
            where, "no processor is named: name one, or leave it out"
        )
    if list(processors) != sorted(set(processors)):
        yield Problem(where, "name each processor once, in ascending order")
    for processor in processors:
        if not 0 <= processor < max(count, 1):
            yield Problem(
                where,
                f"there is no processor {processor}: take 0 to {count - 1}, "
                "or set target.nb_processors_number",
            )


def one_of(where: str, word: str, words: Collection[str]) -> Iterator[Problem]:
    """The word is among *words*."""
    if word not in words:
        yield Problem(where, f"{word!r} is not known: take {either(words)}")


def name_of(partition: int, partitions: Sequence[PartitionSpec]) -> str:
    """Return what to call a partition, existing or not."""
    if 0 <= partition < len(partitions):
        return repr(partitions[partition].name)
    return f"partition {partition}" if partition >= 0 else "another partition"


def bad_time(time: int, what: str, least: int = 1) -> str:
    """Say why *time* is not in [least, MAX_TIME)."""
    if time < least:
        sign = "positive" if least else "0 or more"
        return f"{what} of {show_time(time)}: make it {sign}"
    return f"{what} of {time} ns: make it shorter than 2^61 ns, 73 years"


def either(words: Collection[str]) -> str:
    """Join *words* as a sentence does: a, b or c."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def show_time(time: int) -> str:
    """Write *time* (ns) in the largest unit that needs no fraction."""
    for unit, name in ((NS_PER_S, "s"), (NS_PER_MS, "ms"), (NS_PER_US, "us")):
        if time and time % unit == 0:
            return f"{time // unit}{name}"
    return f"{time}ns"
