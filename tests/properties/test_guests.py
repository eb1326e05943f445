"""Guests in Python: cuts change nothing, and neighbours see nothing."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.guest.world import MS, US, partition, run, system
from vpok.guest import (
    Guest,
    Guests,
    Mode,
    Refused,
    Request,
    affinity_set,
    block,
    compute,
    disable,
    enable,
    mask,
    print_,
    register,
    send,
    set_mode,
    shared,
    time,
    timer,
    timer_periodic,
    unmask,
    unregister,
    vcpu_down,
    vcpu_info,
    vcpu_reset,
    vcpu_up,
    yield_,
)
from vpok.spec.model import (
    CostSpec,
    ScheduleSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import build, load
from vpok.trace.digest import PartitionDigest

EXAMPLES = Path(__file__).parents[2] / "examples"
LIMIT = 12 * MS


def wild(vcpu: Guest) -> Guests:
    """Ask for anything, at any time."""
    while True:
        yield from something(vcpu)


def handler(vcpu: Guest, number: int) -> Guests:
    for _ in range(vcpu.random.randrange(4)):
        yield from something(vcpu)


def something(vcpu: Guest) -> Guests:
    chance = vcpu.random
    if chance.random() < 0.5:
        yield compute(chance.randrange(300 * US))
    try:
        answer = yield request(chance, vcpu.count, (yield time()))
        yield print_(vcpu.index, answer, (yield shared()))
    except Refused as refused:
        yield print_(vcpu.index, refused)


def request(chance: Random, vcpus: int, now: int) -> Request:
    vcpu, number = chance.randrange(vcpus + 1), chance.randrange(4)
    later = now + chance.randrange(-10 * US, 3 * MS)
    return chance.choice(
        [
            *(enable(), enable(), disable(), yield_(), vcpu_info(vcpu)),
            *(register(number, handler), unregister(number)),
            *(mask(number), unmask(number), send(vcpu, number)),
            *(timer(number, max(later, 0)), block(max(later, 0))),
            timer_periodic(number, max(later, 0), 200 * US),
            *(vcpu_up(vcpu, wild), vcpu_up(vcpu, wild), vcpu_down(1)),
            *(vcpu_reset(1), affinity_set(vcpu, chance.randrange(4))),
            *([set_mode(Mode.WARM_START)] if chance.random() < 0.05 else []),
        ]
    )


def made(seed: int, policy: str, *, costs: bool) -> SystemSpec:
    """Two wild guests, one of them on two processors."""
    both = VcpusSpec(3 if policy == "round-robin" else 2, policy, MS)
    return system(
        partition("a", wild, vcpus=both, processors=(0, 1), seed=seed),
        partition("b", wild, seed=seed + 1, health={0: "ignore"}),
        schedule=ScheduleSpec(
            9 * MS,
            windows=(
                WindowSpec(0, 0, 5 * MS, (0, 1)),
                WindowSpec(1, 5 * MS, 3_333_333, (0,)),
            ),
        ),
        costs=CostSpec() if costs else CostSpec(0, 0, 0, 0, 500),
        processors=2,
    )


@pytest.mark.parametrize("policy", ["null", "round-robin"])
@settings(max_examples=max(settings().max_examples // 4, 1))
@given(
    seed=st.integers(0, 1 << 30),
    costs=st.booleans(),
    cuts=st.lists(st.integers(0, LIMIT), max_size=60),
)
def test_cutting_a_run_changes_nothing(
    policy: str, seed: int, costs: bool, cuts: list[int]
) -> None:
    spec = made(seed, policy, costs=costs)

    whole = run(spec, LIMIT)
    cut = run(spec, LIMIT, sorted(cuts))

    assert cut.sink.events == whole.sink.events
    assert cut.result.digest == whole.result.digest


def seen(spec: SystemSpec) -> str:
    """Return the digest of what the first partition's guest sees."""
    digest = PartitionDigest(0)
    with build(spec, sinks=[digest]) as made:
        made.run(100 * MS)
    return digest.hexdigest()


@pytest.mark.parametrize("isa", ["x86-64", "riscv64"])
def test_a_real_guest_sees_no_difference_in_its_neighbour(isa: str) -> None:
    """One that spins, a modelled one, and one that does anything."""
    spec = load(EXAMPLES / "steal" / f"{isa}.yaml").spec
    meter, spinning = spec.partitions
    neighbours = [
        partition("n", wild, seed=seed, vcpus=vcpus)
        for seed in range(3)
        for vcpus in (VcpusSpec(1), VcpusSpec(2, "round-robin", MS))
    ]

    expected = seen(spec)

    assert spinning.personality == "paravirt"
    for neighbour in neighbours:
        mixed = replace(spec, partitions=(meter, neighbour))
        assert seen(mixed) == expected


def test_the_model_of_an_image_measures_what_the_image_does() -> None:
    """To the turn of the model's loop, 4 us, and its calls."""
    lost: list[list[int]] = []
    for name in ("image", "model", "mixed"):
        ran = run(load(EXAMPLES / "fidelity" / f"{name}.yaml").spec)
        lines = [line for line in ran.lines(0) if line.startswith("at")]
        words = [line.replace(",", " ").split() for line in lines]
        lost.append(
            [int(word) for line in words for word in line if word.isdigit()]
        )

    image, model, mixed = lost
    assert mixed == image
    assert len(model) == len(image) == 25
    for ours, theirs in zip(model, image, strict=True):
        assert abs(ours - theirs) < 25
