"""The first difference between the text that was expected and that printed."""

END = "(the text is over)"


def difference(expected: bytes, printed: bytes) -> str | None:
    """
    Describe the first line that differs; None if there is none.

    Newlines at the end do not count, as in POK's own tests.
    """
    wanted = expected.rstrip(b"\r\n").split(b"\n")
    got = printed.rstrip(b"\r\n").split(b"\n")
    if wanted == got:
        return None
    place = 0
    while place < min(len(wanted), len(got)) and wanted[place] == got[place]:
        place += 1
    return (
        f"line {place + 1}:\n"
        f"  expected: {_line(wanted, place)}\n"
        f"  printed:  {_line(got, place)}"
    )


def _line(lines: list[bytes], place: int) -> str:
    if place >= len(lines):
        return END
    # As a literal: blanks at the end and odd bytes can be seen.
    return repr(lines[place])[1:]
