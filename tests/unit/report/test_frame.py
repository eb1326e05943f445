"""What a schedule gives to each partition."""

from vpok.report.frame import Supply, analyse, show_frame, supply_table
from vpok.report.table import render
from vpok.report.timeline import PLAIN
from vpok.spec.model import ScheduleSpec, SystemSpec
from vpok.testing import Guest, slots, windows
from vpok.units import NS_PER_MS

MS = NS_PER_MS


def spec(*guests: Guest, schedule: ScheduleSpec) -> SystemSpec:
    return SystemSpec(
        name="plane",
        partitions=tuple(g.spec(i) for i, g in enumerate(guests)),
        schedule=schedule,
        processors=1 + max(max(guest.processors) for guest in guests),
    )


TWO = spec(
    Guest([()], name="nav"),
    Guest([(), ()], processors=(0, 1), name="display"),
    schedule=windows(
        (0, 0, 10 * MS),
        (1, 10 * MS, 5 * MS, (0, 1)),
        (0, 20 * MS, 10 * MS),
        frame=40 * MS,
    ),
)


def test_supply_gaps_and_slack_of_windows() -> None:
    frame = analyse(TWO)

    assert frame.supplies == (
        Supply("nav", 1, "null", (0,), 2, 20 * MS, 10 * MS),
        Supply("display", 2, "null", (0, 1), 1, 10 * MS, 35 * MS),
    )
    assert frame.slack == (80 - 20 - 10) * MS


def test_slots_follow_each_other() -> None:
    described = spec(
        Guest([()]),
        Guest([()]),
        schedule=slots((0, 10 * MS), (1, 5 * MS), (0, 5 * MS)),
    )
    frame = analyse(described)

    assert [(p.start, p.end) for p in frame.placed] == [
        (0, 10 * MS),
        (10 * MS, 15 * MS),
        (15 * MS, 20 * MS),
    ]
    assert [s.longest_gap for s in frame.supplies] == [5 * MS, 15 * MS]
    assert (frame.slots, frame.slack) == (True, 0)


def test_a_partition_without_a_window_waits_for_ever() -> None:
    described = spec(
        Guest([()]), Guest([()]), schedule=windows((0, 0, MS), frame=2 * MS)
    )

    supply = analyse(described).supplies[1]

    assert (supply.supply, supply.windows, supply.longest_gap) == (
        0,
        0,
        2 * MS,
    )


def test_the_frame_as_a_picture() -> None:
    drawn = show_frame(analyse(TWO), 54, marks=PLAIN)

    assert drawn == (
        "plane: major frame of 40 ms, exact windows, "
        "2 processors of 100 MHz\n"
        "\n"
        "          ms  0         10        20        30\n"
        "nav on 0      ##########          ##########\n"
        "display on 0            #####\n"
        "display on 1            #####\n"
    )


def test_the_supply_as_a_table() -> None:
    assert render(supply_table(analyse(TWO))) == (
        "partition  vcpus  policy  processors  windows  supply  share"
        "  longest gap\n"
        "nav            1  null    0                 2   20 ms  25.0%"
        "        10 ms\n"
        "display        2  null    0-1               1   10 ms  12.5%"
        "        35 ms\n"
        "(slack)                                         50 ms  62.5%\n"
    )
