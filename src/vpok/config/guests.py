"""Guests in Python of a file, and the values that belong to them."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

from vpok.config.atoms import NAME, choice
from vpok.config.kinds import Atom
from vpok.config.log import Log
from vpok.engines.python.load import find
from vpok.kernel.errors import VpokError
from vpok.spec.model import HEALTH_ACTIONS, SWITCH, ModelSpec

Raw = dict[str, Any]  # the values of a `kinds.Record`
PYTHON = "python"  # the personality
# What it has no use for: an image, tasks, and POK's.
FOREIGN = ("size", "image", "tasks", "scheduler", "objects")
COUNTS = MappingProxyType(
    {"semaphores": 0, "mutexes": 0, "events": 0, "global": 0}
)
WORDS = MappingProxyType({"true": True, "false": False})

GUEST = Atom(
    "`module:function` or `file.py:function`",
    NAME.parse,
    {"type": "string"},
    "",
)


def _arg(text: str) -> object:
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdecimal():
        return int(text)
    return text


ARG = Atom(
    "a number, `true`, `false` or a word",
    _arg,
    {"type": ["string", "integer", "number", "boolean"]},
    0,
)


def _action(text: str) -> str:
    """Read an action of the health monitor."""
    first, _, plan = text.partition(" ")
    if first == SWITCH.strip() and plan.strip():
        return SWITCH + plan.strip()
    try:
        return str(_ACTIONS.parse(text))
    except ValueError as error:
        raise ValueError(f"{error}; or `plan NAME`") from error


_ACTIONS = choice(*HEALTH_ACTIONS)
ACTION = Atom(
    f"{_ACTIONS.words}, or `plan NAME`",
    _action,
    {
        "anyOf": [
            dict(_ACTIONS.json),
            {"type": "string", "pattern": "^plan +[^ ]"},
        ]
    },
    HEALTH_ACTIONS[0],
)


def is_guest(raw: Raw) -> bool:
    """Say whether a partition is a guest in Python."""
    if raw["personality"] is None:
        return raw["guest"] is not None
    return bool(raw["personality"] == PYTHON)


def build_guest(raw: Raw, path: str, folder: Path, log: Log) -> ModelSpec:
    """Find the guest's function; tell what keeps it from being one."""
    given = [name for name in FOREIGN if raw[name] is not None]
    given += [name for name, none in COUNTS.items() if raw[name] != none]
    threads = raw["threads"]
    if threads["count"] is not None or threads["features"] is not None:
        given.append("threads")
    for name in given:
        if not log.broken(f"{path}.{name}"):
            log.problem(
                f"{path}.{name}",
                f"a guest in Python has no {name}: remove it, or the guest",
            )
    return ModelSpec(
        guest=_found(raw["guest"], f"{path}.guest", folder, log),
        args=MappingProxyType(raw["args"] or {}),
        seed=raw["seed"],
    )


def _found(guest: str | None, path: str, folder: Path, log: Log) -> str:
    """Return the guest's name, its file's path completed."""
    if not guest:
        return ""
    place, colon, name = guest.rpartition(":")
    if place.endswith(".py"):
        guest = f"{folder / place}{colon}{name}"
    if log.broken(path):
        return guest
    try:
        find(guest)
    except VpokError as error:
        log.problem(path, str(error))
    return guest
