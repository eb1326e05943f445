"""`vpok vcpu-list`: the virtual CPUs, in the columns of Xen's xl."""

import json
import sys
from pathlib import Path

import click

from vpok.cli.common import (
    colours,
    config_argument,
    instant,
    json_option,
    put,
    refusals,
)


@click.command("vcpu-list")
@config_argument
@click.option(
    "--at",
    callback=instant,
    default="0",
    metavar="TIME",
    help="The virtual time at which to look: 1.5s. Default: at the start.",
)
@json_option
def command(config: Path, at: int, *, as_json: bool) -> int:
    """
    Run CONFIG silently up to an instant and list its virtual CPUs.

    State: r running, b blocked, p paused; none of them: runnable.
    """
    from vpok.cli.drive import drive
    from vpok.report.interrupts import describe
    from vpok.report.summary import as_json as report
    from vpok.report.summary import vcpu_list
    from vpok.report.table import render
    from vpok.system import load

    with refusals(), load(config).build() as system:
        stopped = drive(system, at, lambda: None)
        result = describe(system.result(), system.spec.interrupts, {})
    if as_json:
        put(json.dumps(report(result)["partitions"], indent=2) + "\n")
    else:
        put(render(vcpu_list(result), colour=colours(sys.stdout)))
    return 130 if stopped else 0
