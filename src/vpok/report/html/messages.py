"""Messages between ports: rows of ports, and arrows from send to arrival."""

from array import array

from vpok.report.html.kinds import Item
from vpok.report.html.names import Names
from vpok.report.html.tracks import Group, Strings, Track


class Messages:
    """
    Follows what travels.

    `arrows` are columns: time sent, port that sent, time of arrival, port
    where; in order of the arrival.
    """

    def __init__(self, names: Names, strings: Strings) -> None:
        """Start with nothing under way."""
        self.names = names
        self.strings = strings
        self.group = Group("messages")
        self.arrows = tuple(array("q") for _ in range(4))
        self.used = False
        # By port: what was sent since it was flushed, and when that was.
        self._sent: dict[int, list[int]] = {}
        self._flushed: dict[int, int] = {}

    def row(self, port: int) -> Track:
        """Return the row of a port."""
        self.used = True
        label, partition = f"port {port}", -1
        if port < len(self.names.ports):
            found = self.names.ports[port]
            label, partition = found.name, found.partition
        track = self.group.row((port,), label)
        track.partition = partition
        return track

    def send(self, time: int, port: int, size: int) -> None:
        """Take a message that waits for its flush."""
        self.row(port).mark(time, Item.SEND, 0, size)
        if self._flushed.pop(port, None) is not None:
            self._sent[port] = []
        sent = self._sent.setdefault(port, [])
        if self._sampling(port):
            sent.clear()  # the last one counts
        sent.append(time)

    def receive(self, time: int, port: int, size: int) -> None:
        """Take a message that is read."""
        self.row(port).mark(time, Item.RECEIVE, 0, size)

    def flush(self, time: int, source: int, destination: int) -> None:
        """Take a message that arrives; again and again is no message."""
        name = self.strings.number(f"from {self.row(source).label}")
        self.row(destination).mark(time, Item.ARRIVE, name)
        if self._flushed.setdefault(source, time) != time:
            return
        for sent in self._sent.get(source, ()):
            arrow = (sent, source, time, destination)
            for column, value in zip(self.arrows, arrow, strict=True):
                column.append(value)

    def _sampling(self, port: int) -> bool:
        ports = self.names.ports
        return port < len(ports) and ports[port].kind == "sampling"
