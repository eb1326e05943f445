"""What is valid and still worth a word."""

from collections.abc import Callable
from pathlib import Path

from vpok.config import Loaded, loads

Load = Callable[..., Loaded]


def notes(loaded: Loaded) -> list[str]:
    return [
        f"{note.where.removeprefix('<text>:')}: {note.what}"
        for note in loaded.notes
    ]


def test_a_plain_system_has_no_notes(one: Load, two: Load) -> None:
    assert notes(one()) == []
    assert notes(two()) == []


def test_options_of_poks_build_are_ignored_with_one_note_each(
    folder: Path,
) -> None:
    loaded = loads(
        """\
partitions:
  - name: one
    size: 64kB
    features: [libc, timer, suspend]
    threads: {count: 1, features: [suspend]}
    objects: [main.o]
  - name: two
    size: 64kB
    features: [libc]
    threads: {count: 1, features: [suspend]}
    objects: [main.o]
kernel:
  features: [debugg]
  scheduler:
    slots:
      - {partition: one, duration: 10ms}
      - {partition: two, duration: 10ms}
""",
        folder,
    )

    text = "\n".join(notes(loaded))
    assert text.count("\n") == 5
    assert "4: there is no feature 'suspend'" in text
    assert "4: the feature libc has no effect" in text
    assert "4: the feature timer has no effect" in text
    assert "5: the feature suspend has no effect" in text
    assert "6: objects are for POK's build" in text
    assert "13: there is no feature 'debugg': did you mean 'debug'?" in text
    assert loaded.spec.partitions[0].features == {"libc", "timer"}
    assert loaded.spec.kernel_features == frozenset()


def test_a_missing_count_of_threads_is_one_with_a_note(folder: Path) -> None:
    """POK takes it for 1 here and for 0 there."""
    loaded = loads(
        "partitions: [{name: one, size: 64kB}]\n"
        "kernel: {scheduler: {slots: [{partition: one, duration: 1s}]}}\n",
        folder,
    )

    assert loaded.spec.partitions[0].threads == 1
    assert notes(loaded) == [
        "1: threads.count is missing: taken as 1 (POK would miscount)"
    ]


def test_slots_that_do_not_fill_the_frame_repeat_all_the_same(
    folder: Path,
) -> None:
    loaded = loads(
        """\
partitions:
  - {name: one, size: 64kB, threads: {count: 1}}
  - {name: two, size: 64kB, threads: {count: 1}}
kernel:
  scheduler:
    major_frame: 1s
    slots:
      - {partition: one, duration: 999us}
""",
        folder,
    )

    assert [note.partition(":")[0] for note in notes(loaded)] == [
        "3",
        "6",
        "8",
    ]
    assert "'two' has no time: it never runs" in notes(loaded)[0]
    assert "the slots repeat every 999us" in notes(loaded)[1]
    assert "1ms quantum" in notes(loaded)[2]


def test_stacks_that_reach_into_the_image_are_told_of(folder: Path) -> None:
    """Only a thread that is really created would do harm."""
    (note,) = notes(
        loads(
            "partitions: [{name: one, size: 73744, threads: {count: 8}}]\n"
            "kernel: {scheduler: {slots: [{partition: one, duration: 1s}]}}\n",
            folder,
        )
    )

    assert note.startswith(
        "1: the image ends at 0x10, the stacks of 8 threads"
    )
    assert "begin at 0xc:" in note


def test_ports_that_cannot_all_be_created_are_told_of(two: Load) -> None:
    ports = "".join(
        f"  - {{name: p{n}, kind: sampling, partition: two, size: 512}}\n"
        for n in range(3)
    )

    (note,) = notes(two(f"ports:\n{ports}"))

    assert "'two' have 1536 bytes, it gets 1024" in note


def test_ports_of_a_single_partition_are_never_flushed(one: Load) -> None:
    (note,) = notes(
        one("ports:\n  - {name: p, kind: sampling, partition: one}\n")
    )

    assert "with a single partition slots never change" in note


ORDERS = """\
partitions:
  - name: d
    vcpus: {count: 2, policy: server, each: %s}
    tasks: [{name: t, period: 10ms, execution: 1ms}]
kernel:
  scheduler:
    windows: [{partition: d, start: 0, duration: 10ms}]
"""


def test_an_order_that_is_not_the_first_servers_is_told(folder: Path) -> None:
    two = "[{order: edf}, {order: priority, priority: 9}]"
    other = "[{order: priority}, {priority: 9}]"
    one = "{order: priority}"

    (note,) = notes(loads(ORDERS % two, folder))
    assert note == (
        "3: not used: the first virtual CPU's order, edf, goes for all"
    )
    assert notes(loads(ORDERS % other, folder)) == []
    assert notes(loads(ORDERS % one, folder)) == []
