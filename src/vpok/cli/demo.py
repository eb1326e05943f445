"""`vpok demo`: the system that comes with vpok."""

from importlib.resources import as_file, files
from typing import Any

import click

from vpok.cli.common import refusals
from vpok.cli.run import execute, run_options

NEXT = "Try next: vpok new mysystem && vpok run mysystem/config.yaml --for 1s"


@click.command("demo")
@run_options
def command(**options: Any) -> int:
    """
    Run the demo: sensors, an autopilot and a display.

    Three partitions in three time windows, with threads, semaphores, ports,
    and an error that is handled.
    """
    from vpok.cli.output import Wanted
    from vpok.system import load

    with refusals(), as_file(files("vpok") / "demo") as folder:
        wanted = Wanted(**options)
        config = folder / "config.yaml"
        code = execute(load(config), wanted, config)
    if not wanted.quiet:
        click.echo(f"\n{NEXT}", err=wanted.raw or wanted.as_json)
    return code
