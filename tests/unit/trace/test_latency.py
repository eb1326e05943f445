"""Latencies of interrupts, from their events."""

from vpok.events import EventKind
from vpok.trace.latency import Latencies


def test_deliveries_are_counted_by_vcpu_number_and_latency() -> None:
    latencies = Latencies()
    for vcpu, number, late in [(0, 3, 500), (0, 3, 500), (0, 3, 7), (1, 3, 7)]:
        latencies.emit(1, EventKind.IRQ_DELIVER, 0, 2, vcpu, -1, number, late)

    assert latencies.heard == {
        (2, 0, 3): {500: 2, 7: 1},
        (2, 1, 3): {7: 1},
    }


def test_other_events_are_not_counted() -> None:
    latencies = Latencies()
    for kind in set(EventKind) - {EventKind.IRQ_DELIVER}:
        latencies.emit(1, kind, 0, 0, 0, -1, 3, 500)

    assert latencies.heard == {}
