"""Quantities: exact, and never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.config.units import (
    FREQUENCY,
    SIZE,
    TIME,
    UnitError,
    parse_frequency,
    parse_integer,
    parse_size,
    parse_time,
)


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("0", 0),
        ("1000", 1000),
        ("17ms", 17_000_000),
        ("17 µs", 17_000),
        ("17 μs", 17_000),  # Greek mu
        ("17us", 17_000),
        ("5 s", 5_000_000_000),
        ("0.4s", 400_000_000),
        (".5s", 500_000_000),
        ("5.12ms", 5_120_000),
        ("1h", 3_600_000_000_000),
        ("2min", 120_000_000_000),
        ("0.1us", 100),
        ("1_000ms", 1_000_000_000),
        ("0x10", 16),
        (" 5ms ", 5_000_000),
    ],
)
def test_a_time_is_read_as_pok_reads_it(text: str, ns: int) -> None:
    assert parse_time(text) == ns


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("174", 174),
        ("2k", 2048),
        ("130kB", 130 * 1024),
        ("130 kB", 130 * 1024),
        ("2MB", 2 * 1024**2),
        ("2MiB", 2 * 1024**2),
        ("1G", 1024**3),
        ("1.5k", 1536),
        ("7B", 7),
    ],
)
def test_a_size_counts_in_powers_of_1024(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "hertz"),
    [("100MHz", 10**8), ("2.5GHz", 25 * 10**8), ("1 kHz", 1000), ("50", 50)],
)
def test_a_frequency_counts_in_powers_of_1000(text: str, hertz: int) -> None:
    assert parse_frequency(text) == hertz


@pytest.mark.parametrize("dimension", [TIME, SIZE, FREQUENCY])
def test_no_unit_is_both_known_and_misleading(dimension: object) -> None:
    assert isinstance(dimension, type(TIME))
    assert not set(dimension.units) & set(dimension.misleading)


@pytest.mark.parametrize("unit", SIZE.misleading)
def test_a_misleading_size_names_what_to_write_instead(unit: str) -> None:
    with pytest.raises(UnitError, match=r"ambiguous: write .*B|bytes"):
        parse_size(f"5{unit}")


@pytest.mark.parametrize("unit", FREQUENCY.misleading)
def test_a_misleading_frequency_names_what_to_write(unit: str) -> None:
    with pytest.raises(UnitError, match=r"ambiguous: write .Hz"):
        parse_frequency(f"5{unit}")


def test_minutes_must_be_written_in_full() -> None:
    """POK reads 5m as five minutes; most readers, as five milliseconds."""
    with pytest.raises(UnitError, match="min for minutes"):
        parse_time("5m")


@pytest.mark.parametrize(
    "text",
    [
        *("", "ms", "5.s", "1e3", "1,5s", "5ms x", "--5s", "_", "1__0"),
        *("٣ms", "0.5", "010", "0.3ns", "0.0001us", "-1", "-5ms"),
        *("9" * 41, "0x" + "f" * 40),
    ],
)
def test_what_is_no_time_is_refused_with_advice(text: str) -> None:
    with pytest.raises(UnitError, match=r"write|take|round"):
        parse_time(text)


def test_whole_numbers_need_no_parsing_but_a_sign_is_refused() -> None:
    assert parse_time(10**6) == 10**6
    with pytest.raises(UnitError, match="negative"):
        parse_size(-1)


@given(
    st.integers(0, 10**9),
    st.integers(0, 999_999),
    st.sampled_from(sorted(TIME.units)),
)
def test_a_decimal_time_is_exact_or_refused(
    whole: int, millionths: int, unit: str
) -> None:
    """No rounding, in either direction: floats would do some."""
    text = f"{whole}.{millionths:06}"
    exact = Decimal(text) * TIME.units[unit]

    if exact == int(exact):
        assert parse_time(text + unit) == int(exact)
    else:
        with pytest.raises(UnitError, match="round it"):
            parse_time(text + unit)


@given(st.text(), st.sampled_from([parse_time, parse_size, parse_frequency]))
def test_any_text_gives_a_number_or_advice(text: str, parse: object) -> None:
    assert callable(parse)
    try:
        number = parse(text)
    except UnitError:
        return
    assert number >= 0


@given(st.integers(0, 10**30))
def test_an_integer_survives_being_written(number: int) -> None:
    assert parse_integer(str(number)) == number
    assert parse_integer(hex(number)) == number
