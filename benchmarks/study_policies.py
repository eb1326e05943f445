"""
Which policy of virtual CPUs should be the default?

`python -m benchmarks.study_policies` draws systems of modelled tasks from
seeds that never change, runs each of them under every policy, and prints what
became of the deadlines, as Markdown: the tables of decision 0009.  No clock is
read: the same tables on any host.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean, median

from benchmarks.tasksets import shares
from vpok.report.rows import RunResult, TaskRow
from vpok.spec.model import (
    Image,
    ModelSpec,
    PartitionSpec,
    ScheduleSpec,
    SystemSpec,
    TaskSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import build

MS = 1_000_000
SECOND = 1000 * MS
PARTITIONS, VCPUS, TASKS = 2, 4, 2  # of each: vCPUs, and tasks of a vCPU
PERIODS = (20, 25, 40, 50, 80, 100, 125, 200)  # ms; deadlines, too
FRAME = 10 * MS
LENGTH = 2 * SECOND  # of a run: a multiple of all periods
SHARE = 1 / PARTITIONS  # of each processor, in windows
LOADS = (0.5, 0.6, 0.7, 0.8, 0.9)  # of what a partition is given
MIDDLE = 0.7
HOG = 0  # the vCPU that never sleeps, where there is one
BUSY = TaskSpec("busy", 20 * MS, 20 * MS, (1000 * SECOND,))

Drawn = Sequence[Sequence[Sequence[TaskSpec]]]  # partitions, vCPUs, tasks
Params = tuple[Mapping[str, int], ...]


# --- systems ------------------------------------------------------------------


def draw(seed: str, load: float, processors: int) -> Drawn:
    """Draw tasks that need *load* of what each partition is given."""
    random = Random(seed)
    return [
        [_vcpu(random, share) for share in _loads(random, load, processors)]
        for _ in range(PARTITIONS)
    ]


def _loads(random: Random, load: float, processors: int) -> list[float]:
    """Draw those of a partition's vCPUs; none needs more than its windows."""
    while True:
        found = shares(random, VCPUS, load * SHARE * processors)
        if max(found) <= SHARE:
            return found


def _vcpu(random: Random, load: float) -> list[TaskSpec]:
    periods = [random.choice(PERIODS) * MS for _ in range(TASKS)]
    parts = shares(random, TASKS, load)
    return [
        TaskSpec(
            name=f"t{index}",
            period=period,
            deadline=period,
            execution=(max(1, round(part * period)),),
            priority=255 - period // MS,
        )
        for index, (period, part) in enumerate(
            zip(periods, parts, strict=True)
        )
    ]


def need(tasks: Sequence[TaskSpec]) -> float:
    """Return the load of a vCPU."""
    return sum(task.execution[0] / task.period for task in tasks)


def shortest(tasks: Sequence[TaskSpec]) -> int:
    return min(task.period for task in tasks)


# --- policies -----------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A policy, and what it is told of vCPUs: nothing, or what suits it."""

    name: str
    policy: str
    quantum: int = 10 * MS
    tuned: Callable[[Sequence[TaskSpec], float], Mapping[str, int]] | None = (
        None
    )

    def params(
        self, vcpus: Sequence[Sequence[TaskSpec]], given: float
    ) -> Params:
        """Return parameters of vCPUs that get *given* processors together."""
        if self.tuned is None:
            return ()
        total = sum(need(tasks) for tasks in vcpus)
        return tuple(
            self.tuned(tasks, given * need(tasks) / total) for tasks in vcpus
        )


def _priority(tasks: Sequence[TaskSpec], _: float) -> Mapping[str, int]:
    """The shorter its shortest period, the more urgent."""
    return {"priority": 255 - shortest(tasks) // MS}


def _deadline(tasks: Sequence[TaskSpec], _: float) -> Mapping[str, int]:
    return {"deadline": shortest(tasks)}


def _weight(_: Sequence[TaskSpec], fair: float) -> Mapping[str, int]:
    return {"weight": 1 + round(1000 * fair)}


def _server(tasks: Sequence[TaskSpec], fair: float) -> Mapping[str, int]:
    """All that there is, in proportion to loads; two periods per job."""
    period = shortest(tasks) // 2
    return {"period": period, "budget": max(1, int(min(fair, 1) * period))}


CANDIDATES = (
    Candidate("null", "null"),
    Candidate("round-robin, 10 ms", "round-robin"),
    Candidate("round-robin, 1 ms", "round-robin", MS),
    Candidate("fixed-priority", "fixed-priority"),
    Candidate("edf", "edf"),
    Candidate("server", "server"),
    Candidate("credit, 10 ms", "credit"),
    Candidate("credit, 1 ms", "credit", MS),
    Candidate(
        "fixed-priority, tuned",
        "fixed-priority",
        tuned=_priority,
    ),
    Candidate(
        "edf, tuned",
        "edf",
        tuned=_deadline,
    ),
    Candidate("server, tuned", "server", tuned=_server),
    Candidate(
        "credit, 1 ms, tuned",
        "credit",
        MS,
        tuned=_weight,
    ),
)


@dataclass(frozen=True)
class Setting:
    """Where the policies are compared."""

    title: str
    processors: int
    flat: bool = False

    def takes(self, candidate: Candidate) -> bool:
        """Say whether the policy can be used."""
        return candidate.policy != "null" or (
            self.processors == VCPUS and not self.flat
        )


SETTINGS = (
    Setting("Hierarchical, one processor", 1),
    Setting("Hierarchical, a processor per virtual CPU", VCPUS),
    Setting("Flat, one processor", 1, flat=True),
)


# --- runs ---------------------------------------------------------------------


def system(
    setting: Setting, candidate: Candidate, drawn: Drawn, hog: int
) -> SystemSpec:
    """Return a system of drawn tasks; vCPU *hog* never sleeps, untold."""
    every = tuple(range(setting.processors))
    given = SHARE * setting.processors
    partitions = []
    for index, vcpus in enumerate(drawn):
        params = candidate.params(vcpus, given)
        own = "null" if setting.flat else candidate.policy
        quantum = 0 if own == "null" else candidate.quantum
        tasks = [
            _numbered(task, vcpu, number)
            for vcpu, those in enumerate(vcpus)
            for number, task in enumerate([BUSY] if vcpu == hog else those)
        ]
        partitions.append(
            PartitionSpec(
                name=f"p{index}",
                size=0,
                image=Image("", 0, 0, ()),
                vcpus=VcpusSpec(VCPUS, own, quantum, params),
                processors=every,
                personality="tasks",
                model=ModelSpec(tuple(tasks)),
            )
        )
    return SystemSpec(
        "study",
        tuple(partitions),
        _schedule(setting, candidate),
        setting.processors,
    )


def _numbered(task: TaskSpec, vcpu: int, number: int) -> TaskSpec:
    return TaskSpec(
        name=f"v{vcpu}t{number}",
        period=task.period,
        deadline=task.deadline,
        execution=task.execution,
        priority=task.priority,
        vcpu=vcpu,
    )


def _schedule(setting: Setting, candidate: Candidate) -> ScheduleSpec:
    if setting.flat:
        return ScheduleSpec(
            0,
            architecture="flat",
            policy=candidate.policy,
            quantum=candidate.quantum,
        )
    length = FRAME // PARTITIONS
    windows = [
        WindowSpec(
            index, index * length, length, tuple(range(setting.processors))
        )
        for index in range(PARTITIONS)
    ]
    return ScheduleSpec(FRAME, windows=tuple(windows))


@dataclass(frozen=True)
class Outcome:
    """What became of one system."""

    jobs: int
    late: int  # of them
    worst: float  # response over deadline, of the task where it is highest
    p99: float
    switches: float  # per second


def outcome(result: RunResult, hog: int) -> Outcome:
    """Judge the tasks of all vCPUs but *hog* (-1: of all)."""
    rows = [
        row
        for partition in result.partitions
        for row in partition.tasks
        if row.vcpu != hog
    ]
    # The run ends with a period of each, so that every job is due; those of a
    # vCPU that never got a processor are in no count.
    due = [result.end // row.period for row in rows]
    vcpus = [vcpu for p in result.partitions for vcpu in p.vcpus]
    return Outcome(
        jobs=sum(due),
        late=sum(due) - sum(row.done - row.missed for row in rows),
        worst=max(_ratio(row, "maximum") for row in rows),
        p99=max(_ratio(row, "p99") for row in rows),
        switches=sum(v.switches for v in vcpus) * SECOND / result.end,
    )


def _ratio(row: TaskRow, of: str) -> float:
    """Return a response time over the deadline; no job done: endless."""
    if row.response is None:
        return float("inf")
    return float(getattr(row.response, of) / row.deadline)


def run(
    setting: Setting, candidate: Candidate, drawn: Drawn, hog: int
) -> Outcome:
    """Run one system under one policy."""
    with build(system(setting, candidate, drawn, hog)) as made:
        return outcome(made.run(until=LENGTH), hog)


# --- tables -------------------------------------------------------------------


def study(count: int) -> Iterator[str]:
    """Yield the lines of all tables: *count* systems per place of a table."""
    for setting in SETTINGS:
        yield from ("", f"### {setting.title}", "")
        yield from _setting(setting, count)


def _setting(setting: Setting, count: int) -> Iterator[str]:
    loads = [f"{load:.0%}" for load in LOADS]
    yield _row(
        [
            "policy",
            *loads,
            "late",
            "p99",
            "worst",
            "switches/s",
            "late by a hog",
        ]
    )
    yield _row(["---"] + ["---:"] * (len(LOADS) + 5))
    for candidate in CANDIDATES:
        if setting.takes(candidate):
            yield table_row(setting, candidate, count)


def table_row(setting: Setting, candidate: Candidate, count: int) -> str:
    """Run *count* systems per load; return what became of them."""

    def runs(load: float, hog: int = -1) -> list[Outcome]:
        drawn = (
            draw(f"{load}/{number}", load, setting.processors)
            for number in range(count)
        )
        return [run(setting, candidate, d, hog) for d in drawn]

    every = {load: runs(load) for load in LOADS}
    middle = every[MIDDLE]
    fine = [
        f"{fmean(each.late == 0 for each in outcomes):.0%}"
        for outcomes in every.values()
    ]
    cells = [
        candidate.name,
        *fine,
        _late(middle),
        _times(median(each.p99 for each in middle)),
        _times(median(each.worst for each in middle)),
        f"{fmean(each.switches for each in middle):.0f}",
        _late(runs(MIDDLE, HOG)),
    ]
    return _row(cells)


def _late(outcomes: Sequence[Outcome]) -> str:
    jobs = sum(each.jobs for each in outcomes)
    return f"{sum(each.late for each in outcomes) / jobs:.1%}"


def _times(ratio: float) -> str:
    return "never" if ratio == float("inf") else f"{ratio:.2f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main(count: int = 10) -> None:
    for line in study(count):
        print(line, flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
