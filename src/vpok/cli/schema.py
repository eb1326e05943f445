"""`vpok schema`: what a configuration may say, for editors."""

import json

import click

from vpok.cli.common import put


@click.command("schema")
def command() -> int:
    """Print the JSON Schema of configuration files."""
    from vpok.config.reference import schema

    put(json.dumps(schema(), indent=2) + "\n")
    return 0
