"""Names that refer to something, and what to say when they do not."""

from collections.abc import Sequence
from difflib import get_close_matches

from vpok.config.log import Log
from vpok.spec.problems.words import either

MISSING = ""  # a name that could not be read; any other may have been meant
SHOWN = 60  # characters of a name that a message repeats


def unknown(what: str, name: str, names: Sequence[str]) -> str:
    """Say that *name* is unknown, and which one may be meant."""
    shown = name[:SHOWN]
    near = get_close_matches(shown, names, 1)
    if near:
        return f"there is no {what} {shown!r}: did you mean {near[0]!r}?"
    if not names:
        return f"there is no {what} {shown!r}: describe it, or remove this"
    return f"there is no {what} {shown!r}: take {either(names)}"


def index_of(
    name: str, names: Sequence[str], what: str, path: str, log: Log
) -> int:
    """Return the place of *name*; -1, and a problem at *path*, if none."""
    if name in names and name != MISSING:
        return names.index(name)
    if MISSING in names:
        log.unusable(path)
    elif not log.broken(path):
        log.problem(path, unknown(what, name, names))
    return -1
