"""How late virtual interrupts were, all of them."""

from collections import Counter

from mypy_extensions import i64

from vpok.events import EventKind, Sink

DELIVER = int(EventKind.IRQ_DELIVER)


class Latencies(Sink):
    """Counts how often each time from raise to delivery occurred."""

    def __init__(self) -> None:
        """Start with none."""
        # (partition, vCPU, number) -> latency (ns) -> deliveries
        self.heard: dict[tuple[int, int, int], Counter[int]] = {}

    def emit(
        self,
        time: i64,
        kind: i64,
        pcpu: i64,
        partition: i64,
        vcpu: i64,
        thread: i64,
        a: i64,
        b: i64,
    ) -> None:
        """Take one delivery in."""
        if kind == DELIVER:
            target = (int(partition), int(vcpu), int(a))
            if target not in self.heard:
                self.heard[target] = Counter()
            self.heard[target][int(b)] += 1
