"""The way from a file to a checked specification."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import MappingProxyType

from vpok.config import source
from vpok.config.build import build
from vpok.config.changes import change
from vpok.config.keys import SYSTEM
from vpok.config.log import Log
from vpok.config.notes import note
from vpok.policies import POLICIES
from vpok.spec.model import Problem, SystemSpec
from vpok.spec.problems import ConfigError, problems

UNCHANGED: Mapping[str, str] = MappingProxyType({})
# Where an attribute of the specification stands in the file.
PLACES = (
    (re.compile(r"^schedule\b"), "kernel.scheduler"),
    (re.compile(r"^processors\b"), "target.nb_processors_number"),
    (
        re.compile(r"^(partitions\[\d+\])\.processors\b"),
        r"\1.processor_affinity",
    ),
    (re.compile(r"^(partitions\[\d+\])\.threads\b"), r"\1.threads.count"),
    (re.compile(r"^(partitions\[\d+\])\.thread_"), r"\1.threads."),
    (re.compile(r"^(partitions\[\d+\])\.model\.tasks\b"), r"\1.tasks"),
    (re.compile(r"^(interrupts\[\d+\])\.sender\b"), r"\1.from"),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A system from a file, and what its author may like to know."""

    spec: SystemSpec
    notes: tuple[Problem, ...]  # nothing is wrong; in order of lines
    path: Path | None  # None: it came as text


def load(
    path: str | PathLike[str], changes: Mapping[str, str] = UNCHANGED
) -> Loaded:
    """
    Load a configuration file; images are looked for beside it.

    *changes* are values in YAML by paths such as
    `partitions.control.vcpus.policy`; they replace those of the file.

    Raises:
        ConfigError: with every problem of the file, and nothing else.

    """
    file = Path(path)
    name = file.stem if file.stem != "config" else file.absolute().parent.name
    loaded = loads(_text(file), file.parent, str(file), name, changes)
    return Loaded(loaded.spec, loaded.notes, file)


def loads(
    text: str,
    base_dir: str | PathLike[str],
    file: str = "<text>",
    name: str = "system",
    changes: Mapping[str, str] = UNCHANGED,
) -> Loaded:
    """
    Load a configuration; images are looked for in *base_dir*.

    *file* is what problems call the text, *name* what the system is called
    unless the text says so.  *changes*: see `load`.

    Raises:
        ConfigError: with every problem of the text, and nothing else.

    """
    log = Log(file)
    root = source.read(text, log)
    if root is None:
        raise ConfigError(log.problems)
    root = change(root, changes, log)
    log.at("", root.line)
    raw = SYSTEM.read(root, "", log)
    spec = build(raw, Path(base_dir), name, log)
    for problem in problems(spec, POLICIES):
        log.consequence(_place(problem.where), problem.what)
    if log.problems:
        raise ConfigError(log.problems)
    note(spec, raw, log)
    return Loaded(spec, tuple(log.notes), None)


def _text(file: Path) -> str:
    """Read the file; whatever keeps us from it is a problem."""
    try:
        if not file.is_file():
            what = "is no file" if file.exists() else "does not exist"
            raise _refusal(file, f"{what}: name a file such as config.yaml")
        with file.open("rb") as stream:
            data = stream.read(source.MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _refusal(file, f"cannot be read: {error}") from error
    if len(data) > source.MAX_BYTES:
        raise _refusal(file, "is larger than 256kB: shorten it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _refusal(
            file, "is not UTF-8 here: save it as UTF-8", f":{line}"
        ) from error


def _refusal(file: Path, what: str, line: str = "") -> ConfigError:
    return ConfigError([Problem(f"{file}{line}", f"the file {what}")])


def _place(where: str) -> str:
    for pattern, replacement in PLACES:
        where = pattern.sub(replacement, where)
    return where
