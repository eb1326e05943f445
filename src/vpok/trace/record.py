"""An event as traces keep it, and how a run came to its end."""

from typing import NamedTuple


class Event(NamedTuple):
    """One event: what `Sink.emit` hears; *text* only of CONSOLE."""

    time: int  # ns
    kind: int  # an EventKind
    pcpu: int
    partition: int
    vcpu: int
    thread: int
    a: int
    b: int
    text: bytes = b""


class End(NamedTuple):
    """How the run ended that a trace tells of."""

    time: int  # ns
    reason: str  # as in `RunResult.reason`
    digest: str  # of the whole run, or '' if it was not asked for
    events: int  # in the file
