"""When data travels between ports: where windows change."""

from mypy_extensions import i64

from vpok.events import NOBODY, EventKind, Sink
from vpok.kernel.domain import Domain
from vpok.kernel.first_level import FirstLevel
from vpok.kernel.injection import Injection
from vpok.kernel.partition import IDLE, NORMAL, Partition
from vpok.kernel.ports import Port, PortTable
from vpok.units import FAR

PORT_FLUSH = int(EventKind.PORT_FLUSH)


class Flushes:
    """At which changes of a window; `system` says so before the boot."""

    def __init__(self) -> None:
        """Flush never."""
        self.windows = False
        self.frames = False  # whatever the plan; else by the period
        self.period: i64 = 0
        self.next: i64 = 0


class Traffic(Injection):
    """A module whose ports are flushed."""

    def __init__(
        self,
        partitions: list[Partition],
        domains: list[Domain],
        first_level: FirstLevel,
        processors: int,
        ports: PortTable,
        sink: Sink | None,
    ) -> None:
        """Flush nothing until told when."""
        super().__init__(
            partitions, domains, first_level, processors, ports, sink
        )
        self.flushes = Flushes()
        self.boundary: i64 = FAR  # the next change, if any port cares
        self.closed: list[int] = []  # partitions whose window ended there

    def left(self, index: i64) -> None:
        """Hear that a window of a domain has ended."""
        if index >= 0:
            for partition in self.domains[index].partitions:
                self.closed.append(int(partition.index))
        else:
            self.closed.append(-1)

    def cross(self, now: i64) -> None:
        """Carry data between ports where windows change."""
        closed = self.closed
        self.closed = []
        self.boundary = self.first_level.boundary(now)
        if not closed:
            return
        if self.flushes.windows:
            self.flush(closed, now)
        elif self.flushes.frames:
            if self.first_level.frame(now) >= 0:
                self.flush(None, now)
        elif now >= self.flushes.next:
            self.flushes.next += self.flushes.period
            self.flush(None, now)

    def sends(self, port: Port) -> bool:
        """Say whether its owner's mode lets data out of a port (POK's rule)."""
        mode = self.partitions[port.partition].mode
        return mode in (NORMAL, IDLE)

    def loaded(self) -> bool:
        """Say whether data waits for a flush that will come."""
        for port in self.ports.ports:
            leaves = self.flushes.windows or self.sends(port)
            if port.marked and port.outgoing and leaves:
                return True
        return False

    def flush(self, owners: list[int] | None, now: i64) -> None:
        """Carry what waits in sending ports of *owners* (None: of all)."""
        for port in self.ports.ports:
            owner = port.partition
            if not port.marked or not port.outgoing:
                continue
            if owners is None:
                if not self.sends(port):
                    continue
            elif int(owner) not in owners:
                continue
            for number in self.ports.carry(port, now):
                reader = self.ports.ports[number].partition
                if self.sink is not None:
                    self.sink.emit(
                        now,
                        PORT_FLUSH,
                        self.partitions[reader].home,
                        reader,
                        NOBODY,
                        NOBODY,
                        port.number,
                        number,
                    )
                self.partitions[reader].personality.flushed(number, now)
            self.partitions[owner].personality.flushed(port.number, now)
