"""All examples run as they did: every event, byte for byte."""

from pathlib import Path

import pytest

from tests import golden
from tests.properties.systems import EXAMPLES
from vpok.report.difference import difference

SMALL = 100_000  # bytes


@pytest.mark.slow
@pytest.mark.parametrize("name", golden.traces())
def test_an_example_runs_as_its_trace_says(name: str) -> None:
    """`make golden UPDATE=1` writes the traces anew."""
    made = golden.trace(name)

    assert golden.first_difference(made.kept(), made.make()) is None


def test_every_trace_is_small_and_an_examples() -> None:
    kept = {path: path.stat().st_size for path in EXAMPLES.rglob("*.gz")}

    assert set(kept) == {golden.trace(name).path for name in golden.traces()}
    assert max(kept.values()) < SMALL


def test_the_first_event_that_differs_is_named() -> None:
    kept = golden.trace("flood/x86-64").kept()
    lines = kept.splitlines(keepends=True)
    assert b'"partition":1' in lines[80]
    lines[80] = lines[80].replace(b'"vcpu":0', b'"vcpu":1')
    lines[90] = lines[91]

    found = golden.first_difference(kept, b"".join(lines))

    assert found is not None
    head, before, after = found.splitlines()
    assert head == "event 80 differs:"
    assert " of receiver at " in before
    assert '"vcpu":0' in before
    assert '"vcpu":1' in after


def test_other_differences_are_told_too() -> None:
    kept = golden.trace("flood/x86-64").kept()
    _, rest = kept.split(b"\n", maxsplit=1)
    *most, end = kept.splitlines(keepends=True)

    differs = golden.first_difference

    assert differs(kept, kept) is None
    assert differs(b"", kept) == "is new"
    assert "heads differ" in str(differs(kept, b"{}\n" + rest))
    longer = b"".join([*most[:-1], end])
    assert "now:  the end (limit) at 220000000 ns" in str(
        differs(kept, longer)
    )
    assert "kept: nothing" in str(differs(b"".join(most), kept))


def test_files_are_compared_and_written_on_request(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "some.txt"
    made = golden.Made(path, lambda: b"text\n", difference)
    monkeypatch.setattr(golden, "ROOT", tmp_path)
    monkeypatch.setattr(golden, "made", lambda: [made])

    assert golden.main(update=False) == 1
    assert "some.txt: line 1:" in capsys.readouterr().out
    assert not path.exists()
    assert golden.main(update=True) == 0
    assert capsys.readouterr().out == "some.txt: written\n"
    assert path.read_bytes() == b"text\n"
    assert golden.main(update=False) == 0
    assert capsys.readouterr().out == ""
