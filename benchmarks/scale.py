"""
How cost grows, as a program that prints a table; and memory over time.

Systems of modelled tasks in windows: a group of partitions takes turns on a
group of processors, all groups at once.  One size grows at a time; the cost of
an event should hardly.  Events: releases, completions, preemptions and
dispatches of jobs, windows that open on a processor, vCPUs switched to.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory

import vpok
from vpok.cli.engines import build

TURN = 1_000_000  # ns: a window
PERIOD = 20  # major frames, of a task
WIDTH = 4  # processors that a group shares
EVENTS = 200_000  # that a run has at least


@dataclass(frozen=True)
class Size:
    """How large a system is; `tasks` are a vCPU's."""

    partitions: int = 64
    vcpus: int = 4
    processors: int = 16
    tasks: int = 2

    @property
    def width(self) -> int:
        return min(WIDTH, self.processors)

    @property
    def turns(self) -> int:
        """How many partitions take turns."""
        return -(-self.partitions * self.width // self.processors)

    @property
    def frame(self) -> int:
        return self.turns * TURN

    def show(self) -> str:
        return (
            f"{self.partitions:5} partitions x {self.vcpus:2} vCPUs x "
            f"{self.tasks:2} tasks, {self.processors:2} processors"
        )


def described(size: Size) -> Iterator[str]:
    """Yield the configuration of a system that has half of its time to do."""
    yield f"name: scale\ntarget: {{nb_processors_number: {size.processors}}}"
    yield "partitions:"
    # What its vCPUs get in a period, halved, over all its tasks.
    supply = PERIOD * TURN * min(size.width, size.vcpus) // 2
    execution = supply // (size.vcpus * size.tasks)
    for number in range(size.partitions):
        first = number // size.turns * size.width
        places = list(range(first, first + size.width))
        yield f"  - name: p{number}"
        yield f"    processor_affinity: {places}"
        yield f"    vcpus: {{count: {size.vcpus}, policy: round-robin}}"
        yield "    tasks:"
        for task in range(size.vcpus * size.tasks):
            yield (
                f"      - {{name: t{task}, period: {PERIOD * size.frame}ns, "
                f"execution: {execution}ns, priority: {task}, "
                f"vcpu: {task % size.vcpus}}}"
            )
    yield f"kernel:\n  scheduler:\n    major_frame: {size.frame}ns"
    yield "    windows:"
    for number in range(size.partitions):
        start = number % size.turns * TURN
        yield (
            f"      - {{partition: p{number}, start: {start}ns, "
            f"duration: {TURN}ns}}"
        )


def load(text: str) -> vpok.System:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        file.write_text(text)
        return vpok.load(file).build()


def measure(size: Size) -> str:
    """Load, check and run a system; return a line of what it took."""
    text = "\n".join(described(size)) + "\n"
    begun = time.process_time()
    system = load(text)
    loading = time.process_time() - begun
    jobs = size.partitions * size.vcpus * size.tasks / PERIOD  # in a frame
    openings = size.partitions * size.width
    frames = max(2 * PERIOD, round(EVENTS / (2 * openings + 5 * jobs)))
    begun = time.process_time()
    result = system.run(until=frames * size.frame)
    took = time.process_time() - begun
    rows = [task for part in result.partitions for task in part.tasks]
    assert all(row.done for row in rows)
    events = frames * openings
    events += sum(vcpu.switches for _, vcpu in system.vcpus())
    for row in rows:
        events += row.released + 2 * row.done + 2 * row.preempted
    return (
        f"{size.show()}: {took / events * 1e6:6.2f} us/event "
        f"({events / took / 1e3:5.0f} k events/s), loaded and checked in "
        f"{loading:.2f} s"
    )


BASE = Size()
LARGEST = Size(256, 4, 64, 2)
GROWTH = {
    "partitions": [16, 64, 256],
    "vcpus": [1, 4, 16],
    "processors": [1, 4, 16, 64],
    "tasks": [1, 2, 4, 8],
}


def memory(file: str, seconds: float) -> str:
    """Run a workload of `vpok convert`; return the peak it took."""
    from vpok.config.workload import convert

    system = load(convert(Path(file).read_text()))
    result = system.run(until=round(seconds * 1e9))
    peak = getrusage(RUSAGE_SELF).ru_maxrss
    return (
        f"{seconds:7.0f} s of virtual time, {result.jobs:9} jobs: "
        f"{peak / 1024:.1f} MiB"
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        print(memory(sys.argv[1], float(sys.argv[2])))
        sys.exit()
    print(f"vpok, {build()}; processor time")
    print(measure(LARGEST), flush=True)
    for name, values in GROWTH.items():
        for value in values:
            print(measure(replace(BASE, **{name: value})), flush=True)
