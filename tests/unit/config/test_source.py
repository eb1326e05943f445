"""YAML becomes text with lines; nothing is converted, nothing explodes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.config.log import Log
from vpok.config.source import Items, Node, Pairs, Scalar, is_null, read


def tree(text: str) -> Node:
    log = Log("f")
    node = read(text, log)
    assert log.problems == []
    assert node is not None
    return node


def plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Items):
        return [plain(item) for item in node.nodes]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def test_values_keep_the_text_that_was_written() -> None:
    node = tree("a: 0x10\nb: no\nc: '1'\nd: 1.50\ne: ~\n")

    assert plain(node) == {
        "a": "0x10",
        "b": "no",
        "c": "1",
        "d": "1.50",
        "e": "~",
    }


def test_every_value_knows_its_line() -> None:
    node = tree("a: 1\n\n# x\nb:\n  - 2\n  - {c: 3}\n")

    assert isinstance(node, Pairs)
    assert [entry.line for entry in node.entries.values()] == [1, 4]
    items = node.entries["b"].node
    assert isinstance(items, Items)
    assert [item.line for item in items.nodes] == [5, 6]


@pytest.mark.parametrize("text", ["a:", "a: ~", "a: null", "a: NULL"])
def test_null_is_known_in_all_spellings(text: str) -> None:
    node = tree(text)

    assert isinstance(node, Pairs)
    assert is_null(node.entries["a"].node)


@pytest.mark.parametrize("text", ["a: ''", "a: 'null'", "a: nUll", "a: []"])
def test_what_is_quoted_is_not_null(text: str) -> None:
    node = tree(text)

    assert isinstance(node, Pairs)
    assert not is_null(node.entries["a"].node)


def test_aliases_and_merges_are_followed() -> None:
    """POK's reader follows them, so files may have them."""
    node = tree("base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\ntwo: *b\n")

    assert plain(node) == {
        "base": {"x": "1", "y": "2"},
        "one": {"y": "3", "x": "1"},
        "two": {"x": "1", "y": "2"},
    }


def test_a_merge_may_name_several_and_the_first_wins() -> None:
    node = tree("a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b]}\n")

    assert isinstance(node, Pairs)
    assert plain(node.entries["c"].node) == {"x": "1", "y": "3"}


def test_duplicate_keys_are_all_reported_and_the_first_is_kept() -> None:
    log = Log("f")

    node = read("a: 1\nb: 2\na: 3\nb: 4\n", log)

    assert node is not None
    assert plain(node) == {"a": "1", "b": "2"}
    assert [problem.where for problem in log.problems] == ["f:3", "f:4"]


def test_text_beyond_the_limit_is_not_even_looked_at() -> None:
    log = Log("f")

    assert read("#" * (1 << 18) + "\n", log) is None
    assert "larger than 256kB" in log.problems[0].what


@given(st.text(alphabet="ab:-[]{}&*<!|>'\"#%@`?,~ \n\t\\x0\u0085\ufeff"))
def test_any_text_gives_a_tree_or_a_problem(text: str) -> None:
    log = Log("f")

    node = read(text, log)

    assert (node is None) <= bool(log.problems)
