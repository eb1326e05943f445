"""Rows of the timeline, as compact columns."""

from array import array
from collections.abc import Iterator

from vpok.report.html.kinds import Item

Columns = tuple["array[int]", ...]


class Strings:
    """Every text once; number 0 is ''."""

    def __init__(self) -> None:
        """Start with the empty one."""
        self.all = [""]
        self._numbers = {"": 0}

    def number(self, text: str) -> int:
        """Return the number of a text."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.all)
            self.all.append(text)
        return found


class Track:
    """
    A row: spans, which do not overlap, and marks, each in order of time.

    A span is (start, end, kind, name, x, y), a mark (time, kind, name, x, y);
    times are ns, *name* is a number of `Strings`, *x* and *y* as `LOOKS` says.
    """

    __slots__ = ("_marks", "_open", "_spans", "label", "partition")

    def __init__(self, label: str, partition: int) -> None:
        """Start empty; *partition* gives the colour (-1: none)."""
        self.label = label
        self.partition = partition
        # One after the other, value by value.
        self._spans = array("q")
        self._marks = array("q")
        self._open: tuple[int, Item, int, int, int] | None = None

    def begin(
        self, time: int, kind: Item, name: int = 0, x: int = 0, y: int = 0
    ) -> None:
        """Begin a span; one that is under way ends."""
        self.end(time)
        self._open = (time, kind, name, x, y)

    def end(self, time: int) -> None:
        """End the span that is under way, if there is one; keep no empty."""
        if self._open is None:
            return
        start, kind, name, x, y = self._open
        self._open = None
        if time > start:
            self._spans.extend((start, time, kind, name, x, y))

    def mark(
        self, time: int, kind: Item, name: int = 0, x: int = 0, y: int = 0
    ) -> None:
        """Keep something of an instant."""
        self._marks.extend((time, kind, name, x, y))

    @property
    def spans(self) -> Columns:
        """The columns of spans."""
        return tuple(self._spans[place::6] for place in range(6))

    @property
    def marks(self) -> Columns:
        """The columns of marks."""
        return tuple(self._marks[place::5] for place in range(5))


class Group:
    """Rows that belong together; *head* is the row of the group itself."""

    def __init__(
        self, label: str, note: str = "", partition: int = -1
    ) -> None:
        """Start with the head."""
        self.note = note
        self.head = Track(label, partition)
        self._rows: dict[tuple[int, ...], Track] = {}

    def row(self, order: tuple[int, ...], label: str) -> Track:
        """Return the row of this place in the group, new the first time."""
        found = self._rows.get(order)
        if found is None:
            found = Track(label, self.head.partition)
            self._rows[order] = found
        return found

    def tracks(self) -> Iterator[Track]:
        """Yield the head, then the rows in their order."""
        yield self.head
        for order in sorted(self._rows):
            yield self._rows[order]
