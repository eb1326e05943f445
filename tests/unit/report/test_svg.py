"""Pictures of runs: bundles of bars, and SVG."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from vpok.report.lanes import (
    ERROR,
    MISS,
    RAISE,
    SEVERAL,
    Bar,
    Lane,
    Mark,
    Piece,
    Spot,
    bundle,
    spots,
)
from vpok.report.svg import LABELS, MOST_LANES, MOST_PIECES, WIDTH, svg

NAMES = {0: "a", 1: "b"}
SVG = "{http://www.w3.org/2000/svg}"


def rects(drawn: str) -> list[ET.Element]:
    return list(ET.fromstring(drawn).iter(f"{SVG}rect"))


def titles(drawn: str) -> list[str]:
    found = ET.fromstring(drawn).iter(f"{SVG}title")
    return [title.text or "" for title in found]


# --- bundles ------------------------------------------------------------------


def test_near_bars_of_one_owner_are_one_piece() -> None:
    bars = [Bar(0, 10, 0), Bar(12, 20, 0), Bar(30, 40, 0)]

    assert bundle(bars, 5) == [
        Piece(0, 20, 0, covered=18, count=2),
        Piece(30, 40, 0, covered=10),
    ]


def test_only_narrow_bars_of_several_owners_are_one_piece() -> None:
    bars = [Bar(0, 100, 0), Bar(100, 101, 1), Bar(102, 103, 0)]

    assert bundle(bars, 5) == [
        Piece(0, 100, 0, covered=100),
        Piece(100, 103, SEVERAL, covered=2, count=2),
    ]


def test_bars_in_others_are_not_counted_twice() -> None:
    assert bundle([Bar(10, 20, 0), Bar(0, 100, 0)], 5) == [
        Piece(0, 100, 0, covered=100, count=2)
    ]


@given(
    st.lists(
        st.builds(
            lambda start, length, owner: Bar(start, start + length, owner),
            st.integers(0, 10_000),
            st.integers(1, 300),
            st.integers(0, 2),
        ),
        max_size=200,
    ),
    st.integers(1, 500),
)
def test_bundles_hide_nothing_and_are_few(bars: list[Bar], grain: int) -> None:
    pieces = bundle(bars, grain)

    assert sum(piece.count for piece in pieces) == len(bars)
    for bar in bars:
        assert any(
            piece.start <= bar.start and bar.end <= piece.end
            for piece in pieces
        )
    for piece in pieces:
        assert 0 < piece.covered <= piece.end - piece.start
    wide = sum(bar.end - bar.start >= grain for bar in bars)
    assert len(pieces) <= 2 * wide + 2 + 10_300 // grain


def test_marks_of_one_sort_are_put_together() -> None:
    marks = [Mark(7, MISS, "x"), Mark(0, RAISE, "r"), Mark(2, RAISE, "r")]

    assert spots(marks, 5) == [Spot(0, RAISE, "r", 2), Spot(7, MISS, "x")]


# --- the picture --------------------------------------------------------------


def test_bars_stand_where_their_time_is() -> None:
    lane = Lane("a", NAMES, [Bar(250, 500, 0)], [Bar(0, 1000, 0)])
    ground, bar = rects(svg([lane], 0, 1000, "t"))

    columns = WIDTH - LABELS - 1
    assert float(ground.get("x", "")) == LABELS
    assert abs(float(ground.get("width", "")) - columns) < 0.1
    assert abs(float(bar.get("x", "")) - LABELS - columns / 4) < 0.1
    assert abs(float(bar.get("width", "")) - columns / 4) < 0.1


def test_what_is_pointed_at_explains_itself() -> None:
    marks = [
        Mark(600, MISS, "late"),
        Mark(601, ERROR, "bad"),
        Mark(605, MISS, "worse"),
    ]
    lane = Lane("a", NAMES, [Bar(250, 500, 1)], [Bar(0, 500, 0)], marks)

    assert titles(svg([lane], 0, 1000, "title")) == [
        "title",
        "a",
        "window of a: 500 ns, from 0 ns to 500 ns",
        "b: 250 ns, from 250 ns to 500 ns",
        "late, at 600 ns, and 1 more beside it",
        "bad, at 601 ns",
    ]


def test_names_cannot_leave_their_place() -> None:
    evil = '"><script>x</script>&'
    lane = Lane(evil, {0: evil}, [Bar(0, 9, 0)], marks=[Mark(1, MISS, evil)])
    drawn = svg([lane], 0, 10, evil)

    assert "<script" not in drawn
    assert evil in titles(drawn)


def test_a_picture_of_a_large_run_is_no_larger_than_others() -> None:
    many = [
        Lane(
            str(number),
            NAMES,
            [Bar(10 * k, 10 * k + 5, k % 2) for k in range(3000)],
        )
        for number in range(MOST_LANES + 5)
    ]
    drawn = svg(many, 0, 30_000, "t")

    assert len(rects(drawn)) <= MOST_PIECES
    assert len(drawn) < 250 * MOST_PIECES
    assert "and 5 more rows" in drawn


def test_nothing_can_be_drawn_too() -> None:
    assert rects(svg([], 0, 0, "t")) == []
