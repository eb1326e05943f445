"""Paravirtual partitions of a file, and what interrupts them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vpok.config import ConfigError, loads
from vpok.spec.model import InterruptSpec, SystemSpec, WindowSpec

MS = 1_000_000
TEXT = (Path(__file__).parent / "paravirt.yaml").read_text("utf-8")
Make = Callable[..., SystemSpec]


@pytest.fixture
def made(folder: Path) -> Make:
    """Load the system, with texts replaced."""

    def make(*changes: tuple[str, str]) -> SystemSpec:
        text = TEXT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return loads(text, folder).spec

    return make


def test_the_instruction_set_follows_from_the_image(made: Make) -> None:
    isas = [partition.image.isa for partition in made().partitions]

    assert isas == ["x86-64", "riscv64", "x86-32"]


def test_a_paravirt_partition_has_what_its_keys_say(made: Make) -> None:
    rtos, sensor, _ = made().partitions

    assert rtos.personality == sensor.personality == "paravirt"
    assert rtos.features == {"shutdown"}
    assert (rtos.vcpus.count, sensor.vcpus.count) == (2, 2)
    assert (rtos.input, sensor.input) == (b"ab\n", b"")
    (segment,) = rtos.image.segments
    assert segment.address == rtos.image.entry == 0x10000


def test_every_kind_of_error_has_an_action(made: Make) -> None:
    """Kinds: fault, stack, nesting, overrun, illegal call, application."""
    usual = {0: "stop", 1: "stop", 2: "stop", 3: "ignore", 4: "ignore"}
    usual |= {5: "ignore", 6: "ignore"}
    rtos, sensor, pok = made().partitions

    assert rtos.health == usual | {1: "cold-restart", 3: "stop"}
    assert sensor.health == usual
    assert pok.health == {0: "stop"}


def test_a_default_action_replaces_those_of_the_kinds(made: Make) -> None:
    text = "health: {fault: cold-restart, nesting: stop}"
    all_of_them = dict.fromkeys(range(7), "shutdown")

    named = made((text, "health: {Illegal-Call: stop, default: shutdown}"))
    alone = made((text, "health: shutdown"))

    assert named.partitions[0].health == all_of_them | {5: "stop"}
    assert alone.partitions[0].health == all_of_them


def test_sources_are_as_the_file_describes_them(made: Make) -> None:
    tick, exec_, *others = made().interrupts

    assert tick == InterruptSpec("tick", 0, 0, period=MS)
    assert exec_ == InterruptSpec(
        "exec", 0, 1, period=MS, offset=MS, clock="exec", ticks="delay"
    )
    assert others == [
        InterruptSpec("once", 0, 2, vcpu=1, arrivals=(5 * MS,)),
        InterruptSpec("rx", 0, 3, arrivals=(MS, 2_500_000, 2_500_000)),
        InterruptSpec(
            "dev",
            0,
            4,
            arrivals=(3 * MS, 4 * MS),
            trigger="level",
            hold=100_000,
        ),
        InterruptSpec("bell", 0, 5, sender=1, limit=7),
        InterruptSpec("line", 0, 63),
    ]


def test_slots_of_a_mixed_system_are_windows_in_a_row(made: Make) -> None:
    """Each on the processors of its partition (semantics 5)."""
    schedule = made().schedule

    assert schedule.slots == ()
    assert schedule.major_frame == 17 * MS
    assert schedule.windows == (
        WindowSpec(0, 0, 10 * MS, (0, 1)),
        WindowSpec(2, 10 * MS, 5 * MS, (1,)),
        WindowSpec(1, 15 * MS, 2 * MS, (0, 1)),
    )


def test_a_mixed_system_may_have_a_longer_frame(made: Make) -> None:
    schedule = made(("    slots:", "    major_frame: 1s\n    slots:")).schedule

    assert (schedule.major_frame, len(schedule.windows)) == (1000 * MS, 3)


def test_no_note_speaks_of_threads_of_a_paravirt_partition(
    folder: Path,
) -> None:
    assert loads(TEXT, folder).notes == ()


def test_an_image_ends_below_the_shared_pages(
    made: Make, folder: Path, maker: dict[str, Any]
) -> None:
    """128 kB less the hypercall page and two shared pages: 0x1d000."""
    segment = maker["segment_64"](memsz=0xD000)
    small = ("sensor.elf", "small.elf")
    (folder / "small.elf").write_bytes(maker["image_64"](segment))

    assert made(small).partitions[1].image.segments[0].size == 0xD000


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("count: 2, policy", "count: 0, policy"), "0 virtual CPUs"),
        (("count: 2, policy", "count: no, policy"), "'no' is no number"),
        (("name: rtos", "nam: rtos"), "no key 'nam'"),
        (("personality: paravirt\n", "personality: linux\n"), "'linux'"),
        (("sensor, personality: para", "sensor, personality: p"), "'pvirt'"),
    ],
)
def test_sources_of_a_broken_partition_are_no_problems(
    made: Make, change: tuple[str, str], what: str
) -> None:
    """One typing mistake is not one problem per source."""
    with pytest.raises(ConfigError, match=what) as caught:
        made(change)

    assert len(str(caught.value).splitlines()) <= 2
