"""
Console text, as it came or as people read it.

Both sinks only collect: who prints takes what is new, when it suits him.
"""

import re
from collections.abc import Sequence

from mypy_extensions import i64

from vpok.events import NOBODY, Sink
from vpok.units import NS_PER_S, NS_PER_US

# One per partition, in turn; readable on dark and on light backgrounds.
COLOURS = (36, 32, 33, 35, 34, 31)
DIM, RESET = "\x1b[2m", "\x1b[0m"
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
KERNEL = "kernel"  # speaks for the module, where no partition is concerned


class RawConsole(Sink):
    """The bytes that guests and kernel printed, in order."""

    def __init__(self) -> None:
        """Start with none."""
        self.text = bytearray()
        self._taken = 0

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Keep the text."""
        self.text += text

    def take(self) -> bytes:
        """Return what is new since the last time."""
        new = bytes(self.text[self._taken :])
        self._taken = len(self.text)
        return new


class PrettyConsole(Sink):
    """
    A line for each line that was printed, with its time and partition.

    The time is that of the line's first character.  A partition's text and
    the kernel's text about it do not mix within a line.
    """

    def __init__(self, names: Sequence[str], *, colour: bool = False) -> None:
        """Print for the partitions of these *names*."""
        self.names = names
        self.colour = colour
        self.width = max(len(name) for name in [*names, KERNEL])
        self.lines: list[str] = []
        # (partition, whether the kernel speaks) -> time, text so far
        self.started: dict[tuple[int, bool], tuple[int, bytes]] = {}

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Put lines together."""
        key = (int(partition), vcpu == NOBODY)
        began, before = self.started.pop(key, (int(time), b""))
        *whole, rest = (before + text).split(b"\n")
        for line in whole:
            self.lines.append(self._show(began, key, line))
            began = int(time)
        if rest:
            self.started[key] = (began, rest)

    def _show(self, time: int, key: tuple[int, bool], line: bytes) -> str:
        partition, kernel = key
        name = self.names[partition] if partition >= 0 else KERNEL
        stamp = show_instant(time)
        label = f"{name:<{self.width}}"
        text = readable(line)
        if self.colour:
            code = COLOURS[partition % len(COLOURS)]
            stamp = f"{DIM}{stamp}{RESET}"
            label = f"\x1b[{code}m{label}{RESET}"
            text = f"{DIM}{text}{RESET}" if kernel else text
        return f"{stamp}  {label}  {text}".rstrip() + "\n"

    def take(self) -> str:
        """Return the lines that are new since the last time."""
        new = "".join(self.lines)
        self.lines.clear()
        return new

    def rest(self) -> str:
        """Return the lines that were never ended, at the end of a run."""
        open_lines = sorted(
            (time, key, line) for key, (time, line) in self.started.items()
        )
        self.started.clear()
        return "".join(self._show(*entry) for entry in open_lines)


def show_instant(time: int) -> str:
    """Return an instant in seconds, to the microsecond: `   1.004871`."""
    seconds, rest = divmod(time, NS_PER_S)
    return f"{seconds:>5}.{rest // NS_PER_US:06}"


def readable(line: bytes) -> str:
    """Return a line of a guest's text without what could harm a terminal."""
    text = line.rstrip(b"\r").decode(errors="replace")
    return UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
