"""
Quantities as users write them: 400ms, 0.4s, 130kB, 100MHz.

A number without a unit is ns, bytes or Hz, as in POK.  Arithmetic is exact: a
quantity that is no whole number of ns, bytes or Hz is refused, and so is a
suffix that two readers could take for two things.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from vpok.kernel.errors import VpokError

QUANTITY = re.compile(
    r"(?P<minus>-?)(?P<whole>[0-9_]*)(?P<fraction>\.[0-9]+)?"
    r"\s*(?P<unit>[^\W\d_]*)"
)
HEXADECIMAL = re.compile(r"0x[0-9A-Fa-f]+")
INTEGER = re.compile(r"0|[1-9][0-9]*(_[0-9]+)*")
MICRO, GREEK_MU = "\u00b5", "\u03bc"  # look the same
LONGEST = 40  # characters of a number that anybody means


class UnitError(VpokError, ValueError):
    """A quantity that cannot be read; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What is measured: its units, and those that mislead."""

    noun: str
    example: str
    base: str  # what a number without unit counts
    units: Mapping[str, int]
    misleading: Mapping[str, str]  # unit -> what to write instead


TIME = Dimension(
    "time",
    "400ms",
    "ns",
    {
        "ns": 1,
        "us": 10**3,
        MICRO + "s": 10**3,
        "ms": 10**6,
        "s": 10**9,
        "min": 60 * 10**9,
        "h": 3600 * 10**9,
    },
    # POK reads minutes, and nobody else does.
    {"m": "min for minutes (as POK reads it) or ms"},
)
SIZE = Dimension(
    "size",
    "130kB",
    "bytes",
    {
        "B": 1,
        **dict.fromkeys(("k", "kB", "KiB"), 2**10),
        **dict.fromkeys(("M", "MB", "MiB"), 2**20),
        **dict.fromkeys(("G", "GB", "GiB"), 2**30),
    },
    # POK stops reading at the K: 130KB has 130 bytes there.
    {
        **dict.fromkeys(("K", "KB"), "kB for 1024 bytes, as POK does"),
        **dict.fromkeys(("b", "kb", "Kb", "Mb", "Gb"), "bytes, as in 130kB"),
        **dict.fromkeys(("m", "mB", "mb"), "MB"),
        **dict.fromkeys(("g", "gB", "gb"), "GB"),
    },
)
FREQUENCY = Dimension(
    "frequency",
    "100MHz",
    "Hz",
    {"Hz": 1, "kHz": 10**3, "MHz": 10**6, "GHz": 10**9},
    {
        **dict.fromkeys(("k", "K", "khz", "KHz"), "kHz"),
        **dict.fromkeys(("m", "M", "mHz", "Mhz", "mhz"), "MHz"),
        **dict.fromkeys(("g", "G", "Ghz", "ghz"), "GHz"),
    },
)


def parse_time(value: str | int) -> int:
    """Return ns: of `400ms`, `0.4s`, `2min`, or of a number as it is."""
    return _parse(value, TIME)


def parse_size(value: str | int) -> int:
    """Return bytes: of `130kB` (130 * 1024), `2M`, or of a number."""
    return _parse(value, SIZE)


def parse_frequency(value: str | int) -> int:
    """Return Hz: of `100MHz`, `2.5GHz`, or of a number as it is."""
    return _parse(value, FREQUENCY)


def parse_integer(text: str) -> int:
    """Return a number without unit; a leading 0 is octal for some readers."""
    if len(text) > LONGEST:
        raise UnitError(f"{text[:LONGEST]}... is too long: write a number")
    if HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if INTEGER.fullmatch(text):
        return int(text)
    if text.isdecimal() and text.startswith("0"):
        raise UnitError(
            f"{text} is octal for POK, decimal for others: write it without "
            "the 0 in front"
        )
    if text.startswith("-"):
        raise UnitError(f"{text} is negative: write a number such as 4")
    raise UnitError(f"{text!r} is no number: write one such as 4")


def _parse(value: str | int, dimension: Dimension) -> int:
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnitError(
                f"{value!r} is no {dimension.noun}: write a whole number of "
                f"{dimension.base}, or text such as {dimension.example!r}"
            )
        return _natural(value, dimension)
    text = value.strip().replace(GREEK_MU, MICRO)
    if HEXADECIMAL.match(text):
        return parse_integer(text)
    match = QUANTITY.fullmatch(text) if len(text) <= LONGEST else None
    if match is None or not (match["whole"] or match["fraction"]):
        raise UnitError(
            f"{text[:LONGEST]!r} is no {dimension.noun}: write one such as "
            f"{dimension.example}"
        )
    if match["minus"]:
        return _natural(-1, dimension, text)
    return _exact(match, _scale(match["unit"], text, dimension), dimension)


def _natural(value: int, dimension: Dimension, text: str = "") -> int:
    if value < 0:
        raise UnitError(
            f"{text or value} is negative: write a {dimension.noun} such as "
            f"{dimension.example}"
        )
    return value


def _scale(unit: str, text: str, dimension: Dimension) -> int:
    if unit in dimension.units:
        return dimension.units[unit]
    if not unit and "." not in text:
        return 1
    if not unit:
        raise UnitError(
            f"{text} has no unit: write one such as {dimension.example}"
        )
    if unit in dimension.misleading:
        raise UnitError(
            f"{unit!r} in {text} is ambiguous: write "
            f"{dimension.misleading[unit]}"
        )
    raise UnitError(
        f"{unit!r} in {text} is no unit of {dimension.noun}: take "
        f"{', '.join(dimension.units)}"
    )


def _exact(match: re.Match[str], scale: int, dimension: Dimension) -> int:
    whole = parse_integer(match["whole"]) if match["whole"] else 0
    fraction = (match["fraction"] or ".")[1:]
    parts: int
    parts, rest = divmod(int(fraction or "0") * scale, 10 ** len(fraction))
    if rest:
        raise UnitError(
            f"{match[0]} is no whole number of {dimension.base}: round it"
        )
    return whole * scale + parts
