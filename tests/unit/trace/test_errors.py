"""Errors, as the health monitor hears of them."""

from vpok.events import EventKind
from vpok.trace.errors import KEPT, Errors, Heard


def test_errors_are_kept_in_order() -> None:
    errors = Errors()

    errors.emit(5, EventKind.ERROR, 1, 2, 0, -1, 12, 3)
    errors.emit(6, EventKind.ERROR, 0, 0, 1, -1, 4, 0)

    assert errors.heard == [Heard(5, 2, 0, 12, 3), Heard(6, 0, 1, 4, 0)]


def test_other_events_are_not() -> None:
    errors = Errors()

    for kind in set(EventKind) - {EventKind.ERROR}:
        errors.emit(1, kind, 0, 0, 0, -1, 1, 1)

    assert errors.heard == []


def test_a_storm_in_one_partition_does_not_hide_anothers_errors() -> None:
    errors = Errors()

    for time in range(KEPT + 1):
        errors.emit(time, EventKind.ERROR, 0, 0, 0, -1, 1, 0)
    errors.emit(KEPT + 1, EventKind.ERROR, 0, 1, 0, -1, 1, 0)

    assert len(errors.heard) == KEPT + 1
    assert errors.heard[-2:] == [
        Heard(KEPT - 1, 0, 0, 1, 0),
        Heard(KEPT + 1, 1, 0, 1, 0),
    ]
