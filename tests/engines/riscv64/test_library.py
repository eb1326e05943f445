"""What if the host lets nobody look at the library's state."""

import pytest

from tests.engines.riscv64 import asm
from tests.engines.riscv64.asm import addi, csr
from tests.engines.riscv64.rig import HartRig, jump_somewhere
from vpok.engines.unicorn import isa, registers, stepper
from vpok.engines.unicorn.isa import riscv64_state
from vpok.kernel.errors import EngineUnavailable

T0, T1, T2 = 5, 6, 7
# Floating point, flags, rounding, a reservation, calls, stores to code, faults.
PROGRAM = asm.code(
    *(asm.fp(0x0D, 7, 1, 2, 3), csr(2, T0, 3, 0), asm.ECALL),
    *(asm.lr(T0, T1), addi(T0, T0, 1), asm.sc(T2, T1, T0)),
    *(asm.store(0, 0, 0, 0x80), csr(6, T2, 3, 17), asm.ECALL),
    *(asm.amo(0, 3, T0, T0, T0), asm.ld(T2, T1, 0x700), asm.jal(0, -44)),
)


def outcome(tier: str, cuts: tuple[int, ...] = ()) -> object:
    rig = HartRig(PROGRAM, size=0x2100, tier=tier, answer=jump_somewhere)
    rig.set(t1=0x2008)
    rig.machine.set_extended(bytes(16) + b"\1\2\3\4\5\6\7\x40" * 30 + bytes(8))
    rig.run_until(400, cuts)
    state = rig.state()
    rig.close()
    return state


def test_without_a_look_at_the_library_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, tier: str
) -> None:
    """Registers, flags and counter are not found: calls are made."""
    whole = outcome("native")
    for module in (registers, stepper, riscv64_state):
        monkeypatch.setattr(module, "peek", lambda *_: b"")
    isa.target_of.cache_clear()
    try:
        rig = HartRig(b"", tier=tier)
        assert rig.engine._stepper.registers.words is None
        assert rig.engine._stepper.own is None
        rig.close()

        assert outcome(tier) == whole
        assert outcome(tier, (1, 5, 20, 21, 22, 300)) == whole
    finally:
        isa.target_of.cache_clear()


def test_an_unknown_library_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that keeps reservations where they are not found."""
    monkeypatch.setattr(riscv64_state, "NOTHING_RESERVED", 0x1234)
    isa.target_of.cache_clear()
    try:
        with pytest.raises(EngineUnavailable, match="unknown way"):
            HartRig(b"")
    finally:
        isa.target_of.cache_clear()


def test_an_unknown_instruction_set_is_refused() -> None:
    from vpok.engines.unicorn.engine import UnicornEngine

    with pytest.raises(EngineUnavailable, match="no instruction set `vax`"):
        UnicornEngine(4096, 1, None, "vax")
