"""`vpok check`: what is wrong with a configuration, or who gets what."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from vpok.cli.common import (
    colours,
    config_argument,
    json_option,
    marks,
    put,
    refusals,
    show_notes,
    width,
)


@click.command("check")
@config_argument
@json_option
def command(config: Path, *, as_json: bool) -> int:
    """
    Check CONFIG and its images.

    Either every problem is told (exit code 2), or the major frame is drawn
    with what each partition gets of it; of each plan, if there are some.
    """
    if as_json:
        return _for_programs(config)
    from vpok.report.frame import analyse, show_frame, supply_table
    from vpok.report.table import render
    from vpok.system import load

    with refusals():
        loaded = load(config)
    show_notes(loaded.notes)
    for number, frame in enumerate(analyse(loaded.spec)):
        put("\n" if number else "")
        put(show_frame(frame, width(), marks=marks(sys.stdout)))
        if frame.placed:
            table = render(supply_table(frame), colour=colours(sys.stdout))
            put(f"\n{table}")
    return 0


def _for_programs(config: Path) -> int:
    from vpok.report.frame import analyse
    from vpok.spec.problems import ConfigError
    from vpok.system import load

    try:
        loaded = load(config)
    except ConfigError as error:
        problems = [asdict(problem) for problem in error.problems]
        put(json.dumps({"problems": problems}, indent=2) + "\n")
        return 2
    report = {
        "problems": [],
        "notes": [asdict(note) for note in loaded.notes],
        "frames": [asdict(frame) for frame in analyse(loaded.spec)],
    }
    put(json.dumps(report, indent=2) + "\n")
    return 0
