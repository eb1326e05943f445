"""The reference page of traces is made of the code."""

from pathlib import Path

from vpok.events import MEANINGS, EventKind
from vpok.trace.page import page
from vpok.trace.perfetto import SAY

ROOT = Path(__file__).parents[3]


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs/reference/trace.md").read_text() == page()


def test_every_kind_has_a_meaning_and_a_picture() -> None:
    assert set(MEANINGS) == set(EventKind)
    assert set(SAY) == set(map(int, EventKind))
