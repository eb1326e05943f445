"""Single values of a configuration: names, numbers, quantities, choices."""

from collections.abc import Callable

from vpok.config.kinds import Atom, ListOf
from vpok.config.names import unknown
from vpok.config.units import (
    parse_frequency,
    parse_integer,
    parse_size,
    parse_time,
)
from vpok.spec.model import FlushSpec
from vpok.spec.problems.partitions import MAX_MEMORY
from vpok.spec.problems.words import either


def _word(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError(f"{text[:60]!r} is no name: write printable letters")
    return text


def choice(*words: str, fold: bool = False) -> Atom:
    """Make the kind of value that is one of *words*; *fold*: or capitals."""

    def parse(text: str) -> str:
        found = text.lower() if fold else text
        if found not in words:
            raise ValueError(unknown("choice", text, list(words)))
        return found

    enum: list[str | None] = list(words)
    if fold:
        enum += [word.upper() for word in words]
    if "null" in words:
        enum.append(None)
    shown = either([f"`{word}`" for word in words])
    return Atom(shown, parse, {"enum": enum}, words[0])


def place_of(*words: str) -> Atom:
    """Make the kind of value that is one of *words*, read as its place."""
    named = choice(*words)
    return Atom(
        named.words,
        lambda text: words.index(named.parse(text)),
        named.json,
        0,
    )


def _flag(text: str) -> int:
    """Read as YAML 1.2 does, and 0 and 1."""
    known = {"true": 1, "false": 0, "1": 1, "0": 0}
    if text.lower() not in known:
        raise ValueError(f"{text[:60]!r} is neither: write true or false")
    return known[text.lower()]


def _quantity(
    words: str, parse: Callable[[str], int], pattern: str, spare: int
) -> Atom:
    json = {
        "anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": rf"^ *[0-9_]*\.?[0-9]+ *{pattern}$"},
        ]
    }
    return Atom(words, parse, json, spare)


def _flush(text: str) -> FlushSpec:
    if text in {"major-frame", "windows"}:
        return FlushSpec(text)
    try:
        return FlushSpec("period", parse_time(text))
    except ValueError as error:
        raise ValueError(f"{error}; or take major-frame or windows") from error


NAME = Atom("a name", _word, {"type": ["string", "integer"]}, "")
COUNT = Atom("a number", parse_integer, {"type": "integer", "minimum": 0}, 1)
TIME = _quantity(
    "a time such as `400ms`", parse_time, "(ns|us|µs|ms|s|min|h)?", 1
)
SIZE = _quantity(
    "a size such as `130kB`",
    parse_size,
    "(B|[kMG]B?|[KMG]iB)?",
    MAX_MEMORY,
)
FILE = Atom("the path of a file", _word, {"type": ["string", "integer"]}, "")
FREQUENCY = _quantity(
    "a frequency such as `100MHz`",
    parse_frequency,
    "([kMG]?Hz)?",
    100_000_000,
)
FLAG = Atom("`true` or `false`", _flag, {"enum": [True, False, 0, 1]}, 0)
FLUSH = Atom(
    "`major-frame`, `windows` or a period such as `20ms`",
    _flush,
    {"type": ["string", "integer"]},
    FlushSpec(),
)
NUMBERS = ListOf(COUNT)
WORDS = ListOf(NAME)
