"""
Words with bit 63, wherever a guest can put one.

The kernel's numbers have 64 bits and a sign, which the compiled build insists
on: nothing that a guest chooses may be beyond them.
"""

import pytest

from tests.guests.paravirt.driver import ISAS, Command, Driver, configuration
from tests.properties.beside import ATTACKER, BUILT, NAMES, SPARE, attack
from tests.properties.test_hypercalls import check_results
from vpok.abi.paravirt_calls import Error, Number
from vpok.abi.paravirt_table import CALLS, Arg
from vpok.config import loads
from vpok.events import NOBODY, EventKind
from vpok.system import build
from vpok.testing import RecordingSink
from vpok.units import signed

SIGN = 1 << 63
WIDE = (SIGN, SIGN + 8, 2 * SIGN - 64, 2 * SIGN - 1)
# What makes sense of an argument, so that the others are looked at, too.
SENSIBLE = {
    "vcpu": 1,
    "number": 2,
    "entry": SPARE,
    "handler": SPARE,
    "frame": BUILT,
    "name": NAMES,
    "length": 4,
    "processors": 1,
    "mode": 3,
    "first": 1000,
    "when": 1000,
    "period": 1000,
}
isas = pytest.mark.parametrize("isa", ISAS)


def sensible(arg: Arg) -> int:
    """Return a word for an argument that is not the wide one."""
    return SENSIBLE.get(arg.name, SPARE if "*" in arg.type else 0)


@pytest.mark.slow
@isas
@pytest.mark.parametrize("wide", WIDE, ids=hex)
def test_a_call_takes_a_wide_word_in_every_argument(
    isa: str, wide: int
) -> None:
    """And in all of them, in one that it does not have, and as number."""
    stories = [(wide, [wide] * 6)]
    for call in CALLS:
        usual = [sensible(arg) for arg in call.args]
        for place in range(len(usual) + 1):
            args = [*usual, 0][:6]
            args[min(place, 5)] = wide
            stories.append((call.number, args))
        stories.append((call.number, [wide] * 6))

    served = set()
    while stories:
        with attack(isa) as attacker:
            while stories:
                number, args = stories.pop()
                caller = attacker.post(0, Command.CALL, *args, number=number)
                if not caller.over:
                    break  # it waits for ever, or went elsewhere
        check_results(attacker.sink)
        served |= {
            event.a
            for event in attacker.sink.of(EventKind.SYSCALL)
            if event.partition == ATTACKER
        }
    assert served >= {NOBODY, *(call.number for call in CALLS)}


@isas
@pytest.mark.parametrize("wide", WIDE, ids=hex)
def test_a_wide_address_is_a_fault_that_is_told(isa: str, wide: int) -> None:
    with attack(isa) as attacker:
        for command in (Command.LOAD, Command.STORE, Command.JUMP):
            attacker.post(0, command, wide)
    told = [
        event
        for event in attacker.sink.of(EventKind.VECTOR)
        if event.partition == ATTACKER
    ]
    assert len(told) >= 3
    if isa == "riscv64":  # x86-64 does not say which address it was
        even = wide & ~1  # where a jump goes
        assert {event.b for event in told} == {signed(wide), signed(even)}


@isas
def test_a_set_of_processors_with_the_last_of_64(isa: str) -> None:
    sink = RecordingSink()
    text = configuration(isa, 2, "target:\n  nb_processors_number: 64\n")
    with build(loads(text, ".").spec, sinks=[sink], digest=True) as system:
        driver = Driver(system)
        every = driver.call(Number.VCPU_AFFINITY_GET, 0)
        assert driver.call(Number.VCPU_AFFINITY_SET, 0, SIGN) == 0
        last = driver.call(Number.VCPU_AFFINITY_GET, 0)
        assert driver.call(Number.VCPU_AFFINITY_SET, 0, 0) == -Error.EINVAL
        result = system.run(until=system.now + 1000)
        assert system.vcpus()[0][1].processor == 63
    assert (every, last) == (-1, -SIGN)
    assert -SIGN in [event.b for event in sink.of(EventKind.SYSCALL)]
    assert not result.sink_failures
