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
        """Make it as configured; size and readiness come with creation."""
        self.number: i64 = number
        self.name = name
        self.kind: i64 = kind
        self.partition: i64 = partition
        self.outgoing = outgoing
        self.destinations = destinations
        self.size: i64 = 0  # bytes, once created
        self.ready = False
        self.refresh: i64 = 0  # ns, of a sampling port
        self.data = bytearray()  # queueing: a stream; sampling: the message
        self.received: i64 = 0  # when the last flush arrived
        self.marked = False  # an outgoing port has something to flush

    def reset(self) -> None:
        """Be as before creation."""
        self.size = 0
        self.ready = False
        self.refresh = 0
        self.data = bytearray()
        self.received = 0
        self.marked = False


class PortTable:
    """All ports of the module."""

    def __init__(self, ports: list[Port]) -> None:
        """Own *ports*, in order of their numbers."""
        self.ports = ports

    def marked(self) -> bool:
        """Say whether any data waits for a flush."""
        for port in self.ports:
            if port.marked:
                return True
        return False

    def carry(self, source: Port, now: i64) -> list[int]:
        """
        Move *source*'s data to its destinations; return those it reached.

        A destination that is not ready, or has no room for all of it, loses
        it, as in POK.
        """
        reached: list[int] = []
        data = bytes(source.data)
        source.marked = False
        for number in source.destinations:
            port = self.ports[number]
            if port.ready and self._arrive(port, data, now):
                reached.append(number)
        if source.kind == QUEUEING:
            source.data = bytearray()
        return reached

    def _arrive(self, port: Port, data: bytes, now: i64) -> bool:
        if port.kind == SAMPLING:
            if len(data) > port.size:
                return False
            port.data = bytearray(data)
        else:
            if len(port.data) + len(data) > port.size:
                return False
            port.data += data
        port.received = now
        return True
