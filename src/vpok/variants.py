"""
Variants of a system: several files, or one with several values of some keys.

    import vpok

    both = vpok.compare(
        "config.yaml",
        changes={"partitions.control.vcpus.policy": ["edf", "credit"]},
        until="1s",
    )
    print(both)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from vpok.kernel.errors import VpokError
from vpok.report.comparison import Column, comparison, comparison_tables
from vpok.report.markup import page
from vpok.report.rows import RunResult
from vpok.spec.model import Problem
from vpok.spec.problems import ConfigError
from vpok.system import Loaded, instant, load

Changes = Mapping[str, Sequence[str]]  # path of a key -> its values


@dataclass(frozen=True, slots=True)
class Variant:
    """A system that is loaded, to be compared with others."""

    label: str
    path: Path
    changes: Mapping[str, str]
    loaded: Loaded


@dataclass(frozen=True, slots=True)
class Compared:
    """A variant, and what its run came to."""

    label: str
    path: Path
    changes: Mapping[str, str]
    result: RunResult


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs of variants; as text, side by side."""

    variants: tuple[Compared, ...]

    def __getitem__(self, label: str) -> RunResult:
        """Return the result of a variant; raises VpokError."""
        for variant in self.variants:
            if variant.label == label:
                return variant.result
        labels = ", ".join(variant.label for variant in self.variants)
        raise VpokError(f"there is no variant {label!r}: take {labels}")

    def __str__(self) -> str:
        return comparison(self._columns())

    def _repr_html_(self) -> str:
        return page("", comparison_tables(self._columns()))

    def _columns(self) -> list[Column]:
        return [Column(each.label, each.result) for each in self.variants]


def compare(
    *configs: str | Path,
    until: int | str,
    changes: Changes | None = None,
) -> Comparison:
    """
    Run every combination of *configs* and *changes* up to *until*.

    Raises ConfigError with the problems of all variants before anything runs,
    and VpokError if there is nothing to run.
    """
    limit = instant(until)
    if not configs:
        raise VpokError("nothing to compare: name a configuration")
    done = []
    for variant in variants([Path(path) for path in configs], changes or {}):
        with variant.loaded.build() as system:
            done.append(compared(variant, system.run(limit)))
    return Comparison(tuple(done))


def compared(variant: Variant, result: RunResult) -> Compared:
    """Say what a variant's run came to."""
    return Compared(variant.label, variant.path, variant.changes, result)


def variants(configs: Sequence[Path], changes: Changes) -> list[Variant]:
    """
    Load every combination; raises ConfigError with all their problems.

    VpokError, if what is given for a key is no list of values.
    """
    for key, given in changes.items():
        if isinstance(given, str) or not given:
            raise VpokError(
                f"{key}: write a list of its values, such as ['1', '2'], "
                f"not {given!r}"
            )
    found: list[Variant] = []
    wrong: dict[Problem, list[str]] = {}  # and in which variants it is
    chosen = [
        dict(zip(changes, values, strict=True))
        for values in product(*changes.values())
    ]
    for path in configs:
        for values in chosen:
            label = _label(path, configs, values)
            try:
                loaded = load(path, changes=values)
            except ConfigError as error:
                for problem in error.problems:
                    wrong.setdefault(problem, []).append(label)
            else:
                again = sum(
                    (each.path, each.changes) == (path, values)
                    for each in found
                )
                if again:
                    label += f" ({again + 1})"
                found.append(Variant(label, path, values, loaded))
    if wrong:
        raise ConfigError(
            [
                _with_variants(problem, labels, len(chosen))
                for problem, labels in wrong.items()
            ]
        )
    return found


def _with_variants(
    problem: Problem, labels: Sequence[str], count: int
) -> Problem:
    """Say in which variants a file has a problem, if not in all."""
    if len(labels) == count:
        return problem
    return replace(problem, where=f"{problem.where} ({'; '.join(labels)})")


def _label(
    path: Path, configs: Sequence[Path], values: Mapping[str, str]
) -> str:
    """Name what tells a variant from the others."""
    parts = []
    if len(configs) > 1 or not values:
        stems = [each.stem for each in configs]
        unique = stems.count(path.stem) == 1
        parts.append(path.stem if unique else str(path))
    ends = [key.rpartition(".")[2] for key in values]
    parts += [
        f"{end if ends.count(end) == 1 else key}={value}"
        for end, (key, value) in zip(ends, values.items(), strict=True)
    ]
    return " ".join(parts)
