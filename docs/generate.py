"""Write the pages that are made of the code anew (`make golden`)."""

from collections.abc import Iterator
from pathlib import Path

import click

from vpok.abi.paravirt_enums import enums
from vpok.abi.paravirt_header import header
from vpok.abi.paravirt_page import page
from vpok.cli import VERBS, vpok
from vpok.config import reference

ROOT = Path(__file__).parent.parent


def options() -> str:
    """Return the page of all verbs and their options."""
    return "\n".join(_options())


def _options() -> Iterator[str]:
    yield "# Options of the command line"
    yield ""
    yield "This page is made of the commands themselves; `vpok VERB --help`"
    yield "tells the same. [Command line](cli.md) says what the verbs do."
    group = click.Context(vpok, info_name="vpok")
    for verb in VERBS:
        command = vpok.get_command(group, verb)
        assert command is not None
        yield from _verb(click.Context(command, group, info_name=verb))


def _verb(context: click.Context) -> Iterator[str]:
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"\n## vpok {context.info_name}\n"
    yield f"    {context.command_path} {usage}\n"
    yield from (line.strip() for line in (command.help or "").splitlines())
    rows = [
        record
        for option in command.params
        if (record := option.get_help_record(context)) is not None
    ]
    if rows:
        yield "\n| option | |"
        yield "|---|---|"
    for names, text in rows:
        cell = " ".join(text.split()).replace("|", r"\|")
        yield f"| `{names.replace('|', chr(92) + '|')}` | {cell} |"


MADE = {
    "docs/reference/configuration.md": reference.page,
    "docs/reference/abi.md": page,
    "docs/reference/cli-options.md": lambda: options() + "\n",
    "guests/paravirt/include/vpok.h": header,
    "src/vpok/abi/paravirt_calls.py": enums,
}


def main() -> None:
    """Write them where tests compare them."""
    for path, text in MADE.items():
        (ROOT / path).write_text(text())


if __name__ == "__main__":
    main()
