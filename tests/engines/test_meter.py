"""The meter's machine code is what its source says."""

import ctypes
from importlib import resources

import pytest

from vpok.engines.unicorn import meter
from vpok.engines.unicorn.meter import SLOTS, Meter, Slot, slot_of


@pytest.mark.needs_ziglang
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_machine_code_is_compiled_from_the_source(machine: str) -> None:
    pytest.importorskip("ziglang")
    from vpok.engines.unicorn.build_meter import compile_meter

    shipped = resources.files(meter.__package__) / f"meter-{machine}.bin"

    assert compile_meter(machine) == shipped.read_bytes()


def test_the_structure_is_the_one_of_the_source() -> None:
    """Offsets as `meter.c` has them on a 64-bit host."""
    assert [getattr(Meter, name).offset for name, *_ in Meter._fields_] == [
        *(0, 8, 16, 24, 32, 40),
    ]
    assert ctypes.sizeof(Slot) == 16
    assert ctypes.sizeof(Meter) == 40 + 16 * SLOTS


@pytest.mark.parametrize("pc", [0, 1, 0x4000, 0x1F_FFFF, 2**32 - 1, 2**64 - 1])
def test_a_slot_is_inside_the_table(pc: int) -> None:
    assert 0 <= slot_of(pc) < SLOTS


def test_code_in_one_window_never_collides() -> None:
    assert len({slot_of(0x8000 + pc) for pc in range(SLOTS)}) == SLOTS
