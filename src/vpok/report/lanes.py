"""
What a picture of a run shows: lanes with bars and marks, as plain data.

A picture has as many columns as it has; what is narrower than one is bundled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

SEVERAL: Final = -1  # the owner of a bundle of bars that are not of one

WIDEST: Final = 8  # grains: a piece of bars with gaps between them

RAISE, MISS, ERROR = "raise", "miss", "error"


class Bar(NamedTuple):
    """[start, end) in ns, and whose it is: a key of the lane's names."""

    start: int
    end: int
    owner: int


class Mark(NamedTuple):
    """An instant (ns) at which something happened."""

    time: int
    sort: str  # RAISE, MISS, ERROR
    what: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of a picture; bars of *ground* are drawn behind the others."""

    label: str
    names: Mapping[int, str]  # of owners
    bars: Sequence[Bar]
    ground: Sequence[Bar] = ()
    marks: Sequence[Mark] = ()
    colour: int | None = None  # None: each owner has its own
    inner: bool = False  # belongs to the lane above


@dataclass(slots=True)
class Piece:
    """A bar, or several that are too near to each other to be told apart."""

    start: int
    end: int
    owner: int
    covered: int  # ns, of end - start
    count: int = 1


@dataclass(slots=True)
class Spot:
    """A mark, or several of one sort."""

    time: int
    sort: str
    what: str
    count: int = field(default=1)


def bundle(bars: Iterable[Bar], grain: int) -> list[Piece]:
    """
    Put bars together that are less than *grain* ns apart.

    A bar of another owner counts only if both are narrower than that.  Many
    narrow ones are several pieces: how dense they are may change with time.
    """
    pieces: list[Piece] = []
    for bar in sorted(bars):
        last = pieces[-1] if pieces else None
        if last is None or not _near(last, bar, grain):
            pieces.append(Piece(*bar, covered=bar.end - bar.start))
            continue
        last.covered += max(0, bar.end - max(bar.start, last.end))
        last.end = max(last.end, bar.end)
        last.count += 1
        if last.owner != bar.owner:
            last.owner = SEVERAL
    return pieces


def _near(piece: Piece, bar: Bar, grain: int) -> bool:
    gap = bar.start - piece.end
    if gap >= grain:
        return False
    if gap <= 0 and piece.owner == bar.owner:
        return True
    if bar.end - piece.start >= WIDEST * grain:
        return False
    narrow = piece.end - piece.start < grain or piece.owner == SEVERAL
    return piece.owner == bar.owner or (narrow and bar.end - bar.start < grain)


def spots(marks: Iterable[Mark], grain: int) -> list[Spot]:
    """Put marks of one sort together that are less than *grain* ns apart."""
    found: list[Spot] = []
    latest: dict[str, Spot] = {}
    for mark in sorted(marks):
        last = latest.get(mark.sort)
        if last is not None and mark.time - last.time < grain:
            last.count += 1
        else:
            latest[mark.sort] = Spot(*mark)
            found.append(latest[mark.sort])
    return found
