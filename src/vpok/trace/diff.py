"""The first difference of two traces, and what was up to there."""

import re
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from vpok.events import EventKind
from vpok.trace.files import open_trace
from vpok.trace.head import Head
from vpok.trace.jsonl import NAMES, TraceError
from vpok.trace.lines import Ignore, Source, blocks, event_at
from vpok.trace.record import End, Event

_KEY: Final = re.compile(
    rb'"kind":"(\w+)","processor":-?\d+,"partition":(-?\d+)'
)
# What runs are made of, by kinds of events.
COUNTED: Final = {
    "windows": EventKind.WINDOW_OPEN,
    "switches": EventKind.SWITCH,
    "jobs": EventKind.JOB_END,
    "interrupts": EventKind.IRQ_DELIVER,
    "calls": EventKind.SYSCALL,
}
# Of the head: what may differ in traces of the same system.
INCIDENTAL: Final = frozenset({"version", "config"})


@dataclass(slots=True)
class Side:
    """One of the two traces, from the difference on."""

    path: Path
    head: Head
    next: list[Event] = field(default_factory=list)
    end: End | None = None  # if it was reached


@dataclass(slots=True)
class Difference:
    """What two traces have in common, and where they part."""

    sides: tuple[Side, Side]
    heads: list[str]  # fields that differ
    same: int = 0  # events
    context: list[Event] = field(default_factory=list)  # the last of these
    # (partition, kind) -> events up to then
    counts: Counter[tuple[int, str]] = field(default_factory=Counter)
    current: dict[int, tuple[int, int]] = field(default_factory=dict)
    differ: bool = False  # in events
    ends: bool = False  # only the ends differ: time or reason

    @property
    def different(self) -> bool:
        """Whether it is another run, or another system."""
        heads = bool(set(self.heads) - INCIDENTAL)
        return self.differ or self.ends or heads

    def count(self, partition: int, what: str) -> int:
        """Return how many of COUNTED a partition had."""
        return self.counts[partition, NAMES[COUNTED[what]]]


def compare(
    one: Path, two: Path, ignore: Ignore, context: int = 3
) -> Difference:
    """Find the first difference; raises TraceError."""
    found = _compare(one, two, ignore, context, raw=True)
    left, right = found.sides
    same = found.differ and left.next[:1] == right.next[:1]
    if same or found.counts.total() != found.same:
        # The same event, or all of them, not as we write them.
        found = _compare(one, two, ignore, context, raw=False)
    return found


def _compare(
    one: Path, two: Path, ignore: Ignore, context: int, *, raw: bool
) -> Difference:
    heads = [_head(path) for path in (one, two)]
    rows = [asdict(head) for head in heads]
    found = Difference(
        (Side(one, heads[0]), Side(two, heads[1])),
        [name for name in rows[0] if rows[0][name] != rows[1][name]],
    )
    sources = tuple(
        Source(blocks(path, ignore, raw=raw)) for path in (one, two)
    )
    tail: deque[bytes] = deque(maxlen=context)
    _follow(found, sources[0], sources[1], tail)
    found.context = [event for event in map(event_at, tail) if event]
    for side, source in zip(found.sides, sources, strict=True):
        for _ in range(context + 1):
            line = source.line()
            event = event_at(line)
            if line and event is None:
                raise TraceError(
                    f"{side.path}: event {found.same + 1} is damaged"
                )
            if event is None:
                break
            side.next.append(event)
        side.end = source.end
    found.differ = any(side.next for side in found.sides)
    found.ends = not found.differ and _ends_differ(found, ignore)
    return found


def _ends_differ(found: Difference, ignore: Ignore) -> bool:
    """Say whether the runs ended at other times, or for other reasons."""
    told = {
        (0 if "time" in ignore.fields else side.end.time, side.end.reason)
        for side in found.sides
        if side.end is not None
    }
    return len(told) > 1


def _head(path: Path) -> Head:
    with open_trace(path) as trace:
        return trace.head


def _follow(
    found: Difference, one: Source, two: Source, tail: deque[bytes]
) -> None:
    """Go on as long as both have the same."""
    rest = b""  # of a line
    while one.fill() and two.fill():
        size = min(len(one.held), len(two.held))
        same = one.held[:size] == two.held[:size]
        if not same:
            size = _common(one.held[:size], two.held[:size])
        piece = rest + one.take(size)
        two.take(size)
        end = piece.rfind(b"\n") + 1
        rest = piece[end:]
        _note(found, piece[:end], tail)
        if not same:
            break
    one.held = rest + one.held
    two.held = rest + two.held


def _common(one: bytes, two: bytes) -> int:
    """Return how many bytes are the same."""
    low, high = 0, len(one)
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _note(found: Difference, lines: bytes, tail: deque[bytes]) -> None:
    """Count what both have, whole lines."""
    if not lines:
        return
    found.same += lines.count(b"\n")
    for (kind, partition), count in Counter(_KEY.findall(lines)).items():
        found.counts[int(partition), kind.decode()] += count
    for pcpu in range(found.sides[0].head.processors):
        mark = b'"kind":"switch","processor":%d,' % pcpu
        at = lines.rfind(mark)
        if at >= 0:
            begin = lines.rfind(b"\n", 0, at) + 1
            event = event_at(lines[begin : lines.find(b"\n", at)])
            if event is not None:
                found.current[pcpu] = (event.partition, event.vcpu)
    begin = len(lines)
    for _ in range(tail.maxlen or 0):
        begin = lines.rfind(b"\n", 0, max(begin - 1, 0)) + 1
    tail.extend(lines[begin:].splitlines())
