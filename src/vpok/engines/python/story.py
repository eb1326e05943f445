"""What a guest's exception says, the same on every host."""

from traceback import extract_tb, format_exception_only
from typing import Final

from vpok.abi.paravirt import MAX_TEXT

OWN: Final = 2  # frames of the engine, above the guest's


def story(error: BaseException) -> bytes:
    """Return a traceback: files without their folders, no source."""
    places = extract_tb(error.__traceback__)[OWN:]
    lines = ["the guest raised an exception:\n"]
    for place in places:
        file = place.filename.replace("\\", "/").rpartition("/")[2]
        lines.append(f"  {file}:{place.lineno}, in {place.name}\n")
    lines += format_exception_only(error)
    return "".join(lines).encode("utf-8", "replace")[:MAX_TEXT]


def line_of(error: BaseException) -> int:
    """Return the line on which it was raised."""
    places = extract_tb(error.__traceback__)
    return places[-1].lineno or 0
