"""
From a task set in JSON to a configuration.

The format: a name; `cpus`; `tasks` with times in microseconds, 0 being the
highest priority; or `partitions` of tasks, in `windows` of a major frame.
Without priorities tasks are scheduled by deadline; on several processors they
are global.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from vpok.spec.problems.words import show_time

Json = dict[str, Any]
US: Final = 1000  # ns
SPARE: Final = "tasks"  # the partition of tasks that are in none


class BadWorkloadError(ValueError):
    """Text that is no such task set; says what is wrong."""


def convert(text: str) -> str:
    """Return the configuration, in YAML; raises BadWorkloadError."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise BadWorkloadError(f"it is no JSON: {error}") from error
    if not isinstance(data, dict) or not {"tasks", "partitions"} & set(data):
        raise BadWorkloadError(
            "there are neither tasks nor partitions: it is another format"
        )
    try:
        return "".join(f"{line}\n" for line in _system(data))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise BadWorkloadError(f"it is another format ({what})") from error


def _system(data: Json) -> Iterator[str]:
    name = _word(data.get("name", "workload"))
    cpus = int(data.get("cpus", 1))
    lasts = int(data.get("duration_us", 10**6)) * US
    yield f"# For a run as long as was meant: vpok run FILE --for {show_time(lasts)}"
    yield f"name: {name}"
    if cpus > 1:
        yield f"target: {{nb_processors_number: {cpus}}}"
    yield "partitions:"
    partitions = data.get("partitions") or [
        {"name": SPARE, "tasks": data["tasks"]}
    ]
    for partition in partitions:
        yield from _partition(partition, cpus)
    yield "kernel:"
    yield "  scheduler:"
    frame = int(data.get("major_frame_us", 0)) * US or lasts
    yield f"    major_frame: {show_time(frame)}"
    yield "    windows:"
    windows = data.get("windows")
    if windows is None:
        windows = [_whole(partitions[0]["name"], frame // US)]
    for window in windows:
        start, length = (
            int(window[f"{k}_us"]) for k in ("offset", "duration")
        )
        yield (
            f"      - {{partition: {_word(window['partition'])}, "
            f"start: {show_time(start * US)}, duration: {show_time(length * US)}}}"
        )


def _whole(partition: str, length: int) -> Json:
    return {"partition": partition, "offset_us": 0, "duration_us": length}


def _partition(partition: Json, cpus: int) -> Iterator[str]:
    tasks = partition["tasks"]
    ranked = any("priority" in task for task in tasks)
    yield f"  - name: {_word(partition['name'])}"
    if cpus > 1:
        yield f"    vcpus: {cpus}"
        yield "    global: true"
    yield f"    scheduler: {'fixed-priority' if ranked else 'edf'}"
    yield "    tasks:"
    top = max((int(task.get("priority", 0)) for task in tasks), default=0)
    for task in tasks:
        yield f"      - {{{', '.join(_task(task, top, ranked=ranked))}}}"


def _task(task: Json, top: int, *, ranked: bool) -> Sequence[str]:
    """Return its keys; priorities turn round: higher is more urgent."""
    period, execution = int(task["period_us"]), int(task["wcet_us"])
    deadline = int(task.get("deadline_us", period))
    offset = int(task.get("offset_us", 0))
    return [
        f"name: {_word(task['name'])}",
        f"period: {show_time(period * US)}",
        *([f"deadline: {show_time(deadline * US)}"] * (deadline != period)),
        *([f"offset: {show_time(offset * US)}"] * (offset > 0)),
        f"execution: {show_time(execution * US)}",
        *([f"priority: {top - int(task.get('priority', 0))}"] * ranked),
    ]


def _word(name: Any) -> str:
    """Return a name as YAML has it, whatever is in it."""
    text = str(name)
    return text if text.replace("_", "a").isalnum() else json.dumps(text)
