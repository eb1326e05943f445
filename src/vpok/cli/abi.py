"""`vpok abi`: the guests' interface, as C, as Python and as a page."""

import click

from vpok.cli.common import put


@click.command("abi")
@click.option("--header", "form", flag_value="header", help="C header.")
@click.option("--enum", "form", flag_value="enum", help="Python enumerations.")
@click.option(
    "--page",
    "form",
    flag_value="page",
    default=True,
    help="Reference page (default).",
)
def command(form: str) -> int:
    """Print the paravirtual ABI, for guests with an operating system."""
    from vpok.abi.paravirt_enums import enums
    from vpok.abi.paravirt_header import header
    from vpok.abi.paravirt_page import page

    put({"header": header, "enum": enums, "page": page}[form]())
    return 0
