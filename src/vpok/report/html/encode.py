"""
The data of the page: JSON, then columns of numbers, compressed.

A column is a byte that says how wide its values are (1, 2, 4: unsigned; 8:
doubles), and the values, little-endian.  Times are told as distances, which
are small.  What the columns of a track are, in which order, is in `_track`;
`web/decode.js` reads them in that order.
"""

import base64
import gzip
import json
import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Final

from vpok.report.html.tracks import Columns, Track

WIDTHS: Final = ((1, "B"), (2, "H"), (4, "I"))
LEVEL: Final = 6


def payload(head: dict[str, Any], columns: bytes) -> str:
    """Return the JSON *head* and the columns in base64; no `<` is in it."""
    text = json.dumps(head, separators=(",", ":")).encode()
    data = len(text).to_bytes(4, "little") + text + columns
    return base64.b64encode(gzip.compress(data, LEVEL, mtime=0)).decode()


def tracks(found: Iterable[Track]) -> bytes:
    """Return the columns of tracks, one after the other."""
    return b"".join(_track(track) for track in found)


def _track(track: Track) -> bytes:
    start, end, *rest = track.spans
    gaps = _distances(start, end)
    lengths = [b - a for a, b in zip(start, end, strict=True)]
    marks = _in_order(track.marks)
    distances = _distances(marks[0], marks[0])
    return b"".join(
        [
            column(gaps),
            column(lengths),
            *_rest(rest),
            column(distances),
            *_rest(marks[1:]),
        ]
    )


def _rest(columns: Sequence[Sequence[int]]) -> list[bytes]:
    kind, name, x, y = columns
    return [column(kind), column(name), column(folded(x)), column(folded(y))]


def arrows(columns: Columns, numbers: dict[int, int]) -> bytes:
    """Return arrows; *numbers* are those of the ports' tracks."""
    sent, source, arrived, destination = columns
    return b"".join(
        [
            column(_distances(arrived, arrived)),
            column([b - a for a, b in zip(sent, arrived, strict=True)]),
            column([numbers[port] for port in source]),
            column([numbers[port] for port in destination]),
        ]
    )


def _distances(starts: Sequence[int], ends: Sequence[int]) -> list[int]:
    """Return how far each start is from the end before it, or from 0."""
    before = [0, *ends[:-1]]
    return [b - a for a, b in zip(before, starts, strict=False)]


def _in_order(marks: Columns) -> Sequence[Sequence[int]]:
    """Sort what was told late: a line of text has its beginning's time."""
    times = marks[0]
    if all(times[at] <= times[at + 1] for at in range(len(times) - 1)):
        return marks
    order = sorted(range(len(times)), key=times.__getitem__)
    return [[values[at] for at in order] for values in marks]


def folded(values: Sequence[int]) -> list[int]:
    """Make values unsigned: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return [2 * each if each >= 0 else -2 * each - 1 for each in values]


def column(values: Sequence[int]) -> bytes:
    """Return unsigned values as they fit: exact below 2**53."""
    most = max(values, default=0)
    for width, code in WIDTHS:
        if most < 1 << (8 * width):
            return bytes([width]) + _little(array(code, values))
    return bytes([8]) + _little(array("d", values))


def _little(values: "array[Any]") -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()
