"""What an author may like to know of a system that is valid."""

from collections.abc import Iterator
from typing import Any

from vpok.abi.pok import PORT_STORAGE
from vpok.abi.pok_clock import QUANTUM
from vpok.config.keys_partitions import IDLE_FEATURES, IDLE_THREAD_FEATURES
from vpok.config.log import Log
from vpok.config.notes_tasks import note_tasks
from vpok.kernel.sched.server import ORDERS
from vpok.spec.model import PartitionSpec, Problem, SystemSpec
from vpok.spec.problems.image import image_end, stack_room
from vpok.spec.problems.words import show_time

Raw = dict[str, Any]


def note(spec: SystemSpec, raw: Raw, log: Log) -> None:
    """Put all notes into *log*."""
    for each in (
        *_ignored(spec, raw),
        *_threads(spec, raw),
        *_schedule(spec),
        *_ports(spec),
        *_orders(spec),
        *note_tasks(spec),
    ):
        log.note(each.where, each.what)


def _ignored(spec: SystemSpec, raw: Raw) -> Iterator[Problem]:
    """What POK's build needs and a linked image no longer does: once each."""
    for index, partition in enumerate(raw["partitions"]):
        if partition["objects"] is not None:
            yield Problem(
                f"partitions[{index}].objects",
                "objects are for POK's build: ignored, here and below",
            )
            break
    told: set[str] = set()
    for index, built in enumerate(spec.partitions):
        for path, given, idle in (
            ("features", built.features, IDLE_FEATURES),
            ("threads.features", built.thread_features, IDLE_THREAD_FEATURES),
        ):
            for name in idle:
                if name in given - told:
                    told.add(name)
                    yield Problem(
                        f"partitions[{index}].{path}",
                        f"the feature {name} has no effect, here and below: "
                        "what it adds is linked into the image",
                    )


def _threads(spec: SystemSpec, raw: Raw) -> Iterator[Problem]:
    for index, partition in enumerate(spec.partitions):
        path = f"partitions[{index}]"
        if partition.personality != "pok":
            continue
        if raw["partitions"][index]["threads"]["count"] is None:
            yield Problem(
                f"{path}.threads",
                "threads.count is missing: taken as 1 (POK would miscount)",
            )
        yield from _stacks(path, partition)


def _stacks(path: str, partition: PartitionSpec) -> Iterator[Problem]:
    lowest = partition.size - stack_room(partition.threads)
    end = image_end(partition.image)
    if end > lowest:
        yield Problem(
            f"{path}.size",
            f"the image ends at {end:#x}, the stacks of {partition.threads} "
            f"threads begin at {lowest:#x}: the last ones would overwrite it",
        )


def _schedule(spec: SystemSpec) -> Iterator[Problem]:
    schedule = spec.schedule
    total = sum(slot.duration for slot in schedule.slots)
    if schedule.slots and total < schedule.major_frame:
        yield Problem(
            "kernel.scheduler.major_frame",
            f"the slots repeat every {show_time(total)}, as in POK; the major "
            f"frame of {show_time(schedule.major_frame)} counts for ports only",
        )
    for index, slot in enumerate(schedule.slots):
        if slot.duration < QUANTUM:
            yield Problem(
                f"kernel.scheduler.slots[{index}].duration",
                "slots end on POK's 1ms quantum: this one lasts longer",
            )
    yield from _unserved(spec)
    yield from _unused(spec)


def _orders(spec: SystemSpec) -> Iterator[Problem]:
    """Servers that go by the first one's order, not by their own."""
    flat = spec.schedule.architecture == "flat"
    first: int | None = None
    for index, partition in enumerate(spec.partitions):
        vcpus = partition.vcpus
        if (spec.schedule.policy if flat else vcpus.policy) != "server":
            continue
        given = list(vcpus.params) or [{}]
        if first is None or not flat:
            first = given[0].get("order", 0)
        for place, params in enumerate(given):
            if place and params is given[0]:
                break  # one mapping that goes for all
            if params.get("order", first) != first:
                yield Problem(
                    f"partitions[{index}].vcpus.params[{place}].order",
                    f"not used: the first virtual CPU's order, "
                    f"{ORDERS[first]}, goes for all",
                )


def _unserved(spec: SystemSpec) -> Iterator[Problem]:
    """Who has no time in any plan."""
    schedule = spec.schedule
    flat = schedule.architecture == "flat"
    if flat and schedule.policy:
        return
    windows = [w for plan in schedule.plans for w in plan.windows]
    windows += schedule.windows
    served = {slot.partition for slot in schedule.slots}
    served |= {window.partition for window in windows}
    vcpus = {(window.partition, window.vcpu) for window in windows}
    for index, partition in enumerate(spec.partitions):
        if index not in served:
            yield Problem(
                f"partitions[{index}].name",
                f"partition {partition.name!r} has no time: it never runs",
            )
            continue
        for vcpu in range(partition.vcpus.count if flat else 0):
            if (index, vcpu) not in vcpus:
                yield Problem(
                    f"partitions[{index}].vcpus",
                    f"virtual CPU {vcpu} of {partition.name!r} has no time: "
                    "it never runs",
                )


def _unused(spec: SystemSpec) -> Iterator[Problem]:
    """Windows on more processors than there are virtual CPUs."""
    schedule = spec.schedule
    places = [("kernel.scheduler", schedule.windows)]
    places += [
        (f"kernel.scheduler.plans[{index}]", plan.windows)
        for index, plan in enumerate(schedule.plans)
    ]
    for where, windows in places:
        for index, window in enumerate(windows):
            partition = spec.partitions[window.partition]
            wide, count = len(window.processors), partition.vcpus.count
            if wide > count:
                yield Problem(
                    f"{where}.windows[{index}].processors",
                    f"the window is on {wide} processors, "
                    f"{partition.name!r} has {count} virtual CPU(s): the "
                    "others stay idle",
                )


def _ports(spec: SystemSpec) -> Iterator[Problem]:
    for index, partition in enumerate(spec.partitions):
        size = sum(p.size for p in spec.ports if p.partition == index)
        if size > PORT_STORAGE and partition.personality == "pok":
            yield Problem(
                "ports",
                f"the ports of partition {partition.name!r} have {size} "
                f"bytes, it gets {PORT_STORAGE}: the last ones cannot be "
                "created",
            )
    if spec.ports and spec.schedule.slots and len(spec.partitions) == 1:
        yield Problem(
            "ports",
            "with a single partition slots never change, as in POK, and no "
            "data leaves its ports",
        )
