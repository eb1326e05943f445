"""
Policies of virtual CPUs, by name, and their parameters as keys.

The keys are made of the policies' own tables.  Those of other packages are
looked up where a file has a name that is none of vpok's own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from vpok.config.atoms import COUNT, FLAG, TIME, choice, place_of
from vpok.config.kinds import (
    Atom,
    Json,
    Key,
    ListOf,
    OneOrMany,
    Record,
    ours,
)
from vpok.config.log import Log
from vpok.config.names import unknown
from vpok.config.source import Entry, Node, Pairs, Scalar, is_null
from vpok.kernel.sched import POLICIES as OWN
from vpok.kernel.sched import Parameter, Policy
from vpok.policies import GROUP, POLICIES, BadPolicyError
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


def _keys(policies: Mapping[str, type[Policy]]) -> Iterator[Key]:
    for name, found in _by_name(policies).items():
        text = " ".join(_meaning(policy, each) for policy, each in found)
        yield ours(name, _kind(found[0][1]), text)


def _by_name(
    policies: Mapping[str, type[Policy]],
) -> Mapping[str, list[tuple[str, Parameter]]]:
    """Return, by name, which policies have such a parameter."""
    found: dict[str, list[tuple[str, Parameter]]] = {}
    for policy, kind in policies.items():
        for name, parameter in kind.PARAMETERS.items():
            found.setdefault(name, []).append((policy, parameter))
    return found


class Parameters(Record):
    """The keys of vpok's policies; others' where a key is none of these."""

    def read(self, node: Node, path: str, log: Log) -> dict[str, Any]:
        """Read it; packages are imported only for a key that needs them."""
        own = {key.name for key in self.keys}
        if not isinstance(node, Pairs) or node.entries.keys() <= own:
            return super().read(node, path, log)
        return self.widened().read(node, path, log)

    def schema(self) -> Json:
        """Describe it with the parameters of what is installed."""
        return self.widened().schema()

    def widened(self) -> Record:
        """Return it with the keys of other packages' policies."""
        own = {key.name for key in self.keys}
        others = [k for k in _keys(POLICIES.usable()) if k.name not in own]
        return Record(self.title, (*self.keys, *others), intro=self.intro)


EACH = OneOrMany(
    ListOf(
        Parameters(
            "partitions[].vcpus.each[]",
            tuple(_keys(OWN)),
            intro="What the policy is told of each virtual CPU. A policy has "
            "the parameters that name it, and no others.",
        )
    )
)


class PolicyName(Atom):
    """The name of a policy: some of vpok's own, or one that is installed."""

    def schema(self) -> Json:
        """Describe it with the names of what is installed."""
        return {"enum": [*self.json["enum"], *POLICIES.offered()]}


def policy_of(*names: str) -> Atom:
    """Make the kind of value that is one of *names*, or another package's."""

    def parse(text: str) -> str:
        try:
            known = text in (names if text in OWN else POLICIES)
        except BadPolicyError as error:
            raise ValueError(str(error)) from error
        if not known:
            others = [*names, *POLICIES.offered()]
            raise ValueError(
                f"{unknown('policy', text, others)} (others: install a "
                f"package that offers one by the entry point {GROUP})"
            )
        return text

    own = choice(*names)
    return PolicyName(own.words, parse, own.json, own.spare)


class OfPolicy(Record):
    """A record with a `policy`, without which nobody knows what `each` is."""

    def read(self, node: Node, path: str, log: Log) -> dict[str, Any]:
        """Leave `each` out if the policy is a problem."""
        if isinstance(node, Pairs) and not _usable(node.entries.get("policy")):
            known = {k: v for k, v in node.entries.items() if k != "each"}
            node = Pairs(node.line, known)
        return super().read(node, path, log)


def _usable(policy: Entry | None) -> bool:
    if policy is None or is_null(policy.node):
        return True
    try:
        return isinstance(policy.node, Scalar) and policy.node.text in POLICIES
    except BadPolicyError:
        return False
