"""Times from a CSV file: when a source raises its interrupt."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import chain
from pathlib import Path

from vpok.config import files
from vpok.config.files import MB, BadFileError
from vpok.config.units import parse_time
from vpok.spec.problems.interrupts import out_of_order
from vpok.spec.problems.words import bad_time
from vpok.units import MAX_TIME

MAX_FILE = 16 * MB
MAX_TIMES = 1_000_000

TIME = re.compile(r"[-+.0-9]")  # begins one; anything else, a head line
# A head such as `time [us]`, over numbers that would be taken for ns.
UNIT = re.compile(r"(?:^|[^a-z])(us|µs|ms|s|min|h)\W*$", re.IGNORECASE)


def read_arrivals(file: Path) -> tuple[int, ...]:
    """
    Return the times (ns) in the first column of *file*, in their order.

    Raises:
        BadFileError: naming the file, and the line of the first bad one.

    """
    cells = _cells(file)
    first = next(cells, None)
    unit = None
    if first is not None and not TIME.match(first[1]):
        unit = UNIT.search(first[1])
        first = None
    times: list[int] = []
    for line, cell in chain([first] if first else [], cells):
        if unit and cell.isdecimal():
            what = (
                f"{cell} has no unit, the head says {unit[1]}: write it here"
            )
            raise BadFileError(f"{file}:{line}: {what}")
        times.append(_time(cell, times[-1] if times else 0, f"{file}:{line}"))
        if len(times) > MAX_TIMES:
            raise BadFileError(
                f"{file}:{line}: more than {MAX_TIMES} times: shorten it"
            )
    if not times:
        raise BadFileError(f"{file} has no times: write one on each line")
    return tuple(times)


def _time(cell: str, before: int, place: str) -> int:
    try:
        time = parse_time(cell)
    except ValueError as error:
        raise BadFileError(f"{place}: {error}") from error
    if time >= MAX_TIME:
        raise BadFileError(f"{place}: {bad_time(time, 'a time', 0)}")
    if time < before:
        raise BadFileError(f"{place}: {out_of_order(time, before)}")
    return time


def _cells(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and first cell of each row that is not blank."""
    rows = csv.reader(StringIO(_text(file), newline=""), strict=True)
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield rows.line_num, row[0].strip()
    except csv.Error as error:
        raise BadFileError(
            f"{file}:{rows.line_num}: mend the CSV: {error}"
        ) from error


def _text(file: Path) -> str:
    data = files.read(
        file,
        "file of arrivals",
        MAX_FILE,
        "write the times",
        "name one, or write a list such as [1ms, 2ms]",
    )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFileError(
            f"{file}:{line}: is not UTF-8: save it as UTF-8"
        ) from error
