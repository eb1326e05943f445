"""Without what makes the engine fast, 64-bit mode does the same."""

import pytest

from tests.engines.x86_64.rig import LongRig
from tests.engines.x86_64.test_exact import outcome, some_cuts
from vpok.engines.unicorn import isa, registers, stepper
from vpok.engines.unicorn.engine import UnicornEngine
from vpok.engines.unicorn.isa import x86_64_image
from vpok.kernel.errors import EngineUnavailable


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 5])
def test_without_a_look_at_the_library_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, tier: str, seed: int
) -> None:
    """Neither its registers nor its counter are found: calls are made."""
    whole = outcome(seed, "native", ())
    monkeypatch.setattr(registers, "peek", lambda *_: b"")
    monkeypatch.setattr(stepper, "peek", lambda *_: b"")
    rig = LongRig(b"\x90", tier=tier)
    assert rig.engine._stepper.registers.words is None
    assert not rig.engine._stepper.calibrated
    rig.close()

    assert outcome(seed, tier, ()) == whole
    assert outcome(seed, tier, some_cuts(seed, 20)) == whole


def test_a_library_with_an_unknown_fpu_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(x86_64_image, "_VECTORS_AT", 760)
    isa.target_of.cache_clear()
    try:
        with pytest.raises(EngineUnavailable, match="FPU"):
            UnicornEngine(4096, 1, isa="x86-64")
    finally:
        isa.target_of.cache_clear()
