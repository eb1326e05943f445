"""
The tree of tracks in a file for Perfetto.

Processes are partitions; their threads are virtual CPUs, guest threads and
modelled tasks.  A track is described when something first happens on it.
"""

from typing import Any, Final

from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as proto

from vpok.trace.head import Head
from vpok.trace.packets import Packets

MODULE: Final = 1 << 20  # the process that is the module, not a partition
FIRST_THREAD: Final = MODULE + 1  # threads are numbered from here
INSIDE: Final = {
    "states": "runstates",
    "interrupts": "interrupts",
    "pending": "pending interrupts",
    "budget": "budget",
}
BYTES: Final = proto.CounterDescriptor.UNIT_SIZE_BYTES
COUNT: Final = proto.CounterDescriptor.UNIT_COUNT
TIME: Final = proto.CounterDescriptor.UNIT_TIME_NS

Key = tuple[Any, ...]  # what is shown, and of whom: ("vcpu", 0, 1)


class Tracks(dict[Key, int]):
    """The number of each track; one that is asked for first is described."""

    def __init__(self, head: Head, packets: Packets) -> None:
        """Describe the partitions with their vCPUs and tasks."""
        super().__init__()
        self.head = head
        self.packets = packets
        self._threads = FIRST_THREAD
        for pcpu in range(head.processors):
            self["runs", pcpu]
        for index, partition in enumerate(head.partitions):
            for vcpu in range(partition.vcpus):
                self["vcpu", index, vcpu]
            for task in range(len(partition.tasks)):
                self["thread", index, task]

    def __missing__(self, key: Key) -> int:
        """Describe a track."""
        fields = self._fields(*key)
        number = self[key] = len(self) + 1
        self.packets.track(uuid=number, **fields)
        return number

    def _fields(self, what: str, *who: int) -> dict[str, Any]:
        if what in ("module", "partition"):
            return self._process(*who)
        if what == "vcpu":
            return self._thread(who[0], f"vCPU {who[1]}")
        if what == "thread":
            return self._thread(who[0], self.thread_name(*who))
        if what in INSIDE:
            return self._inside(what, *who)
        if what == "port":
            return self._port(*who)
        if what in ("console", "ports"):
            return {"parent_uuid": self["partition", *who], "name": what}
        if what == "frames":
            return {"parent_uuid": self["module",], "name": "frames"}
        return self._processor(what, *who)

    def _process(self, index: int = -1) -> dict[str, Any]:
        if index < 0:
            pid, name = MODULE, self.head.system
        else:
            pid, name = index + 1, self.head.partitions[index].name
        return {"process": {"pid": pid, "process_name": name}}

    def _thread(self, index: int, name: str) -> dict[str, Any]:
        parent = self["partition", index]
        self._threads += 1
        return {
            "parent_uuid": parent,
            "thread": {
                "pid": index + 1,
                "tid": self._threads,
                "thread_name": name,
            },
        }

    def _inside(self, what: str, index: int, vcpu: int) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "parent_uuid": self["vcpu", index, vcpu],
            "name": INSIDE[what],
        }
        if what == "pending":
            fields["counter"] = {"unit": COUNT}
        elif what == "budget":
            fields["counter"] = {"unit": TIME}
        return fields

    def _port(self, number: int) -> dict[str, Any]:
        port = self.head.ports[number]
        return {
            "parent_uuid": self["partition", port.partition],
            "name": f"{port.name} depth",
            "counter": {"unit": BYTES},
        }

    def _processor(self, what: str, pcpu: int) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "parent_uuid": self["module",],
            "name": f"processor {pcpu} {what}",
        }
        if what == "utilisation":
            fields["counter"] = {"unit_name": "%"}
        return fields

    def thread_name(self, index: int, thread: int) -> str:
        """Name a guest thread or a task."""
        tasks = self.head.partitions[index].tasks
        return tasks[thread].name if tasks else f"thread {thread}"
