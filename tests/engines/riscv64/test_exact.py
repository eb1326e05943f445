"""Tiers and slices change nothing that anyone can see, on riscv64."""

import os
import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.rig import GHZ
from tests.engines.riscv64.programs import SHARED, address, program
from tests.engines.riscv64.rig import HartRig, go_on, jump_somewhere
from vpok.arch.riscv64 import NAMES, PC
from vpok.kernel.engine import CONTINUE

END = 1500  # ns
SIZES = (0x4000, 0x4123, 0x3FFD, 0x2001, 0x3002)
CLOCKS = (GHZ, 300_000_000, 333_333_333, 3 * GHZ)
# Processes draw other programs if they are told so.
FIRST = int(os.environ.get("VPOK_FUZZ_SEED", "0"))


def outcome(
    seed: int, tier: str, cuts: Iterable[int], noise: bool = False
) -> tuple[object, ...]:
    """Run the program that *seed* stands for; return all that is visible."""
    rng = random.Random(seed)
    size = rng.choice(SIZES)
    text = rng.randbytes(600) if noise else program(rng, size)
    at = rng.choice((0, 0, 4096 - 200, 4096 - 14))
    rig = HartRig(
        rng.randbytes(size),
        size=size,
        tier=tier,
        hz=rng.choice(CLOCKS),
        answer=jump_somewhere,
        most=200,
    )
    rig.memory.write(at, text)
    rig.set(**{name: address(rng, size) for name in NAMES[1:PC]}, pc=at)
    rig.machine.set_extended(
        rng.randbytes(256)
        + bytes([rng.choice((0, 0x20, 0x60, 0x9F, 0xE1))])
        + bytes(7)
    )
    rig.run_until(END, cuts)
    state = rig.state()
    rig.close()
    return state


def some_cuts(seed: int, most: int) -> list[int]:
    rng = random.Random(~seed)
    return [rng.randrange(END) for _ in range(rng.randrange(1, most))]


def differ(seed: int, noise: bool) -> None:
    """Compare one program in both tiers, whole and cut."""
    whole = outcome(seed, "native", (), noise)

    assert outcome(seed, "count", (), noise) == whole
    assert outcome(seed, "native", some_cuts(seed, 60), noise) == whole
    assert outcome(seed, "count", some_cuts(seed + 1, 20), noise) == whole


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(3))
def test_random_programs_do_not_depend_on_tiers_and_cuts(chunk: int) -> None:
    """Self-modifying code, atomics, faults, calls, pages' edges and all."""
    for seed in range(FIRST + chunk * 5, FIRST + chunk * 5 + 5):
        differ(seed, noise=False)


@pytest.mark.slow
def test_random_bytes_do_not_depend_on_tiers_and_cuts() -> None:
    for seed in range(FIRST + 1000, FIRST + 1006):
        differ(seed, noise=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 19])
def test_whole_runs_equal_single_steps(seed: int) -> None:
    """Every cut that there can be."""
    stepped = outcome(seed, "count", range(1, END))

    assert outcome(seed, "native", ()) == stepped
    assert outcome(seed, "native", range(1, END)) == stepped


def in_turns(seed: int, tier: str, cut: bool) -> list[object]:
    """Run two vCPUs in turns, each whole or in pieces."""
    rng = random.Random(seed)
    size = rng.choice(SIZES)
    pieces = random.Random(~seed)
    rig = HartRig(
        rng.randbytes(size), size=size, tier=tier, answer=go_on, most=1 << 20
    )
    rig.memory.write(0, program(rng, size, mix=SHARED))
    vcpus = [rig.new_vcpu(entry=entry) for entry in (0, 0, 200)]
    for rig.vcpu in vcpus:
        rig.set(**{name: address(rng, size) for name in NAMES[3:PC]})
    states: list[object] = []
    for turn in range(150):
        rig.vcpu = vcpus[turn % 3]
        end = rig.now + rng.randrange(1, 12)
        middle = [pieces.randrange(rig.now, end + 1) for _ in range(3)]
        rig.run_until(end, middle if cut else ())
        rig.now = end
        if rig.vcpu.exit != CONTINUE:
            rig.set(pc=turn * 26 % 400)
        states.append((rig.registers(), rig.machine.extended()))
    states += [rig.digest(), rig.traps, rig.engine.instructions()]
    rig.close()
    return states


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FIRST + 1, FIRST + 7))
def test_vcpus_in_turns_do_not_depend_on_tiers_and_cuts(seed: int) -> None:
    """They share their memory, and reservations meet."""
    whole = in_turns(seed, "native", cut=False)

    assert in_turns(seed, "count", cut=False) == whole
    assert in_turns(seed, "native", cut=True) == whole
    assert in_turns(seed, "count", cut=True) == whole


@pytest.mark.nightly
@given(seed=st.integers(0, 2**32), noise=st.booleans())
@settings(max_examples=1000, deadline=None)
def test_a_campaign_of_random_programs(seed: int, noise: bool) -> None:
    differ(seed, noise)
