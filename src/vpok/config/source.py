"""
YAML text as a tree of strings with their lines, and nothing more.

What `no` or `0x10` means is decided by the key that it stands at, so no value
is converted here.  Files come from anywhere: size, depth and what aliases
expand to are bounded, and whatever the YAML parser dies of is a problem of
the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vpok.config.log import Log

MAX_BYTES = 256 << 10
MAX_DEPTH = 16
MAX_NODES = 50_000  # aliases count for all that they stand for
NULLS = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; *plain* if it is not quoted."""

    line: int  # from 1, as in all of these
    text: str
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    nodes: "list[Node]"


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping, in the order of the file."""

    line: int
    entries: "dict[str, Entry]"


Node = Scalar | Items | Pairs


@dataclass(frozen=True, slots=True)
class Entry:
    """A value, and the line of its key."""

    line: int
    node: Node


def is_null(node: Node) -> bool:
    """Say whether it is YAML's null, which POK takes for absent."""
    return isinstance(node, Scalar) and node.plain and node.text in NULLS


class _UnreadableError(Exception):
    """The file cannot be understood from *line* on."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


def read(text: str, log: Log) -> Node | None:
    """Return the only document of *text*, or None and problems in *log*."""
    if len(text) > MAX_BYTES:
        log.problem_on(1, "the file is larger than 256kB: shorten it")
        return None
    try:
        return _Composer(_events(text), log).document()
    except _UnreadableError as error:
        log.problem_on(error.line, str(error))
        return None


def _events(text: str) -> Iterator[Any]:
    """Yield what ruamel.yaml's parser finds."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - `vpok --help` is quick
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415
    from ruamel.yaml.reader import ReaderError  # noqa: PLC0415

    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.end_mark.line + 1
            yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (line, 1)
        raise _UnreadableError(
            line, f"mend the YAML at column {column}: {error.problem}"
        ) from error
    except ReaderError as error:
        raise _UnreadableError(
            text[: error.position].count("\n") + 1,
            f"remove the character {error.character:#x}: {error.reason}",
        ) from error
    except Exception as error:  # the parser has bugs
        raise _UnreadableError(
            line, f"mend the YAML after this line: {error}"
        ) from error


class _Composer:
    """Builds the tree from events."""

    def __init__(self, events: Iterator[Any], log: Log) -> None:
        self.events = events
        self.log = log
        self.anchors: dict[str, tuple[Node, int]] = {}  # with its weight
        self.nodes = 0

    def document(self) -> Node:
        """Compose the only document."""
        event = self._next()
        while _kind(event) in {"StreamStart", "DocumentStart"}:
            event = self._next()
        if _kind(event) == "StreamEnd":
            raise _UnreadableError(
                1, "the file is empty: start from what `vpok new` writes"
            )
        root = self._node(event, 0)
        for event in self.events:
            if _kind(event) == "DocumentStart":
                raise _UnreadableError(
                    _line(event), "a second document: keep one per file"
                )
        return root

    def _next(self) -> Any:
        return next(self.events)

    def _node(self, event: Any, depth: int) -> Node:
        line, kind = _line(event), _kind(event)
        if kind == "Alias":
            return self._alias(event.anchor, line)
        if event.tag not in {None, "!"}:
            raise _UnreadableError(
                line,
                f"the tag {event.tag[:60]} has no meaning here: remove it",
            )
        if depth > MAX_DEPTH:
            raise _UnreadableError(
                line, "values are nested too deeply: unfold them"
            )
        before = self.nodes
        self._count(1, line)
        node: Node
        if kind == "Scalar":
            node = Scalar(line, event.value, event.style is None)
        elif kind == "SequenceStart":
            node = Items(line, list(self._items(depth + 1)))
        else:
            node = Pairs(line, self._entries(depth + 1))
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.nodes - before)
        return node

    def _items(self, depth: int) -> Iterator[Node]:
        while _kind(event := self._next()) != "SequenceEnd":
            yield self._node(event, depth)

    def _entries(self, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        merged: list[Node] = []
        while _kind(event := self._next()) != "MappingEnd":
            key = self._node(event, depth)
            value = self._node(self._next(), depth)
            if not isinstance(key, Scalar):
                raise _UnreadableError(
                    key.line, "a list or a mapping is no key: write a word"
                )
            if key.plain and key.text == "<<":
                merged.append(value)
            elif key.text in entries:
                self.log.problem_on(
                    key.line,
                    f"{key.text[:60]!r} stands here already, on line "
                    f"{entries[key.text].line}: keep one of them",
                )
            else:
                entries[key.text] = Entry(key.line, value)
        for node in merged:
            _merge(node, entries)
        return entries

    def _alias(self, name: str, line: int) -> Node:
        if name not in self.anchors:
            raise _UnreadableError(
                line, f"no &{name[:60]} stands above this alias: write one"
            )
        node, weight = self.anchors[name]
        self._count(weight, line)
        return node

    def _count(self, weight: int, line: int) -> None:
        self.nodes += weight
        if self.nodes > MAX_NODES:
            raise _UnreadableError(
                line,
                f"more than {MAX_NODES} values: use fewer, or fewer aliases",
            )


def _merge(node: Node, entries: dict[str, Entry]) -> None:
    """Add what `<<: *base` stands for; what is there already wins."""
    parts = node.nodes if isinstance(node, Items) else [node]
    for part in parts:
        if not isinstance(part, Pairs):
            raise _UnreadableError(
                node.line, "<< merges mappings only: remove it"
            )
        for key, entry in part.entries.items():
            entries.setdefault(key, entry)


def _kind(event: Any) -> str:
    return type(event).__name__.removesuffix("Event")


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1
