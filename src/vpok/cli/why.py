"""`vpok why`: where the time of a late job or interrupt went."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vpok.cli.common import (
    json_option,
    put,
    refusals,
    trace_argument,
)

if TYPE_CHECKING:
    from vpok.trace.head import Head
    from vpok.trace.waits import Asked
    from vpok.trace.why import Part, Wait

MOST = 6  # lines of parts; the smallest share the last one


@click.command("why")
@trace_argument
@click.option("--task", metavar="PARTITION/TASK", help="Of this task.")
@click.option(
    "--job",
    type=click.IntRange(1),
    metavar="N",
    help="Its N-th job, instead of the worst.",
)
@click.option(
    "--interrupt", metavar="N", help="An interrupt: its number, or a source."
)
@click.option(
    "--partition", metavar="NAME", help="Of this partition's virtual CPUs."
)
@click.option(
    "--occurrence",
    type=click.IntRange(1),
    metavar="K",
    help="The K-th one delivered, instead of the worst.",
)
@click.option(
    "--worst", is_flag=True, help="The worst there is (if nothing is said)."
)
@click.option(
    "--miss", is_flag=True, help="The first job that missed its deadline."
)
@json_option
def command(
    trace: Path,
    task: str | None,
    job: int | None,
    interrupt: str | None,
    partition: str | None,
    occurrence: int | None,
    *,
    worst: bool,
    miss: bool,
    as_json: bool,
) -> None:
    """
    Tell where the response time of a job in TRACE went, or the latency of an
    interrupt: windows, others, budgets, masks.  The parts add up exactly.
    """
    from vpok.trace.waits import explain

    if interrupt is not None and (task or job or miss):
        raise click.UsageError("a job or an interrupt, not both")
    if occurrence is not None and interrupt is None:
        raise click.UsageError("--occurrence needs --interrupt")
    if job is not None and task is None:
        raise click.UsageError("--job needs --task")
    number = job or occurrence
    if number is not None and (worst or miss):
        raise click.UsageError("one of them, or --worst or --miss")
    with refusals():
        asked = choice(trace, task, interrupt, partition, number or 0, miss)
        head, wait, parts = explain(trace, asked)
    parts.sort(key=lambda part: -part.time)
    put(
        for_programs(head, wait, parts) if as_json else show(head, wait, parts)
    )


def choice(
    path: Path,
    task: str | None,
    interrupt: str | None,
    partition: str | None,
    number: int,
    miss: bool,
) -> "Asked":
    """Find the names in the trace's head; raises TraceError."""
    from vpok.trace.files import open_trace
    from vpok.trace.waits import Asked
    from vpok.trace.words import interrupt_of, partition_of, task_of

    with open_trace(path) as trace:
        head = trace.head
    place = -1 if partition is None else partition_of(head, partition)
    if interrupt is not None:
        named, own = interrupt_of(head, interrupt)
        place = own if place < 0 else place
        return Asked(interrupt=named, partition=place, number=number)
    if task is not None:
        place, own = task_of(head, task, place)
        return Asked(task=own, partition=place, number=number, miss=miss)
    tasks = any(partition.tasks for partition in head.partitions)
    return Asked(partition=place, miss=miss, any_interrupt=not tasks)


# --- text ---------------------------------------------------------------------


def show(head: "Head", wait: "Wait", parts: "list[Part]") -> str:
    """Return it in less than ten lines."""
    whole = wait.end - wait.begin
    unit, scale, digits = exact_unit([part.time for part in parts] or [0])

    def line(time: int, what: str) -> str:
        shown = f"{time // scale}"
        if digits:
            shown += f".{time % scale * 10**digits // scale:0{digits}}"
        share = f"{100 * time / whole:.1f}%" if whole else "-"
        return f"{shown:>{width}} {unit}  {share:>6}  {what}\n"

    width = len(str(whole // scale)) + (digits + 1 if digits else 0)
    lines = [f"{title(head, wait)}\n"]
    kept = parts if len(parts) <= MOST else parts[: MOST - 1]
    lines += [line(part.time, cause(head, wait, part)) for part in kept]
    rest = parts[len(kept) :]
    if rest:
        shorter = f"{len(rest)} others, each shorter (--json has them)"
        lines.append(line(sum(part.time for part in rest), shorter))
    return "".join([*lines, line(whole, "in all")])


def exact_unit(times: list[int]) -> tuple[str, int, int]:
    """Return a unit, its ns, and the digits that all of *times* need."""
    from vpok.report.words import UNITS

    scale, name = next(
        ((scale, name) for scale, name in UNITS if max(times) >= scale),
        (1, "ns"),
    )
    digits = len(str(scale)) - 1
    while digits and all(
        time % scale * 10 ** (digits - 1) % scale == 0 for time in times
    ):
        digits -= 1
    return name, scale, digits


def title(head: "Head", wait: "Wait") -> str:
    """Say what is explained, and when it was."""
    from vpok.report.words import exact_time

    name = head.partitions[wait.partition].name
    when = f"from {exact_time(wait.begin)} to {exact_time(wait.end)}"
    if wait.task < 0:
        return (
            f"interrupt {wait.number} of {name}/{wait.vcpu}, delivery "
            f"{wait.occurrence}: {when}"
        )
    task = head.partitions[wait.partition].tasks[wait.task].name
    text = f"job {wait.number} of {name}/{task}: {when}, {wait.outcome}"
    if not wait.deadline:
        return text
    late = wait.end - wait.deadline
    if late > 0:
        return f"{text}, {exact_time(late)} late"
    if wait.outcome == "given up":
        return f"{text} at its deadline"
    return f"{text}, {exact_time(-late)} before its deadline"


def cause(head: "Head", wait: "Wait", part: "Part") -> str:
    """Say a part's cause in a few words."""
    from vpok.report.words import plural
    from vpok.trace import why

    partition = head.partitions[wait.partition]
    names = ", ".join(part.names)
    times = "" if part.times == 1 else f" ({part.times} times)"
    if part.what == why.JOBS:
        jobs = plural(len(part.jobs), "job")
        return f"{jobs} of {names} executed first{times}"
    ran = f"{names} ran" if names else "nobody ran"
    owners = f": {names} had one" if names else ""
    texts = {
        why.EXECUTING: f"executing on {names}",
        why.RELEASE: "not released yet: jitter",
        why.WINDOW: f"outside the windows of {partition.name}{owners}",
        why.POLICY: f"in a window, {ran} first ({partition.policy})",
        why.BUDGET: f"in a window, its budget used up; {ran}",
        why.ELSEWHERE: "the only open window is where it may not run",
        why.OFFLINE_: "its virtual CPU is offline or paused",
        why.HANDLER: f"the handler of interrupt {names} was in hand",
        why.MASKED: "masked or disabled by its guest",
    }
    return f"{texts[part.what]}{times}"


def for_programs(head: "Head", wait: "Wait", parts: "list[Part]") -> str:
    """Return it as JSON, in ns."""
    partition = head.partitions[wait.partition]
    found = {
        "partition": partition.name,
        "task": partition.tasks[wait.task].name if wait.task >= 0 else None,
        "job": wait.number if wait.task >= 0 else None,
        "vcpu": wait.vcpu if wait.task < 0 else None,
        "interrupt": wait.number if wait.task < 0 else None,
        "occurrence": wait.occurrence or None,
        "begin": wait.begin,
        "end": wait.end,
        "time": wait.end - wait.begin,
        "deadline": wait.deadline or None,
        "outcome": wait.outcome,
        "parts": [
            {
                "cause": part.what,
                "names": part.names,
                "time": part.time,
                "times": part.times,
                "jobs": sorted(job[2] for job in part.jobs),
            }
            for part in parts
        ],
    }
    return json.dumps(found, indent=2) + "\n"
