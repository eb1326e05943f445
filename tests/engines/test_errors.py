"""What goes wrong on our side comes out of `run`, and nowhere else."""

import gc
import signal
from types import FrameType

import pytest

from tests.engines.conftest import Make
from tests.engines.rig import Rig, go_on
from vpok.engines.unicorn.mmu import Mmu
from vpok.kernel.engine import CONTINUE
from vpok.kernel.vcpu import Vcpu


class OopsError(Exception):
    """Our own."""


@pytest.mark.parametrize("code", ["cd2a", "f4", "a100000080"])
def test_an_error_of_a_handler_comes_out_of_run(
    make: Make, tier: str, code: str
) -> None:
    def fail(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        if len(rig.traps) == 2:
            raise OopsError
        return CONTINUE

    rig = make("40" + code + "ebfc" if code == "cd2a" else code, tier=tier)
    rig.answer = fail

    def run_thrice() -> None:
        for _ in range(3):
            rig.run(100)

    with pytest.raises(OopsError):
        run_thrice()


def test_the_engine_can_be_used_after_an_error(make: Make, tier: str) -> None:
    def fail(rig: Rig, vcpu: Vcpu, cause: int) -> int:
        raise OopsError

    rig = make("40 cd2a ebfb", tier=tier, answer=fail)
    rig.set(eax=0)
    with pytest.raises(OopsError):
        rig.run(100)

    rig.answer = go_on
    rig.run(30)

    assert rig.get("eax") == 11


def test_an_error_of_the_page_map_comes_out_of_run(
    make: Make, tier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = make("40 a100100000", tier=tier)

    def fail(mmu: Mmu, page: int, access: int) -> None:
        raise OopsError

    monkeypatch.setattr(Mmu, "fill", fail)

    with pytest.raises(OopsError):
        rig.run(100)


@pytest.mark.slow
@pytest.mark.parametrize("code", ["cd2a ebfc", "ebfe"], ids=["calls", "spin"])
def test_ctrl_c_comes_out_of_run(make: Make, tier: str, code: str) -> None:
    """Wherever the interpreter notices it: nothing is printed, or lost."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def for_ever() -> None:
        while True:
            rig.engine.run(rig.vcpu, 0, 200_000)

    rig = make(code, tier=tier)
    rig.trap = lambda *_: CONTINUE  # type: ignore[method-assign]
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for milliseconds in range(2, 12):
            signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)
            with pytest.raises(KeyboardInterrupt):
                for_ever()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_engines_give_back_what_they_took(make: Make) -> None:
    """Closing twice is harmless."""
    for _ in range(20):
        rig = make("a100100000 ff0500000000 f4")
        rig.run(10)
        rig.close()
        rig.close()
    gc.collect()
    assert make("40").run(1) == 1
