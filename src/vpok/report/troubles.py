"""Errors, faults and restarts in words, a line each."""

from vpok.events import EventKind
from vpok.kernel.module import END_NAMES
from vpok.kernel.partition import MODE_NAMES
from vpok.report.health import error_rows
from vpok.report.words import show_time
from vpok.spec.model import SystemSpec


def in_words(
    spec: SystemSpec,
    kind: int,
    partition: int,
    vcpu: int,
    thread: int,
    a: int,
    b: int,
) -> str:
    """Say what happened; *a* and *b* are the event's (`vpok.events`)."""
    if kind == EventKind.SHUTDOWN:
        return f"the module stops: {END_NAMES[a]}"
    described = spec.partitions[partition]
    who = described.name
    if kind == EventKind.MODE:
        return f"{who}: mode {MODE_NAMES[a]}"
    if described.vcpus.count > 1 and vcpu >= 0:
        who = f"{who}/{vcpu}"
    if kind == EventKind.FAULT:
        return f"{who}: fault {a} at {b & 0xFFFFFFFFFFFFFFFF:#x}"
    if kind == EventKind.JOB_MISS and described.model is not None:
        task = described.model.tasks[thread].name
        return f"{who}: {task} misses its deadline of {show_time(b)} (job {a})"
    (error,) = error_rows(spec, [(0, partition, vcpu, a, b)])
    return f"{who}: {error.kind}: {error.action}"
