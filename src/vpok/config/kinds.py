"""
What a key's value may be: how it is read, checked and described.

One object per kind serves the loader, the JSON Schema and the reference page.
A value that cannot be read is reported and replaced by a harmless one, so
that reading goes on and finds the other problems.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vpok.config.log import Log
from vpok.config.names import unknown
from vpok.config.source import Entry, Items, Node, Pairs, Scalar, is_null

Json = dict[str, Any]


class Kind:
    """A kind of value."""

    def read(self, node: Node, path: str, log: Log) -> Any:
        """Return the value at *path*; report what is wrong with it."""
        raise NotImplementedError

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        raise NotImplementedError

    def describe(self) -> str:
        """Describe it in a few words of Markdown."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Atom(Kind):
    """One word or number; `parse` raises ValueError with advice."""

    words: str
    parse: Callable[[str], Any]
    json: Mapping[str, Any]
    spare: Any  # stands for one that cannot be read

    def read(self, node: Node, path: str, log: Log) -> Any:
        """Parse it."""
        if not isinstance(node, Scalar):
            log.problem(
                path, f"write {_plain(self.words)} here, not {_noun(node)}"
            )
            return self.spare
        try:
            return self.parse(node.text)
        except ValueError as error:
            log.problem(path, str(error))
            return self.spare

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        return dict(self.json)

    def describe(self) -> str:
        """Use its words."""
        return self.words


@dataclass(frozen=True, slots=True)
class ListOf(Kind):
    """A list; with *short*, a word alone is a list of one."""

    item: Kind
    short: bool = False

    def read(self, node: Node, path: str, log: Log) -> list[Any]:
        """Read each item."""
        if self.short and isinstance(node, Scalar):
            node = Items(node.line, [node])
        if not isinstance(node, Items):
            log.problem(
                path,
                f"write a list here: one line with a '-' per item, not {_noun(node)}",
            )
            return []
        values = []
        for index, item in enumerate(node.nodes):
            log.at(f"{path}[{index}]", item.line)
            values.append(self.item.read(item, f"{path}[{index}]", log))
        return values

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        array = {"type": "array", "items": self.item.schema()}
        return {"anyOf": [self.item.schema(), array]} if self.short else array

    def describe(self) -> str:
        """Name its items."""
        if isinstance(self.item, Record):
            return f"list of {self.item.describe()}"
        return f"list, each {self.item.describe()}"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record; *default* is as a user would write it."""

    name: str
    kind: Kind
    meaning: str
    default: str | None = None
    required: bool = False
    ours: bool = False  # POK's configuration does not have it
    # Required without this key beside it; `build` knows, and reports it.
    unless: tuple[str, ...] = ()

    def absent(self, path: str, log: Log) -> Any:
        """Return what stands for it where it is not written."""
        if self.default is not None:
            return self.kind.read(Scalar(0, self.default), path, log)
        if isinstance(self.kind, Record):
            return self.kind.read(Pairs(0, {}), path, log)
        if self.required and not self.unless and isinstance(self.kind, Atom):
            return self.kind.spare
        return None


def ours(name: str, kind: Kind, meaning: str, **rest: Any) -> Key:
    """Make a key that POK's format does not have."""
    return Key(name, kind, meaning, ours=True, **rest)


@dataclass(frozen=True, slots=True)
class Record(Kind):
    """
    A mapping with these keys and no others.

    With *short*, a word alone is that key's value.
    """

    title: str  # the path in the reference page
    keys: tuple[Key, ...]
    short: str = ""
    intro: str = ""

    def read(self, node: Node, path: str, log: Log) -> dict[str, Any]:
        """Read every key, also those that are absent."""
        if self.short and isinstance(node, Scalar):
            node = Pairs(node.line, {self.short: Entry(node.line, node)})
        if not isinstance(node, Pairs):
            log.problem(
                path, f"write 'key: value' lines here, not {_noun(node)}"
            )
            return {key.name: key.absent(path, log) for key in self.keys}
        names = [key.name for key in self.keys]
        for name, entry in node.entries.items():
            log.at(_join(path, name), entry.line)
            if name not in names:
                log.problem(_join(path, name), unknown("key", name, names))
        return {
            key.name: _value(key, node.entries, path, log) for key in self.keys
        }

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        record: Json = {
            "type": "object",
            "properties": {key.name: _property(key) for key in self.keys},
            "additionalProperties": False,
        }
        required = [
            key.name for key in self.keys if key.required and not key.unless
        ]
        if required:
            record["required"] = required
        for key in self.keys:
            if key.unless:
                names = (key.name, *key.unless)
                record["anyOf"] = [{"required": [name]} for name in names]
        if not self.short:
            return record
        alone = next(key for key in self.keys if key.name == self.short)
        return {"anyOf": [alone.kind.schema(), record]}

    def describe(self) -> str:
        """Point to its own section."""
        alone = next((k for k in self.keys if k.name == self.short), None)
        link = f"`{self.title}`, below"
        return f"{alone.kind.describe()}, or {link}" if alone else link


@dataclass(frozen=True, slots=True)
class Named(Kind):
    """
    A mapping from names to values of one kind.

    Names may be written with hyphens for spaces, and capitals; which of the
    *known* ones apply, if any, depends on other keys.
    """

    known: tuple[str, ...]
    item: Atom
    default: str  # what a word alone is the value of

    def read(self, node: Node, path: str, log: Log) -> dict[str, Any]:
        """Read each entry, by its name as it is written."""
        if isinstance(node, Scalar):
            return {self.default: self.item.read(node, path, log)}
        if not isinstance(node, Pairs):
            log.problem(
                path, f"write 'name: value' lines here, not {_noun(node)}"
            )
            return {}
        values = {}
        seen = set()
        for name, entry in node.entries.items():
            below = _join(path, name)
            log.at(below, entry.line)
            if plain_name(name) in seen:
                log.problem(below, f"{name!r} is given twice: keep one")
            seen.add(plain_name(name))
            values[name] = self.item.read(entry.node, below, log)
        return values

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        record = {
            "type": "object",
            "properties": {
                spelt: self.item.schema()
                for name in self.known
                for spelt in (name, name.replace(" ", "-"))
            },
            "additionalProperties": False,
        }
        return {"anyOf": [self.item.schema(), record]}

    def describe(self) -> str:
        """List both forms."""
        names = ", ".join(f"`{name}`" for name in self.known)
        return f"{self.item.words}, or a mapping to them from: {names}"


@dataclass(frozen=True, slots=True)
class Either(Kind):
    """A word of one kind, or a list."""

    word: Atom
    items: ListOf

    def read(self, node: Node, path: str, log: Log) -> Any:
        """Read what is there."""
        kind = self.word if isinstance(node, Scalar) else self.items
        return kind.read(node, path, log)

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        return {"anyOf": [self.word.schema(), self.items.schema()]}

    def describe(self) -> str:
        """Name both."""
        return f"{self.items.describe()}; or {self.word.describe()}"


@dataclass(frozen=True, slots=True)
class OneOrMany(Kind):
    """A list of records; one alone is that of everybody."""

    items: ListOf

    def read(self, node: Node, path: str, log: Log) -> Any:
        """Read a list, or what stands for all of its items."""
        kind = self.items.item if isinstance(node, Pairs) else self.items
        return kind.read(node, path, log)

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        return {"anyOf": [self.items.item.schema(), self.items.schema()]}

    def describe(self) -> str:
        """Name both."""
        return f"{self.items.describe()}; one alone goes for all"


@dataclass(frozen=True, slots=True)
class ByName(Kind):
    """A mapping from names of the user's to values of one kind."""

    item: Atom
    noun: str  # what is named

    def read(self, node: Node, path: str, log: Log) -> dict[str, Any]:
        """Read each entry."""
        if not isinstance(node, Pairs):
            log.problem(
                path,
                f"write '{self.noun}: value' lines here, not {_noun(node)}",
            )
            return {}
        values = {}
        for name, entry in node.entries.items():
            below = _join(path, name)
            log.at(below, entry.line)
            values[name] = self.item.read(entry.node, below, log)
        return values

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        return {"type": "object", "additionalProperties": self.item.schema()}

    def describe(self) -> str:
        """Name both."""
        return f"mapping from each {self.noun} to {self.item.words}"


def plain_name(written: str) -> str:
    """Return a name as the tables have it."""
    return " ".join(written.lower().replace("-", " ").split())


def _value(key: Key, entries: Mapping[str, Entry], path: str, log: Log) -> Any:
    below = _join(path, key.name)
    entry = entries.get(key.name)
    if entry is not None and not is_null(entry.node):
        return key.kind.read(entry.node, below, log)
    if key.required and not key.unless:
        log.problem(below, f"{key.name!r} is missing: {_advice(key)}")
    return key.absent(below, log)


def _property(key: Key) -> Json:
    described = {"description": key.meaning, **key.kind.schema()}
    if key.default is not None:
        number = key.default.isdecimal()
        described["default"] = int(key.default) if number else key.default
    return described


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _advice(key: Key) -> str:
    if isinstance(key.kind, Atom):
        return f"write {_plain(key.kind.words)}"
    return f"add {_plain(key.meaning[0].lower() + key.meaning[1:-1])}"


def _plain(markdown: str) -> str:
    return markdown.replace("`", "")


def _noun(node: Node) -> str:
    if isinstance(node, Scalar):
        return f"{node.text[:60]!r}" if node.text else "nothing"
    return "a list" if isinstance(node, Items) else "a mapping"
