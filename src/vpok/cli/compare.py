"""`vpok compare`: variants of a system, side by side."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vpok.cli import INTERRUPTED
from vpok.cli.common import (
    colours,
    instant,
    json_option,
    put,
    refusals,
    show_notes,
)

if TYPE_CHECKING:
    from vpok.variants import Compared


def settings(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, list[str]]:
    """Read `KEY=V1,V2`: values by the path of their key."""
    found: dict[str, list[str]] = {}
    for text in given:
        key, equals, values = text.partition("=")
        if not key or not equals or key in found:
            raise click.BadParameter(
                f"{text!r} is not KEY=V1,V2, each key once", context, option
            )
        found[key] = split(values)
    return found


def split(values: str) -> list[str]:
    """Split at the commas that are in no bracket."""
    parts, depth = [""], 0
    for letter in values:
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


@click.command("compare")
@click.argument(
    "configs",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="CONFIG...",
)
@click.option(
    "changes",
    "--set",
    multiple=True,
    callback=settings,
    metavar="KEY=V1,V2,...",
    help="Run with each of these values of a key, as in "
    "partitions.control.vcpus.policy=edf,credit; several: with each "
    "combination.",
)
@click.option(
    "until",
    "--for",
    required=True,
    callback=instant,
    metavar="TIME",
    help="How long each run is, in virtual time.",
)
@json_option
def command(
    configs: tuple[Path, ...],
    changes: dict[str, list[str]],
    until: int,
    *,
    as_json: bool,
) -> int:
    """
    Run variants of a system silently and lay their results side by side.

    Variants are the CONFIGs, or one of them with other values of some keys.
    """
    from vpok.cli.drive import drive
    from vpok.report.comparison import Column, comparison
    from vpok.variants import compared, variants

    done = []
    with refusals():
        chosen = variants(configs, changes)
        for variant in chosen:
            show_notes(variant.loaded.notes)
            with variant.loaded.build() as system:
                if drive(system, until, lambda: None):
                    return INTERRUPTED
                done.append(compared(variant, system.result()))
    columns = [Column(each.label, each.result) for each in done]
    text = comparison(columns, colour=colours(sys.stdout))
    put(for_programs(done) if as_json else text)
    return max(column.result.exit_status for column in columns)


def for_programs(done: "list[Compared]") -> str:
    """Return all results as JSON."""
    from vpok.report.summary import as_json

    found = [
        {
            "label": each.label,
            "config": str(each.path),
            "changes": dict(each.changes),
            "result": as_json(each.result),
        }
        for each in done
    ]
    return json.dumps({"variants": found}, indent=2) + "\n"
