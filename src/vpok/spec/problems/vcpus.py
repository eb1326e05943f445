"""What is wrong with virtual CPUs: how many, who chooses, his parameters."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from vpok.spec.model import PartitionSpec, Problem, SystemSpec
from vpok.spec.problems.words import bad_time, either, one_of
from vpok.units import MAX_TIME

MAX_VCPUS: Final = 64  # of a partition
NULL: Final = "null"
TURNS: Final = ("round-robin", "credit")  # policies that need a quantum
FLAT: Final = "flat"


class Range(Protocol):
    """What is known of a policy's parameter."""

    unit: str
    minimum: int
    maximum: int


class Rules(Protocol):
    """What is known of a policy: its parameters, and what it refuses."""

    @property
    def PARAMETERS(self) -> Mapping[str, Range]:  # noqa: N802 (it is a table)
        """What can be set."""

    def check(self, params: dict[str, int]) -> str:
        """Return why parameters cannot be, or ''."""


Policies = Mapping[str, Rules]


def of_vcpus(
    where: str, partition: PartitionSpec, spec: SystemSpec, policies: Policies
) -> Iterator[Problem]:
    """They can be scheduled as is asked for."""
    vcpus = partition.vcpus
    if policies:
        yield from one_of(f"{where}.policy", vcpus.policy, policies)
    if not 1 <= vcpus.count <= MAX_VCPUS:
        yield Problem(
            f"{where}.count",
            f"{vcpus.count} virtual CPUs: take 1 to {MAX_VCPUS}",
        )
    elif spec.schedule.architecture != FLAT:
        yield from _processors(where, partition)
    if spec.schedule.architecture == FLAT and vcpus.policy != NULL:
        yield Problem(
            f"{where}.policy",
            "in the flat architecture a partition's policy schedules nobody: "
            "remove it, and write kernel.scheduler.policy or windows",
        )
    yield from quantum(f"{where}.quantum", vcpus.policy, vcpus.quantum)
    yield from _all_params(where, partition, spec, policies)


def _processors(where: str, partition: PartitionSpec) -> Iterator[Problem]:
    """Under `null` each has one."""
    vcpus, processors = partition.vcpus, len(partition.processors)
    if vcpus.policy == NULL and 0 < processors < vcpus.count:
        yield Problem(
            f"{where}.count",
            f"{vcpus.count} virtual CPUs on {processors} processor(s) "
            "need a policy that shares them: write policy: round-robin",
        )


def quantum(where: str, policy: str, length: int) -> Iterator[Problem]:
    """A policy that needs one has a quantum."""
    needed = 1 if policy in TURNS else 0
    if not needed <= length < MAX_TIME:
        yield Problem(where, bad_time(length, "a quantum", needed))


# --- parameters ---------------------------------------------------------------


def _all_params(
    where: str, partition: PartitionSpec, spec: SystemSpec, policies: Policies
) -> Iterator[Problem]:
    params = partition.vcpus.params
    policy = _chooses(partition, spec)
    if len(params) > partition.vcpus.count >= 1:
        yield Problem(
            f"{where}.params",
            f"parameters of {len(params)} virtual CPUs, there are "
            f"{partition.vcpus.count}: remove some, or count more",
        )
    for index, given in enumerate(params):
        if index and given is params[0]:
            break  # one mapping that goes for all
        below = f"{where}.params[{index}]"
        if policy == "":
            yield from _idle(below, given)
        elif policy in policies:
            yield from _params(below, given, policy, policies[policy])


def _chooses(partition: PartitionSpec, spec: SystemSpec) -> str:
    """Return the policy that hears of the parameters; '': none does."""
    if spec.schedule.architecture == FLAT:
        return spec.schedule.policy
    return partition.vcpus.policy


def _idle(where: str, given: Mapping[str, int]) -> Iterator[Problem]:
    for name in given:
        yield Problem(
            f"{where}.{name}",
            "a virtual CPU with windows of its own has no parameters: remove "
            f"{name}",
        )


def _params(
    where: str, given: Mapping[str, int], policy: str, rules: Rules
) -> Iterator[Problem]:
    """Each is known and in its range, and so are they together."""
    alone = True
    for name, value in given.items():
        for what in _param(name, value, policy, rules):
            alone = False
            yield Problem(f"{where}.{name}", what)
    refusal = rules.check(dict(given)) if alone else ""
    if refusal:
        yield Problem(where, f"{refusal}: change one of them (times in ns)")


def _param(name: str, value: int, policy: str, rules: Rules) -> Iterator[str]:
    if name not in rules.PARAMETERS:
        known = list(rules.PARAMETERS)
        advice = f"take {either(known)}" if known else "remove it"
        yield f"{policy} has no parameter {name}: {advice}"
        return
    rule = rules.PARAMETERS[name]
    if not rule.minimum <= value <= rule.maximum:
        if rule.unit == "ns":
            yield bad_time(value, f"a {name}", rule.minimum)
        else:
            yield f"{name} {value}: take {rule.minimum} to {rule.maximum}"
