"""`vpok engines`: what can execute guest code here."""

import json
from dataclasses import asdict

import click

from vpok.cli.common import json_option, put


@click.command("engines")
@json_option
def command(*, as_json: bool) -> int:
    """Tell which engines there are, and how they measure time."""
    from vpok.engines import ENGINES

    found = [kind.describe() for kind in ENGINES.values()]
    if as_json:
        report = [asdict(engine) for engine in found]
        put(json.dumps(report, indent=2) + "\n")
        return 0
    for engine in found:
        state = "in use" if engine.available else "not available"
        put(f"{engine.name} {engine.version}: {state}\n")
        put(f"  instruction sets  {', '.join(engine.isas)}\n")
        put(f"  tier              {engine.tier} ({engine.reason})\n")
    return 0
