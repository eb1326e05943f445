"""Modelled partitions, policies' parameters and plans, as files say them."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest

import vpok
from vpok.config import Loaded, loads
from vpok.spec.model import ModelSpec, TaskSpec, WindowSpec
from vpok.spec.problems import problems

TEXT = (Path(__file__).parent / "tasks.yaml").read_text("utf-8")
MS = 1_000_000
Refused = Callable[[str], list[str]]

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


def tasks(loaded: Loaded) -> tuple[TaskSpec, ...]:
    model = loaded.spec.partitions[0].model
    assert model is not None
    return model.tasks


def told(loaded: Loaded) -> list[str]:
    return [note.what for note in loaded.notes]


@pytest.fixture
def full(folder: Path) -> Loaded:
    return loads(TEXT, folder)


def test_every_key_has_its_place_in_the_specification(full: Loaded) -> None:
    control, spread, shares = full.spec.partitions

    assert control.personality == spread.personality == "tasks"
    assert control.vcpus.params == (
        {"budget": 2 * MS, "period": 10 * MS, "kind": 3, "extratime": 1},
        {"budget": MS, "period": 5 * MS},
    )
    assert control.model is not None
    assert (control.model.scheduler, control.model.seed) == ("edf", 7)
    assert control.model.tasks[0] == TaskSpec(
        "loop",
        10 * MS,
        8 * MS,
        (2 * MS,),
        offset=MS,
        jitter=MS,
        priority=5,
        on_miss="abort",
    )
    assert spread.model == ModelSpec(
        (
            TaskSpec("quick", 5 * MS, 5 * MS, (MS,), priority=2),
            TaskSpec("slow", 50 * MS, 50 * MS, (9 * MS,), priority=1),
        ),
        spread=True,
    )
    assert shares.vcpus.params == ({"weight": 512, "cap": 50},) * 3
    assert problems(full.spec) == []


def test_an_execution_is_a_time_a_range_or_a_distribution(
    full: Loaded,
) -> None:
    _, uniform, weighted, single, _ = tasks(full)

    assert (uniform.execution, uniform.uniform) == ((MS, 3 * MS), True)
    assert (weighted.execution, weighted.weights) == ((MS, 5 * MS), (90, 10))
    assert (single.execution, single.weights) == ((MS,), ())


def test_arrivals_make_a_task_aperiodic_also_from_a_file(full: Loaded) -> None:
    listed, filed = tasks(full)[3:]

    assert listed.kind == filed.kind == "aperiodic"
    assert listed.arrivals == filed.arrivals == (3 * MS, 4 * MS)
    assert listed.deadline == 0


def test_a_deadline_is_the_period_unless_there_is_none() -> None:
    usual, none = tasks(
        little(
            "name: one, period: 9ms, execution: 1ms",
            "name: two, period: 9ms, execution: 1ms, deadline: none",
        )
    )

    assert (usual.deadline, none.deadline) == (9 * MS, 0)


def test_without_any_priority_the_nearer_deadline_is_more_urgent() -> None:
    without = little(
        "name: far, period: 9ms, execution: 1ms",
        "name: near, period: 9ms, execution: 1ms, deadline: 3ms",
        "name: never, period: 9ms, execution: 1ms, deadline: none",
    )
    one = little(
        "name: far, period: 9ms, execution: 1ms, priority: 4",
        "name: near, period: 9ms, execution: 1ms, deadline: 3ms",
    )

    assert [task.priority for task in tasks(without)] == [1, 2, 0]
    assert [task.priority for task in tasks(one)] == [4, 0]


def test_plans_have_windows_and_actions_of_their_own(full: Loaded) -> None:
    usual, emergency = full.spec.schedule.plans

    assert usual.windows[2] == WindowSpec(1, 8 * MS, 8 * MS, (0, 1))
    assert usual.actions == ()
    assert emergency.major_frame == 10 * MS
    assert emergency.actions == ("warm-restart", "continue", "continue")
    assert full.spec.schedule.major_frame == 20 * MS


def test_what_is_loaded_runs(full: Loaded) -> None:
    with vpok.build(full.spec) as system:
        assert system.run("100ms").reason == "limit"


FLAT = """\
target: {nb_processors_number: 2}
partitions:
  - name: a
    vcpus: {count: 2, each: [{deadline: 5ms}]}
    tasks:
      - {name: t, period: 10ms, execution: 1ms}
kernel:
  scheduler:
    architecture: flat
"""


def test_in_the_flat_architecture_a_policy_needs_no_windows() -> None:
    spec = loads(f"{FLAT}    policy: edf\n", ".").spec

    assert spec.schedule.architecture == "flat"
    assert (spec.schedule.policy, spec.schedule.major_frame) == ("edf", 0)
    assert spec.partitions[0].vcpus.params == ({"deadline": 5 * MS},)


def test_in_the_flat_architecture_windows_name_virtual_cpus() -> None:
    windows = "    windows:\n      - {vcpu: a/1, start: 0, duration: 4ms}\n"
    text = FLAT.replace(", each: [{deadline: 5ms}]", "")

    loaded = loads(text + windows, ".")

    (window,) = loaded.spec.schedule.windows
    assert window == WindowSpec(0, 0, 4 * MS, (0,), 1)
    assert told(loaded) == [
        "virtual CPU 0 of 'a' has no time: it never runs",
    ]


def test_all_that_is_wrong_is_told_at_once(refused: Refused) -> None:
    text = FLAT.replace("deadline: 5ms", "budget: 9").replace(
        "period: 10ms, execution: 1ms",
        "period: 0, execution: {uniform: [2, 1]}, vcpu: 2, priority: 99999",
    )

    found = refused(f"{text}    policy: edf\n    quantum: 900000h\n")

    assert [problem.partition(": ")[0] for problem in found] == [
        *("4", "6", "6", "6", "6", "11")
    ]


def test_a_window_of_nobody_hides_no_other_mistake_in_it(
    refused: Refused,
) -> None:
    found = refused(
        """\
partitions:
  - {name: a, tasks: [{name: t, period: 10ms, execution: 1ms}]}
kernel:
  scheduler:
    major_frame: 12ms
    windows:
      - {partition: a, start: 0, duration: 6ms}
      - {partition: zz, start: 3ms, duration: 2ms, processors: [0]}
      - {partition: zz, start: 9ms, duration: 6ms, processors: [7]}
"""
    )

    assert [each.partition(":")[0] for each in found] == [*"88999"]
    assert "no partition 'zz'" in found[0]
    assert "overlaps one of 'a'" in found[1]
    assert "no processor 7" in found[3]
    assert "ends at 15ms" in found[4]


def test_parameters_cannot_be_changed_behind_the_specification() -> None:
    loaded = little(
        "name: t, period: 10ms, execution: 1ms",
        more="vcpus: {count: 1, policy: edf, each: {deadline: 1ms}}",
    )

    (params,) = loaded.spec.partitions[0].vcpus.params
    assert isinstance(params, MappingProxyType)
