"""Tiers and slices change nothing that anyone can see, in 64-bit mode."""

import os
import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.rig import GHZ, Rig
from tests.engines.x86_64.programs import address, program
from tests.engines.x86_64.rig import CALL, LongRig, jump_somewhere
from vpok.arch.x86_64 import NAMES, RAX, RIP, RSP
from vpok.kernel.engine import CONTINUE, RESCHEDULE
from vpok.kernel.vcpu import Vcpu

END = 1500  # ns
SIZES = (0x4000, 0x4123, 0x3FFD, 0x2001)
CLOCKS = (GHZ, 300_000_000, 333_333_333, 3 * GHZ)
WORDS = tuple(name for name in NAMES[:RIP] if name != NAMES[RSP])
# Processes draw other programs if they are told so.
FIRST = int(os.environ.get("VPOK_FUZZ_SEED", "0"))


def outcome(
    seed: int, tier: str, cuts: Iterable[int], noise: bool = False
) -> tuple[object, ...]:
    """Run the program that *seed* stands for; return all that is visible."""
    rng = random.Random(seed)
    size = rng.choice(SIZES)
    code = rng.randbytes(600) if noise else program(rng, size)
    at = rng.choice((0, 0, 4096 - 200, 4096 - 13))
    rig = LongRig(
        rng.randbytes(size),
        size=size,
        tier=tier,
        hz=rng.choice(CLOCKS),
        answer=jump_somewhere,
        most=200,
    )
    rig.memory.write(at, code)
    rig.set(
        rip=at,
        rsp=rng.choice((size - 64, size // 2, size - 1, 4100, 300)),
        **{name: address(rng, size) for name in WORDS},
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
    """Self-modifying code, strings, faults, calls, pages' edges and all."""
    for seed in range(FIRST + chunk * 6, FIRST + chunk * 6 + 6):
        differ(seed, noise=False)


@pytest.mark.slow
def test_random_bytes_do_not_depend_on_tiers_and_cuts() -> None:
    for seed in range(FIRST + 1000, FIRST + 1008):
        differ(seed, noise=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 19])
def test_whole_runs_equal_single_steps(seed: int) -> None:
    """Every cut that there can be."""
    stepped = outcome(seed, "count", range(1, END))

    assert outcome(seed, "native", ()) == stepped
    assert outcome(seed, "native", range(1, END)) == stepped


def skip_division(rig: Rig, vcpu: Vcpu, cause: int) -> int:
    """Count calls in RAX; continue behind a division that fails."""
    if cause == CALL:
        rig.machine.set(RAX, len(rig.traps))
        return CONTINUE
    rig.machine.set(RIP, rig.machine.get(RIP) + 3)
    return RESCHEDULE


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["native", "count"])
def test_thousands_of_preemptions_change_nothing(tier: str) -> None:
    """Strings, calls, a stack, tests of bits, and a fault in every 64 turns."""
    code = bytes.fromhex(
        "b907000000 be00200000 bf00300000 f348a5"  # 0: a string
        "4150 48ff0424 4158 48010425 00200000 cd2d"  # 18: a stack, a call
        "0fa30425 00200000 4811d8 41ffc1 41f7c13f000000 75c5"  # 36
        "31c9 48f7f1 ebbe"  # 59: a fault
    )
    end = 200_000

    def run(cuts: Iterable[int], tier: str) -> tuple[object, ...]:
        rig = LongRig(code, tier=tier, answer=skip_division, most=10**6)
        rig.set(r9=0, rbx=0x1234_5678_9ABC_DEF0)
        rig.run_until(end, cuts)
        state = rig.state()
        rig.close()
        return state

    rng = random.Random(7)
    cut = run((rng.randrange(end) for _ in range(4_000)), tier)

    assert cut == run((), "native")
    assert len({trap.cause for trap in cut[0]}) == 2  # type: ignore[attr-defined]


@pytest.mark.nightly
@given(seed=st.integers(0, 2**32), noise=st.booleans())
@settings(max_examples=1000, deadline=None)
def test_a_campaign_of_random_programs(seed: int, noise: bool) -> None:
    differ(seed, noise)


# Programs that were wrong once in 32-bit mode, or would be here with a more
# obvious engine.
KNOWN = {
    "flags before a fault": "29d4 480146d7",
    "flags over a first access": "29cf f2ac 90",
    "flags of a rotation that faults": "0bd2 48d3586f",
    "flags of SETcc that faults": "39c8 0f9c0425000000f0",
    "LOOPNE at the end of its count": "01c0 13ff e000 f4",
    "undefined flags of BT": "29d8 480fa3c1 9c",
    "CMPXCHG16B behind arithmetic": "29c8 480fc70c2400010000 9c",
    "CMPXCHG16B that is not aligned": "29c8 480fc70c2501010000 9c",
    "REP STOS over itself": "bf00000000 b910000000 b090 f3aa",
    "a store to the next instruction": "c60501000000 90 ffc0 ffc0",
    "single step": "9c 48810c2400010000 9d ffc0 ffc0",
    "a loop to far below 0": "b902000000 e280",
    "a jump out of the canonical half": "48b80000000000008000 ffe0",
    "a store around the end of all": "48c7c0fcffffff 48890048ffc0",
}


@pytest.mark.parametrize("code", KNOWN.values(), ids=KNOWN.keys())
def test_known_troubles_do_not_depend_on_tiers_and_cuts(code: str) -> None:
    def states(tier: str, cuts: Iterable[int]) -> tuple[object, ...]:
        rig = LongRig(bytes.fromhex(code), tier=tier, answer=jump_somewhere)
        rig.set(
            rsp=0x2094,
            rdx=0x3B34,
            rsi=0x5D09_4739,
            rdi=0x0100,
            rcx=1,
            rax=0x8000_0000,
        )
        rig.run_until(60, cuts)
        state = rig.state()
        rig.close()
        return state

    stepped = states("count", range(1, 60))

    assert states("native", ()) == stepped
    assert states("count", ()) == stepped
    assert states("native", range(1, 60)) == stepped
    assert states("native", (3, 7, 20)) == stepped
