"""Which tier is used, and what if the host has less to offer."""

import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines.rig import Rig, jump_somewhere
from vpok.engines import ENGINES, make_engine
from vpok.engines.unicorn import (
    isa,
    lib,
    meter,
    registers,
    stepper,
    tiers,
)
from vpok.engines.unicorn.engine import UnicornEngine
from vpok.engines.unicorn.isa import x86_calibrate
from vpok.kernel.errors import EngineUnavailable
from vpok.spec.model import (
    Image,
    PartitionSpec,
    ScheduleSpec,
    SystemSpec,
    VcpusSpec,
)

PROGRAM = (
    "b905000000 f3aa cd2a 0fa3c1 60 61 0105 00100000 f4 e400 "
    "c605 00000000 b9 a120010000 ebdd"
)


def outcome(tier: str | None, cuts: tuple[int, ...] = ()) -> object:
    rig = Rig(bytes.fromhex(PROGRAM), tier=tier, answer=jump_somewhere)
    rig.set(edi=0x3000, eax=7)
    rig.run_until(400, cuts)
    state = rig.state()
    rig.close()
    return state


@pytest.mark.parametrize("name", ["native", "count"])
def test_the_environment_forces_a_tier(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(tiers.VARIABLE, name)

    choice = tiers.choose(None)

    assert choice.name == name
    assert choice.reason == f"VPOK_METER={name}"


def test_a_wish_is_stronger_than_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(tiers.VARIABLE, "native")

    assert tiers.choose("count").name == "count"


def test_a_tier_that_does_not_exist_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(tiers.VARIABLE, "turbo")

    with pytest.raises(EngineUnavailable, match="must be `native` or `count`"):
        UnicornEngine(4096, 1)


def strange_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "vax")


def no_executable_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(13, "refused")

    monkeypatch.setattr(meter, "Pages", refuse)


@pytest.mark.parametrize("lack", [strange_machine, no_executable_memory])
def test_without_a_meter_everything_is_counted(
    monkeypatch: pytest.MonkeyPatch,
    lack: Callable[[pytest.MonkeyPatch], None],
) -> None:
    """`native` alone is refused."""
    monkeypatch.delenv(tiers.VARIABLE, raising=False)
    whole = outcome("native")
    lack(monkeypatch)

    choice = tiers.choose(None)

    assert choice.name == "count"
    assert "vax" in choice.reason or "memory" in choice.reason
    assert outcome(None) == whole
    with pytest.raises(EngineUnavailable):
        tiers.choose("native")


def test_without_a_look_at_the_library_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, tier: str
) -> None:
    """Neither its registers nor its counter are found: calls are made."""
    whole = outcome("native")
    monkeypatch.setattr(registers, "peek", lambda *_: b"")
    monkeypatch.setattr(stepper, "peek", lambda *_: b"")
    rig = Rig(b"\x90", tier=tier)
    assert rig.engine._stepper.registers.words is None
    assert not rig.engine._stepper.calibrated
    rig.close()

    assert outcome(tier) == whole
    assert outcome(tier, (1, 5, 20, 21, 22, 300)) == whole


def test_an_unknown_library_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(x86_calibrate, "CC_OP", 8)
    isa.target_of.cache_clear()
    try:
        with pytest.raises(EngineUnavailable, match="unknown way"):
            UnicornEngine(4096, 1)
    finally:
        isa.target_of.cache_clear()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lib, "find_spec", lambda _: None)
    lib.library.cache_clear()
    try:
        with pytest.raises(EngineUnavailable, match="pip install unicorn"):
            lib.library()
        assert not ENGINES["unicorn"].describe().available
    finally:
        lib.library.cache_clear()


def test_a_package_without_a_library_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "libunicorn.so.2").write_bytes(b"nonsense")
    monkeypatch.setattr(lib, "find_spec", lambda _: Spec())
    lib.library.cache_clear()
    try:
        with pytest.raises(EngineUnavailable, match="no library for this"):
            lib.library()
    finally:
        lib.library.cache_clear()


def test_the_engine_describes_itself(tier: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(tiers.VARIABLE, tier)
        told = ENGINES["unicorn"].describe()

    assert told.available
    assert told.version.startswith("2.1.")
    assert (told.tier, told.isas) == (tier, tuple(isa.TARGETS))


def test_a_partition_gets_an_engine_of_its_size() -> None:
    image = Image("a", 0, 0, ())
    spec = SystemSpec(
        "s",
        (PartitionSpec("a", 0x20800, image, VcpusSpec(1), (0,)),),
        ScheduleSpec(1, (), ()),
    )

    engine = make_engine(spec, 0, "count")

    assert (engine.memory.size, engine.name) == (0x20800, "unicorn")
    assert (engine.tier, engine.exact, engine.isa) == ("count", True, "x86-32")
    engine.close()
