"""Memory that vpok and a guest share, spoiled by the guest: as abi.md says."""

from random import Random
from struct import pack

import pytest

from tests.guests.paravirt.driver import (
    FAULT_BEHAVIOUR,
    ISAS,
    SIZE,
    Behaviour,
    Command,
)
from tests.properties.beside import ATTACKER, SPARE, attack
from vpok.abi.paravirt_calls import Number

X86 = "x86-64"
isas = pytest.mark.parametrize("isa", ISAS)
HYPERCALLS = SIZE - 4096
# Adds to a word of its own page, for ever.
PATCHES_ITSELF = {
    X86: b"\xff\x05\x10\0\0\0\xeb\xf8",
    "riscv64": pack("<III", 0x00000297, 0x0452A023, 0xFF9FF06F),
}
# Overwrites the instruction behind with one that is illegal.
BREAKS_ITSELF = {
    X86: b"\xc7\x05\0\0\0\0\x0f\x0b\x0f\x0b\x90\x90\x90\x90\xeb\xfe",
    "riscv64": pack(
        "<IIIII", 0x00000297, 0x0002A623, 0x0000100F, 0x00000013, 0x0000006F
    ),
}


@isas
@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_in_shared_pages_while_interrupts_come(
    isa: str, seed: int
) -> None:
    random = Random(seed)
    with attack(isa) as attacker:
        for _ in range(60):
            for each in attacker.drivers:
                page = random.randbytes(random.choice((8, 24, 88, 4096)))
                attacker.system.write(ATTACKER, each.shared_at, page)
                number = random.randrange(4)
                attacker.system.inject(ATTACKER, each.vcpu, number)
            vcpu = random.randrange(2)
            attacker.post(vcpu, Command.CALL, number=Number.IRQ_DELIVER)


@isas
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("health", ["ignore", "cold-restart"])
def test_random_bytes_in_the_hypercall_page(
    isa: str, seed: int, health: str
) -> None:
    random = Random(seed)
    with attack(isa, health) as attacker:
        for _ in range(20):
            at = HYPERCALLS + random.choice((0, 64, random.randrange(4000)))
            attacker.system.write(ATTACKER, at, random.randbytes(8))
            vcpu = random.randrange(2)
            attacker.system.inject(ATTACKER, vcpu, random.randrange(4))
            attacker.post(vcpu, Command.CALL, number=Number.TIME)


@isas
def test_code_that_changes_itself(isa: str) -> None:
    with attack(isa) as attacker:
        attacker.run_code(0, PATCHES_ITSELF[isa])
        attacker.drivers[1].behave(FAULT_BEHAVIOUR, Behaviour.RETURN)
        attacker.run_code(1, BREAKS_ITSELF[isa], SPARE + 0x1000)
        result = attacker.drivers[1].result
        attacker.system.pause(ATTACKER, 0)  # it is slow, and has shown enough

    illegal = 6 if isa == X86 else 2
    assert result == -1000 - illegal
    assert attacker.errors() == []
