"""The meter's machine code is what its source says."""

import ctypes
from importlib import resources

import pytest

from vpok.engines.unicorn import meter
from vpok.engines.unicorn.guard import Guard
from vpok.engines.unicorn.meter import SLOTS, Meter, Slot, slot_of


@pytest.mark.needs_ziglang
@pytest.mark.parametrize("source", ["meter", "guard"])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_machine_code_is_compiled_from_the_source(
    machine: str, source: str
) -> None:
    pytest.importorskip("ziglang")
    from vpok.engines.unicorn.build_meter import compile_hook

    shipped = resources.files(meter.__package__) / f"{source}-{machine}.bin"

    assert compile_hook(source, machine) == shipped.read_bytes()


def test_the_structures_are_those_of_the_sources() -> None:
    """Offsets as `meter.c` and `guard.c` have them on a 64-bit host."""
    assert [getattr(Meter, name).offset for name, *_ in Meter._fields_] == [
        *(0, 8, 16, 24, 32, 40),
    ]
    assert ctypes.sizeof(Slot) == 16
    assert ctypes.sizeof(Meter) == 40 + 16 * SLOTS
    assert [getattr(Guard, name).offset for name, *_ in Guard._fields_] == [
        *(0, 8, 16, 20, 24, 32),
    ]


@pytest.mark.parametrize("pc", [0, 1, 0x4000, 0x1F_FFFF, 2**32 - 1, 2**64 - 1])
def test_a_slot_is_inside_the_table(pc: int) -> None:
    assert 0 <= slot_of(pc) < SLOTS


def test_code_in_one_window_never_collides() -> None:
    assert len({slot_of(0x8000 + pc) for pc in range(SLOTS)}) == SLOTS
