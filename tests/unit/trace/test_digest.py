"""The digest: equal for equal runs, different for everything else."""

from dataclasses import replace
from hashlib import sha256
from struct import pack

from hypothesis import given
from hypothesis import strategies as st

from vpok.events import EventKind, Sink
from vpok.testing import Event
from vpok.trace.digest import Digest, PartitionDigest

BASE = Event(100, EventKind.SYSCALL, 1, 2, 3, 4, 5, 6)
FIELDS = ("time", "pcpu", "partition", "vcpu", "thread", "a", "b")


def tell(sink: Sink, *events: Event) -> None:
    for e in events:
        if e.kind == EventKind.CONSOLE:
            sink.console(e.time, e.pcpu, e.partition, e.vcpu, e.text)
        else:
            sink.emit(
                *(e.time, int(e.kind), e.pcpu, e.partition),
                *(e.vcpu, e.thread, e.a, e.b),
            )


def digest(*events: Event) -> str:
    sink = Digest()
    tell(sink, *events)
    return sink.hexdigest()


def of_partition(partition: int, *events: Event) -> str:
    sink = PartitionDigest(partition)
    tell(sink, *events)
    return sink.hexdigest()


def text(words: bytes, time: int = 9, partition: int = 0) -> Event:
    return Event(time, EventKind.CONSOLE, 0, partition, 0, text=words)


def test_the_format_is_what_the_documentation_says() -> None:
    """The version, then 8 integers an event; text behind its event."""
    expected = sha256(
        b"vpok events 1\n"
        + pack("<8q", 100, 7, 1, 2, 3, 4, 5, 6)
        + pack("<8q", 9, 16, 0, 0, 0, -1, 6, 0)
        + b"hello\n"
    )

    assert digest(BASE, text(b"hello\n")) == expected.hexdigest()


@given(st.sampled_from(FIELDS), st.integers(-(1 << 62), 1 << 62))
def test_every_field_counts(field: str, value: int) -> None:
    changed = replace(BASE, **{field: value})  # type: ignore[arg-type]

    assert (digest(changed) == digest(BASE)) == (changed == BASE)


def test_order_and_number_count() -> None:
    later = replace(BASE, time=101)

    assert len({digest(), digest(BASE), digest(BASE, BASE)}) == 3
    assert digest(BASE, later) != digest(later, BASE)


def test_text_counts_with_its_borders() -> None:
    parts = {
        digest(text(b"ab")),
        digest(text(b"a"), text(b"b")),
        digest(text(b""), text(b"ab")),
        digest(text(b"ab", time=8)),
    }

    assert len(parts) == 4


def test_asking_in_between_changes_nothing() -> None:
    sink = Digest()
    tell(sink, BASE)
    sink.hexdigest()
    tell(sink, BASE)

    assert sink.hexdigest() == digest(BASE, BASE)


def test_many_events_are_hashed_as_they_come() -> None:
    sink = Digest()
    for time in range(5000):
        tell(sink, replace(BASE, time=time))

    events = [replace(BASE, time=time) for time in range(5000)]
    assert sink.hexdigest() == digest(*events)
    assert len(sink._held) == 0


def test_a_partition_sees_its_own_events_only() -> None:
    other = replace(BASE, partition=1)

    assert of_partition(2, BASE) == of_partition(2, other, BASE, other)
    assert of_partition(2, BASE) != of_partition(2)
    assert of_partition(0, text(b"x")) == of_partition(
        0, text(b"y", partition=1), text(b"x")
    )


def test_a_partition_does_not_see_processors_windows_or_switches() -> None:
    hidden = [
        replace(BASE, kind=kind)
        for kind in (
            EventKind.WINDOW_OPEN,
            EventKind.WINDOW_CLOSE,
            EventKind.SWITCH,
            EventKind.RUNSTATE,
        )
    ]

    assert of_partition(2, *hidden) == of_partition(2)
    assert of_partition(2, BASE) == of_partition(2, replace(BASE, pcpu=0))


def test_ports_count_in_the_order_of_their_use() -> None:
    """A neighbour's new port shifts the module's numbers."""
    sends = [
        replace(BASE, kind=EventKind.PORT_SEND, a=number)
        for number in (3, 5, 3)
    ]
    shifted = [replace(event, a=event.a + 1) for event in sends]

    assert of_partition(2, *sends) == of_partition(2, *shifted)
    assert of_partition(2, *sends) != of_partition(2, *sends[:2], sends[1])


GUESTS = ("RAISE", "DELIVER", "COMPLETE", "OVERRUN", "DROP", "LINE")


def test_a_partition_sees_its_interrupts_and_vectored_faults() -> None:
    kinds = [EventKind[f"IRQ_{name}"] for name in GUESTS]
    for kind in (*kinds, EventKind.VECTOR):
        event = replace(BASE, kind=kind)

        assert of_partition(2, event) != of_partition(2)
        assert of_partition(1, event) == of_partition(1)


def test_who_intervenes_from_outside_is_no_guest() -> None:
    event = replace(BASE, kind=EventKind.CONTROL)

    assert of_partition(2, event) == of_partition(2)
    assert digest(event) != digest()
