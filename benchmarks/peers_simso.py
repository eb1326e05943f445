"""
One run of SimSo, as a program: WORKLOAD.json SECONDS, and JSON comes out.

Needs SimSo alone.  SimSo knows no windows of partitions: a scheduler of ours
has them as timers.  It counts in ns here, and keeps its own record of events,
which cannot be switched off.
"""

import json
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from simso.configuration import Configuration
from simso.core import Model, Scheduler, Timer

MS = 1_000_000  # ns
Json = dict[str, Any]


class Nowhere:
    """Takes what SimSo's EDF prints at each decision."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Do nothing."""


class Windows(Scheduler):  # type: ignore[misc]
    """Fixed priority in the partition whose window is open."""

    plan: tuple[tuple[str, int], ...] = ()  # who, until when in the frame

    def init(self) -> None:
        self.ready: dict[str, list[Any]] = {name: [] for name, _ in self.plan}
        self.place = -1
        self.turn()

    def turn(self) -> None:
        """Open the next window."""
        self.place = (self.place + 1) % len(self.plan)
        begun = self.plan[self.place - 1][1] if self.place else 0
        length = self.plan[self.place][1] - begun
        cpu = self.processors[0]
        Timer(self.sim, self.turn, (), length, cpu=cpu, in_ms=False).start()
        cpu.resched()

    def on_activate(self, job: Any) -> None:
        self.ready[job.data["partition"]].append(job)
        job.cpu.resched()

    def on_terminated(self, job: Any) -> None:
        self.ready[job.data["partition"]].remove(job)
        job.cpu.resched()

    def schedule(self, cpu: Any) -> tuple[Any, Any]:
        ready = self.ready[self.plan[self.place][0]]
        best = max(ready, key=lambda job: job.data["priority"], default=None)
        return best, cpu


def model(work: Json, seconds: float) -> Any:
    """Return SimSo's model of a workload."""
    made = Configuration()
    made.duration = round(seconds * 1000 * MS)
    made.cycles_per_ms = MS
    if "partitions" in work:
        made.scheduler_info.clas = Windows
        Windows.plan = tuple(
            (
                window["partition"],
                1000 * (window["offset_us"] + window["duration_us"]),
            )
            for window in work["windows"]
        )
        groups = [(each["name"], each["tasks"]) for each in work["partitions"]]
    else:
        kind = "FP" if "priority" in work["tasks"][0] else "EDF"
        made.scheduler_info.clas = f"simso.schedulers.{kind}"
        groups = [("", work["tasks"])]
    number = 0
    for partition, tasks in groups:
        for task in tasks:
            number += 1
            made.add_task(
                name=task["name"].replace(".", "_"),
                identifier=number,
                period=task["period_us"] / 1000,
                activation_date=task["offset_us"] / 1000,
                wcet=task["wcet_us"] / 1000,
                deadline=task["deadline_us"] / 1000,
                abort_on_miss=False,
                data={
                    "partition": partition,
                    "priority": -task.get("priority", 0),
                },
            )
    for cpu in range(work["cpus"]):
        made.add_processor(name=f"CPU{cpu}", identifier=cpu + 1)
    made.check_all()
    return Model(made)


def run(work: Json, seconds: float) -> Json:
    """Run it; return what it took, and each task's jobs and worst response."""
    made = model(work, seconds)
    begun = time.process_time()
    with redirect_stdout(Nowhere()):
        made.run_model()
    took = time.process_time() - begun
    tasks: dict[str, list[int]] = {}
    for task in made.task_list:
        times = [
            round(job.end_date - job.activation_date)
            for job in made.results.tasks[task].jobs
            if job.end_date is not None
        ]
        tasks[task.name] = [len(times), max(times, default=-1)]
    return {
        "seconds": took,
        "jobs": sum(jobs for jobs, _ in tasks.values()),
        "tasks": tasks,
        "rss_kb": getrusage(RUSAGE_SELF).ru_maxrss,
    }


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps(run(given, float(sys.argv[2]))))
