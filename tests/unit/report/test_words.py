"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.report.words import (
    exact_time,
    plural,
    show_count,
    show_processors,
    show_share,
    show_time,
)


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1_000, "1.000 us"),
        (15_008_532, "15.00 ms"),
        (999_999_999, "999.9 ms"),
        (1_000_000_000, "1.000 s"),
        (86_400 * 10**9, "86400 s"),
    ],
)
def test_times_have_four_digits_and_are_rounded_down(
    time: int, shown: str
) -> None:
    assert show_time(time) == shown


@given(st.integers(0, 1 << 60))
def test_a_shown_time_is_never_later(time: int) -> None:
    number, unit = show_time(time).split()
    scale = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}[unit]

    assert 0 <= time - round(float(number) * scale) <= scale


def test_exact_times_lose_nothing() -> None:
    assert exact_time(0) == "0 ns"
    assert exact_time(15_000_000) == "15 ms"
    assert exact_time(1_500_000_000) == "1500 ms"
    assert exact_time(1_004_871) == "1004871 ns"


def test_counts_shrink_when_they_get_long() -> None:
    assert [show_count(n) for n in (0, 99_999, 100_000, 2_500_000)] == [
        *("0", "99999", "100.0k", "2.5M"),
    ]
    assert show_count(3_000_000_000) == "3.0G"


def test_shares() -> None:
    assert show_share(1, 3) == "33.3%"
    assert show_share(0, 0) == "-"


def test_processors_are_ranges() -> None:
    assert show_processors((0,)) == "0"
    assert show_processors((0, 1, 2, 5, 7, 8)) == "0-2,5,7-8"
    assert show_processors(()) == "-"


def test_one_is_no_plural() -> None:
    assert (plural(1, "window"), plural(0, "window")) == (
        "1 window",
        "0 windows",
    )
