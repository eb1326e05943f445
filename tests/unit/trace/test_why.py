"""Why jobs and interrupts were late, worked out by hand."""

from pathlib import Path

import pytest

from tests.unit.guest import world
from tests.unit.guest.world import MS
from tests.unit.trace.recorded import TASKS, of_spec, of_text
from vpok.guest import Guest, Guests, compute, enable, register, timer
from vpok.spec.model import ScheduleSpec, WindowSpec
from vpok.trace.jsonl import TraceError
from vpok.trace.waits import Asked, explain
from vpok.trace.why import Wait

Parts = set[tuple[str, tuple[str, ...], int, int]]  # cause, names, ns, times
ALONE = """\
partitions:
  - name: a
    {vcpus}
    tasks:
{tasks}
"""


def alone(*tasks: str, vcpus: str = "vcpus: 1", more: str = "") -> str:
    lines = "\n".join(f"      - {{{task}}}" for task in tasks)
    return ALONE.format(tasks=lines, vcpus=vcpus) + more + ALWAYS


ALWAYS = """\
kernel:
  scheduler:
    windows:
      - {partition: a, start: 0, duration: 10ms}
"""


def why(text: str, folder: Path, asked: Asked) -> tuple[Wait, Parts]:
    return told(of_text(text, folder / "t.jsonl"), asked)


def told(path: Path, asked: Asked) -> tuple[Wait, Parts]:
    _, wait, parts = explain(path, asked)
    return wait, {(p.what, p.names, p.time, p.times) for p in parts}


def test_windows_and_more_urgent_tasks(tmp_path: Path) -> None:
    wait, parts = why(TASKS, tmp_path, Asked(partition=0, task=1, number=1))

    assert (wait.begin, wait.end, wait.outcome) == (0, 12 * MS, "done")
    assert parts == {
        ("jobs", ("a/hi",), 2 * MS, 2),
        ("executing", ("a/0",), 3 * MS, 2),
        ("window", ("b",), 7 * MS, 1),
    }


def test_an_exhausted_budget(tmp_path: Path) -> None:
    text = alone(
        "name: t, period: 30ms, execution: 5ms",
        vcpus="vcpus: {count: 1, policy: server, "
        "each: {budget: 2ms, period: 10ms}}",
    )
    wait, parts = why(text, tmp_path, Asked(number=1, partition=0, task=0))

    assert wait.end == 21 * MS
    assert parts == {
        ("executing", ("a/0",), 5 * MS, 3),
        ("budget", (), 16 * MS, 2),
    }


def test_another_virtual_cpu_by_policy(tmp_path: Path) -> None:
    text = alone(
        "name: t0, vcpu: 0, period: 30ms, execution: 2ms",
        "name: t1, vcpu: 1, period: 30ms, execution: 2ms",
        vcpus="vcpus: {count: 2, policy: round-robin, quantum: 1ms}",
    )
    wait, parts = why(text, tmp_path, Asked(number=1, partition=0, task=0))

    assert wait.end == 3 * MS
    assert parts == {
        ("executing", ("a/0",), 2 * MS, 2),
        ("policy", ("a/1",), 1 * MS, 1),
    }


def test_an_earlier_job_of_the_task(tmp_path: Path) -> None:
    text = alone("name: t, period: 4ms, deadline: 9ms, execution: 6ms")
    wait, parts = why(text, tmp_path, Asked(number=2, partition=0, task=0))

    assert (wait.begin, wait.end) == (4 * MS, 12 * MS)
    assert parts == {
        ("jobs", ("a/t",), 2 * MS, 1),
        ("executing", ("a/0",), 6 * MS, 1),
    }


def test_a_job_that_is_given_up(tmp_path: Path) -> None:
    text = alone(
        "name: t, period: 20ms, deadline: 2ms, execution: 3ms, on_miss: abort"
    )
    wait, parts = why(text, tmp_path, Asked(miss=True))

    assert (wait.number, wait.end, wait.outcome) == (1, 2 * MS, "given up")
    assert parts == {("executing", ("a/0",), 2 * MS, 1)}


def test_global_tasks_wait_for_all_virtual_cpus(tmp_path: Path) -> None:
    tasks = [f"name: t{n}, period: 40ms, execution: 2ms" for n in range(3)]
    text = alone(
        *tasks,
        vcpus="vcpus: 2\n    processor_affinity: [0, 1]\n    global: true",
    )
    text = f"target: {{nb_processors_number: 2}}\n{text}"
    wait, parts = why(text, tmp_path, Asked(number=1, partition=0, task=2))

    assert wait.end == 4 * MS
    assert parts == {
        ("jobs", ("a/t0", "a/t1"), 2 * MS, 1),
        ("executing", ("a/0",), 2 * MS, 1),
    }


def test_the_first_miss_and_the_worst(tmp_path: Path) -> None:
    path = of_text(TASKS, tmp_path / "t.jsonl")
    missed, _ = told(path, Asked(miss=True))
    worst, _ = told(path, Asked())

    assert (missed.partition, missed.task, missed.number) == (1, 0, 1)
    assert (worst.partition, worst.number) == (1, 3)
    assert worst.end - worst.begin > missed.end - missed.begin


def test_a_job_that_is_not_done(tmp_path: Path) -> None:
    path = of_text(TASKS, tmp_path / "t.jsonl", "5ms")
    wait, parts = told(path, Asked(partition=1, task=0, number=1))

    assert (wait.end, wait.outcome) == (5 * MS, "not done")
    assert sum(part[2] for part in parts) == 5 * MS


def test_of_the_last_stretch_of_a_run_only_what_began_in_it(
    tmp_path: Path,
) -> None:
    path = of_text(TASKS, tmp_path / "t.jsonl")
    text = path.read_text().replace('"last":0', f'"last":{25 * MS}', 1)
    path.write_text(text)

    wait, _ = told(path, Asked(partition=0))
    assert (wait.task, wait.number, wait.begin) == (1, 2, 20 * MS)
    with pytest.raises(TraceError, match="no job 1 was started in the last"):
        explain(path, Asked(partition=0, task=1, number=1))


def test_without_what_it_needs_there_is_no_answer(tmp_path: Path) -> None:
    path = of_text(TASKS, tmp_path / "t.jsonl")
    kinds = '"only_kinds":["job_start","job_end"]'
    path.write_text(path.read_text().replace('"only_kinds":[]', kinds, 1))

    with pytest.raises(TraceError, match=r"without .*runstate"):
        explain(path, Asked())


# --- interrupts ---------------------------------------------------------------


def handler(vcpu: Guest, number: int) -> Guests:
    yield compute("1ms")


def latency(main: object, folder: Path, number: int) -> tuple[Wait, Parts]:
    assert callable(main)
    windows = (
        WindowSpec(0, 0, 3 * MS, (0,)),
        WindowSpec(1, 3 * MS, 2 * MS, (0,)),
    )
    spec = world.system(
        world.partition("one", main),
        world.partition("two", idle),
        schedule=ScheduleSpec(5 * MS, windows=windows),
    )
    path = of_spec(spec, folder / "t.jsonl", 20 * MS)
    return told(path, Asked(interrupt=number))


def idle(vcpu: Guest) -> Guests:
    yield compute("1s")


def test_an_interrupt_while_interrupts_are_disabled(tmp_path: Path) -> None:
    def main(vcpu: Guest) -> Guests:
        yield register(3, handler)
        yield timer(3, 1 * MS)
        yield compute("2ms")
        yield enable()
        yield compute("9ms")

    wait, parts = latency(main, tmp_path, 3)

    assert (wait.begin, wait.end) == (1 * MS, 2 * MS)
    assert parts == {("masked", (), 1 * MS, 1)}


def test_an_interrupt_in_another_handler(tmp_path: Path) -> None:
    def main(vcpu: Guest) -> Guests:
        yield register(3, handler)
        yield register(4, handler)
        yield timer(3, 1_000_000)
        yield timer(4, 1_200_000)
        yield enable()
        yield compute("9ms")

    wait, parts = latency(main, tmp_path, 4)

    assert (wait.begin, wait.end) == (1_200_000, 2 * MS)
    assert parts == {("handler", ("3",), 800_000, 1)}


def test_an_interrupt_outside_the_windows(tmp_path: Path) -> None:
    def main(vcpu: Guest) -> Guests:
        yield register(3, handler)
        yield timer(3, 3_500_000)
        yield enable()
        yield compute("9ms")

    wait, parts = latency(main, tmp_path, 3)

    assert (wait.begin, wait.end) == (3_500_000, 5 * MS)
    assert parts == {("window", ("two",), 1_500_000, 1)}


# --- what is not there --------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (Asked(interrupt=3), "interrupt 3 was not delivered"),
        (Asked(partition=0, task=1, number=9), "no job 9 was started"),
        (Asked(partition=0, miss=True), "no deadline was missed"),
    ],
)
def test_what_was_not_there_is_told(
    asked: Asked, what: str, tmp_path: Path
) -> None:
    path = of_text(TASKS, tmp_path / "t.jsonl")

    with pytest.raises(TraceError, match=what):
        explain(path, asked)
