"""Overload is an experiment: it is told, and runs."""

import pytest

from vpok.config import Loaded, loads

LITTLE = """\
partitions:
  - name: a
{more}
    tasks:
{tasks}
kernel:
  scheduler:
    windows:
      - {{partition: a, start: 0, duration: 10ms}}
"""


def little(*tasks: str, more: str = "") -> Loaded:
    """Load a partition of *tasks*; *more* is of the partition."""
    lines = "\n".join(f"      - {{{task}}}" for task in tasks)
    return loads(LITTLE.format(tasks=lines, more=f"    {more}"), ".")


def told(loaded: Loaded) -> list[str]:
    return [note.what for note in loaded.notes]


TWO = """\
target: {nb_processors_number: 2}
partitions:
  - name: a
    vcpus: {count: 2}
    tasks:
      - {name: t, period: 10ms, execution: 8ms}
      - {name: u, vcpu: 1, period: 10ms, execution: 8ms}
kernel:
  scheduler:
    architecture: flat
"""


def test_an_execution_above_the_deadline_is_told_and_runs() -> None:
    loaded = little("name: t, period: 10ms, deadline: 1ms, execution: 2ms")

    assert told(loaded) == [
        (
            "task 't' executes for up to 2ms, its deadline is 1ms: it will "
            "miss some"
        )
    ]


def test_tasks_that_need_more_than_their_virtual_cpu_are_told() -> None:
    loaded = little(
        "name: one, period: 10ms, execution: 6ms",
        "name: two, period: 10ms, execution: {4ms: 1, 6ms: 1}",
    )

    assert told(loaded) == [
        (
            "the tasks on virtual CPU 0 of 'a' need 110% of a processor, it "
            "can have 100%: their backlog will grow"
        )
    ]


def test_tasks_that_need_more_than_their_server_are_told() -> None:
    loaded = little(
        "name: one, period: 10ms, execution: 6ms",
        more="vcpus: {count: 1, policy: server, "
        "each: {budget: 1ms, period: 2ms}}",
    )

    assert "need 60% of a processor, it can have 50%" in told(loaded)[0]


def test_tasks_that_need_more_than_their_windows_are_told() -> None:
    text = LITTLE.replace("windows:", "major_frame: 20ms\n    windows:")
    task = "      - {name: t, period: 10ms, execution: 6ms}"

    loaded = loads(text.format(tasks=task, more=""), ".")

    assert "need 60% of a processor, its windows are 50%" in told(loaded)[0]


@pytest.mark.parametrize(
    ("vcpus", "given"),
    [
        ("policy: server", "40%"),
        ("policy: server, each: {budget: 1ms}", "10%"),
        ("policy: server, each: {period: 16ms}", "25%"),
        ("policy: credit, each: {cap: 30}", "30%"),
    ],
)
def test_a_share_counts_as_it_is_also_by_default(
    vcpus: str, given: str
) -> None:
    loaded = little(
        "name: one, period: 10ms, execution: 5ms",
        more=f"vcpus: {{count: 1, {vcpus}}}",
    )

    assert told(loaded) == [
        (
            "the tasks on virtual CPU 0 of 'a' need 50% of a processor, it "
            f"can have {given}: their backlog will grow"
        )
    ]


def test_who_runs_without_budget_or_cap_can_have_it_all() -> None:
    for vcpus in ("server, each: {extratime: 1}", "credit, each: {cap: 0}"):
        loaded = little(
            "name: one, period: 10ms, execution: 9ms",
            more=f"vcpus: {{count: 1, policy: {vcpus}}}",
        )

        assert told(loaded) == []


def test_budgets_that_exceed_the_windows_are_told() -> None:
    loaded = little(
        "name: one, period: 10ms, execution: 1ms",
        more="vcpus: {count: 2, policy: server, "
        "each: [{budget: 2ms}, {budget: 9ms}]}",
    )

    assert told(loaded) == [
        (
            "the budgets of 'a' come to 110% of a processor, its windows are "
            "100%: not all will be had"
        )
    ]


@pytest.mark.parametrize("policy", ["fixed-priority", "edf", "round-robin"])
def test_tasks_that_need_more_than_all_processors_are_told(
    policy: str,
) -> None:
    one = TWO.replace("nb_processors_number: 2", "nb_processors_number: 1")

    assert told(loads(f"{one}    policy: {policy}\n", ".")) == [
        (
            "the tasks of all partitions need 160% of a processor, the "
            "processors are 100%: their backlog will grow"
        )
    ]
    assert told(loads(f"{TWO}    policy: {policy}\n", ".")) == []


def test_flat_servers_that_promise_more_than_all_processors_are_told() -> None:
    text = TWO.replace("nb_processors_number: 2", "nb_processors_number: 1")
    text = text.replace("count: 2", "count: 2, each: {budget: 8ms}")

    found = told(loads(f"{text}    policy: server\n", "."))

    assert found[1:] == [
        (
            "the budgets of all virtual CPUs come to 160% of a processor, "
            "the processors are 100%: not all will be had"
        )
    ]


def test_a_cap_in_the_flat_architecture_is_the_partitions() -> None:
    text = TWO.replace("count: 2", "count: 2, each: {cap: 90}")

    assert told(loads(f"{text}    policy: credit\n", ".")) == [
        (
            "the tasks of 'a' need 160% of a processor, it can have 90%: "
            "their backlog will grow"
        )
    ]


@pytest.mark.parametrize("architecture", ["flat", "hierarchical"])
def test_windows_of_one_virtual_cpu_are_its_own(architecture: str) -> None:
    windows = ["vcpu: a/0, start: 0", "vcpu: a/1, start: 5ms"]
    if architecture == "hierarchical":
        windows = [
            f"partition: a, start: 0, processors: [{n}]" for n in (0, 1)
        ]
    lines = [
        f"      - {{{window}, duration: {length}}}\n"
        for window, length in zip(windows, ("5ms", "10ms"), strict=True)
    ]
    text = TWO.replace("flat", architecture)
    frame = "    major_frame: 15ms\n    windows:\n"

    found = told(loads(text + frame + "".join(lines), "."))

    assert found[0] == (
        "the tasks on virtual CPU 0 of 'a' need 80% of a processor, its "
        "windows are 33.3%: their backlog will grow"
    )


def test_what_fits_needs_no_note() -> None:
    assert told(little("name: t, period: 10ms, execution: 10ms")) == []


def test_a_window_on_more_processors_than_virtual_cpus_is_told() -> None:
    text = LITTLE.format(
        tasks="      - {name: t, period: 10ms, execution: 1ms}",
        more="    processor_affinity: [0, 1]\n    vcpus: {count}",
    )
    target = "target: {nb_processors_number: 2}\n"

    found = told(loads(target + text.replace("{count}", "1"), "."))

    assert found == [
        (
            "the window is on 2 processors, 'a' has 1 virtual CPU(s): the "
            "others stay idle"
        )
    ]
    assert told(loads(target + text.replace("{count}", "2"), ".")) == []
