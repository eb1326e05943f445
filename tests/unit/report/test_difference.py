"""The first difference between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from vpok.report.difference import difference


def test_equal_texts_do_not_differ() -> None:
    assert difference(b"a\nb\n", b"a\nb\n") is None


def test_newlines_at_the_end_do_not_count() -> None:
    assert difference(b"a\n\n\n", b"a") is None
    assert difference(b"", b"\r\n\n") is None


def test_the_first_line_that_differs_is_shown() -> None:
    assert difference(b"one\ntwo\nthree", b"one\ntwo \nfour") == (
        "line 2:\n  expected: 'two'\n  printed:  'two '"
    )


def test_a_text_that_is_too_short_or_too_long() -> None:
    assert difference(b"one\ntwo\n", b"one\n") == (
        "line 2:\n  expected: 'two'\n  printed:  (the text is over)"
    )
    assert difference(b"one", b"one\n\nmore") == (
        "line 2:\n  expected: (the text is over)\n  printed:  ''"
    )


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_it_finds_every_difference(expected: bytes, printed: bytes) -> None:
    same = expected.rstrip(b"\r\n") == printed.rstrip(b"\r\n")

    assert (difference(expected, printed) is None) == same
