"""Files of arrivals: times, or the line that is wrong."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpok.config import arrivals
from vpok.config.arrivals import read_arrivals
from vpok.config.files import BadFileError
from vpok.units import MAX_TIME


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rx.csv"


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (b"5", (5,)),
        (b"0\n7\n7\n", (0, 7, 7)),
        (b"1us\r\n 2 us ,3\r\n", (1000, 2000)),
        (b"\xef\xbb\xbftime,length\n1ms,60\n\n2ms,64\n", (10**6, 2 * 10**6)),
        (b'"1ms","a, b"\n', (10**6,)),
        (b"# arrivals\n.5ms\n", (500_000,)),
        (b"t_us\n1us\n", (1000,)),
        (b"time_ns\n1\n", (1,)),
        (b"arrivals\n1\n", (1,)),
        (b"2305843009213693951\n", (MAX_TIME - 1,)),
    ],
)
def test_times_stand_in_the_first_column(
    file: Path, text: bytes, times: tuple[int, ...]
) -> None:
    file.write_bytes(text)

    assert read_arrivals(file) == times


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", " has no times"),
        (b"time\n\n", " has no times"),
        (b"1\ntime\n2\n", ":2: 'time' is no time"),
        (b"1\n,2\n", ":2: '' is no time"),
        (b"-1\n", ":1: -1 is negative"),
        (b"+1\n", ":1: .* is no time"),
        (b"1.5\n", ":1: 1.5 has no unit"),
        (b"1\n2\n\n1\n", ":4: 1ns stands after 2ns"),
        (b"time (ms)\n1\n", ":2: 1 has no unit, the head says ms"),
        (b"t_s,x\n\n1ms\n2\n", ":4: 2 has no unit, the head says s"),
        (b"2305843009213693952\n", ":1: a time of .* shorter than"),
        (b"1\n\0\n", ":2: "),
        (b"1\n\xff\n", ":2: is not UTF-8"),
        (b'"1', ":1: mend the CSV"),
    ],
)
def test_a_bad_line_is_named(file: Path, text: bytes, what: str) -> None:
    file.write_bytes(text)

    with pytest.raises(BadFileError, match=f"rx.csv{what}"):
        read_arrivals(file)


def test_a_file_without_end_is_not_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with file.open("wb") as stream:
        stream.truncate(1 << 40)

    with pytest.raises(BadFileError, match="make it fit 16MB"):
        read_arrivals(file)

    monkeypatch.setattr(arrivals, "MAX_TIMES", 3)
    file.write_text("1\n" * 4)
    with pytest.raises(BadFileError, match="more than 3 times"):
        read_arrivals(file)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60)
    | st.text('0123456789msu,"\n\r -.x', max_size=60).map(str.encode)
)
def test_any_bytes_are_times_in_order_or_a_refusal(
    file: Path, data: bytes
) -> None:
    file.write_bytes(data)

    try:
        times = read_arrivals(file)
    except BadFileError:
        return
    assert list(times) == sorted(times) != []
    assert 0 <= times[0] <= times[-1] < MAX_TIME
