"""Calls about console and ports."""

from struct import Struct
from typing import Final

from vpok.abi.paravirt_calls import Error
from vpok.events import NOBODY, EventKind
from vpok.kernel.ports import SAMPLING, VIRTUAL, Port
from vpok.personalities.paravirt.call import Call, Refused

_STATUS: Final = Struct("<IIQQq")


def write(call: Call) -> int:
    """Print."""
    length = call.length(1)
    data = call.memory.read(call.address(0, length), length)
    if data:
        call.kernel.console(call.now, call.vcpu, data, 0)
    return length


def read(call: Call) -> int:
    """Read what the configuration lets the partition read."""
    length = call.length(1)
    address = call.address(0, length)
    data = call.guest.read_input(length)
    call.memory.write(address, data)
    return len(data)


# --- ports ------------------------------------------------------------------


def find(call: Call) -> int:
    """Find a port by name."""
    name = call.name(0)
    for place, port in enumerate(call.guest.ports):
        if port.name == name:
            return place
    raise Refused(Error.ENOENT)


def _port(call: Call) -> Port:
    place = call.argument(0)
    if place >= len(call.guest.ports):
        raise Refused(Error.EINVAL)
    return call.guest.ports[place]


def send(call: Call) -> int:
    """Write a message into an out port."""
    port = _port(call)
    if not port.outgoing:
        raise Refused(Error.EINVAL)
    length = call.length(2, int(port.size))
    data = call.memory.read(call.address(1, length), length)
    if not port.put(data, call.now):
        raise Refused(Error.EAGAIN)
    port.marked = True
    _tell(call, EventKind.PORT_SEND, port, length)
    return 0


def receive(call: Call) -> int:
    """Read from an in port: a sampling port's message, or queued bytes."""
    port = _port(call)
    if port.outgoing:
        raise Refused(Error.EINVAL)
    length = call.argument(2)
    if port.empty:
        raise Refused(Error.EAGAIN)
    if port.kind == SAMPLING:
        if length < port.size:
            raise Refused(Error.EMSGSIZE)
        address = call.address(1, int(port.size))
        data = bytes(port.data)
    else:
        length = min(length, len(port.data))
        address = call.address(1, length)
        data = port.take(length)
    call.memory.write(address, data)
    _tell(call, EventKind.PORT_RECEIVE, port, len(data))
    return len(data)


def status(call: Call) -> int:
    """Write the state of a port."""
    port = _port(call)
    address = call.address(1, _STATUS.size)
    used = 0 if port.empty else len(port.data)
    age = -1 if port.empty else call.now - int(port.received)
    call.memory.write(
        address,
        _STATUS.pack(
            int(port.kind), int(port.outgoing), int(port.size), used, age
        ),
    )
    return 0


def bind(call: Call) -> int:
    """Raise an interrupt when data arrives or leaves."""
    port = _port(call)
    number = call.registered(1)
    call.guest.bind(int(port.number), call.vcpu, number)
    return 0


def usable(port: Port) -> bool:
    """Say whether these calls serve a port of this kind."""
    return port.kind != VIRTUAL


def _tell(call: Call, kind: EventKind, port: Port, length: int) -> None:
    call.kernel.emit(
        call.now, kind, call.vcpu, NOBODY, int(port.number), length
    )
