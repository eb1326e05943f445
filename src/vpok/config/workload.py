"""
From a task set in JSON to a configuration.

The format: a name; `cpus`; `tasks` with times in microseconds, 0 being the
highest priority; or `partitions` of tasks, in `windows` of a major frame.
Without priorities tasks are scheduled by deadline; on several processors they
are global.

A number that is not exactly one of ours is refused, and so is a task set of
which no valid configuration comes.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from vpok.config.loader import loads
from vpok.config.source import NULLS
from vpok.spec.problems import ConfigError
from vpok.spec.problems.words import show_time
from vpok.units import MAX_TIME, NS_PER_US

Json = dict[str, Any]
SPARE: Final = "tasks"  # the partition of tasks that are in none
DIGITS: Final = 40  # before or behind the point of a number


class BadWorkloadError(ValueError):
    """Text that is no such task set; says what is wrong."""


def convert(text: str) -> str:
    """Return the configuration, in YAML; raises BadWorkloadError."""
    data = _read(text)
    if not isinstance(data, dict) or not {"tasks", "partitions"} & set(data):
        raise BadWorkloadError(
            "there are neither tasks nor partitions: it is another format"
        )
    try:
        made = "".join(f"{line}\n" for line in _system(data))
    except BadWorkloadError:
        raise
    except KeyError as error:
        raise BadWorkloadError(f"there is no {error}: write it") from error
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        what = f"{type(error).__name__}: {error}"
        raise BadWorkloadError(f"it is another format ({what})") from error
    _check(made)
    return made


def _read(text: str) -> Any:
    """Return what the JSON says; fractions are exact."""
    try:
        return json.loads(text, parse_float=_fraction, parse_constant=_no)
    except BadWorkloadError:
        raise
    except (ValueError, RecursionError) as error:
        raise BadWorkloadError(f"it is no JSON: {error}") from error


def _fraction(text: str) -> Fraction:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    far = abs(number.adjusted()) > DIGITS or abs(int(exponent)) > DIGITS
    if number and far:
        raise BadWorkloadError(f"the number {text[:60]} is out of reach")
    return Fraction(number) if number else Fraction(0)


def _no(name: str) -> Any:
    raise BadWorkloadError(f"{name} is no time and no count: write a number")


def _check(made: str) -> None:
    """Refuse what would not load."""
    try:
        loads(made, ".")
    except ConfigError as error:
        what = "; ".join(problem.what for problem in error.problems)
        raise BadWorkloadError(f"no system comes of it: {what}") from error


def _system(data: Json) -> Iterator[str]:
    name = _word(data.get("name", "workload"))
    cpus = _count(data, "cpus", 1)
    lasts = _time(data, "duration_us", 10**6)
    yield f"# For a run as long as was meant: vpok run FILE --for {show_time(lasts)}"
    yield f"name: {name}"
    if cpus != 1:
        yield f"target: {{nb_processors_number: {cpus}}}"
    yield "partitions:"
    partitions = data.get("partitions") or [
        {"name": SPARE, "tasks": data["tasks"]}
    ]
    for partition in partitions:
        yield from _partition(partition, cpus)
    yield "kernel:"
    yield "  scheduler:"
    frame = _time(data, "major_frame_us", 0) or lasts
    yield f"    major_frame: {show_time(frame)}"
    yield "    windows:"
    windows = data.get("windows")
    if windows is None:
        yield _window(partitions[0]["name"], 0, frame)
        return
    for window in windows:
        start, length = (
            _time(window, f"{k}_us") for k in ("offset", "duration")
        )
        yield _window(window["partition"], start, length)


def _window(partition: Any, start: int, length: int) -> str:
    return (
        f"      - {{partition: {_word(partition)}, "
        f"start: {show_time(start)}, duration: {show_time(length)}}}"
    )


def _partition(partition: Json, cpus: int) -> Iterator[str]:
    tasks = partition["tasks"]
    if not tasks:
        raise BadWorkloadError("a partition has no tasks: write one")
    ranked = any("priority" in task for task in tasks)
    yield f"  - name: {_word(partition['name'])}"
    if cpus > 1:
        yield f"    vcpus: {cpus}"
        yield "    global: true"
    yield f"    scheduler: {'fixed-priority' if ranked else 'edf'}"
    yield "    tasks:"
    top = max((_count(task, "priority", 0) for task in tasks), default=0)
    for task in tasks:
        yield f"      - {{{', '.join(_task(task, top, ranked=ranked))}}}"


def _task(task: Json, top: int, *, ranked: bool) -> Sequence[str]:
    """Return its keys; priorities turn round: higher is more urgent."""
    period, execution = _time(task, "period_us"), _time(task, "wcet_us")
    deadline = _time(task, "deadline_us", task["period_us"])
    offset = _time(task, "offset_us", 0)
    return [
        f"name: {_word(task['name'])}",
        f"period: {show_time(period)}",
        *([f"deadline: {show_time(deadline)}"] * (deadline != period)),
        *([f"offset: {show_time(offset)}"] * (offset != 0)),
        f"execution: {show_time(execution)}",
        *([f"priority: {top - _count(task, 'priority', 0)}"] * ranked),
    ]


# --- values -------------------------------------------------------------------


def _number(where: Json, key: str, usual: Any) -> Fraction:
    """Return a number; without *usual* it has to be there."""
    value = where[key] if usual is None else where.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise BadWorkloadError(
            f"{key} is {json.dumps(value, default=str)[:60]}: write a number"
        )
    return Fraction(value)


def _count(where: Json, key: str, usual: int) -> int:
    number = _number(where, key, usual)
    if number.denominator != 1:
        raise BadWorkloadError(
            f"{key} is {float(number)}: write a whole number"
        )
    return int(number)


def _time(where: Json, key: str, usual: Any = None) -> int:
    """Return a time in ns."""
    time = _number(where, key, usual) * NS_PER_US
    if time.denominator != 1:
        raise BadWorkloadError(
            f"{key} is {float(time / NS_PER_US)}: times are whole "
            "nanoseconds, of which 0.001 us is one"
        )
    if not 0 <= time < MAX_TIME:
        raise BadWorkloadError(
            f"{key} is out of reach: make it 0 or more, and shorter than "
            "73 years"
        )
    return int(time)


def _word(name: Any) -> str:
    """Return a name as YAML has it, whatever is in it."""
    if not isinstance(name, str | int):
        raise BadWorkloadError("a name is no text: write one")
    text = str(name)
    plain = text.replace("_", "a").isalnum() and text not in NULLS
    return text if plain else json.dumps(text)
