"""Events as a listener hears them, from real guests."""

from collections import Counter
from pathlib import Path

import vpok
from vpok.config import loads
from vpok.events import NOBODY, EventKind

DEMO = Path(vpok.__file__).parent / "demo" / "config.yaml"
# What operating systems on virtual CPUs do, who intervenes from outside, and
# what modelled tasks do.
OTHERS = {
    EventKind.IRQ_RAISE,
    EventKind.IRQ_DELIVER,
    EventKind.IRQ_COMPLETE,
    EventKind.IRQ_OVERRUN,
    EventKind.IRQ_DROP,
    EventKind.IRQ_LINE,
    EventKind.VECTOR,
    EventKind.CONTROL,
    EventKind.JOB_START,
    EventKind.JOB_STOP,
    EventKind.JOB_END,
    EventKind.JOB_MISS,
    EventKind.PLAN,
    EventKind.BUDGET,
}
GUESTS = {EventKind.SYSCALL, EventKind.FAULT, EventKind.THREAD}


class Listener(vpok.Sink):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.kinds: Counter[EventKind] = Counter()
        self.times: list[int] = []
        self.outside: list[str] = []  # guest events outside their window
        self.open: set[int] = set()

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
        self.kinds[EventKind(kind)] += 1
        self.times.append(time)
        if kind == EventKind.WINDOW_OPEN:
            self.open.add(partition)
        elif kind == EventKind.WINDOW_CLOSE:
            self.open.remove(partition)
        elif kind in GUESTS and partition not in self.open:
            self.outside.append(EventKind(kind).name)

    def console(
        self, time: int, pcpu: int, partition: int, vcpu: int, text: bytes
    ) -> None:
        self.kinds[EventKind.CONSOLE] += 1
        self.times.append(time)
        assert vcpu != NOBODY or text.startswith((b"[KERNEL]", b"---"))


def listen() -> Listener:
    listener = Listener()
    with vpok.load(DEMO).build(sinks=[listener]) as system:
        result = system.run()
    assert not result.sink_failures
    return listener


def test_the_demo_tells_every_kind_of_event_that_pok_partitions_have() -> None:
    kinds = listen().kinds

    assert set(kinds) == set(EventKind) - OTHERS
    assert kinds[EventKind.WINDOW_OPEN] == 90  # 30 frames of 3
    assert kinds[EventKind.FRAME] == 30
    assert kinds[EventKind.FAULT] == 1  # the division by zero
    assert kinds[EventKind.ERROR] == 1  # which its handler takes
    assert kinds[EventKind.MODE] == 3  # each partition becomes NORMAL
    assert kinds[EventKind.SHUTDOWN] == 1


def test_messages_travel_in_three_events() -> None:
    """One sampling message has two readers; it is flushed to both."""
    kinds = listen().kinds

    assert kinds[EventKind.PORT_SEND] > 0
    assert kinds[EventKind.PORT_FLUSH] > kinds[EventKind.PORT_SEND] // 2
    assert kinds[EventKind.PORT_RECEIVE] > 0


def test_events_come_in_order_of_time() -> None:
    times = listen().times

    assert times == sorted(times)


def test_no_guest_acts_outside_its_window() -> None:
    assert listen().outside == []


def test_calls_that_waited_are_answered_later() -> None:
    kinds = listen().kinds

    assert 0 < kinds[EventKind.RESULT] < kinds[EventKind.SYSCALL]


TASKS = """\
partitions:
  - name: a
    tasks:
      - {name: hi, period: 10ms, offset: 1ms, execution: 1ms}
      - {name: lo, period: 20ms, deadline: 10500us, execution: 3ms}
kernel:
  scheduler:
    plans:
      - name: usual
        major_frame: 10ms
        windows:
          - {partition: a, start: 0, duration: 3ms}
      - name: other
        major_frame: 20ms
        windows:
          - {partition: a, start: 0, duration: 3ms}
"""


def test_modelled_tasks_tell_of_their_jobs() -> None:
    listener = Listener()
    with vpok.build(loads(TASKS, ".").spec, sinks=[listener]) as system:
        system.run("20ms")

    kinds = listener.kinds
    assert kinds[EventKind.JOB_END] == 3
    assert kinds[EventKind.JOB_MISS] == 1
    assert kinds[EventKind.JOB_START] >= 4
    assert kinds[EventKind.JOB_STOP] >= 1
