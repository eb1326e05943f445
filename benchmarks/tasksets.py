"""
The task sets that peers and vpok run, drawn from seeds that never change.

Each is a workload as `vpok convert` reads them: times in microseconds, and
priority 0 the highest.  (a) has 10 tasks by fixed priority on one processor,
(b) 40 by global EDF on four, (c) eight partitions of four tasks in windows of
a frame of 100 ms; (ties) is EDF on two processors, where most jobs share their
deadline with others.
"""

from random import Random
from typing import Any

Json = dict[str, Any]
SECOND = 1_000_000  # us
PERIODS = (10, 20, 25, 40, 50, 80, 100, 125, 200, 250)  # ms
SLOW_PERIODS = (100, 200, 400, 500)
WINDOWS = (10, 15, 10, 15, 10, 15, 10, 15)  # ms


def shares(random: Random, count: int, load: float) -> list[float]:
    """Draw *count* utilisations with the sum *load*, none above 1 (UUniFast)."""
    while True:
        found, left = [], load
        for others in range(count - 1, 0, -1):
            rest = left * random.random() ** (1 / others)
            found.append(left - rest)
            left = rest
        found.append(left)
        if max(found) <= 1:
            return found


def tasks(
    random: Random,
    count: int,
    load: float,
    periods: tuple[int, ...],
    prefix: str = "T",
) -> list[Json]:
    """Draw tasks; the shorter a period, the higher the priority."""
    found: list[Json] = []
    for index, share in enumerate(shares(random, count, load)):
        period = random.choice(periods) * 1000
        found.append(
            {
                "name": f"{prefix}{index}",
                "period_us": period,
                "deadline_us": period,
                "offset_us": 0,
                "wcet_us": max(1, round(share * period)),
            }
        )
    ranked = sorted(found, key=lambda task: task["period_us"])
    for priority, task in enumerate(ranked):
        task["priority"] = priority
    return found


def unranked(found: list[Json]) -> list[Json]:
    """Return tasks that deadlines alone rank."""
    return [
        {key: task[key] for key in task if key != "priority"} for task in found
    ]


def fixed_priority() -> Json:
    found = tasks(Random(20261), 10, 0.7, PERIODS)
    return {"name": "up_fp10", "cpus": 1, "tasks": found}


def global_edf() -> Json:
    found = tasks(Random(20262), 40, 3.0, PERIODS)
    return {"name": "gedf4_40", "cpus": 4, "tasks": unranked(found)}


def hierarchy() -> Json:
    random = Random(20263)
    partitions, windows, start = [], [], 0
    for index, length in enumerate(WINDOWS):
        name, load = f"P{index}", 0.6 * length / 100
        found = tasks(random, 4, load, SLOW_PERIODS, f"{name}.T")
        partitions.append({"name": name, "tasks": found})
        windows.append(
            {
                "partition": name,
                "offset_us": start,
                "duration_us": length * 1000,
            }
        )
        start += length * 1000
    return {
        "name": "hier8x4",
        "cpus": 1,
        "major_frame_us": start,
        "windows": windows,
        "partitions": partitions,
    }


def ties() -> Json:
    found = tasks(Random(20264), 24, 1.7, (10, 20, 40))
    return {"name": "ties2_24", "cpus": 2, "tasks": unranked(found)}


SETS = {
    "a": fixed_priority,
    "b": global_edf,
    "c": hierarchy,
    "ties": ties,
}


def workload(name: str) -> Json:
    """Return a task set; its length is for runs of a thousand seconds."""
    return {**SETS[name](), "duration_us": 1000 * SECOND}
