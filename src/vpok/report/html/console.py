"""Console text as lines, each with the time of its first character."""

from collections.abc import Iterator
from typing import Final

Who = tuple[int, int]  # partition, vCPU
LONGEST: Final = 500  # characters of a line that are kept


class Lines:
    """Puts lines together; who prints at the same time does not mix."""

    def __init__(self) -> None:
        """Start with nothing printed."""
        self._begun: dict[Who, tuple[int, bytes]] = {}

    def take(
        self, time: int, who: Who, text: bytes
    ) -> Iterator[tuple[int, str]]:
        """Take text; yield the lines that are whole now, but empty ones."""
        began, before = self._begun.pop(who, (time, b""))
        *whole, rest = (before + text).split(b"\n")
        for line in whole:
            if line.strip():
                yield began, _shown(line)
            began = time
        if rest:
            self._begun[who] = (began, rest)

    def rest(self) -> Iterator[tuple[int, Who, str]]:
        """Yield the lines that were never ended."""
        for who, (began, line) in sorted(self._begun.items()):
            yield began, who, _shown(line)
        self._begun.clear()


def _shown(line: bytes) -> str:
    return line.rstrip(b"\r").decode(errors="replace")[:LONGEST]
