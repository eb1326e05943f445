"""`vpok view`: a trace in Perfetto's viewer, without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from vpok.cli.common import put, refusals

VIEWED = ".pftrace"


@click.command("view")
@click.argument("trace", type=click.Path(path_type=Path), metavar="TRACE")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Serve on this port of 127.0.0.1; 0: any that is free.",
)
@click.option(
    "--no-browser",
    is_flag=True,
    help="Print the address and open nothing.",
)
def command(trace: Path, *, port: int, no_browser: bool) -> int:
    """
    Show TRACE in Perfetto's viewer.

    The viewer is served from this machine, to this machine only; Ctrl-C ends
    it. Traces in other formats are converted for it.
    """
    import webbrowser

    from vpok.trace.viewer import Viewer

    with refusals(), viewable(trace) as file, Viewer(file, port) as viewer:
        put(f"{trace} is at {viewer.address}, until Ctrl-C\n")
        if not no_browser:
            webbrowser.open(viewer.address)
        viewer.serve()
    return 0


@contextmanager
def viewable(trace: Path) -> Iterator[Path]:
    """Yield the file for the viewer, converted if need be."""
    from vpok.trace.files import check_viewable, convert
    from vpok.trace.viewer import files

    files()  # what is missing is said before the work
    plain = trace.with_suffix("") if trace.suffix == ".gz" else trace
    if plain.suffix == VIEWED:
        check_viewable(trace)
        yield trace
        return
    with TemporaryDirectory(prefix="vpok-view-") as folder:
        target = Path(folder) / f"{plain.stem}{VIEWED}"
        convert(trace, target)
        yield target
