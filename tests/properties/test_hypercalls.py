"""
Every hypercall with every argument, from code, handlers and two vCPUs.

A result, a refusal that the reference names, or a fault in that partition;
never an exception, and its neighbours see nothing of it.
"""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.guests.paravirt.driver import ISAS, SIZE, Command
from tests.properties.beside import (
    ATTACKER,
    BUILT,
    KERNEL,
    NAMES,
    POK,
    SERVING,
    SPARE,
    STACK,
    Attack,
    attack,
)
from vpok.abi.paravirt import ERRORS, FRAMES
from vpok.abi.paravirt_calls import Error, Number
from vpok.abi.paravirt_table import CALLS, Arg
from vpok.events import EventKind
from vpok.testing import RecordingSink
from vpok.units import MAX_TIME

PAGES = [SIZE - 4096 * n for n in (1, 2, 3)]
ADDRESSES = (
    *(0, 1, 8, 0x10000, 0x10001, 0x40000, BUILT, STACK, NAMES, SPARE),
    *(page + delta for page in PAGES for delta in (-1, 0, 4, 16, 64)),
    *(SIZE + delta for delta in (-768, -48, -32, -8, -1, 0, 1, 4096)),
    *(1 << 31, 1 << 32, 1 << 47, 1 << 63, (1 << 64) - 64, (1 << 64) - 1),
)
INSTANTS = (
    *(0, 1, 999, 1000, 1001, 100_000, 1_000_000, 5_000_000),
    *(MAX_TIME - 1, MAX_TIME, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1),
)
SMALL = (0, 1, 2, 3, 4, 5, 7, 16, 63, 64, 65, 255, 256, 1 << 32, 1 << 63)
LENGTHS = (0, 1, 2, 4, 32, 33, 64, 65, 4095, 4096, 4097, 1 << 32, 1 << 63)
KINDS = {
    "until": INSTANTS,
    "when": INSTANTS,
    "first": INSTANTS,
    "period": INSTANTS,
    "length": LENGTHS,
    "entry": ADDRESSES,
    "stack": ADDRESSES,
    "name": (NAMES, NAMES + 5, NAMES + 8, *ADDRESSES),
}
KNOWN = {call.number: call for call in CALLS}
ILLEGAL = -int(Error.ENOSYS)

words = st.one_of(
    st.sampled_from(ADDRESSES),
    st.sampled_from(INSTANTS),
    st.sampled_from(SMALL),
    st.integers(0, 2**64 - 1),
)


def likely(arg: Arg) -> st.SearchStrategy[int]:
    """Return what makes sense of an argument more often than not."""
    if arg.name in KINDS:
        return st.one_of(st.sampled_from(KINDS[arg.name]), words)
    pointer = "*" in arg.type
    return st.one_of(st.sampled_from(ADDRESSES if pointer else SMALL), words)


def calls_of(number: int) -> st.SearchStrategy[tuple[int, tuple[int, ...]]]:
    args = [likely(arg) for arg in KNOWN[number].args]
    rest = [words] * (6 - len(args))
    return st.tuples(st.just(number), st.tuples(*args, *rest))


known = st.sampled_from(sorted(KNOWN)).flatmap(calls_of)
unknown = st.tuples(words, st.tuples(*[words] * 6))
places = st.sampled_from(["code", "interrupt", "fault"])
steps = st.tuples(st.integers(0, 1), places, st.one_of(known, known, unknown))

few = settings(
    max_examples=max(40, settings().max_examples // 4),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
isas = pytest.mark.parametrize("isa", ISAS)


def attempt(attacker: Attack, vcpu: int, place: str) -> None:
    """Get a vCPU into a handler, if it lives and that is possible."""
    if place == "interrupt":
        attacker.post(vcpu, Command.ENABLE)
        attacker.system.inject(ATTACKER, vcpu, SERVING[0])
        attacker.turn()
    elif place == "fault":
        attacker.post(vcpu, Command.LOAD, 1 << 40)


def check_results(sink: RecordingSink) -> None:
    """Expect results that the reference has; -1: it does not return."""
    for event in sink.of(EventKind.SYSCALL):
        if event.partition != ATTACKER or event.b >= -1:
            continue
        if event.a < 0:
            assert event.b == ILLEGAL
            continue
        refusals = [ERRORS[name][0] for name in KNOWN[event.a].errors]
        assert -event.b in refusals, (event.a, event.b)


def test_the_witnesses_do_something_worth_watching() -> None:
    with attack("x86-64") as attacker:
        pass

    for partition in (KERNEL, POK):
        seen = attacker.sink.guest_view(partition)
        assert len(seen) > 100


@pytest.mark.slow
@isas
@few
@given(
    story=st.lists(steps, min_size=1, max_size=10),
    health=st.sampled_from(["ignore", "stop", "warm-restart", "cold-restart"]),
)
@example(story=[(1, "code", (Number.VCPU_DOWN, (0,) * 6))], health="ignore")
@example(
    story=[(0, "interrupt", (Number.VCPU_RESET, (0,) * 6))], health="ignore"
)
@example(
    story=[(0, "fault", (Number.PARTITION_SET_MODE, (1,) * 6))],
    health="ignore",
)
def test_any_call_has_a_defined_result_and_does_not_reach_the_neighbours(
    isa: str,
    story: list[tuple[int, str, tuple[int, tuple[int, ...]]]],
    health: str,
) -> None:
    with attack(isa, health) as attacker:
        for vcpu, place, (number, args) in story:
            attempt(attacker, vcpu, place)
            attacker.post(vcpu, Command.CALL, *args, number=number)

    check_results(attacker.sink)


@pytest.mark.slow
@isas
@few
@given(data=st.data(), vcpu=st.integers(0, 1), place=places)
def test_any_frame_is_refused_or_obeyed(
    isa: str, data: st.DataObject, vcpu: int, place: str
) -> None:
    """Each word is random, interesting, or that of a frame that is right."""
    with attack(isa) as attacker:
        memory = attacker.system
        frame = bytearray(memory.read(ATTACKER, BUILT, FRAMES[isa].size))
        wrong = st.sets(st.integers(0, len(frame) // 8 - 1), max_size=30)
        for place_of in sorted(data.draw(wrong)):
            word = data.draw(words).to_bytes(8, "little")
            frame[8 * place_of : 8 * place_of + 8] = word
        memory.write(ATTACKER, SPARE, bytes(frame))
        attempt(attacker, vcpu, place)
        for _ in range(2):
            attacker.post(vcpu, Command.CALL, SPARE, number=Number.IRQ_RETURN)
        memory.inject(ATTACKER, vcpu, 0)

    check_results(attacker.sink)
