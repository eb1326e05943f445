"""
A run with a person in front of it: in pieces, so that he can read and stop.

Cutting a run changes nothing of it (`Kernel.run`), so the pieces may depend
on how fast the host is.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from vpok.system import System
from vpok.units import FAR, NS_PER_MS, NS_PER_S

SHORT, LONG = 0.02, 0.1  # s of the host that a piece should take
PACED = 5 * NS_PER_MS  # a piece in real time


class Stop:
    """Whether the user wants the run to end."""

    def __init__(self) -> None:
        """Not yet."""
        self.asked = False


@contextmanager
def interruptible() -> Iterator[Stop]:
    """
    Let Ctrl-C ask for the end between two pieces; a second one insists.

    An exception in the middle of a piece could be lost in a callback of the
    engine.
    """
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.asked = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def drive(
    system: System,
    until: int | None,
    drain: Callable[[], None],
    *,
    realtime: bool = False,
) -> bool:
    """
    Run to the end or to *until*; say whether the user stopped it.

    *drain* prints what is new.  *realtime* keeps virtual time from going
    faster than the host's.
    """
    limit = FAR if until is None else until
    length = NS_PER_MS
    begun = time.perf_counter()
    with interruptible() as stop:
        while not system.ended and system.now < limit and not stop.asked:
            started = time.perf_counter()
            if realtime:
                length = PACED
            system.advance(min(limit, system.now + length))
            drain()
            took = time.perf_counter() - started
            if realtime:
                _wait(begun + system.now / NS_PER_S)
            elif took < SHORT:
                length *= 2
            elif took > LONG:
                length = max(1, length // 2)
        return stop.asked


def _wait(instant: float) -> None:
    """Sleep up to an instant of the host's clock."""
    rest = instant - time.perf_counter()
    if rest > 0:
        time.sleep(rest)
