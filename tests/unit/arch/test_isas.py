"""The tables of instruction sets."""

import pytest

from vpok.arch import REGISTERS, paravirt


@pytest.mark.parametrize("isa", REGISTERS)
def test_names_of_registers_are_unique(isa: str) -> None:
    names = REGISTERS[isa].names

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("isa", paravirt.ISAS)
def test_a_guest_operating_systems_isa_names_registers_that_exist(
    isa: str,
) -> None:
    described = paravirt.ISAS[isa]
    known = range(len(REGISTERS[isa].names))

    assert described.name == isa
    assert set(described.registers) <= set(known)
    assert len(described.registers) == len(set(described.registers))
    for register in (described.number, described.result, described.sp):
        assert register in known
    assert REGISTERS[isa].flags == described.flags
