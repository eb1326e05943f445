"""
Changes to a file's values before it is read: a key's path, and a value.

A path is written with dots, as in `partitions.control.vcpus.policy`; items of
a list by their place or their name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vpok.config import source
from vpok.config.keys import SYSTEM
from vpok.config.kinds import Kind, ListOf, OneOrMany, Record
from vpok.config.log import Log
from vpok.config.names import unknown
from vpok.config.source import Entry, Items, Node, Pairs, Scalar, is_null


class BadPathError(ValueError):
    """A path that leads nowhere; says where it ends."""


def change(root: Node, changes: Mapping[str, str], log: Log) -> Node:
    """Return the tree with *changes*, YAML by path; problems go to *log*."""
    for path, text in changes.items():
        if not isinstance(text, str):
            log.problem_on(
                root.line,
                f"cannot set {path} to {text!r}: write YAML as text, such as "
                "'3'",
            )
            continue
        value = source.read(text or "null", log)
        if value is None:
            continue
        parts = path.replace("[", ".").replace("]", "").split(".")
        try:
            root = _put(SYSTEM, root, parts, value)
        except BadPathError as error:
            log.problem_on(root.line, f"cannot set {path}: {error}")
    return root


def _put(kind: Kind | None, node: Node, parts: list[str], value: Node) -> Node:
    """Return *node* with *value* at the place that *parts* lead to."""
    if not parts:
        return _moved(value, node.line)
    if isinstance(node, Items):
        return _in_list(kind, node, parts, value)
    if isinstance(node, Scalar):
        node = _opened(kind, node, parts[0])
    name, rest = parts[0], parts[1:]
    below = _kind_of(kind, name)
    entry = node.entries.get(name)
    if entry is None or (rest and is_null(entry.node)):
        if rest and not isinstance(below, Record):
            raise BadPathError(f"there is no {name}")
        entry = Entry(node.line, Pairs(node.line, {}))
    changed = Entry(entry.line, _put(below, entry.node, rest, value))
    return Pairs(node.line, {**node.entries, name: changed})


def _in_list(
    kind: Kind | None, node: Items, parts: list[str], value: Node
) -> Node:
    place, used = _place(node, parts)
    item = kind.items if isinstance(kind, OneOrMany) else kind
    below = item.item if isinstance(item, ListOf) else None
    nodes = list(node.nodes)
    nodes[place] = _put(below, nodes[place], parts[used:], value)
    return Items(node.line, nodes)


def _place(node: Items, parts: Sequence[str]) -> tuple[int, int]:
    """Return which item is meant, and how many parts its name has."""
    names = [_name(item) for item in node.nodes]
    for used in range(len(parts), 0, -1):  # names may have dots
        name = ".".join(parts[:used])
        if name in names:
            return names.index(name), used
    if parts[0].isdecimal() and int(parts[0]) < len(node.nodes):
        return int(parts[0]), 1
    known = [name for name in names if name]
    raise BadPathError(unknown("item", parts[0], known or ["0"]))


def _name(node: Node) -> str:
    if isinstance(node, Pairs) and "name" in node.entries:
        named = node.entries["name"].node
        return named.text if isinstance(named, Scalar) else ""
    return ""


def _kind_of(kind: Kind | None, name: str) -> Kind | None:
    """Return the kind of a key, if the tables know it."""
    if isinstance(kind, OneOrMany):  # written for all
        kind = kind.items.item
    if isinstance(kind, Record):
        for key in kind.keys:
            if key.name == name:
                return key.kind
        names = [key.name for key in kind.keys]
        raise BadPathError(unknown("key", name, names))
    return None


def _opened(kind: Kind | None, node: Scalar, name: str) -> Pairs:
    """Return a mapping for a word that stands for one, as `vcpus: 2`."""
    if is_null(node):
        return Pairs(node.line, {})
    if isinstance(kind, Record) and kind.short:
        return Pairs(node.line, {kind.short: Entry(node.line, node)})
    raise BadPathError(f"{node.text[:60]!r} has no {name}")


def _moved(node: Node, line: int) -> Node:
    """Return a value as if it stood on *line*."""
    if isinstance(node, Items):
        return Items(line, [_moved(each, line) for each in node.nodes])
    if isinstance(node, Pairs):
        entries = {
            name: Entry(line, _moved(entry.node, line))
            for name, entry in node.entries.items()
        }
        return Pairs(line, entries)
    return replace(node, line=line)
