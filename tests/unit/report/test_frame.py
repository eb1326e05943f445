"""What a schedule gives to each partition."""

from dataclasses import replace

from vpok.report.frame import Supply, analyse, show_frame, supply_table
from vpok.report.table import render
from vpok.report.timeline import PLAIN
from vpok.spec.model import PlanSpec, ScheduleSpec, SystemSpec, WindowSpec
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
    (frame,) = analyse(TWO)

    assert frame.supplies == (
        Supply("nav", 1, "null", (0,), 2, 20 * MS, 10 * MS, (0, -1)),
        Supply("display", 2, "null", (0, 1), 1, 10 * MS, 35 * MS, (1, -1)),
    )
    assert frame.slack == (80 - 20 - 10) * MS


def test_slots_follow_each_other() -> None:
    described = spec(
        Guest([()]),
        Guest([()]),
        schedule=slots((0, 10 * MS), (1, 5 * MS), (0, 5 * MS)),
    )
    (frame,) = analyse(described)

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

    supply = analyse(described)[0].supplies[1]

    assert (supply.supply, supply.windows, supply.longest_gap) == (
        0,
        0,
        2 * MS,
    )


def test_the_frame_as_a_picture() -> None:
    drawn = show_frame(analyse(TWO)[0], 54, marks=PLAIN)

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
    assert render(supply_table(analyse(TWO)[0])) == (
        "partition  vcpus  policy  processors  windows  supply  share"
        "  longest gap\n"
        "nav            1  null    0                 2   20 ms  25.0%"
        "        10 ms\n"
        "display        2  null    0-1               1   10 ms  12.5%"
        "        35 ms\n"
        "(slack)                                         50 ms  62.5%\n"
    )


def test_each_plan_has_a_frame_of_its_own() -> None:
    only = TWO.schedule.windows
    plans = (
        PlanSpec("usual", 40 * MS, only),
        PlanSpec("short", 20 * MS, only[:1]),
    )
    described = replace(TWO, schedule=ScheduleSpec(40 * MS, plans=plans))

    usual, short = analyse(described)

    assert usual.supplies == analyse(TWO)[0].supplies
    assert (short.plan, short.slack) == ("short", 30 * MS)
    assert show_frame(short, 54).startswith(
        "plane: plan short, major frame of 20 ms, exact windows, "
    )


def test_in_the_flat_architecture_virtual_cpus_have_the_windows() -> None:
    flat = ScheduleSpec(
        10 * MS,
        windows=(WindowSpec(1, 2 * MS, 4 * MS, (1,), vcpu=1),),
        architecture="flat",
    )

    (frame,) = analyse(replace(TWO, schedule=flat))

    assert [s.partition for s in frame.supplies] == [
        *("nav/0", "display/0", "display/1")
    ]
    assert frame.supplies[2].processors == (1,)
    assert [s.supply for s in frame.supplies] == [0, 0, 4 * MS]
    assert "display/1 on 1" in show_frame(frame, 54)


def test_without_windows_there_is_nothing_to_draw() -> None:
    flat = ScheduleSpec(0, architecture="flat", policy="edf")

    (frame,) = analyse(replace(TWO, schedule=flat))

    assert show_frame(frame, 54) == (
        "plane: no windows, edf over all virtual CPUs, 2 processors of 100 "
        "MHz\n"
    )
