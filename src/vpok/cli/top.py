"""`vpok top`: a system, watched while it runs."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vpok.cli import INTERRUPTED
from vpok.cli.common import (
    Refused,
    colours,
    config_argument,
    instant,
    put,
    refusals,
    show_notes,
)
from vpok.report.top import ORDERS

if TYPE_CHECKING:
    from vpok.system import Loaded


def factor(
    context: click.Context, option: click.Parameter, value: str
) -> float:
    """Read a speed: `0.1`, `x10`, `max`."""
    if value == "max":
        return float("inf")
    try:
        speed = float(value.removeprefix("x"))
    except ValueError:
        speed = 0.0
    if not 0.001 <= speed <= 1e6:
        raise click.BadParameter(
            f"{value!r}: take a number from 0.001 to 1000000, or max",
            context,
            option,
        )
    return speed


@click.command("top")
@config_argument
@click.option(
    "--at",
    callback=instant,
    metavar="TIME",
    help="Pause at this virtual time; with --once: look then. Default of "
    "that: at the start.",
)
@click.option(
    "--speed",
    callback=factor,
    default="1",
    metavar="FACTOR",
    help="Virtual seconds per second, 0.001 to 1000000, or max. Default: 1.",
)
@click.option(
    "--sort",
    type=click.Choice(ORDERS),
    default=ORDERS[0],
    help="The order of virtual CPUs.",
)
@click.option(
    "--once",
    is_flag=True,
    help="Print the tables and end: for scripts and pipes.",
)
def command(
    config: Path, at: int | None, speed: float, sort: str, *, once: bool
) -> int:
    """
    Watch the system that CONFIG describes while it runs.

    Space pauses and goes on, w, e and l step by window, event and slice, + and
    - change the speed; p pauses the chosen virtual CPU, i interrupts it; o
    sorts, r begins again, q ends. Watching changes nothing of the run.
    """
    from vpok.system import load

    with refusals():
        if not once:
            _require_screen()
        loaded = load(config)
        show_notes(loaded.notes)
        if once:
            return print_once(loaded, at or 0, sort)
        from vpok.cli.top_app import watch

        watch(loaded, speed=speed, until=at, order=sort)
    return 0


def _require_screen() -> None:
    """Refuse where nobody could watch."""
    if not sys.stdout.isatty():
        raise Refused(
            "top needs a terminal; `vpok top --once --at TIME` prints its "
            "tables anywhere"
        )
    if find_spec("textual") is None:
        raise Refused(
            "top needs textual: pip install 'vpok[top]'; or print its tables "
            "with --once"
        )


def print_once(loaded: "Loaded", at: int, order: str) -> int:
    """Run silently up to an instant and print the tables; the exit code."""
    from vpok.cli.drive import drive
    from vpok.report.interrupts import describe
    from vpok.report.table import render
    from vpok.report.top import Look, top_tables
    from vpok.report.words import show_time
    from vpok.trace.latency import Latencies

    latencies = Latencies()
    with loaded.build(sinks=[latencies]) as system:
        stopped = drive(system, at, lambda: None)
        result = describe(
            system.result(), loaded.spec.interrupts, latencies.heard
        )
    colour = colours(sys.stdout)
    tables = top_tables(Look(result), order).values()
    put(f"{result.system}: {show_time(result.end)}\n")
    for table in tables:
        put("\n" + render(table, colour=colour))
    return INTERRUPTED if stopped else 0
