"""`vpok engines`: what can execute guest code here."""

import json
from dataclasses import asdict

import click

from vpok.cli.common import json_option, put


@click.command("engines")
@json_option
def command(*, as_json: bool) -> int:
    """Tell which engines there are, how they measure time, and which build."""
    from vpok import __version__
    from vpok.engines import ENGINES

    found = [kind.describe() for kind in ENGINES.values()]
    if as_json:
        report = [{**asdict(engine), "kernel": build()} for engine in found]
        put(json.dumps(report, indent=2) + "\n")
        return 0
    put(f"vpok {__version__}: {build()}\n")
    for engine in found:
        state = "in use" if engine.available else "not available"
        put(f"{engine.name} {engine.version}: {state}\n")
        put(f"  instruction sets  {', '.join(engine.isas)}\n")
        put(f"  tier              {engine.tier} ({engine.reason})\n")
    return 0


def build() -> str:
    """Say which build runs: all hot modules are compiled, or none."""
    from vpok.kernel import loop

    return "interpreted" if loop.__file__.endswith(".py") else "compiled"
