"""`vpok convert`: a task set in JSON as a configuration."""

from pathlib import Path

import click

from vpok.cli.common import Refused, put


@click.command("convert")
@click.argument("workload", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write it; nothing is overwritten. Default: standard "
    "output.",
)
def command(workload: Path, output: Path | None) -> int:
    """
    Make a configuration of a task set in JSON.

    Its times are in microseconds, and its priority 0 is the highest.
    """
    from vpok.config.workload import BadWorkloadError, convert

    try:
        text = convert(workload.read_text("utf-8"))
    except OSError as error:
        raise Refused(f"{workload}: {error.strerror}") from error
    except (UnicodeDecodeError, BadWorkloadError) as error:
        raise Refused(f"{workload}: {error}") from error
    if output is None:
        put(text)
        return 0
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"{output}: {error.strerror}") from error
    return 0
