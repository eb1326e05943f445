"""What several verbs need: reading a system, saying what is wrong."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from vpok.spec.model import Problem

WIDEST = 120  # characters: a timeline grows no further

config_argument = click.argument(
    "config", type=click.Path(path_type=Path), metavar="CONFIG"
)
trace_argument = click.argument(
    "trace", type=click.Path(path_type=Path), metavar="TRACE"
)
json_option = click.option(
    "as_json", "--json", is_flag=True, help="Print JSON, for programs."
)


def instant(
    context: click.Context, option: click.Parameter, value: str | None
) -> int | None:
    """Read an option such as `2s` or `400ms`, as configurations do: ns."""
    from vpok.config.units import UnitError, parse_time

    if value is None:
        return None
    try:
        return parse_time(value)
    except UnitError as error:
        raise click.BadParameter(str(error), context, option) from error


class Refused(click.ClickException):
    """Something that the user can put right; exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it on standard error."""
        click.echo(f"vpok: {self.format_message()}", err=True)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a user can put right into exit code 2."""
    from vpok.kernel.errors import VpokError
    from vpok.spec.problems import ConfigError

    try:
        yield
    except ConfigError as error:
        raise Refused(show_problems(error.problems)) from error
    except VpokError as error:
        raise Refused(str(error)) from error


def show_problems(problems: "tuple[Problem, ...]") -> str:
    """Return a line for each problem, under a head line."""
    from vpok.report.words import plural

    lines = [f"{problem.where}: {problem.what}" for problem in problems]
    head = plural(len(lines), "problem")
    return "\n  ".join([f"{head} in the configuration", *lines])


def show_notes(notes: "tuple[Problem, ...]") -> None:
    """Tell what was read and is not used, on standard error."""
    for note in notes:
        click.echo(f"note: {note.where}: {note.what}", err=True)


def width() -> int:
    """Return how wide lines may be."""
    return min(WIDEST, shutil.get_terminal_size((80, 24)).columns)


def colours(stream: TextIO) -> bool:
    """Say whether to colour: on a terminal, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def marks(stream: TextIO) -> str:
    """Return the characters of timelines that *stream* can show."""
    from vpok.report.timeline import BLOCKS, PLAIN

    try:
        BLOCKS.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return PLAIN
    return BLOCKS


class Unread(Exception):  # noqa: N818 (says what is the matter)
    """Nobody reads standard output any more."""


def put(text: str | bytes) -> None:
    """Write to standard output at once; bytes as they are."""
    try:
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise Unread from error
