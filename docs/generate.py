"""Write the pages that are made of the code anew (`make golden`)."""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from vpok.abi.paravirt_enums import enums
from vpok.abi.paravirt_header import header
from vpok.abi.paravirt_page import page
from vpok.cli import VERBS, vpok
from vpok.config import reference
from vpok.trace import page as trace

ROOT = Path(__file__).parent.parent


def options() -> str:
    """Return the page of all verbs and their options."""
    return "\n".join(_options()) + "\n"


def _options() -> Iterator[str]:
    yield "# Options of the command line\n"
    yield "This page is made of the commands themselves; `vpok VERB --help`"
    yield "tells the same. [Command line](cli.md) says what the verbs do."
    group = click.Context(vpok)
    for verb in VERBS:
        command = vpok.get_command(group, verb)
        assert command is not None
        yield from _verb(f"vpok {verb}", command)


def _verb(name: str, command: click.Command) -> Iterator[str]:
    options = [p for p in command.params if isinstance(p, click.Option)]
    words = [
        p.metavar or str(p.name).upper()
        for p in command.params
        if isinstance(p, click.Argument)
    ]
    yield f"\n## {' '.join([name, *words])}"
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        yield "\n" + " ".join(paragraph.split())
    if options:
        yield "\n| option | |\n|---|---|"
    yield from map(_row, options)


def _row(option: click.Option) -> str:
    words = [*option.opts[:-1], " ".join([option.opts[-1], _value(option)])]
    names = ", ".join(f"`{word.strip()}`" for word in words)
    text = (option.help or "") + (" Required." if option.required else "")
    return f"| {names} | {text} |"


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return r"\|".join(option.type.choices)
    return option.metavar or ""


MADE = {
    "docs/reference/configuration.md": reference.page,
    "docs/reference/abi.md": page,
    "docs/reference/cli-options.md": options,
    "docs/reference/trace.md": trace.page,
    "guests/paravirt/include/vpok.h": header,
    "src/vpok/abi/paravirt_calls.py": enums,
}


def main() -> None:
    """Write them where tests compare them."""
    for path, text in MADE.items():
        (ROOT / path).write_text(text())


if __name__ == "__main__":
    main()
