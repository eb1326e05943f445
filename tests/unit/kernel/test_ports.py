"""What travels between ports, and when."""

from vpok.events import EventKind
from vpok.kernel.partition import IDLE, WARM_START
from vpok.kernel.ports import QUEUEING, SAMPLING, Port, PortTable
from vpok.spec.model import FlushSpec, PortSpec, ScheduleSpec
from vpok.testing import (
    Cause,
    Guest,
    World,
    call,
    make_world,
    slots,
    windows,
    work,
)
from vpok.units import NS_PER_MS

SPECS = (
    PortSpec("out", "queueing", 0, "out", 64, (1, 2)),
    PortSpec("in", "queueing", 1, "in", 64),
    PortSpec("in too", "sampling", 1, "in", 64),
)
WINDOWS = windows((0, 0, 400), (1, 500, 300), frame=1000)


def sender(schedule: ScheduleSpec = WINDOWS, **flush: object) -> World:
    """Two messages: one at once, one in the second window."""
    program = (call(Cause.SEND, 1), work(50), call(Cause.SEND, 2))
    return make_world(
        [Guest([program]), Guest([()])],
        schedule,
        ports=SPECS,
        flush=FlushSpec(**flush),  # type: ignore[arg-type]
    )


def flushes(world: World) -> list[tuple[int, int, int]]:
    return [
        (event.time, event.a, event.b)
        for event in world.sink.of(EventKind.PORT_FLUSH)
    ]


def test_data_travels_at_the_end_of_a_major_frame() -> None:
    world = sender()

    world.system.run(until=3500)

    assert flushes(world) == [
        (1000, 0, 1),
        (1000, 0, 2),
        (2000, 0, 1),
        (2000, 0, 2),
    ]
    assert world.kernel.ports.ports[1].data == b"1\n2\n"  # a stream
    assert world.kernel.ports.ports[2].data[:2] == b"2\n"  # the last one


def test_data_travels_at_the_end_of_its_senders_window() -> None:
    world = sender(when="windows")

    world.system.run(until=3500)

    assert {time for time, _, _ in flushes(world)} == {400, 1400}


def test_data_travels_at_the_first_change_of_a_period() -> None:
    """Every 650 ns from 0 on, at the next change of windows."""
    world = sender(when="period", period=650)

    world.system.run(until=3500)

    # 400 for 0, 800 for 650, 1400 for 1300.
    assert {time for time, _, _ in flushes(world)} == {400, 1400}


def test_the_reader_and_the_sender_hear_of_it() -> None:
    world = sender()

    world.system.run(until=1500)

    sent, read = world.personalities
    assert sent.arrived == [(0, 1000)]
    assert read.arrived == [(1, 1000), (2, 1000)]
    assert world.kernel.ports.ports[1].received == 1000


def test_without_destinations_no_boundary_cuts_anything() -> None:
    world = make_world([Guest([()]), Guest([()])], WINDOWS)
    world.system.run(until=2500)

    assert world.kernel.boundary > 1 << 60
    assert world.kernel.closed == []


def test_before_poks_first_quantum_no_flush_is_due() -> None:
    """The period's first flush waits for the first change of slots."""
    schedule = slots((0, 5 * NS_PER_MS), (1, 5 * NS_PER_MS))
    world = sender(schedule, when="period", period=7 * NS_PER_MS)

    world.system.run(until=9 * NS_PER_MS)

    assert {time for time, _, _ in flushes(world)} == {5_005_917}


def test_a_partition_that_has_not_started_sends_nothing() -> None:
    world = sender()
    world.system.run(until=100)
    partition = world.kernel.partitions[0]
    world.kernel.set_mode(partition, WARM_START, 100)
    world.system.run(until=1500)
    assert flushes(world) == []

    world.kernel.set_mode(partition, IDLE, 1500)
    world.system.run(until=2500)

    assert [time for time, _, _ in flushes(world)] == [2000, 2000]


def test_data_under_way_keeps_a_module_from_being_over() -> None:
    program = (call(Cause.SEND, 1), call(Cause.BLOCK))
    world = make_world(
        [Guest([program]), Guest([(call(Cause.BLOCK),)])],
        WINDOWS,
        ports=SPECS,
    )

    result = world.system.run()

    assert [time for time, _, _ in flushes(world)] == [1000, 1000]
    assert (result.reason, result.end) == ("quiet", 1000)


def table(*specs: tuple[int, bool, list[int]]) -> PortTable:
    ports = [
        Port(number, f"p{number}", kind, 0, outgoing, destinations)
        for number, (kind, outgoing, destinations) in enumerate(specs)
    ]
    for port in ports:
        port.create(4, port.outgoing, 0)
    return PortTable(ports)


def test_a_full_queue_loses_what_does_not_fit_whole() -> None:
    ports = table((QUEUEING, True, [1]), (QUEUEING, False, []))
    out, into = ports.ports

    assert out.put(b"abc", 0)
    assert ports.carry(out, 10) == [1]
    assert not out.put(b"defgh", 20)
    assert out.put(b"de", 20)
    assert ports.carry(out, 30) == []
    assert into.data == b"abc"
    assert into.received == 10
    assert out.data == b""


def test_a_port_that_is_not_ready_gets_nothing() -> None:
    ports = table((SAMPLING, True, [1]), (SAMPLING, False, []))
    out, into = ports.ports
    into.ready = False
    out.put(b"ab", 0)

    assert ports.carry(out, 10) == []
    assert into.received == 0


def test_a_sample_stays_when_it_was_sent() -> None:
    ports = table((SAMPLING, True, [1]), (SAMPLING, False, []))
    out, into = ports.ports
    out.put(b"ab", 0)
    out.marked = True

    assert ports.carry(out, 10) == [1]
    assert not out.marked
    assert out.data == into.data == b"ab\0\0"


def test_reading_a_queue_takes_the_oldest_bytes() -> None:
    ports = table((QUEUEING, False, []))
    port = ports.ports[0]
    port.put(b"abcd", 0)

    assert port.take(3) == b"abc"
    assert (port.room(), port.empty) == (3, False)
    assert port.take(9) == b"d"
    assert port.empty
