"""
One run of vpok, as a program: WORKLOAD.json SECONDS, and JSON comes out.

The workload becomes a configuration, which `vpok.load` reads, as a user's.
"""

import json
import sys
import time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any

import vpok
from vpok.cli.engines import build
from vpok.config.workload import convert

Json = dict[str, Any]
NS = 1_000_000_000


def loaded(work: str) -> Any:
    """Return the system that a workload describes."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        file.write_text(convert(work))
        return vpok.load(file).build()


def run(work: str, seconds: float) -> Json:
    """
    Run it; return what it took, and each task's jobs and worst response.

    Events: releases, completions, preemptions, dispatches, window changes.
    """
    system = loaded(work)
    until = round(seconds * NS)
    begun = time.process_time()
    result = system.run(until=until)
    took = time.process_time() - begun
    rows = [task for part in result.partitions for task in part.tasks]
    jobs = sum(row.done for row in rows)
    preempted = sum(row.preempted for row in rows)
    released = sum(row.released for row in rows)
    windows = 0
    given = json.loads(work)
    if "windows" in given:
        frames = until // (given["major_frame_us"] * 1000)
        windows = frames * len(given["windows"])
    return {
        "build": build(),
        "seconds": took,
        "jobs": jobs,
        "preempted": preempted,
        "events": released + jobs + preempted + (jobs + preempted) + windows,
        "tasks": {
            row.name.replace(".", "_"): [
                row.done,
                row.response.maximum if row.response else -1,
            ]
            for row in rows
        },
        "rss_kb": getrusage(RUSAGE_SELF).ru_maxrss,
    }


if __name__ == "__main__":
    text = Path(sys.argv[1]).read_text()
    print(json.dumps(run(text, float(sys.argv[2]))))
