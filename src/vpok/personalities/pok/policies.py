"""
POK's thread schedulers: RR, STATIC, RMS (POK: kernel/core/sched.c).

Each gets the partition's threads, in order of number, a processor, and
returns the elected thread; None is the idle thread.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from vpok.personalities.pok.thread import INFINITE, Processor, Thread

ThreadPolicy = Callable[[Sequence[Thread], Processor], Thread | None]


def static(threads: Sequence[Thread], proc: Processor) -> Thread | None:
    """
    Elect the highest priority.

    The scan goes round from the current thread (from the previous one when
    idle, from the first while nothing has been previous), so that the first
    of equals in that order wins.
    """
    start = proc.current or proc.previous
    if proc.previous is None or start is None:
        start = threads[0]
    place = start.number - threads[0].number
    best: Thread | None = None
    for thread in [*threads[place:], *threads[:place]]:
        if thread.candidate(proc.number) and (
            best is None or thread.priority > best.priority
        ):
            best = thread
    return best


def round_robin(threads: Sequence[Thread], proc: Processor) -> Thread | None:
    """
    Keep the current thread while it can run and has capacity.

    So there is no time slicing among threads of infinite capacity.  Else the
    next one in circular order, the start itself last.
    """
    current = proc.current
    if (
        current is not None
        and (current.remaining > 0 or current.capacity == INFINITE)
        and current.candidate(proc.number)
    ):
        return current
    start = current or proc.previous or threads[0]
    place = start.number - threads[0].number + 1
    for thread in [*threads[place:], *threads[:place]]:
        if thread.candidate(proc.number):
            return thread
    return None


def rate_monotonic(
    threads: Sequence[Thread], proc: Processor
) -> Thread | None:
    """Elect the first candidate; creation sorted them by period; main last."""
    for thread in [*threads[1:], threads[0]]:
        if thread.candidate(proc.number):
            return thread
    return None


POLICIES: Mapping[str, ThreadPolicy] = MappingProxyType(
    {"rr": round_robin, "static": static, "rms": rate_monotonic}
)
