"""All registers at once are each of them in turn."""

import pytest

from tests.unit.system.test_control import odd, sample
from vpok.arch import REGISTERS


@pytest.mark.parametrize("isa", REGISTERS)
@pytest.mark.parametrize("found", [True, False])
def test_all_registers_are_each_of_them(isa: str, found: bool) -> None:
    """Whether the engine has found where they are kept, or must ask."""
    count = len(REGISTERS[isa].names)
    with sample(isa) as system:
        system.run(until=5_000)
        machine = system.kernel.partitions[0].engine.machine
        machine.take(system.current(0).arch)
        if not found:
            core = machine.core  # type: ignore[attr-defined]
            core.registers.words = None
            machine.adopt(core)  # type: ignore[attr-defined]
        assert machine.all() == tuple(map(machine.get, range(count)))
        values = [odd(register) for register in range(count)]
        machine.set_all(values)
        at_once = machine.all()
        for register in range(count):
            machine.set(register, values[register] ^ 0xFF00)
        for register in range(count):
            machine.set(register, values[register])

        assert machine.all() == at_once
        assert len({*at_once}) >= count - 1
