"""
Policies of virtual CPUs by name: vpok's own, and those of other packages.

A package offers one by an entry point of the group `vpok.policies`: its name is
the policy's, its object a subclass of `vpok.kernel.sched.Policy`.  It is
imported when a system names it and not before, and never takes the place of one
of vpok's own; so what is installed changes no system that does without it.
"""

from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Final

from vpok.kernel.errors import VpokError
from vpok.kernel.sched import POLICIES as OWN
from vpok.kernel.sched import Policy

GROUP: Final = "vpok.policies"


class BadPolicyError(VpokError):
    """A package offers a policy that cannot be used."""


class PolicyTable(Mapping[str, type[Policy]]):
    """Finds policies by name; iterates over vpok's and those found so far."""

    def __init__(self) -> None:
        """Know vpok's own."""
        self.found: dict[str, type[Policy]] = {}

    def __getitem__(self, name: str) -> type[Policy]:
        """Return a policy; raises BadPolicyError if it is there but broken."""
        if name in OWN:
            return OWN[name]
        if name not in self.found:
            self.found[name] = _load(name)
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        yield from OWN
        yield from self.found

    def __len__(self) -> int:
        return len(OWN) + len(self.found)

    def offered(self) -> list[str]:
        """Return the names of other packages' policies, without a look."""
        points = metadata.entry_points(group=GROUP)
        return sorted({point.name for point in points} - OWN.keys())

    def usable(self) -> dict[str, type[Policy]]:
        """Return other packages' policies, without those that are broken."""
        usable = {}
        for name in self.offered():
            try:
                usable[name] = self[name]
            except BadPolicyError:
                continue  # told to whoever names it
        return usable


POLICIES: Final = PolicyTable()


def _load(name: str) -> type[Policy]:
    points = metadata.entry_points(group=GROUP, name=name)
    values = sorted({point.value for point in points})
    if not values:
        raise KeyError(name)
    if len(values) > 1:
        raise BadPolicyError(
            f"several packages offer the policy {name!r} "
            f"({', '.join(values)}): uninstall all but one"
        )
    (point, *_) = points
    try:
        policy = point.load()
    except Exception as error:
        raise BadPolicyError(
            f"the policy {name!r} ({point.value}) cannot be imported: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not (isinstance(policy, type) and issubclass(policy, Policy)):
        raise BadPolicyError(
            f"the policy {name!r} ({point.value}) is no subclass of "
            "vpok.kernel.sched.Policy"
        )
    return policy
