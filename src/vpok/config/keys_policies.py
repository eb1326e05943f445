"""The keys of a virtual CPU's parameters, made of the policies' own tables."""

from collections.abc import Mapping

from vpok.config.atoms import COUNT, FLAG, TIME, place_of
from vpok.config.kinds import Atom, Key, ListOf, OneOrMany, Record, ours
from vpok.kernel.sched import POLICIES, Parameter
from vpok.spec.problems.words import show_time


def _kind(parameter: Parameter) -> Atom:
    if parameter.unit == "ns":
        return TIME
    if parameter.words:
        return place_of(*parameter.words)
    if (parameter.minimum, parameter.maximum) == (0, 1):
        return FLAG
    return COUNT


def _show(parameter: Parameter, value: int) -> str:
    """Return a value as a user writes it."""
    if parameter.words:
        return parameter.words[value]
    if _kind(parameter) is FLAG:
        return str(bool(value)).lower()
    return show_time(value) if parameter.unit == "ns" else str(value)


def _meaning(policy: str, parameter: Parameter) -> str:
    text = f"`{policy}`: {parameter.meaning}"
    if _kind(parameter) is COUNT:
        text += f" {parameter.minimum} to {parameter.maximum}"
        text += " (per cent)." if parameter.unit == "%" else "."
    return f"{text} Default: {_show(parameter, parameter.default)}."


def _by_name() -> Mapping[str, list[tuple[str, Parameter]]]:
    """Return, by name, which policies have such a parameter."""
    found: dict[str, list[tuple[str, Parameter]]] = {}
    for policy, kind in POLICIES.items():
        for name, parameter in kind.PARAMETERS.items():
            found.setdefault(name, []).append((policy, parameter))
    return found


def _key(name: str, meanings: list[tuple[str, Parameter]]) -> Key:
    text = " ".join(_meaning(policy, each) for policy, each in meanings)
    return ours(name, _kind(meanings[0][1]), text)


EACH = OneOrMany(
    ListOf(
        Record(
            "partitions[].vcpus.each[]",
            tuple(_key(name, found) for name, found in _by_name().items()),
            intro="What the policy is told of each virtual CPU. A policy has "
            "the parameters that name it, and no others.",
        )
    )
)
