"""What a file says is what the specification holds."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vpok.config import ConfigError, Loaded, load, loads
from vpok.spec.model import (
    CostSpec,
    FlushSpec,
    PartitionSpec,
    SlotSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)

Load = Callable[..., Loaded]
Refused = Callable[[str], list[str]]

FULL = (Path(__file__).parent / "full.yaml").read_text("utf-8")


def test_every_key_reaches_the_specification(folder: Path) -> None:
    spec = loads(FULL, folder).spec

    assert (spec.name, spec.clock, spec.compat) == (
        "everything",
        2_500_000_000,
        "pok",
    )
    assert spec.processors == 2
    assert spec.kernel_features == {"assert", "debug"}
    assert spec.costs == CostSpec(1000, 2000, 3000, 5000, 4000)
    assert spec.flush == FlushSpec("period", 20_000_000)
    assert spec.schedule.major_frame == 10**9
    assert spec.schedule.slots == (
        SlotSpec(0, 400_000_000),
        SlotSpec(1, 200_000_000),
    )
    first, second = spec.partitions
    assert first.image.path == str(folder / "one" / "one.elf")
    assert first.size == 130 * 1024
    assert first.features == {"assert", "console", "libc"}
    assert first.thread_features == {"sleep", "suspend"}
    assert (first.scheduler, first.threads) == ("static", 4)
    assert (first.semaphores, first.mutexes, first.events) == (1, 2, 3)
    assert first.processors == (0, 1)
    assert first.vcpus == VcpusSpec(5, "round-robin", 2_000_000)
    assert first.health == {0: "ignore", 12: "warm-restart", 14: "stop"}
    assert second.processors == (1,)
    assert second.image.path == str(folder / "one" / "one.elf")
    destinations = [port.destinations for port in spec.ports]
    assert destinations == [(2, 1), (), (), (4,), ()]
    assert [port.size for port in spec.ports] == [64, 0, 0, 0, 0]


def test_what_is_not_written_has_the_models_defaults(one: Load) -> None:
    """Defaults live in the model; the table of keys repeats them."""
    spec = one().spec

    written = {"name", "partitions", "schedule"}
    for field in dataclasses.fields(SystemSpec):
        if field.name not in written:
            assert getattr(spec, field.name) == field.default, field.name
    plain = PartitionSpec("", 0, spec.partitions[0].image, VcpusSpec(1), (0,))
    for field in dataclasses.fields(PartitionSpec):
        if field.name not in {"name", "size", "image"}:
            assert getattr(spec.partitions[0], field.name) == getattr(
                plain, field.name
            ), field.name


def test_a_partition_has_one_vcpu_per_processor_unless_told(two: Load) -> None:
    first, second = two().spec.partitions

    assert first.processors == second.processors == (0, 1)
    assert first.vcpus == VcpusSpec(2, "null", 0)


@pytest.mark.parametrize(
    ("text", "vcpus"),
    [
        ("vcpus: 1", VcpusSpec(1)),
        ("vcpus: {policy: null}", VcpusSpec(2)),
        ("vcpus: {policy: ~}", VcpusSpec(2)),
        ("vcpus: {policy: 'null'}", VcpusSpec(2)),
        ("vcpus: {count: 1, policy: null}", VcpusSpec(1)),
        (
            "vcpus: {policy: round-robin}",
            VcpusSpec(2, "round-robin", 1_000_000),
        ),
        (
            "vcpus: {count: 7, policy: round-robin, quantum: 7ms}",
            VcpusSpec(7, "round-robin", 7_000_000),
        ),
    ],
)
def test_vcpus_may_be_a_number_or_a_mapping(
    text: str, vcpus: VcpusSpec, folder: Path
) -> None:
    head, _, tail = FULL.partition("    vcpus: {count: 5")

    spec = loads(
        f"{head}    {text}\n{tail.partition(chr(10))[2]}", folder
    ).spec

    assert spec.partitions[0].vcpus == vcpus


def test_windows_default_to_their_partitions_processors(folder: Path) -> None:
    spec = loads(
        """
        target: {nb_processors_number: 2}
        partitions:
          - {name: one, size: 64kB, threads: {count: 1}}
          - {name: two, size: 64kB, processor_affinity: [1]}
        kernel:
          scheduler:
            windows:
              - {partition: one, start: 0, duration: 10ms}
              - {partition: two, start: 10ms, duration: 5ms}
              - {partition: one, start: 12ms, duration: 5ms, processors: [0]}
        """,
        folder,
    ).spec

    assert spec.schedule.windows == (
        WindowSpec(0, 0, 10_000_000, (0, 1)),
        WindowSpec(1, 10_000_000, 5_000_000, (1,)),
        WindowSpec(0, 12_000_000, 5_000_000, (0,)),
    )
    assert spec.schedule.major_frame == 17_000_000
    assert spec.schedule.slots == ()


def test_the_latency_is_at_least_one_cycle_unless_told(one: Load) -> None:
    assert one("clock: 1kHz\n").spec.costs.latency == 1_000_000
    assert one("clock: 3MHz\n").spec.costs.latency == 500
    assert one("clock: 1MHz\n").spec.costs.latency == 1000


@pytest.mark.parametrize("word", ["windows", "major-frame"])
def test_flush_may_be_a_word(word: str, one: Load) -> None:
    assert one(f"flush: {word}\n").spec.flush == FlushSpec(word)


def test_health_may_be_one_action_for_all_errors(folder: Path) -> None:
    text = FULL.replace("health: {default: ignore, ", "health: {")

    first, second = loads(text, folder).spec.partitions

    assert first.health[0] == "stop"
    assert second.health == {0: "stop"}


def test_names_may_look_like_other_values(folder: Path) -> None:
    """YAML readers differ on what `on` or `12` is; here it is a name."""
    text = FULL.replace("also in", "12").replace("in, kind", "on, kind")

    spec = loads(text.replace("to: in}", "to: on}"), folder).spec

    assert [port.name for port in spec.ports[:3]] == ["out", "on", "12"]


def test_all_problems_of_a_file_are_reported_at_once(refused: Refused) -> None:
    found = refused(
        """\
clock: 100M
partitions:
  - {name: one, size: 64KB, threads: {count: 0}}
  - {name: one, size: 64kB, semaphors: 1}
kernel:
  scheduler:
    major_frame: 1ms
    slots:
      - {partition: one, duration: 10ms}
      - {partition: tow, duration: -1}
flush: never
flush: windows
"""
    )

    assert [problem.partition(":")[0] for problem in found] == [
        *("1", "3", "3", "4", "4", "7", "10", "10", "11", "12"),
    ]


def test_consequences_of_a_problem_are_not_reported(refused: Refused) -> None:
    """One typing mistake is one problem, whatever depends on the value."""
    found = refused(
        """\
partitions:
  - {nmae: one, size: 64kB}
kernel:
  scheduler:
    slots:
      - {partition: one, duration: 10ms}
ports:
  - {name: p, kind: sampling, partition: one}
"""
    )

    assert found == [
        "2: there is no key 'nmae': did you mean 'name'?",
        "2: 'name' is missing: write a name",
    ]


def test_a_file_is_loaded_with_its_folder_and_name(folder: Path) -> None:
    file = folder / "config.yaml"
    file.write_text(FULL.replace("name: everything\n", ""), "utf-8-sig")

    loaded = load(str(file))

    assert loaded.path == file
    assert loaded.spec.name == folder.name
    other = folder / "flight.yaml"
    file.rename(other)
    assert load(other).spec.name == "flight"


def test_an_error_names_file_and_line(folder: Path) -> None:
    file = folder / "bad.yaml"
    file.write_text("partitions: 7\n")

    with pytest.raises(ConfigError) as caught:
        load(file)

    assert str(caught.value) == (
        f"{file}:1: write a list here: one line with a '-' per item, not '7'\n"
        f"{file}:1: 'kernel' is missing: add the kernel and its schedule"
    )


@pytest.mark.parametrize("name", ["", "missing.yaml", "a\0b", "a" * 300])
def test_a_file_that_cannot_be_read_is_a_problem(
    name: str, folder: Path
) -> None:
    with pytest.raises(ConfigError, match="the file "):
        load(folder / name)


def test_a_huge_file_is_a_problem(folder: Path) -> None:
    file = folder / "huge.yaml"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)

    with pytest.raises(ConfigError, match="larger than 256kB"):
        load(file)


def test_importing_config_imports_no_parser() -> None:
    """`vpok --help` has no time for them."""
    code = (
        "import sys, vpok.config as c; print(sorted(m for m in sys.modules"
        " if m.partition('.')[0] in {'ruamel', 'elftools', 'unicorn'}))"
    )

    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout == "[]\n"


def test_features_that_the_personality_asks_for_are_kept(folder: Path) -> None:
    """One that is unknown here would be dropped with a note."""
    text = FULL.replace(
        "[assert, console, libc]", "[gettick, debug, shutdown]"
    )
    text = text.replace("[sleep, suspend]", "[id, sleep, sleep-until]")

    first = loads(text, folder).spec.partitions[0]

    assert first.features == {"gettick", "debug", "shutdown"}
    assert first.thread_features == {"id", "sleep", "sleep-until"}
