"""Scheduling parameters, read and changed by guests."""

import pytest

from tests.unit.guest.world import MS, Main, partition, run, system
from vpok.events import CONTROLS, EventKind
from vpok.guest import (
    Guest,
    Guests,
    Refused,
    Request,
    block,
    compute,
    parameter_get,
    parameter_set,
    print_,
    time,
    vcpu_up,
)
from vpok.spec.model import ScheduleSpec, SystemSpec, VcpusSpec
from vpok.spec.problems import problems
from vpok.system import build
from vpok.testing.checker import Checker

SERVERS = VcpusSpec(
    2,
    "server",
    0,
    tuple({"budget": n * MS, "period": 10 * MS} for n in (2, 3)),
)
MAY = ("parameters",)


def busy(vcpu: Guest) -> Guests:
    while True:
        yield compute("1ms")


def tries(*calls: Request) -> Main:
    def main(vcpu: Guest) -> Guests:
        for call in calls:
            try:
                yield print_((yield call))
            except Refused as refused:
                yield print_(refused)

    return main


def test_a_guest_reads_what_is_in_force_and_changes_it() -> None:
    def main(vcpu: Guest) -> Guests:
        yield vcpu_up(1, busy)
        yield print_((yield parameter_get(0, "budget")))
        yield print_((yield parameter_get(1, "kind")))
        yield parameter_set(0, "budget", "5ms")
        yield print_((yield parameter_get(0, "budget")))
        yield block("10ms")
        yield print_((yield parameter_get(0, "budget")))
        while True:
            yield compute("1ms")

    spec = system(partition("a", main, vcpus=SERVERS, features=MAY))
    ran = run(spec, 110 * MS)

    assert ran.lines() == ["2000000", "0", "2000000", "5000000"]
    ((what, count),) = {(e.a, e.b) for e in ran.sink.of(EventKind.CONTROL)}
    assert (CONTROLS[what], count) == ("parameters", 1)
    first, second = ran.result.partitions[0].vcpus
    assert (first.running, second.running) == (50 * MS, 33 * MS)


def test_refusals() -> None:
    main = tries(
        parameter_get(2, "budget"),
        parameter_get(0, "weight"),
        parameter_get(0, "b" * 65),
        parameter_set(2, "budget", 1),
        parameter_set(0, "weight", 1),
        parameter_set(0, "budget", "11ms"),
        parameter_set(0, "budget", 0),
        parameter_set(0, "budget", -1),
        parameter_set(0, "order", 1),
        parameter_set(1, "extratime", 1),
    )
    spec = system(partition("a", main, vcpus=SERVERS, features=MAY))

    assert run(spec).lines() == [
        *("EINVAL", "ENOENT", "EINVAL"),
        *("EINVAL", "ENOENT"),
        *("EINVAL", "EINVAL", "EINVAL", "EINVAL"),
        "0",
    ]


def test_only_a_partition_that_may_changes_them() -> None:
    main = tries(parameter_set(0, "budget", 1), parameter_get(0, "budget"))
    spec = system(partition("a", main, vcpus=SERVERS))

    assert run(spec).lines() == ["EPERM", "2000000"]


@pytest.mark.parametrize("value", [1.5, True, None])
def test_a_value_is_a_whole_number_or_a_time(value: object) -> None:
    with pytest.raises(TypeError, match="write a whole number or a time"):
        parameter_set(0, "budget", value)  # type: ignore[arg-type]


def test_a_neighbour_sees_nothing_of_it() -> None:
    """What a guest grants itself is its own windows' time."""

    def greedy(vcpu: Guest) -> Guests:
        yield parameter_set(0, "budget", "10ms")
        yield parameter_set(0, "extratime", 1)
        yield from busy(vcpu)

    def watch(vcpu: Guest) -> Guests:
        while True:
            yield compute("700us")
            yield print_((yield time()))

    def pair(first: Main) -> SystemSpec:
        return system(
            partition("a", first, vcpus=SERVERS, features=MAY),
            partition("b", watch, vcpus=SERVERS),
        )

    assert run(pair(greedy)).lines(1) == run(pair(busy)).lines(1)


def test_a_priority_acts_at_once_on_every_processor() -> None:
    """vCPU 2 waits until vCPU 0 lifts it above vCPU 1, elsewhere."""

    def main(vcpu: Guest) -> Guests:
        yield vcpu_up(1, busy)
        yield vcpu_up(2, late)
        yield compute("2ms")
        yield parameter_set(2, "priority", 9)
        yield print_("set", (yield time()))
        yield from busy(vcpu)

    def late(vcpu: Guest) -> Guests:
        yield print_("runs", (yield time()))
        yield from busy(vcpu)

    vcpus = VcpusSpec(
        3, "fixed-priority", 0, ({"priority": 5}, {"priority": 3}, {})
    )
    spec = system(
        partition("a", main, vcpus=vcpus, processors=(0, 1), features=MAY),
        processors=2,
    )
    ran = run(spec, 10 * MS)
    cut = run(spec, 10 * MS, range(0, 10 * MS, MS // 3))

    (said, began) = (line.split() for line in ran.lines())
    assert said == ["set", str(2 * MS)]
    assert 0 < int(began[1]) - 2 * MS <= spec.costs.latency
    assert cut.sink.events == ran.sink.events

    checker = Checker(spec)
    with build(spec, sinks=[checker]) as judged:
        found = checker.finish(judged.run(10 * MS))
    assert not list(found)


def test_the_flat_architecture_refuses_the_feature() -> None:
    spec = system(
        partition("a", busy, features=MAY),
        schedule=ScheduleSpec(
            10 * MS, architecture="flat", policy="fixed-priority"
        ),
    )

    (problem,) = problems(spec)
    assert problem.where == "partitions[0].features"
    assert "which no guest may change" in problem.what
