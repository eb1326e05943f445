"""
The command line.

One file per verb; a verb's file is imported when it is used, so that
`vpok --help` answers at once.  Exit codes: 0 ended as asked, 1 stopped by an
error or not what was expected, 2 bad usage, configuration or image, 130
interrupted.
"""

import os
import sys
from importlib import import_module

import click

from vpok import __version__

INTERRUPTED = 130
BROKEN_PIPE = 141  # what a shell tells of others who are cut off

# To add a verb: its file, with a function `command`, and its line.
VERBS = {
    "run": "Run a system and print what its guests print.",
    "demo": "Run the demo, a small avionics system.",
    "view": "Show a trace in Perfetto's viewer, without a network.",
    "check": "Check a configuration; draw its major frame.",
    "analyze": "Bound the response times of modelled tasks.",
    "report": "Make an HTML report of a trace.",
    "compare": "Run variants of a system; lay the results side by side.",
    "why": "Tell why a job or an interrupt was late.",
    "query": "Ask a trace in SQL.",
    "diff": "Find the first difference of two traces.",
    "digest": "Tell the digest of what a trace has.",
    "vcpu-list": "List the virtual CPUs at an instant of a run.",
    "top": "Watch a system live: pause it, step it, interrupt it.",
    "new": "Make a small working system to start from.",
    "convert": "Make a configuration of a task set in JSON.",
    "schema": "Print the JSON Schema of configurations or traces.",
    "abi": "Print the interface of paravirtual guests.",
    "engines": "Tell what can execute guest code here.",
}


class Verbs(click.Group):
    """Commands that are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name them in the order of the table."""
        return list(VERBS)

    def get_command(
        self, ctx: click.Context, name: str
    ) -> click.Command | None:
        """Import a verb's command."""
        if name not in VERBS:
            return None
        module = import_module(f"vpok.cli.{name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="vpok %(version)s")
def vpok() -> None:
    """Run POK partitions on virtual CPUs, deterministically."""


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line; return the exit code, never a traceback."""
    from vpok.cli.common import Unread

    try:
        code = vpok.main(arguments, prog_name="vpok", standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    except Unread:
        # The interpreter flushes once again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    return int(code or 0)
