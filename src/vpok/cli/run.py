"""`vpok run`: run a system and print what its guests print."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vpok.cli import INTERRUPTED
from vpok.cli.common import (
    config_argument,
    instant,
    json_option,
    refusals,
    show_notes,
)

if TYPE_CHECKING:
    from vpok.cli.output import Wanted
    from vpok.system import Loaded


def listed(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[str, ...]:
    """Read `A,B`."""
    return tuple(part.strip() for part in value.split(",")) if value else ()


OPTIONS = (
    click.option(
        "--raw",
        is_flag=True,
        help="Print only what guests and kernel print; anything else goes "
        "to standard error.",
    ),
    click.option(
        "until",
        "--for",
        callback=instant,
        metavar="TIME",
        help="Stop at this virtual time: 400ms, 2s. Otherwise at the end.",
    ),
    click.option(
        "--realtime", is_flag=True, help="Run no faster than the wall clock."
    ),
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        help="No summary; no console text either, unless --raw.",
    ),
    click.option(
        "--digest",
        is_flag=True,
        help="Print the run's digest: equal digests mean equal runs.",
    ),
    click.option(
        "--gantt",
        is_flag=True,
        help="Draw who had the processors when: dots are windows, blocks "
        "guests that run.",
    ),
    click.option(
        "--expect",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="Compare the raw text with FILE; exit code 1 if it differs.",
    ),
    click.option(
        "--junit",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write what held and what did not into FILE, as CI servers read "
        "it (JUnit's XML).",
    ),
    click.option(
        "--report",
        type=click.Path(path_type=Path, dir_okay=False, writable=True),
        metavar="FILE",
        help="Write an HTML report of the run: timeline, tables, latencies.",
    ),
    click.option(
        "traces",
        "--trace",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write a trace, by the end of its name: .jsonl, .pftrace (for "
        "Perfetto), .parquet; with .gz compressed. May be repeated.",
    ),
    click.option(
        "trace_only",
        "--trace-only",
        callback=listed,
        metavar="NAME,...",
        help="Trace these partitions only.",
    ),
    click.option(
        "trace_kinds",
        "--trace-kinds",
        callback=listed,
        metavar="KIND,...",
        help="Trace these kinds of events only, as in irq_raise,irq_deliver.",
    ),
    click.option(
        "trace_last",
        "--trace-last",
        callback=instant,
        metavar="TIME",
        help="Trace the last stretch of virtual time only (at most 250,000 "
        "events): before the first error that the health monitor hears of, "
        "otherwise before the end.",
    ),
    json_option,
)


def run_options(function: Any) -> Any:
    """Give a command the options of a run."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


@click.command("run")
@config_argument
@run_options
def command(config: Path, **options: Any) -> int:
    """
    Run the system that CONFIG describes.

    Console text is printed a line each, with its time and partition; a
    summary follows.
    """
    from vpok.cli.output import Wanted
    from vpok.system import load

    with refusals():
        loaded = load(config)
        if not options["quiet"]:
            show_notes(loaded.notes)
        return execute(loaded, Wanted(**options), config)


def execute(loaded: "Loaded", wanted: "Wanted", config: Path) -> int:
    """Run the system of the file *config*; return the exit code."""
    from vpok.cli.drive import drive
    from vpok.cli.output import Output
    from vpok.cli.progress import progress
    from vpok.cli.report import reporting

    wanted.check_files(config)
    output = Output(loaded.spec, wanted)
    report = reporting(loaded.spec, config, wanted.report)
    digest = wanted.digest or wanted.report is not None
    with (
        loaded.build(
            sinks=[*output.sinks(), *report.sinks()],
            digest=digest,
            traces=wanted.recordings(),
        ) as system,
        progress(wanted) as show,
    ):

        def drain() -> None:
            show.clear()
            output.drain()
            show.draw(system.now)

        stopped = drive(system, wanted.until, drain, realtime=wanted.realtime)
        result = system.finish()
    same = output.finish(result, interrupted=stopped)
    report.finish(result)
    if stopped:
        return INTERRUPTED
    return result.exit_status if same else 1
