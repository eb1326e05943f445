"""
Runs systems and compares what they print with what they should print.

A test is a folder with a `config.yaml`, its built images, and what to expect:

- `expected.txt`: the whole text, byte for byte, trailing newlines aside; or
- `expected.count`: a line `TEXT = NUMBER`, how often TEXT must be printed.
  It stands above `expected.txt`, which is then not looked at.  NUMBER may be
  `partitions`, or `partitions-1` and the like: as many as the system has,
  less one.

Only the public API is used.
"""

from dataclasses import dataclass
from pathlib import Path

import vpok

CONFIG, TEXT, COUNT = "config.yaml", "expected.txt", "expected.count"
CONTEXT = 3  # lines shown before the first difference


@dataclass(frozen=True, slots=True)
class Case:
    """One system and its oracle."""

    name: str  # its folder, relative to the tree
    folder: Path
    count: str | None = None  # a rule for the whole tree, instead of files

    def rule(self) -> str | None:
        """Return what must be counted, None if the text is compared."""
        if self.count is not None:
            return self.count
        file = self.folder / COUNT
        return file.read_text().strip() if file.exists() else None

    def oracle(self) -> str | None:
        """Say what the system is compared with; None if with nothing."""
        if self.rule() is not None:
            return COUNT
        return TEXT if (self.folder / TEXT).exists() else None


def find(tree: Path, count: str | None = None) -> list[Case]:
    """Return all systems at and below *tree*, in order of their names."""
    folders = sorted(file.parent for file in tree.rglob(CONFIG))
    return [
        Case(folder.relative_to(tree).as_posix(), folder, count)
        for folder in folders
    ]


class Console(vpok.Sink):
    """Keeps all text, of guests and of the kernel about them."""

    def __init__(self) -> None:
        self.text = bytearray()

    def console(
        self, time: int, pcpu: int, partition: int, vcpu: int, text: bytes
    ) -> None:
        self.text += text


def run(config: Path, limit: str) -> tuple[bytes, int]:
    """Run a system; return its text and how many partitions it has."""
    console = Console()
    loaded = vpok.load(config)
    with loaded.build(sinks=[console]) as system:
        system.run(until=limit)
    return bytes(console.text), len(loaded.spec.partitions)


def check(case: Case, limit: str) -> str:
    """Run *case*; return what is wrong with its text, '' if nothing is."""
    text, partitions = run(case.folder / CONFIG, limit)
    rule = case.rule()
    if rule is not None:
        return miscount(rule, text, partitions)
    return difference((case.folder / TEXT).read_bytes(), text)


def miscount(rule: str, text: bytes, partitions: int) -> str:
    """Return '' if *text* has as many occurrences as *rule* wants."""
    needle, _, number = rule.rpartition("=")
    needle = needle.strip()
    if not needle:
        raise ValueError(f"{rule!r} is no rule: write TEXT = NUMBER")
    wanted = _number(number.strip(), partitions)
    found = text.count(needle.encode())
    if found == wanted:
        return ""
    return f"{needle!r} is printed {found} times, {wanted} expected"


def _number(word: str, partitions: int) -> int:
    base, _, less = word.partition("-")
    if base.strip() == "partitions":
        return partitions - int(less or 0)
    return int(word)


def difference(expected: bytes, printed: bytes) -> str:
    """Return '' if the texts are equal, else their first difference."""
    expected, printed = expected.rstrip(b"\n"), printed.rstrip(b"\n")
    if expected == printed:
        return ""
    wanted, found = expected.split(b"\n"), printed.split(b"\n")
    place = 0
    while wanted[place : place + 1] == found[place : place + 1]:
        place += 1
    before = wanted[max(0, place - CONTEXT) : place]
    lines = [f"first difference in line {place + 1}:"]
    lines += [f"    {_shown(line)}" for line in before]
    lines += [f"  - {_shown(line)}" for line in wanted[place : place + 1]]
    lines += [f"  + {_shown(line)}" for line in found[place : place + 1]]
    lines.append(
        f"({len(wanted)} lines expected, {len(found)} printed; "
        "-: expected, +: printed)"
    )
    return "\n".join(lines)


def _shown(line: bytes) -> str:
    return line.decode("ascii", "backslashreplace")
