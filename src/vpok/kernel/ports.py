"""
Ports and what travels between them.

A sending port keeps data until a flush carries it to its destinations; when
that happens is the configuration's choice (POK: kernel/middleware/portflushall.c).
What a guest may do with a port is its personality's business.
"""

from typing import Final

from mypy_extensions import i64

SAMPLING: Final = 0
QUEUEING: Final = 1
VIRTUAL: Final = 2
KINDS: Final = ("sampling", "queueing", "virtual")


class Port:
    """One end of a channel; its number is its index in the table."""

    def __init__(
        self,
        number: int,
        name: str,
        kind: int,
        partition: int,
        outgoing: bool,
        destinations: list[int],
    ) -> None:
        """Make it as configured; the rest comes with `create`."""
        self.number: i64 = number
        self.name = name
        self.kind: i64 = kind
        self.partition: i64 = partition
        self.outgoing = outgoing  # as configured, then as created
        self.destinations = destinations
        self.size: i64 = 0  # bytes, once created
        self.ready = False
        self.refresh: i64 = 0  # ns, of a sampling port
        self.empty = True  # nothing was ever written, or all is read
        # A sampling port's message (always `size` bytes), or a queueing
        # port's stream (at most `size` bytes).
        self.data = bytearray()
        self.received: i64 = 0  # when data arrived last
        self.marked = False  # an outgoing port has something to flush

    def create(self, size: i64, outgoing: bool, refresh: i64) -> None:
        """Make it ready for use."""
        self.size = size
        self.outgoing = outgoing
        self.refresh = refresh
        self.ready = True
        self.empty = True
        self.data = bytearray(size if self.kind == SAMPLING else 0)

    def room(self) -> i64:
        """Return how many bytes a queueing port can still take."""
        return self.size - len(self.data)

    def put(self, data: bytes, now: i64) -> bool:
        """Store *data*; say whether it fitted."""
        if self.kind == SAMPLING:
            if len(data) > self.size:
                return False
            self.data[: len(data)] = data
            self.received = now
        else:
            if len(data) > self.room():
                return False
            self.data += data
        self.empty = False
        return True

    def take(self, length: i64) -> bytes:
        """Take the oldest *length* bytes out of a queueing port."""
        data = bytes(self.data[:length])
        del self.data[:length]
        self.empty = not self.data
        return data


class PortTable:
    """All ports of the module."""

    def __init__(self, ports: list[Port]) -> None:
        """Own *ports*, in order of their numbers."""
        self.ports = ports

    def carry(self, source: Port, now: i64) -> list[int]:
        """
        Move *source*'s data to its destinations; return those it reached.

        A destination that is not ready, or has no room for all of it, loses
        it, as in POK.
        """
        reached: list[int] = []
        source.marked = False
        if source.kind == SAMPLING:
            data = bytes(source.data)
        else:
            data = source.take(len(source.data))
        for number in source.destinations:
            port = self.ports[number]
            if port.ready and not port.outgoing and port.put(data, now):
                port.received = now
                reached.append(number)
        return reached
