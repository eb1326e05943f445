"""Rules of paravirtual partitions and of interrupts, for systems in Python."""

from dataclasses import replace
from typing import Any

import pytest

from vpok.arch import REGISTERS
from vpok.kernel.sched import POLICIES
from vpok.personalities import PERSONALITIES
from vpok.spec.model import (
    Image,
    InterruptSpec,
    PartitionSpec,
    PortSpec,
    ScheduleSpec,
    Segment,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.spec.problems import problems
from vpok.spec.problems.image import ISAS
from vpok.units import MAX_TIME

MS = 1_000_000
KB = 1024
IMAGE = Image("a.elf", 4096, 1, (Segment(4096, b"", 16),), "riscv64")
ONE = PartitionSpec("one", 64 * KB, IMAGE, VcpusSpec(2), (0, 1), "paravirt")
TWO = replace(ONE, name="two", image=replace(IMAGE, isa="x86-64"))
POK = PartitionSpec(
    "pok", 64 * KB, replace(IMAGE, isa="x86-32"), VcpusSpec(1), (0,)
)
WINDOWS = ScheduleSpec(MS, windows=(WindowSpec(0, 0, MS, (0,)),))
TICK = InterruptSpec("tick", 0, 0, period=MS)
SYSTEM = SystemSpec(
    "test", (ONE, TWO, POK), WINDOWS, processors=2, interrupts=(TICK,)
)


def where(spec: SystemSpec) -> list[str]:
    return [problem.where for problem in problems(spec, POLICIES)]


def with_partition(**changes: Any) -> SystemSpec:
    return replace(SYSTEM, partitions=(replace(ONE, **changes), TWO, POK))


def with_sources(*sources: InterruptSpec) -> SystemSpec:
    return replace(SYSTEM, interrupts=sources)


def with_source(**changes: Any) -> SystemSpec:
    described = {"name": "a", "partition": 0, "number": 0, **changes}
    return with_sources(InterruptSpec(**described))


def test_the_rules_know_every_personality_and_instruction_set() -> None:
    assert set(ISAS) | {"tasks", "python"} == set(PERSONALITIES)
    assert {isa for isas in ISAS.values() for isa in isas} == set(REGISTERS)


def test_a_mixed_system_has_no_problems() -> None:
    assert problems(SYSTEM, POLICIES) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"size": 64 * KB + 1}, "size"),
        ({"size": 64 * KB - 4}, "size"),
        ({"size": (1 << 30) + 4096}, "size"),
        ({"size": 16 * KB}, "image"),
        ({"image": replace(IMAGE, isa="x86-32")}, "image"),
        ({"image": replace(IMAGE, isa="arm64")}, "image"),
        ({"image": replace(IMAGE, segments=())}, "image"),
        ({"image": replace(IMAGE, entry=0)}, "image"),
        ({"image": replace(IMAGE, entry=4096 + 16)}, "image"),
        ({"threads": 2}, "threads"),
        ({"threads": 0}, "threads"),
        ({"thread_features": frozenset({"sleep"})}, "thread_features"),
        ({"scheduler": "rms"}, "scheduler"),
        ({"semaphores": 1}, "semaphores"),
        ({"mutexes": 1}, "mutexes"),
        ({"events": 1}, "events"),
        ({"features": frozenset({"console", "shutdown"})}, "features"),
        ({"health": {0: "stop", 7: "stop"}}, "health"),
        ({"health": {1: "stop"}}, "health"),
        ({"health": {0: "reboot"}}, "health"),
    ],
)
def test_a_bad_paravirt_partition_is_refused_where_it_is_bad(
    changes: dict[str, Any], place: str
) -> None:
    assert where(with_partition(**changes)) == [f"partitions[0].{place}"]


def test_images_end_below_a_page_per_vcpu_and_the_hypercall_page() -> None:
    def filled(size: int, vcpus: int) -> list[str]:
        segments = (Segment(0, b"", size),)
        image = replace(IMAGE, segments=segments)
        policy = VcpusSpec(vcpus, "round-robin", MS)
        return where(with_partition(image=image, vcpus=policy))

    assert filled(64 * KB - 3 * 4096, 2) == []
    assert filled(64 * KB - 3 * 4096 + 1, 2) == ["partitions[0].image"]
    assert filled(64 * KB - 9 * 4096, 8) == []
    assert filled(64 * KB - 9 * 4096 + 1, 8) == ["partitions[0].image"]


def test_every_action_of_every_kind_may_be_chosen() -> None:
    health = dict.fromkeys(range(7), "cold-restart")

    assert where(with_partition(health=health, input=b"x")) == []
    assert where(with_partition(features=frozenset({"shutdown"}))) == []


@pytest.mark.parametrize(
    ("port", "places"),
    [
        (PortSpec("p", "sampling", 0, "out", 8), []),
        (PortSpec("p", "queueing", 1, "in", 512), []),
        (PortSpec("p", "queueing", 1), ["ports[0].size"]),
        (PortSpec("p", "virtual", 0), ["ports[0].kind"]),
        (PortSpec("p", "sampling", 2), []),
    ],
)
def test_ports_of_a_paravirt_partition_have_a_size(
    port: PortSpec, places: list[str]
) -> None:
    assert where(replace(SYSTEM, ports=(port,))) == places


def test_a_pok_partition_reads_no_input() -> None:
    spec = replace(SYSTEM, partitions=(ONE, TWO, replace(POK, input=b"x")))

    assert where(spec) == ["partitions[2].input"]


def test_an_unknown_personality_is_refused_under_windows_too() -> None:
    spec = replace(with_partition(personality="apex"), interrupts=())

    assert where(spec) == ["partitions[0].personality"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": ""}, ".name"),
        ({"name": "caf\u00e9"}, ".name"),
        ({"name": "x" * 65}, ".name"),
        ({"partition": 3}, ".partition"),
        ({"partition": -1}, ".partition"),
        ({"partition": 2}, ".partition"),
        ({"vcpu": 2}, ".vcpu"),
        ({"vcpu": -1}, ".vcpu"),
        ({"number": 64}, ".number"),
        ({"number": -1}, ".number"),
        ({"period": -1}, ".period"),
        ({"period": MAX_TIME}, ".period"),
        ({"period": 1, "offset": -1}, ".offset"),
        ({"period": 1, "offset": MAX_TIME}, ".offset"),
        ({"offset": 1}, ".offset"),
        ({"arrivals": (-1,)}, ".arrivals[0]"),
        ({"arrivals": (5, 4)}, ".arrivals[1]"),
        ({"arrivals": (5, MAX_TIME)}, ".arrivals[1]"),
        ({"period": 1, "arrivals": (1,)}, ""),
        ({"period": 1, "sender": 1}, ""),
        ({"arrivals": (1,), "sender": 1}, ""),
        ({"sender": 0}, ".sender"),
        ({"sender": 2}, ".sender"),
        ({"sender": 3}, ".sender"),
        ({"sender": -2}, ".sender"),
        ({"period": 1, "clock": "cpu"}, ".clock"),
        ({"arrivals": (1,), "clock": "exec"}, ".clock"),
        ({"sender": 1, "clock": "exec"}, ".clock"),
        ({"clock": "exec"}, ".clock"),
        ({"period": 1, "ticks": "skip"}, ".ticks"),
        ({"arrivals": (1,), "ticks": "delay"}, ".ticks"),
        ({"trigger": "rising"}, ".trigger"),
        ({"hold": 1}, ".hold"),
        ({"hold": -1, "trigger": "level"}, ".hold"),
        ({"hold": MAX_TIME, "trigger": "level"}, ".hold"),
        ({"period": 5, "hold": 5, "trigger": "level"}, ""),
        ({"limit": 0}, ".limit"),
        ({"limit": 256}, ".limit"),
    ],
)
def test_a_bad_source_is_refused_where_it_is_bad(
    changes: dict[str, Any], place: str
) -> None:
    assert where(with_source(**changes)) == [f"interrupts[0]{place}"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"vcpu": 1, "number": 63, "limit": 1},
        {"period": 1, "offset": 0, "ticks": "catchup"},
        {"period": MAX_TIME - 1, "offset": MAX_TIME - 1, "clock": "exec"},
        {"arrivals": (0, 0, 7)},
        {"arrivals": (0, 5), "trigger": "level", "hold": 9},
        {"period": 6, "hold": 5, "trigger": "level"},
        {"sender": 1, "trigger": "level"},
    ],
)
def test_a_sound_source_has_no_problems(changes: dict[str, Any]) -> None:
    assert where(with_source(**changes)) == []


def test_names_of_sources_are_unique() -> None:
    other = replace(TICK, number=1)

    assert where(with_sources(TICK, other)) == ["interrupts[1].name"]


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({}, []),
        ({"trigger": "level"}, ["interrupts[1]"]),
        ({"limit": 7}, ["interrupts[1]"]),
        ({"trigger": "level", "limit": 7}, ["interrupts[1]"] * 2),
        ({"trigger": "level", "number": 1}, []),
        ({"trigger": "level", "vcpu": 1}, []),
        ({"trigger": "level", "partition": 1}, []),
    ],
)
def test_sources_that_share_a_number_are_of_one_kind(
    changes: dict[str, Any], places: list[str]
) -> None:
    other = replace(TICK, name="other", **changes)

    assert where(with_sources(TICK, other)) == places
