"""The table of instruction sets."""

from vpok.arch import ISAS
from vpok.arch.x86_32 import X86Ops
from vpok.machine.arch import ArchOps


def test_every_isa_makes_operations() -> None:
    for make in ISAS.values():
        assert isinstance(make(), ArchOps)


def test_x86_is_there() -> None:
    assert ISAS["x86-32"] is X86Ops
