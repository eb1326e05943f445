"""The documentation's table of parameters."""

from vpok.kernel.sched import POLICIES, Parameter
from vpok.units import MAX_TIME


def table() -> str:
    """Return it as Markdown: a line per policy and parameter."""
    lines = [
        "| Policy | Parameter | Unit | Range | Default | Meaning |",
        "|---|---|---|---|---|---|",
    ]
    for policy, kind in POLICIES.items():
        for name, parameter in kind.PARAMETERS.items():
            cells = [
                f"`{policy}`",
                f"`{name}`",
                parameter.unit or "-",
                _range(parameter),
                _value(parameter, parameter.default),
                parameter.meaning,
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _range(parameter: Parameter) -> str:
    if parameter.words:
        return ", ".join(f"`{word}`" for word in parameter.words)
    if parameter.maximum == MAX_TIME - 1:
        return f"from {parameter.minimum}"
    return f"{parameter.minimum} to {parameter.maximum}"


def _value(parameter: Parameter, value: int) -> str:
    return f"`{parameter.words[value]}`" if parameter.words else str(value)
