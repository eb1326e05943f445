"""
A picture of a run as SVG: one file that needs nothing else.

It is as wide as it is and has at most MOST_PIECES bars, whatever the run.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from vpok.report.lanes import (
    ERROR,
    MISS,
    RAISE,
    SEVERAL,
    Lane,
    Piece,
    Spot,
    bundle,
    spots,
)
from vpok.report.timeline import axis_unit, step_of
from vpok.report.words import show_time

WIDTH: Final = 960  # px
LABELS: Final = 150  # px, of these
LETTERS: Final = 20  # of a label
ROW: Final = 20  # px from lane to lane
AXIS: Final = 22
BESIDE: Final = 10  # grains: marks are wider than bars may be
MOST_LANES: Final = 200
MOST_PIECES: Final = 20_000
# Can be told apart by most people, on light and on dark grounds.
COLOURS: Final = (
    *("#3b82c4", "#e69f00", "#159a72", "#cc79a7"),
    *("#56b4e9", "#b07d4f", "#8d7fd6", "#9aa832"),
)
GREY: Final = "#8a8a8a"
RED: Final = "#e5383b"
MARKS: Final = {  # colour, path around (0, 0) of a row's middle
    RAISE: (GREY, "M-3 9L3 9L0 4z"),
    MISS: (RED, "M-4-4L4 4M-4 4L4-4"),
    ERROR: (RED, "M0-8L4-1L-4-1z"),
}
LEGEND: Final = {
    RAISE: "interrupt raised",
    MISS: "deadline missed",
    ERROR: "error",
}


def svg(lanes: Sequence[Lane], start: int, end: int, title: str) -> str:
    """Draw [start, end) ns; text has the colour of what is around it."""
    shown = lanes[:MOST_LANES]
    scale = Scale(start, max(end, start + 1))
    height = AXIS + ROW * len(shown) + AXIS
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="sans-serif" font-size="11" fill="currentColor">'
    )
    parts = [
        head,
        f"<title>{escape(title)}</title>",
        *_axis(scale, height - AXIS),
    ]
    for place, drawn in enumerate(_drawn(shown, scale)):
        parts.append(f'<g transform="translate(0 {AXIS + place * ROW})">')
        parts += _lane(drawn, scale)
        parts.append("</g>")
    parts += _foot(lanes, height - 7)
    return "\n".join([*parts, "</svg>\n"])


class Scale:
    """From instants to places."""

    def __init__(self, start: int, end: int) -> None:
        """Show [start, end) ns."""
        self.start = start
        self.end = end
        self.columns = WIDTH - LABELS - 1

    def __call__(self, time: int) -> float:
        """Return a place, px."""
        share = (time - self.start) / (self.end - self.start)
        return LABELS + self.columns * share


class Drawn(NamedTuple):
    """A lane as it can be seen."""

    lane: Lane
    ground: list[Piece]
    pieces: list[Piece]
    spots: list[Spot]


def _drawn(lanes: Sequence[Lane], scale: Scale) -> list[Drawn]:
    """Put together what is nearer than half a pixel, or than it takes."""
    grain = max(1, (scale.end - scale.start) // (2 * scale.columns))
    while True:
        found = [
            Drawn(
                lane,
                bundle(lane.ground, grain),
                bundle(lane.bars, grain),
                spots(lane.marks, BESIDE * grain),
            )
            for lane in lanes
        ]
        count = sum(
            len(each.ground) + len(each.pieces) + len(each.spots)
            for each in found
        )
        if count <= MOST_PIECES:
            return found
        grain *= 2


def _axis(scale: Scale, bottom: int) -> Iterator[str]:
    step = step_of(scale.end - scale.start, scale.columns // 8)
    size, unit = axis_unit(step)
    yield f'<text x="{LABELS - 8}" y="14" text-anchor="end">{unit}</text>'
    first = -(-scale.start // step) * step
    for time in range(first, scale.end + 1, step):
        place = f"{scale(time):.1f}"
        anchor = "end" if scale(time) > WIDTH - 30 else "middle"
        yield (
            f'<text x="{place}" y="14" text-anchor="{anchor}">'
            f"{time // size}</text>"
        )
        yield (
            f'<line x1="{place}" x2="{place}" y1="{AXIS - 3}" y2="{bottom}" '
            'stroke="currentColor" stroke-opacity="0.15"/>'
        )


def _lane(drawn: Drawn, scale: Scale) -> Iterator[str]:
    lane = drawn.lane
    label = lane.label.strip()
    if len(label) > LETTERS:
        label = f"{label[: LETTERS - 1]}\u2026"
    indent = 14 if lane.inner else 0
    yield (
        f'<text x="{indent}" y="13"><title>{escape(lane.label.strip())}'
        f"</title>{escape(label)}</text>"
    )
    yield from _bars(lane, drawn.ground, scale, front=False)
    yield from _bars(lane, drawn.pieces, scale, front=True)
    for spot in drawn.spots:
        yield _spot(spot, scale)


def _bars(
    lane: Lane, pieces: Sequence[Piece], scale: Scale, *, front: bool
) -> Iterator[str]:
    """Bundles are as dense as what is in them."""
    top, height = (5 if lane.inner else 3, 10 if lane.inner else 14)
    if not front:
        top, height = 1, ROW - 2
    for piece in pieces:
        left, right = scale(piece.start), scale(piece.end)
        dense = piece.covered / max(1, piece.end - piece.start)
        opacity = max(0.25, dense) if front else 0.18
        yield (
            f'<rect x="{left:.1f}" y="{top}" '
            f'width="{max(0.5, right - left):.1f}" height="{height}" '
            f'fill="{_colour(lane, piece)}" fill-opacity="{opacity:.2f}">'
            f"<title>{escape(_words(lane, piece, front=front))}</title></rect>"
        )


def _colour(lane: Lane, piece: Piece) -> str:
    if lane.colour is not None:
        return COLOURS[lane.colour % len(COLOURS)]
    if piece.owner == SEVERAL:
        return GREY
    return COLOURS[piece.owner % len(COLOURS)]


def _words(lane: Lane, piece: Piece, *, front: bool) -> str:
    name = lane.names.get(piece.owner, "several")
    text = name if front else f"window of {name}"
    if piece.count > 1:
        text = f"{piece.count} times {text}"
    return (
        f"{text}: {show_time(piece.covered)}, from {show_time(piece.start)} "
        f"to {show_time(piece.end)}"
    )


def _spot(spot: Spot, scale: Scale) -> str:
    colour, path = MARKS[spot.sort]
    text = f"{spot.what}, at {show_time(spot.time)}"
    if spot.count > 1:
        text = f"{text}, and {spot.count - 1} more beside it"
    stroke = f' stroke="{colour}" stroke-width="2"'
    return (
        f'<path transform="translate({scale(spot.time):.1f} {ROW // 2})" '
        f'd="{path}" fill="{colour}"{stroke if spot.sort == MISS else ""}>'
        f"<title>{escape(text)}</title></path>"
    )


def _foot(lanes: Sequence[Lane], y: int) -> Iterator[str]:
    """Explain the marks that there are; say what is left out."""
    used = {mark.sort for lane in lanes for mark in lane.marks}
    x = LABELS
    for sort, text in LEGEND.items():
        if sort not in used:
            continue
        colour, path = MARKS[sort]
        lift = {RAISE: -10, MISS: -4, ERROR: 1}[sort]
        yield (
            f'<path transform="translate({x + 6} {y + lift})" d="{path}" '
            f'fill="{colour}" stroke="{colour}"/>'
            f'<text x="{x + 16}" y="{y}">{text}</text>'
        )
        x += 140
    if len(lanes) > MOST_LANES:
        left = len(lanes) - MOST_LANES
        yield f'<text x="0" y="{y}">and {left} more rows</text>'
