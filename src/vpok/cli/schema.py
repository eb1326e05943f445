"""`vpok schema`: what configurations and traces may say, for programs."""

import json

import click

from vpok.cli.common import put


@click.command("schema")
@click.option(
    "trace", "--trace", is_flag=True, help="Of the lines of .jsonl traces."
)
def command(*, trace: bool) -> int:
    """Print the JSON Schema of configuration files, or of traces."""
    if trace:
        from vpok.trace.schema import schema
    else:
        from vpok.config.reference import schema

    put(json.dumps(schema(), indent=2) + "\n")
    return 0
