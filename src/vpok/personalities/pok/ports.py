"""
Sampling, queueing and virtual ports (POK: kernel/middleware).

Queueing ports are byte streams, as in POK.  A timed wait's deadline is twice
the present time plus the timeout: POK adds the time once too often, and
partitions see when they come back.  Address 0 is as good as any other: POK
looks for NULL only after it has added the partition's base.
"""

from collections.abc import Callable

from vpok.abi.pok import (
    BY_PRIORITY,
    DIRECTION_IN,
    DIRECTION_OUT,
    FIFO,
    MAX_PORT_SIZE,
    PORT_STORAGE,
    QUEUEING_STATUS,
    SAMPLING_STATUS,
    Errno,
    ErrorKind,
)
from vpok.abi.pok_clock import clock
from vpok.events import EventKind
from vpok.kernel.ports import QUEUEING, SAMPLING, VIRTUAL, Port
from vpok.personalities.pok.call import LATER, Call
from vpok.personalities.pok.locks import enqueue
from vpok.personalities.pok.thread import Processor, Thread


class PortUse:
    """The partition's use of ports: its storage, and who waits."""

    def __init__(self) -> None:
        """Have used nothing."""
        self.left = PORT_STORAGE
        self.waiters: dict[int, list[Thread]] = {}

    def waiting(self, number: int) -> list[Thread]:
        """Return the queue of a port."""
        return self.waiters.setdefault(number, [])


# --- names and creation ----------------------------------------------------


def _name(call: Call) -> bytes | None:
    """Return the name that argument 1 points to, None if it may not."""
    length = call.pok.setup.name_length + 1
    if not call.memory.contains(call.a1, length):
        return None
    return call.memory.read(call.a1, length).split(b"\0")[0]


def _find(call: Call, name: bytes, kind: int) -> tuple[Errno, Port | None]:
    for port in call.pok.kernel.ports.ports:
        # POK has one number for sampling and virtual ports.
        alike = (port.kind == QUEUEING) == (kind == QUEUEING)
        if alike and port.name.encode() == name:
            if port.partition != call.pok.setup.index:
                return Errno.PORT, None
            return Errno.OK, port
    return Errno.NOTFOUND, None


def _identify(call: Call, kind: int) -> int | None:
    name = _name(call)
    if name is None or not call.memory.contains(call.a2, 1):
        return Errno.EINVAL
    code, port = _find(call, name, kind)
    if port is not None:
        call.memory.write(call.a2, bytes([port.number & 0xFF]))
    return code


def sampling_id(call: Call) -> int | None:
    """SAMPLING_ID(name, id out)."""
    return _identify(call, SAMPLING)


def queueing_id(call: Call) -> int | None:
    """QUEUEING_ID(name, id out)."""
    return _identify(call, QUEUEING)


def virtual_create(call: Call) -> int | None:
    """VIRTUAL_CREATE(name, id out)."""
    return _identify(call, VIRTUAL)


def _create(call: Call, kind: int, refresh: int) -> int:
    """Arguments: name, size, direction, -, id out."""
    name = _name(call)
    if name is None or not call.memory.contains(call.a5, 1):
        return Errno.EINVAL
    if kind == QUEUEING and call.a4 != FIFO:
        return Errno.DISCIPLINE
    use, health = call.pok.ports, call.pok.health
    size = call.a2
    if (
        size > MAX_PORT_SIZE
        or size > use.left
        or call.a3 not in (DIRECTION_IN, DIRECTION_OUT)
    ):
        health.partition(
            call.proc, ErrorKind.PARTITION_CONFIGURATION, call.now
        )
        return Errno.PORT
    code, port = _find(call, name, kind)
    if port is None:
        health.partition(call.proc, ErrorKind.PARTITION_INIT, call.now)
        return code
    call.memory.write(call.a5, bytes([port.number & 0xFF]))
    if port.ready:
        return Errno.EXISTS
    use.left -= size
    port.create(size, call.a3 == DIRECTION_OUT, refresh)
    return Errno.OK


def sampling_create(call: Call) -> int | None:
    """SAMPLING_CREATE(name, size, direction, refresh ns, id out)."""
    return _create(call, SAMPLING, call.a4)


def queueing_create(call: Call) -> int | None:
    """QUEUEING_CREATE(name, size, direction, discipline, id out)."""
    code = _create(call, QUEUEING, 0)
    return Errno.OK if code == Errno.EXISTS else code


# --- operations ------------------------------------------------------------


def _port(call: Call) -> tuple[Errno, Port | None]:
    """Return the port that argument 1 names: EINVAL, PORT, or OK."""
    ports = call.pok.kernel.ports.ports
    number = call.a1 & 0xFF
    if number >= len(ports):
        return Errno.EINVAL, None
    if ports[number].partition != call.pok.setup.index:
        return Errno.PORT, None
    return Errno.OK, ports[number]


def sampling_write(call: Call) -> int | None:
    """SAMPLING_WRITE(id, data, length): the length has 8 bits."""
    if not call.memory.contains(call.a2, call.a3):
        return Errno.EINVAL
    code, port = _port(call)
    if port is None:
        return code
    length = call.a3 & 0xFF
    if not port.ready or length > port.size:
        return Errno.EINVAL
    if not port.outgoing:
        return Errno.DIRECTION
    port.put(call.memory.read(call.a2, length), call.clock)
    port.marked = True
    call.pok.tell(
        call.proc, call.now, EventKind.PORT_SEND, port.number, length
    )
    return Errno.OK


def sampling_read(call: Call) -> int | None:
    """SAMPLING_READ(id, data out, length out, validity out)."""
    memory = call.memory
    if not (memory.contains(call.a3, 4) and memory.contains(call.a4, 4)):
        return Errno.EINVAL
    code, port = _port(call)
    if port is None:
        return code
    if not port.ready:
        return Errno.PORT
    if port.kind != SAMPLING:
        return Errno.EINVAL
    if port.outgoing:
        return Errno.MODE
    if not memory.contains(call.a2, port.size):
        return Errno.EINVAL
    if port.empty:
        memory.write(call.a3, bytes(4))
        memory.write(call.a4, bytes(4))
        return Errno.EMPTY
    memory.write(call.a2, bytes(port.data))
    memory.write(call.a4, _valid(port, call).to_bytes(4, "little"))
    memory.write(call.a3, int(port.size).to_bytes(4, "little"))
    call.pok.tell(
        call.proc, call.now, EventKind.PORT_RECEIVE, port.number, port.size
    )
    return Errno.OK


def _valid(port: Port, call: Call) -> int:
    return int(clock(port.received) + port.refresh >= call.clock)


def sampling_status(call: Call) -> int | None:
    """SAMPLING_STATUS(id, status out)."""
    if not call.memory.contains(call.a2, SAMPLING_STATUS.size):
        return Errno.EINVAL
    code, port = _port(call)
    if port is None:
        return code
    if not port.ready or port.kind != SAMPLING:
        return Errno.EINVAL
    direction = DIRECTION_OUT if port.outgoing else DIRECTION_IN
    call.memory.write(
        call.a2,
        SAMPLING_STATUS.pack(
            port.size, direction, port.refresh, _valid(port, call)
        ),
    )
    return Errno.OK


def queueing_send(call: Call) -> int | None:
    """QUEUEING_SEND(id, data, length, timeout ns): the length has 8 bits."""
    if not call.memory.contains(call.a2, call.a3):
        return Errno.EINVAL
    length = call.a3 & 0xFF
    ports = call.pok.kernel.ports.ports
    if call.a1 & 0xFF >= len(ports):
        return Errno.EINVAL
    if length == 0:
        return Errno.SIZE
    code, port = _port(call)
    if port is None:
        return code
    if not port.ready:
        return Errno.PORT
    if length > port.size:
        return Errno.SIZE
    if not port.outgoing:
        return Errno.DIRECTION
    if port.kind != QUEUEING:
        return Errno.KIND
    data = call.memory.read(call.a2, length)
    sending = port

    def attempt(proc: Processor, now: int) -> int | None:
        if not sending.put(data, clock(now)):
            return LATER
        sending.marked = True
        call.pok.tell(
            proc, now, EventKind.PORT_SEND, sending.number, len(data)
        )
        return Errno.OK

    return _try(call, port, call.a4, attempt, Errno.FULL)


def queueing_receive(call: Call) -> int | None:
    """QUEUEING_RECEIVE(id, timeout ns, max, data out, length out)."""
    memory = call.memory
    if not (memory.contains(call.a4, call.a3) and memory.contains(call.a5, 4)):
        return Errno.EINVAL
    address, limit, length_at = call.a4, call.a3, call.a5
    memory.write(length_at, bytes(4))
    if limit == 0:
        return Errno.EINVAL
    code, port = _port(call)
    if port is None:
        return code
    if not port.ready:
        return Errno.PORT
    if port.kind != QUEUEING:
        return Errno.KIND
    if port.outgoing:
        return Errno.DIRECTION
    memory.write(address, bytes(min(limit, int(port.size))))
    source = port

    def attempt(proc: Processor, now: int) -> int | None:
        if source.empty:
            return LATER
        data = source.take(min(limit, len(source.data)))
        memory.write(address, data)
        memory.write(length_at, len(data).to_bytes(4, "little"))
        call.pok.tell(
            proc, now, EventKind.PORT_RECEIVE, source.number, len(data)
        )
        return Errno.OK

    return _try(call, port, call.a2, attempt, Errno.EMPTY)


def _try(
    call: Call,
    port: Port,
    timeout: int,
    attempt: Callable[[Processor, int], int | None],
    refusal: Errno,
) -> int | None:
    """Attempt now, or wait until the port changes or time runs out."""
    result = attempt(call.proc, call.now)
    if result is not None:
        return result
    if timeout == 0:
        return refusal
    scheduler = call.scheduler
    queue = call.pok.ports.waiting(int(port.number))
    limit = call.clock + timeout

    def block(thread: Thread, now: int) -> None:
        enqueue(queue, thread, BY_PRIORITY)
        scheduler.wait(thread, queue, limit + clock(now), again)

    def again(proc: Processor, now: int) -> None:
        thread = proc.running
        assert thread is not None
        if thread.timed_out:
            thread.result = Errno.TIMEOUT
            return
        thread.result = attempt(proc, now)
        if thread.result is None:
            block(thread, now)
            scheduler.elect(proc, now)

    block(call.thread, call.now)
    call.elect()
    return LATER


def queueing_status(call: Call) -> int | None:
    """QUEUEING_STATUS(id, status out)."""
    if not call.memory.contains(call.a2, QUEUEING_STATUS.size):
        return Errno.EINVAL
    code, port = _port(call)
    if port is None:
        return code
    if not port.ready or port.kind != QUEUEING:
        return Errno.EINVAL
    direction = DIRECTION_OUT if port.outgoing else DIRECTION_IN
    call.memory.write(call.a2, QUEUEING_STATUS.pack(port.size, direction, 0))
    return Errno.OK


# --- virtual ports ---------------------------------------------------------


def _virtual(call: Call) -> Port | None:
    _, port = _port(call)
    return port if port is not None and port.kind != QUEUEING else None


def virtual_nb_destinations(call: Call) -> int | None:
    """VIRTUAL_NB_DESTINATIONS(id, number out)."""
    if not call.memory.contains(call.a2, 4):
        return Errno.EINVAL
    port = _virtual(call)
    if port is None:
        return Errno.PORT
    count = len(port.destinations)
    call.memory.write(call.a2, count.to_bytes(4, "little"))
    return Errno.OK


def virtual_destination(call: Call) -> int | None:
    """VIRTUAL_DESTINATION(id, n, global port out)."""
    if not call.memory.contains(call.a3, 4):
        return Errno.EINVAL
    port = _virtual(call)
    if port is None or call.a2 >= len(port.destinations):
        return Errno.PORT
    number = port.destinations[call.a2]
    call.memory.write(call.a3, number.to_bytes(4, "little"))
    return Errno.OK


def virtual_get_global(call: Call) -> int | None:
    """VIRTUAL_GET_GLOBAL(id, global port out)."""
    if not call.memory.contains(call.a2, 1):
        return Errno.EINVAL
    port = _virtual(call)
    if port is None:
        return Errno.PORT
    call.memory.write(call.a2, bytes([port.number & 0xFF]))
    return Errno.OK


def virtual_node(call: Call) -> int | None:
    """VIRTUAL_NODE(global port, node out): there is one node."""
    if not call.memory.contains(call.a2, 4):
        return Errno.EINVAL
    if call.a1 >= len(call.pok.kernel.ports.ports):
        return Errno.EINVAL
    call.memory.write(call.a2, bytes(1))
    return Errno.OK
