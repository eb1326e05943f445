"""
Whatever a partition does, its neighbour sees the same.

Each attacker runs beside a witness; the witness's guest-visible events must
equal those beside an attacker that only spins.
"""

from functools import cache
from struct import pack

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.properties.systems import SIZE, SPIN, flat, with_witness
from vpok.abi.pok import Syscall
from vpok.spec.model import PartitionSpec
from vpok.system import build
from vpok.trace.digest import PartitionDigest

LIMIT = 40_000_000  # ns: eight rounds
WITNESS = 1
INTERESTING = (0, 1, 2, 3, 4, 6, 20, 24, 255, 256, 512, 513, 1024, 4096)
BLOCK = 0x8000  # where argument blocks are

addresses = st.sampled_from(
    [
        *INTERESTING,
        *(SIZE + delta for delta in (-8200, -41, -24, -4, -1, 0, 1)),
        0x7FFFFFFF,
        0x80000000,
        0xFFFFFFFF,
        0xFFFFFFE8,
    ]
)
words = st.one_of(
    st.integers(0, 2**32 - 1), st.sampled_from(INTERESTING), addresses
)
numbers = st.one_of(
    st.sampled_from([int(s) for s in Syscall]),
    st.integers(0, 800),
    st.integers(0, 2**32 - 1),
)
calls = st.tuples(numbers, st.tuples(words, words, words, words, words, words))


def seen_beside(attacker: PartitionSpec) -> str:
    """Return the digest of what the witness sees beside *attacker*."""
    witness = PartitionDigest(WITNESS)
    with build(with_witness(attacker), sinks=[witness]) as system:
        result = system.run(until=LIMIT)
    assert result.reason in {"limit", "quiet"}
    assert not result.sink_failures
    return witness.hexdigest()


@cache
def undisturbed() -> str:
    """Return what the witness sees beside a partition that only spins."""
    return seen_beside(flat(SPIN))


def program(
    steps: list[tuple[int, tuple[int, ...]]], *, handler: bool
) -> bytes:
    """Return code that makes each call, then spins; blocks are in line."""
    code = b""
    if handler:
        # An error thread at 0x9000: it stops itself whenever it runs.
        code += one_call(Syscall.ERROR_HANDLER_CREATE, (2, 0, 0x9000, 0, 0, 0))
    for number, block in steps:
        code += one_call(number, block)
    image = (code + SPIN).ljust(0x9000, b"\x90")
    stop = b"\xb8" + pack("<I", Syscall.THREAD_STOPSELF)
    return image + stop + b"\xbb\0\0\0\0\xcd\x2a" + SPIN


def one_call(number: int, block: tuple[int, ...]) -> bytes:
    """Return code that stores an argument block and calls."""
    code = b""
    for place, word in enumerate(block):
        code += b"\xc7\x05" + pack("<II", BLOCK + 4 * place, word)
    return (
        code
        + b"\xb8"
        + pack("<I", number)
        + b"\xbb"
        + pack("<I", BLOCK)
        + b"\xcd\x2a"
    )


fast = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_witness_does_something_worth_watching() -> None:
    from vpok.testing import RecordingSink

    sink = RecordingSink()
    with build(with_witness(flat(SPIN)), sinks=[sink]) as system:
        system.run(until=LIMIT)

    assert len([e for e in sink.events if e.partition == WITNESS]) > 100


@fast
@given(st.lists(calls, min_size=1, max_size=12), st.booleans())
@example([(int(Syscall.SHUTDOWN), (0,) * 6)], False)
@example([(int(Syscall.PARTITION_SET_MODE), (1, 3, 0, 0, 0, 0))], True)
def test_no_call_reaches_the_neighbour(
    steps: list[tuple[int, tuple[int, ...]]],
    handler: bool,
) -> None:
    """Any number with any arguments, with and without an error thread."""
    attacker = flat(program(steps, handler=handler))

    assert seen_beside(attacker) == undisturbed()


@settings(fast, max_examples=25)
@given(st.binary(min_size=1, max_size=200), st.booleans())
def test_no_code_reaches_the_neighbour(code: bytes, mode: bool) -> None:
    """Random bytes, as main or after the switch to NORMAL."""
    head = b""
    if mode:
        block = (1, 3, 0, 0, 0, 0)
        head = one_call(Syscall.PARTITION_SET_MODE, block)

    assert seen_beside(flat(head + code)) == undisturbed()


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("jump far away", b"\xb8\x00\x00\x00\x90\xff\xe0"),
        ("jump behind the end", b"\xb8" + pack("<I", SIZE) + b"\xff\xe0"),
        ("stack below zero", b"\x31\xe4\x50"),
        ("stack far away", b"\xbc\x00\x00\x00\xf0\x50\xc3"),
        ("divide by zero", b"\x31\xc9\xf7\xf1"),
        ("halt", b"\xf4"),
        ("interrupts off", b"\xfa"),
        ("port write", b"\xb0\x00\xe6\x80"),
        ("port read", b"\xe4\x60"),
        ("time stamp", b"\x0f\x31"),
        ("random", b"\x0f\xc7\xf0"),
        ("system enter", b"\x0f\x34"),
        ("system call", b"\x0f\x05"),
        ("timer interrupt", b"\xcd\x20"),
        ("neighbour's memory", b"\xc7\x05" + pack("<II", SIZE + 4096, 1)),
        ("write all of memory", b"\x31\xff\xb9\xff\xff\xff\xff\xf3\xaa"),
        ("for ever", SPIN),
    ],
)
@pytest.mark.parametrize("compat", ["stop", "ignore", "warm-restart"])
def test_no_deed_reaches_the_neighbour(
    what: str, code: bytes, compat: str
) -> None:
    """Whatever the health table makes of the fault."""
    attacker = flat(code + SPIN, health={0: compat})

    assert seen_beside(attacker) == undisturbed(), what


@pytest.mark.nightly
@settings(max_examples=5000, deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_no_code_reaches_the_neighbour_in_a_long_campaign(
    code: bytes,
) -> None:
    assert seen_beside(flat(code)) == undisturbed()
