"""Console text, raw and in lines."""

from hypothesis import given
from hypothesis import strategies as st

from vpok.events import NOBODY
from vpok.trace.console import (
    PrettyConsole,
    RawConsole,
    readable,
    show_instant,
)
from vpok.units import NS_PER_MS

NAMES = ["sensors", "nav"]


def test_raw_text_is_exact_and_in_order() -> None:
    raw = RawConsole()
    raw.console(1, 0, 0, 0, b"a\x00\xff")
    assert raw.take() == b"a\x00\xff"
    raw.console(2, 0, 1, NOBODY, b"kernel\n")

    assert raw.take() == b"kernel\n"
    assert raw.take() == b""
    assert raw.text == b"a\x00\xffkernel\n"


def test_a_line_has_the_time_of_its_first_character() -> None:
    pretty = PrettyConsole(NAMES)
    pretty.console(1 * NS_PER_MS, 0, 0, 0, b"one ")
    pretty.console(2 * NS_PER_MS, 0, 0, 0, b"line\nanother\nopen")

    assert pretty.take() == (
        "    0.001000  sensors  one line\n    0.002000  sensors  another\n"
    )
    assert pretty.take() == ""
    assert pretty.rest() == "    0.002000  sensors  open\n"
    assert pretty.rest() == ""


def test_partitions_and_kernel_do_not_mix_in_a_line() -> None:
    pretty = PrettyConsole(NAMES)
    pretty.console(0, 0, 0, 0, b"from sensors ")
    pretty.console(0, 0, 1, 0, b"from nav\n")
    pretty.console(0, 0, 0, NOBODY, b"about sensors\n")
    pretty.console(0, 0, -1, NOBODY, b"about all\n")
    pretty.console(0, 0, 0, 0, b"again\n")

    assert [line[14:] for line in pretty.take().splitlines()] == [
        "nav      from nav",
        "sensors  about sensors",
        "kernel   about all",
        "sensors  from sensors again",
    ]


def test_without_a_terminal_there_are_no_colours() -> None:
    plain, coloured = PrettyConsole(NAMES), PrettyConsole(NAMES, colour=True)
    for console in (plain, coloured):
        console.console(0, 0, 1, NOBODY, b"x\n")

    assert "\x1b" not in plain.take()
    assert coloured.take() == (
        "\x1b[2m    0.000000\x1b[0m  \x1b[32mnav    \x1b[0m  \x1b[2mx\x1b[0m\n"
    )


@given(st.binary(max_size=40))
def test_no_guest_can_send_a_terminal_its_own_commands(line: bytes) -> None:
    shown = readable(line.replace(b"\n", b""))

    assert all(
        char.isprintable() or char == "\t" or ord(char) > 159 for char in shown
    )
    assert "\x1b" not in shown


def test_what_cannot_be_shown_is_written_out() -> None:
    assert readable(b"a\tb\x1b[2J\x07\r") == "a\tb\\x1b[2J\\x07"
    assert readable("caf\u00e9".encode()) == "caf\u00e9"
    assert readable(b"\xff") == "\ufffd"


def test_instants_line_up() -> None:
    assert show_instant(0) == "    0.000000"
    assert show_instant(1_004_871) == "    0.001004"
    assert show_instant(12_345 * 10**9 + 999) == "12345.000000"


@given(
    st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=6)), max_size=20)
)
def test_no_text_is_lost(pieces: list[tuple[int, bytes]]) -> None:
    pretty = PrettyConsole(["p", "q"])
    whole = [b"", b""]
    for time, (partition, piece) in enumerate(pieces):
        pretty.console(time, 0, partition, 0, piece)
        whole[partition] += piece

    shown = (pretty.take() + pretty.rest()).split("\n")[:-1]
    for partition, name in enumerate("pq"):
        own = [line[22:] for line in shown if line[14] == name]
        lines = whole[partition].split(b"\n")
        if not lines[-1]:
            del lines[-1]
        assert own == [readable(line).rstrip() for line in lines]
