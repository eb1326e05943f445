"""Timelines drawn with characters."""

from hypothesis import given
from hypothesis import strategies as st

from vpok.report.timeline import BLOCKS, PLAIN, Row, draw
from vpok.units import NS_PER_MS


def cells(row: Row, end: int, columns: int = 20) -> str:
    width = 4 + 2 + columns
    return draw([row], end, width, marks=PLAIN).splitlines()[1][6:]


def test_a_character_tells_how_much_of_it_is_covered() -> None:
    row = Row("p", [(0, 100), (100, 150), (200, 201)], ground=[(0, 400)])

    assert cells(row, 2000) == "#%-."


def test_nothing_is_too_short_to_be_seen() -> None:
    row = Row("p", [(999_999, 1_000_000)])

    assert cells(row, 1_000_000) == " " * 19 + "-"


def test_rows_line_up_under_the_axis() -> None:
    drawn = draw(
        [
            Row("sensors", [(0, 25 * NS_PER_MS)]),
            Row("nav", [(25 * NS_PER_MS, 50 * NS_PER_MS)]),
        ],
        50 * NS_PER_MS,
        49,
    )

    assert drawn == (
        "     ms  0               20              40\n"
        "sensors  \u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588"
        "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\n"
        "nav                          "
        "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588"
        "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\n"
    )


@given(
    st.lists(st.tuples(st.integers(0, 999), st.integers(1, 300)), max_size=8),
    st.integers(1, 1500),
    st.integers(0, 130),
)
def test_any_spans_fit_any_width(
    spans: list[tuple[int, int]], end: int, width: int
) -> None:
    inside = [
        (start, min(end, start + length))
        for start, length in spans
        if start < end
    ]

    axis, line = draw([Row("p", inside)], end, width).splitlines()

    assert max(len(axis), len(line)) <= max(width, 26)
    assert set(line[6:]) <= {" ", *BLOCKS[1:]}
    assert bool(inside) == bool(line[6:].strip())
    assert axis.split()[:2] in (["ns", "0"], ["us", "0"])
