"""Tables as text."""

from vpok.report.table import Table, render

TABLE = Table(
    ("<name", ">count", "<note"), [("a", "1", ""), ("longer", "100", "x")]
)


def test_columns_line_up() -> None:
    assert render(TABLE) == (
        "name    count  note\na           1\nlonger    100  x\n"
    )


def test_the_head_stands_out_on_a_terminal_only() -> None:
    head, *rest = render(TABLE, colour=True).splitlines()

    assert head == "\x1b[1mname    count  note\x1b[0m"
    assert rest == render(TABLE).splitlines()[1:]


def test_a_table_may_be_empty() -> None:
    assert render(Table(("<a", ">b"), [])) == "a  b\n"
