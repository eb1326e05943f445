"""Every rule of a specification, for systems that are made in Python."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.kernel.sched import POLICIES
from vpok.spec.model import (
    CostSpec,
    FlushSpec,
    Image,
    PartitionSpec,
    PortSpec,
    Problem,
    ScheduleSpec,
    Segment,
    SlotSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.spec.problems import ConfigError, problems
from vpok.spec.problems.image import image_end, stack_room
from vpok.spec.problems.words import either, show_time
from vpok.units import MAX_TIME, NS_PER_MS

MS = NS_PER_MS
IMAGE = Image("a.elf", 0, 100, (Segment(0, b"\x90" * 16, 16),))
ONE = PartitionSpec("one", 65536, IMAGE, VcpusSpec(2), (0, 1))
TWO = replace(ONE, name="two")
SLOTS = ScheduleSpec(20 * MS, (SlotSpec(0, 10 * MS), SlotSpec(1, 10 * MS)))
WINDOWS = ScheduleSpec(
    20 * MS,
    windows=(WindowSpec(0, 0, 10 * MS, (0, 1)), WindowSpec(1, 0, MS, ())),
)
SYSTEM = SystemSpec("test", (ONE, TWO), SLOTS, processors=2)
OUT = PortSpec("out", "sampling", 0, "out", 64, (1,))
IN = PortSpec("in", "sampling", 1, "in", 64)


def where(spec: SystemSpec) -> list[str]:
    return [problem.where for problem in problems(spec, POLICIES)]


def with_partition(**changes: Any) -> SystemSpec:
    return replace(SYSTEM, partitions=(replace(ONE, **changes), TWO))


def with_image(**changes: Any) -> SystemSpec:
    return with_partition(image=replace(IMAGE, **changes))


def with_windows(*windows: WindowSpec) -> SystemSpec:
    return replace(SYSTEM, schedule=ScheduleSpec(20 * MS, windows=windows))


def with_ports(*ports: PortSpec) -> SystemSpec:
    return replace(SYSTEM, ports=ports)


def test_a_sound_system_has_no_problems() -> None:
    assert problems(SYSTEM) == []
    assert problems(SYSTEM, POLICIES) == []
    assert where(with_ports(OUT, IN)) == []
    assert where(with_windows(WindowSpec(1, 5, 7, (1,)))) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"processors": 65}, "processors"),
        ({"clock": 999}, "clock"),
        ({"clock": 10**10 + 1}, "clock"),
        ({"clock": 0}, "clock"),
        ({"clock": -5}, "clock"),
        ({"compat": "xen"}, "compat"),
        ({"costs": CostSpec(hypercall=-1)}, "costs.hypercall"),
        ({"costs": CostSpec(switch=MAX_TIME)}, "costs.switch"),
        ({"costs": CostSpec(interrupt=-1)}, "costs.interrupt"),
        ({"costs": CostSpec(latency=9)}, "costs.latency"),
        ({"flush": FlushSpec("never")}, "flush"),
        ({"flush": FlushSpec("period", 0)}, "flush"),
        ({"flush": FlushSpec("period", MAX_TIME)}, "flush"),
        ({"schedule": ScheduleSpec(MS)}, "schedule"),
        ({"schedule": replace(SLOTS, major_frame=0)}, "schedule.major_frame"),
        (
            {"schedule": replace(SLOTS, major_frame=MAX_TIME)},
            "schedule.major_frame",
        ),
        (
            {"schedule": replace(SLOTS, major_frame=19 * MS)},
            "schedule.major_frame",
        ),
        (
            {"schedule": ScheduleSpec(MS, (SlotSpec(2, MS),))},
            "schedule.slots[0].partition",
        ),
        (
            {"schedule": ScheduleSpec(MS, (SlotSpec(-1, MS),))},
            "schedule.slots[0].partition",
        ),
        (
            {"schedule": ScheduleSpec(MS, (SlotSpec(0, 0),))},
            "schedule.slots[0].duration",
        ),
    ],
)
def test_a_bad_module_is_refused_where_it_is_bad(
    changes: dict[str, Any], place: str
) -> None:
    assert where(replace(SYSTEM, **changes)) == [place]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"size": 0}, "size"),
        ({"size": -1}, "size"),
        ({"size": (1 << 30) + 1}, "size"),
        ({"size": 16387}, "size"),
        ({"threads": 0}, "threads"),
        ({"threads": 8}, "size"),
        ({"semaphores": -1}, "semaphores"),
        ({"mutexes": -1}, "mutexes"),
        ({"events": -1}, "events"),
        ({"scheduler": "edf"}, "scheduler"),
        ({"processors": (), "vcpus": VcpusSpec(1)}, "processors"),
        ({"processors": (1, 0)}, "processors"),
        ({"processors": (0, 0)}, "processors"),
        ({"processors": (0, 2)}, "processors"),
        ({"processors": (-1, 0)}, "processors"),
        ({"health": {}}, "health"),
        ({"health": {0: "reboot"}}, "health"),
        ({"health": {0: "stop", 12: "explode"}}, "health"),
        ({"vcpus": VcpusSpec(0)}, "vcpus.count"),
        ({"vcpus": VcpusSpec(65, "round-robin", 1)}, "vcpus.count"),
        ({"vcpus": VcpusSpec(3)}, "vcpus.count"),
        ({"vcpus": VcpusSpec(2, "lottery")}, "vcpus.policy"),
        ({"vcpus": VcpusSpec(2, "round-robin", 0)}, "vcpus.quantum"),
        ({"vcpus": VcpusSpec(2, "null", -1)}, "vcpus.quantum"),
        ({"vcpus": VcpusSpec(2, "round-robin", MAX_TIME)}, "vcpus.quantum"),
        ({"personality": "apex"}, "personality"),
    ],
)
def test_a_bad_partition_is_refused_where_it_is_bad(
    changes: dict[str, Any], place: str
) -> None:
    assert where(with_partition(**changes)) == [f"partitions[0].{place}"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"segments": ()}, "no segment"),
        ({"file_size": 65536}, "65540 as POK packs them"),
        ({"file_size": 65535}, ""),
        ({"entry": 16}, "outside its segments"),
        ({"entry": -1}, "outside its segments"),
        ({"segments": (Segment(0, b"", 65537),)}, "beyond the partition's"),
        ({"segments": (Segment(0, b"", 65536),)}, "stack of the main thread"),
        ({"segments": (Segment(0, b"", 49149),)}, "begins at 0xbffc"),
        ({"segments": (Segment(0, b"", 49148),)}, ""),
        ({"segments": (Segment(0, b"12", 1),)}, "2 bytes for 1"),
        (
            {"segments": (Segment(8, b"", 8), Segment(0, b"", 9))},
            "overlap at 0x8",
        ),
        (
            {"segments": (Segment(0, b"", 99), Segment(9, b"", 1))},
            "overlap at 0x9",
        ),
        ({"segments": (Segment(8, b"", 8), Segment(0, b"", 8))}, ""),
    ],
)
def test_an_image_must_fit_as_it_would_in_pok(
    changes: dict[str, Any], said: str
) -> None:
    found = problems(with_image(**changes))

    assert len(found) == (1 if said else 0)
    for problem in found:
        assert problem.where == "partitions[0].image"
        assert said in problem.what


def test_the_stacks_are_where_pok_puts_them() -> None:
    """The main thread of a 130 kB partition starts with ESP = 0x1E7FC."""
    assert 133120 - stack_room(1) == 0x1E7FC - 8192
    assert image_end(IMAGE) == 16


def test_names_of_partitions_and_ports_are_unique() -> None:
    twice = replace(SYSTEM, partitions=(ONE, TWO, ONE, ONE))

    assert where(twice) == ["partitions[2].name", "partitions[3].name"]
    assert where(with_ports(IN, IN)) == ["ports[1].name"]


def test_there_must_be_a_partition() -> None:
    assert where(SystemSpec("empty", (), SLOTS)) == [
        "partitions",
        "schedule.slots[0].partition",
        "schedule.slots[1].partition",
    ]


def test_lock_objects_of_all_partitions_share_poks_bytes() -> None:
    some = replace(ONE, semaphores=100, mutexes=28)
    spec = replace(SYSTEM, partitions=(some, replace(some, name="two")))

    assert where(spec) == []
    more = replace(some, name="two", events=1)
    assert where(replace(spec, partitions=(some, more))) == ["partitions"]


@pytest.mark.parametrize(
    ("windows", "places"),
    [
        ([WindowSpec(2, 0, 1, (0,))], ["[0].partition"]),
        ([WindowSpec(0, 0, 1, ())], ["[0].processors"]),
        ([WindowSpec(0, 0, 1, (2,))], ["[0].processors"]),
        ([WindowSpec(0, -1, 1, (0,))], ["[0].start"]),
        ([WindowSpec(0, 0, 0, (0,))], ["[0].duration"]),
        ([WindowSpec(0, 0, -5, (0,))], ["[0].duration"]),
        ([WindowSpec(0, 0, 20 * MS + 1, (0,))], ["[0].duration"]),
        ([WindowSpec(0, 20 * MS, 1, (0,))], ["[0].duration"]),
        ([WindowSpec(0, 0, MAX_TIME, (0,))], ["[0].duration"] * 2),
        ([WindowSpec(0, 0, 5, (0,)), WindowSpec(1, 5, 5, (0,))], []),
        (
            [WindowSpec(0, 0, 6, (0,)), WindowSpec(1, 5, 5, (0,))],
            ["[1].start"],
        ),
        (
            [WindowSpec(1, 5, 5, (0,)), WindowSpec(0, 0, 6, (0,))],
            ["[0].start"],
        ),
        ([WindowSpec(0, 0, 6, (0,)), WindowSpec(1, 5, 5, (1,))], []),
        (
            [WindowSpec(0, 0, 6, (0, 1)), WindowSpec(1, 5, 5, (0, 1))],
            ["[1].start"] * 2,
        ),
        (
            [
                WindowSpec(0, 0, 9, (0,)),
                WindowSpec(1, 1, 1, (0,)),
                WindowSpec(1, 8, 1, (0,)),
            ],
            ["[1].start", "[2].start"],
        ),
    ],
)
def test_windows_are_within_the_frame_and_apart(
    windows: list[WindowSpec], places: list[str]
) -> None:
    assert where(with_windows(*windows)) == [
        f"schedule.windows{place}" for place in places
    ]


def test_a_window_is_on_processors_of_its_partition() -> None:
    alone = replace(ONE, processors=(0,), vcpus=VcpusSpec(1))
    spec = replace(
        with_windows(WindowSpec(0, 0, 1, (0, 1))), partitions=(alone, TWO)
    )

    assert where(spec) == ["schedule.windows[0].processors"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30),
            st.integers(1, 10),
            st.sampled_from([(0,), (1,), (0, 1)]),
        ),
        max_size=6,
    )
)
def test_overlaps_are_found_exactly_when_an_instant_is_shared(
    windows: list[tuple[int, int, tuple[int, ...]]],
) -> None:
    """Against a slow and obvious rule: mark each instant as taken."""
    taken: set[tuple[int, int]] = set()
    shared = False
    for start, duration, processors in windows:
        instants = {
            (processor, time)
            for processor in processors
            for time in range(start, start + duration)
        }
        shared |= bool(taken & instants)
        taken |= instants

    found = where(
        with_windows(*(WindowSpec(0, start, d, p) for start, d, p in windows))
    )

    assert any("windows[" in place for place in found) == shared


def test_slots_take_pok_partitions_only_and_windows_take_any() -> None:
    spec = with_partition(
        personality="paravirt", image=replace(IMAGE, isa="riscv64")
    )

    assert where(spec) == ["partitions[0].personality"]
    windows = ScheduleSpec(MS, windows=(WindowSpec(0, 0, 1, (0,)),))
    assert where(replace(spec, schedule=windows)) == []


def test_slots_and_windows_exclude_one_another() -> None:
    both = replace(SLOTS, windows=(WindowSpec(0, 0, 1, (0,)),))

    assert where(replace(SYSTEM, schedule=both)) == ["schedule"]


@pytest.mark.parametrize(
    ("ports", "place"),
    [
        ((replace(IN, name=""),), "ports[0].name"),
        ((replace(IN, name=" x"),), "ports[0].name"),
        ((replace(IN, name="x" * 65),), "ports[0].name"),
        ((replace(IN, name="caf\u00e9"),), "ports[0].name"),
        ((replace(IN, kind="queuing"),), "ports[0].kind"),
        ((replace(IN, direction="both"),), "ports[0].direction"),
        ((replace(IN, partition=2),), "ports[0].partition"),
        ((replace(IN, size=-1),), "ports[0].size"),
        ((replace(IN, size=513),), "ports[0].size"),
        ((OUT,), "ports[0].destinations[0]"),
        ((OUT, replace(IN, kind="queueing")), "ports[0].destinations[0]"),
        ((OUT, replace(IN, direction="out")), "ports[0].destinations[0]"),
        ((replace(OUT, direction="in"), IN), "ports[0].destinations[0]"),
        ((replace(OUT, destinations=(1, 1)), IN), "ports[0].destinations[1]"),
        ((OUT, IN, replace(OUT, name="b")), "ports[2].destinations[0]"),
        ((replace(OUT, destinations=(0,)),), "ports[0].destinations[0]"),
    ],
)
def test_a_bad_port_is_refused_where_it_is_bad(
    ports: tuple[PortSpec, ...], place: str
) -> None:
    assert where(with_ports(*ports)) == [place]


def test_virtual_ports_lead_to_virtual_ports_without_direction() -> None:
    first = PortSpec("v", "virtual", 0, destinations=(1,))
    second = PortSpec("w", "virtual", 1)

    assert where(with_ports(first, second)) == []


def test_the_latency_matters_on_several_processors_only() -> None:
    quick = CostSpec(latency=0)
    alone = replace(ONE, processors=(0,), vcpus=VcpusSpec(1))
    single = replace(
        SYSTEM,
        partitions=(alone,),
        processors=1,
        costs=quick,
        schedule=ScheduleSpec(MS, (SlotSpec(0, MS),)),
    )

    assert where(single) == []
    assert where(replace(SYSTEM, costs=quick)) == ["costs.latency"]


def test_an_error_carries_and_shows_all_problems() -> None:
    error = ConfigError([Problem("a:1", "mend it"), Problem("b", "and this")])

    assert str(error) == "a:1: mend it\nb: and this"
    assert [problem.where for problem in error.problems] == ["a:1", "b"]


@pytest.mark.parametrize(
    ("time", "text"),
    [
        *((0, "0ns"), (1, "1ns"), (1000, "1us"), (1500, "1500ns")),
        *((20 * MS, "20ms"), (10**9, "1s"), (-MS, "-1ms")),
    ],
)
def test_times_are_shown_in_their_largest_whole_unit(
    time: int, text: str
) -> None:
    assert show_time(time) == text


def test_words_are_joined_as_in_a_sentence() -> None:
    assert either(["a"]) == "a"
    assert either(["a", "b"]) == "a or b"
    assert either(["a", "b", "c"]) == "a, b or c"
