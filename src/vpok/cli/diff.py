"""`vpok diff`: the first difference of two traces."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vpok.cli.common import put, refusals

if TYPE_CHECKING:
    from vpok.trace.diff import Difference

DIFFERENT = 1  # the exit code


def names(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Read names, several at once with commas."""
    return tuple(name for text in given for name in text.split(",") if name)


@click.command("diff")
@click.argument("one", type=click.Path(path_type=Path), metavar="A")
@click.argument("two", type=click.Path(path_type=Path), metavar="B")
@click.option(
    "--context",
    type=click.IntRange(0, 1000),
    default=3,
    show_default=True,
    metavar="N",
    help="Show so many events before and after.",
)
@click.option(
    "--ignore",
    multiple=True,
    callback=names,
    metavar="NAME",
    help="Do not compare a field (processor, thread, ...) or events of a "
    "kind (runstate, ...); several: with commas.",
)
def command(
    one: Path, two: Path, context: int, ignore: tuple[str, ...]
) -> int:
    """
    Find the first event in which the traces A and B differ.

    Exit code 0: they are the same, 1: they differ.
    """
    from vpok.trace.diff import compare
    from vpok.trace.lines import Ignore

    with refusals():
        found = compare(one, two, Ignore(ignore), context)
    put(show(found))
    return DIFFERENT if found.different else 0


def show(found: "Difference") -> str:
    """Return what was found, heads first."""
    from vpok.report.words import plural

    lines = [_head(found, name) for name in found.heads]
    events = plural(found.same, "event")
    if not found.differ:
        return "".join([*lines, f"the same {events}\n", *_ends(found)])
    lines.append(
        f"the first difference is event {found.same + 1}, {_when(found)}\n\n"
    )
    lines.append(_until(found))
    lines += [f"  {line}\n" for line in _events(found)]
    return "".join(lines)


def _ends(found: "Difference") -> list[str]:
    """Say how the ends differ, if they do."""
    from vpok.report.words import exact_time

    if not found.ends:
        return []
    return ["the ends differ:\n"] + [
        f"{mark} at {exact_time(side.end.time)}: {side.end.reason}\n"
        for mark, side in zip("-+", found.sides, strict=True)
        if side.end is not None
    ]


def _head(found: "Difference", name: str) -> str:
    """Say how a field of the heads differs."""
    one, two = (getattr(side.head, name) for side in found.sides)
    if name == "config":
        pairs = zip(
            [*one.splitlines(), ""], [*two.splitlines(), ""], strict=False
        )
        number, (one, two) = next(
            (
                (number, pair)
                for number, pair in enumerate(pairs, 1)
                if pair[0] != pair[1]
            ),
            (0, ("", "")),
        )
        name = f"configuration, line {number}"
    elif isinstance(one, tuple) and len(one) == len(two):
        place = next(n for n in range(len(one)) if one[n] != two[n])
        name, one, two = f"{name}, {place}", one[place], two[place]
    elif isinstance(one, tuple):
        one, two = (f"{len(value)} of them" for value in (one, two))
    return f"the heads differ in {name}:\n- {one}\n+ {two}\n"


def _when(found: "Difference") -> str:
    """Say when it was."""
    from vpok.report.words import exact_time

    times = [
        f"at {exact_time(side.next[0].time)}" if side.next else "at its end"
        for side in found.sides
    ]
    if times[0] == times[1]:
        return times[0]
    return f"{times[0]} of {found.sides[0].path}, {times[1]} of the other"


def _until(found: "Difference") -> str:
    """Say what both did up to there."""
    from vpok.report.table import Table, render
    from vpok.trace.diff import COUNTED
    from vpok.trace.words import vcpu_name

    head = found.sides[0].head
    rows = [
        [partition.name] + [str(found.count(number, what)) for what in COUNTED]
        for number, partition in enumerate(head.partitions)
    ]
    table = Table(
        ["<both, up to then", *(f">{what}" for what in COUNTED)], rows
    )
    current = [
        f"processor {number}: "
        + vcpu_name(head, *found.current.get(number, (-1, -1)))
        for number in range(head.processors)
    ]
    return f"{render(table)}\n{', '.join(current)}\n\n"


def _events(found: "Difference") -> list[str]:
    """Return the events before, and those of both."""
    from vpok.trace.words import show_event

    lines = [
        f"  {show_event(found.sides[0].head, event)}"
        for event in found.context
    ]
    for mark, side in zip("-+", found.sides, strict=True):
        lines += [
            f"{mark} {show_event(side.head, event)}" for event in side.next
        ]
        if not side.next:
            lines.append(f"{mark} the end of {side.path}")
    return lines
