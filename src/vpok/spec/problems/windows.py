"""What is wrong with the windows of one major frame."""

from collections.abc import Iterator, Sequence

from vpok.spec.model import (
    PartitionSpec,
    Problem,
    SystemSpec,
    WindowSpec,
)
from vpok.spec.problems.words import (
    bad_time,
    exists,
    name_of,
    processors_exist,
    show_time,
)
from vpok.units import MAX_TIME

Windows = Sequence[WindowSpec]


def of_windows(
    where: str, windows: Windows, spec: SystemSpec
) -> Iterator[Problem]:
    """Each is somebody's, and somewhere."""
    for index, window in enumerate(windows):
        below = f"{where}.windows[{index}]"
        yield from exists(below, window.partition, len(spec.partitions))
        known = 0 <= window.partition < len(spec.partitions)
        if known or window.processors:  # else they are the partition's
            yield from processors_exist(
                f"{below}.processors", window.processors, spec.processors
            )
        if known:
            partition = spec.partitions[window.partition]
            yield from _granted(below, window, partition, spec.processors)
            yield from _owner(below, window, partition, spec)
        if not 0 <= window.start < MAX_TIME:
            yield Problem(
                f"{below}.start", bad_time(window.start, "a start", 0)
            )
        if not 0 < window.duration < MAX_TIME:
            yield Problem(
                f"{below}.duration", bad_time(window.duration, "a window")
            )


def _granted(
    where: str, window: WindowSpec, partition: PartitionSpec, processors: int
) -> Iterator[Problem]:
    for processor in window.processors:
        there = 0 <= processor < processors
        if there and processor not in partition.processors:
            yield Problem(
                f"{where}.processors",
                f"partition {partition.name!r} may not use processor "
                f"{processor}: add it to its processor_affinity",
            )


def _owner(
    where: str, window: WindowSpec, partition: PartitionSpec, spec: SystemSpec
) -> Iterator[Problem]:
    """A window is a partition's, or in the flat architecture a vCPU's."""
    if spec.schedule.architecture != "flat":
        if window.vcpu >= 0:
            yield Problem(
                f"{where}.vcpu",
                "a virtual CPU has a window in the flat architecture only: "
                f"write partition: {partition.name}, or architecture: flat",
            )
        return
    count = partition.vcpus.count
    if window.vcpu < 0:
        yield Problem(
            where,
            "in the flat architecture windows are virtual CPUs': write "
            f"vcpu: {partition.name}/0",
        )
    elif window.vcpu >= count > 0:
        yield Problem(
            f"{where}.vcpu",
            f"partition {partition.name!r} has no virtual CPU {window.vcpu}: "
            f"take 0 to {count - 1}, or give it more",
        )
    elif len(window.processors) > 1:
        yield Problem(
            f"{where}.processors",
            "one virtual CPU runs on one processor at once: name one",
        )


def fit(where: str, windows: Windows, frame: int) -> Iterator[Problem]:
    """They end when the major frame does, or before."""
    for index, window in enumerate(windows):
        end = window.start + window.duration
        if end > frame and window.duration > 0:
            yield Problem(
                f"{where}.windows[{index}].duration",
                f"the window ends at {show_time(end)}, the major frame at "
                f"{show_time(frame)}: move or shorten it",
            )


def overlaps(
    where: str, windows: Windows, spec: SystemSpec
) -> Iterator[Problem]:
    """On a processor, and on a virtual CPU, there is one at a time."""
    order = sorted(
        range(len(windows)), key=lambda index: (windows[index].start, index)
    )
    last: dict[int | tuple[int, int], int] = {}  # the one that ends last
    for index in order:
        window = windows[index]
        mine = (window.partition, _alone(window, spec))
        places: list[int | tuple[int, int]] = [*window.processors]
        if mine[1] >= 0:
            places.append(mine)
        told = False
        for place in places:
            before = windows[last.get(place, index)]
            end = before.start + before.duration
            if before is not window and window.start < end and not told:
                what = _overlap(before, place, end, spec.partitions)
                yield Problem(f"{where}.windows[{index}].start", what)
                told = place != mine and mine in places
            if before is window or window.start + window.duration > end:
                last[place] = index


def _alone(window: WindowSpec, spec: SystemSpec) -> int:
    """Return which virtual CPU alone can have a window; -1: several."""
    if not 0 <= window.partition < len(spec.partitions):
        return -1
    if spec.schedule.architecture == "flat":
        return window.vcpu
    return 0 if spec.partitions[window.partition].vcpus.count == 1 else -1


def _overlap(
    before: WindowSpec,
    place: int | tuple[int, int],
    end: int,
    partitions: Sequence[PartitionSpec],
) -> str:
    name = name_of(before.partition, partitions)
    if isinstance(place, int):
        return (
            f"the window overlaps one of {name} on processor {place} until "
            f"{show_time(end)}: move one of them"
        )
    return (
        f"virtual CPU {place[1]} of {name} has another window until "
        f"{show_time(end)}, on another processor: move one of them"
    )
