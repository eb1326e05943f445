"""`vpok digest`: one number for what a trace has."""

from pathlib import Path

import click

from vpok.cli.common import put, refusals

DIFFERENT = 1  # the exit code


@click.command("digest")
@click.argument(
    "traces",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="TRACE...",
)
@click.option(
    "--partition",
    metavar="NAME",
    help="Of what this partition's guests can see.",
)
def command(traces: tuple[Path, ...], partition: str | None) -> int:
    """
    Print the digest of the events in each TRACE, a line each.

    Of a whole trace it is the run's.  Exit code 1: it is not the one that
    the file says its run had.
    """
    from vpok.trace.again import digest_again

    code = 0
    for path in traces:
        with refusals():
            found = digest_again(path, partition)
        left_out = f"  ({found.left_out})" if found.left_out else ""
        put(f"{found.digest}  {path}{left_out}\n")
        if found.wrong:
            click.echo(
                f"vpok: {path}: not the run that it was recorded of, whose "
                f"digest is {found.recorded}: the file was changed",
                err=True,
            )
            code = DIFFERENT
    return code
