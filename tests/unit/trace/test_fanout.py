"""Several listeners: none can harm the run or the others."""

from vpok.events import EventKind, Sink
from vpok.testing import (
    Cause,
    Guest,
    RecordingSink,
    World,
    call,
    make_world,
    windows,
    work,
)
from vpok.trace.fanout import Fanout


class Broken(Sink):
    """Fails at the third event it hears of."""

    def __init__(self) -> None:
        self.heard = 0

    def emit(
        self,
        time: int,
        kind: int,
        pcpu: int,
        partition: int,
        vcpu: int,
        thread: int,
        a: int,
        b: int,
    ) -> None:
        self.heard += 1
        if self.heard == 3:
            raise ValueError("three is too much")

    def console(
        self, time: int, pcpu: int, partition: int, vcpu: int, text: bytes
    ) -> None:
        raise OSError("no space left")


def tell(fanout: Fanout, times: int) -> None:
    for time in range(times):
        fanout.emit(time, int(EventKind.FRAME), 0, -1, -1, -1, time, 0)


def test_everybody_hears_everything() -> None:
    first, second = RecordingSink(), RecordingSink()
    fanout = Fanout([first, second])

    tell(fanout, 3)
    fanout.console(4, 0, 0, 0, b"text")

    assert first.events == second.events
    assert [event.time for event in first.events] == [0, 1, 2, 4]
    assert fanout.failures == []


def test_a_listener_that_fails_is_dropped_and_reported() -> None:
    before, broken, behind = RecordingSink(), Broken(), RecordingSink()
    fanout = Fanout([before, broken, behind])

    tell(fanout, 5)

    assert broken.heard == 3
    assert len(before.events) == len(behind.events) == 5
    assert fanout.failures == ["Broken: ValueError: three is too much"]


def test_a_listener_may_fail_at_console_text_too() -> None:
    broken, behind = Broken(), RecordingSink()
    fanout = Fanout([broken, behind])

    fanout.console(4, 0, 0, 0, b"text")

    assert behind.text() == b"text"
    assert fanout.failures == ["Broken: OSError: no space left"]


def scripted() -> World:
    program = (work(20), call(Cause.PRINT, 1), call(Cause.SLEEP, 700)) * 3
    return make_world([Guest([program])], windows((0, 0, 500), frame=1000))


def test_a_run_is_the_same_whoever_fails() -> None:
    sound, harmed = scripted(), scripted()
    listeners = harmed.system._listeners
    assert listeners is not None
    listeners.sinks.insert(0, Broken())

    expected = sound.system.run(until=9000)
    result = harmed.system.run(until=9000)

    assert result.digest == expected.digest
    assert harmed.sink.events == sound.sink.events
    assert len(result.sink_failures) == 1
