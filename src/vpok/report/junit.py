"""
A run as JUnit's XML, which CI servers show: a suite of what was promised.

Only what Ant, Jenkins and GitLab have in common is used.  Times are virtual,
so that the same run gives the same file.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET

from vpok import __version__
from vpok.report.health import ErrorRow
from vpok.report.rows import InterruptRow, PartitionRow, RunResult, TaskRow
from vpok.report.summary import REASONS
from vpok.report.words import exact_time, plural
from vpok.units import NS_PER_MS

SHOWN: Final = 100  # lines of a failure; the others are counted
# What XML 1.0 cannot have, escaped or not.
FORBIDDEN: Final = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class Case:
    """Something that holds, or what happened instead."""

    name: str
    kind: str = ""  # of the failure
    message: str = ""  # '': it holds
    lines: Sequence[object] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What the result does not have."""

    errors: Sequence[ErrorRow]  # that the health monitor heard of
    console: str
    interrupted: bool = False
    expected: str = ""  # the file to compare with, if there is one
    difference: str = ""  # from what it expects


def junit(result: RunResult, told: Told) -> bytes:
    """Return the XML of a run, with a last newline."""
    cases = list(_cases(result, told))
    failed = sum(bool(case.message) for case in cases)
    seconds, rest = divmod(result.end // NS_PER_MS, 1000)
    time = f"{seconds}.{rest:03}"  # Jenkins takes no more digits
    counts: dict[str, Any] = {
        "tests": str(len(cases)),
        "failures": str(failed),
        "errors": "0",
        "time": time,
    }
    root = ET.Element("testsuites", name="vpok", **counts)
    name = _clean(result.system)
    suite = ET.SubElement(root, "testsuite", name=name, skipped="0", **counts)
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(result):
        ET.SubElement(properties, "property", name=key, value=_clean(value))
    for case in cases:
        _add(suite, case, name, time if case is cases[0] else "0")
    ET.SubElement(suite, "system-out").text = _clean(told.console)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _properties(result: RunResult) -> Iterator[tuple[str, str]]:
    yield "vpok", __version__
    yield "time", exact_time(result.end)
    yield "ended", REASONS[result.reason]
    if result.digest is not None:
        yield "digest", result.digest


def _add(suite: ET.Element, case: Case, system: str, time: str) -> None:
    named = ET.SubElement(
        suite, "testcase", classname=system, name=_clean(case.name), time=time
    )
    if case.message:
        failure = ET.SubElement(
            named, "failure", type=case.kind, message=_clean(case.message)
        )
        lines = [str(line) for line in case.lines[:SHOWN]]
        if len(case.lines) > SHOWN:
            lines.append(f"... {len(case.lines) - SHOWN} more")
        failure.text = _clean("\n".join(lines))


def _clean(text: str) -> str:
    """Write out what XML cannot have, as terminals show it."""
    return FORBIDDEN.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


# --- what is promised ---------------------------------------------------------


def _cases(result: RunResult, told: Told) -> Iterator[Case]:
    yield _ended(result, told)
    if told.expected:
        yield Case(
            "expected text",
            "difference",
            told.difference and f"not what {told.expected} expects",
            told.difference.splitlines(),
        )
    for partition in result.partitions:
        yield _health(partition, told.errors)
    for partition in result.partitions:
        for task in partition.tasks:
            if task.deadline:
                yield _deadlines(f"task {partition.name}/{task.name}", task)
        for vcpu in partition.vcpus:
            for row in vcpu.interrupts:
                place = f"{partition.name}/{vcpu.index}/{row.number}"
                yield _overruns(f"interrupt {place}", row)


def _ended(result: RunResult, told: Told) -> Case:
    if told.interrupted:
        at = exact_time(result.end)
        return Case("run", "interrupted", f"interrupted at {at}")
    if result.exit_status:
        return Case("run", "error", REASONS[result.reason])
    return Case("run")


def _health(partition: PartitionRow, errors: Sequence[ErrorRow]) -> Case:
    name = f"partition {partition.name}"
    if not partition.errors:
        return Case(name)
    return Case(
        name,
        "health",
        f"the health monitor heard of {plural(partition.errors, 'error')}",
        [row for row in errors if row.partition == partition.name],
    )


def _deadlines(name: str, task: TaskRow) -> Case:
    late = task.missed + task.overdue
    if not late:
        return Case(name)
    lines = [
        f"job {miss.job}: due at {exact_time(miss.deadline)}"
        for miss in task.misses
    ]
    if task.overdue:
        lines.append(f"{plural(task.overdue, 'job')} late and not ended")
    if task.response is not None:
        lines.append(
            f"longest response: {exact_time(task.response.maximum)}, "
            f"deadline: {exact_time(task.deadline)}"
        )
    missed = f"missed {plural(late, 'deadline')} of {task.released}"
    return Case(name, "deadline", missed, lines)


def _overruns(name: str, row: InterruptRow) -> Case:
    if row.sources:
        name += f" ({', '.join(row.sources)})"
    if not row.overruns:
        return Case(name)
    lost = f"lost {plural(row.overruns, 'occurrence')} of {row.raised}"
    return Case(name, "overrun", lost)
