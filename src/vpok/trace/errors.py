"""What the health monitor heard of, and when."""

from typing import Final, NamedTuple

from mypy_extensions import i64

from vpok.events import EventKind, Sink

KEPT: Final = 1000  # per partition; the others are only counted by the kernel
_ERROR: Final = int(EventKind.ERROR)


class Heard(NamedTuple):
    """An error, as its event has it."""

    time: int  # ns
    partition: int
    vcpu: int
    kind: int  # a number of the partition's personality
    action: int


class Errors(Sink):
    """Keeps the first thousand errors of each partition, in order."""

    def __init__(self) -> None:
        """Start with none."""
        self.heard: list[Heard] = []
        self._counts: dict[int, int] = {}

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
        """Take one error in."""
        if kind != _ERROR:
            return
        whose = int(partition)
        count = self._counts.get(whose, 0)
        self._counts[whose] = count + 1
        if count < KEPT:
            self.heard.append(
                Heard(int(time), whose, int(vcpu), int(a), int(b))
            )
