"""What went wrong lately: errors, faults, restarts, deadlines missed."""

from collections import deque
from typing import Final, NamedTuple

from mypy_extensions import i64

from vpok.events import EventKind, Sink

KINDS: Final = frozenset(
    {
        int(EventKind.FAULT),
        int(EventKind.ERROR),
        int(EventKind.MODE),
        int(EventKind.JOB_MISS),
        int(EventKind.SHUTDOWN),
    }
)
KEPT: Final = 1000


class Trouble(NamedTuple):
    """An event that the health monitor's reader looks at."""

    time: int
    kind: int  # EventKind
    partition: int
    vcpu: int
    thread: int
    a: int
    b: int


class Troubles(Sink):
    """Keeps the last of them, until they are taken."""

    def __init__(self) -> None:
        """Start with none."""
        self.held: deque[Trouble] = deque(maxlen=KEPT)

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
        """Keep an event that tells of trouble."""
        if kind in KINDS:
            self.held.append(
                Trouble(
                    *(int(time), int(kind), int(partition)),
                    *(int(vcpu), int(thread), int(a), int(b)),
                )
            )

    def take(self) -> list[Trouble]:
        """Return what is new since the last time."""
        new = list(self.held)
        self.held.clear()
        return new
