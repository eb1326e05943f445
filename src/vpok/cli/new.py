"""`vpok new`: a small working system to start from."""

from pathlib import Path

import click

from vpok.cli.common import Refused, put


@click.command("new")
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
def command(directory: Path) -> int:
    """Write a small working system into DIR, which may exist."""
    from vpok.config.template import create

    try:
        files = create(directory)
    except OSError as error:
        raise Refused(str(error)) from error
    for file in files:
        put(f"{file}\n")
    put(f"\nTry next: vpok run {files[0]} --for 1s\n")
    return 0
