"""
One number for everything that happened.

Two runs are the same run if their digests are equal: the digest covers every
event, in order, and every byte of console text.  Nothing of the host, the
engine, slices or the way a run was cut is in it.
"""

from hashlib import sha256
from struct import Struct

from mypy_extensions import i64

from vpok.events import EventKind, Sink

# Goes into the digest first; change it with the meaning of any event.
VERSION = b"vpok events 1\n"

CONSOLE = int(EventKind.CONSOLE)
_EVENT = Struct("<8q")  # time, kind, pcpu, partition, vcpu, thread, a, b
_GUEST_EVENT = Struct("<6q")  # time, kind, vcpu, thread, a, b
_BLOCK = 1 << 16  # bytes collected before they are hashed


class Digest(Sink):
    """SHA-256 over all events; console text counts as an event of its own."""

    def __init__(self) -> None:
        """Start with the version."""
        self._hash = sha256(VERSION)
        self._held = bytearray()

    def emit(
        self,
        time: i64,
        kind: i64,
        pcpu: i64,
        partition: i64,
        vcpu: i64,
        thread: i64,
        a: i64,
        b: i64,
    ) -> None:
        """Take one event in."""
        self._add(_EVENT.pack(time, kind, pcpu, partition, vcpu, thread, a, b))

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Take console text in: its length, then its bytes."""
        self.emit(time, CONSOLE, pcpu, partition, vcpu, -1, len(text), 0)
        self._add(text)

    def _add(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= _BLOCK:
            self._hash.update(self._held)
            self._held = bytearray()

    def hexdigest(self) -> str:
        """Return the digest of everything so far."""
        self._hash.update(self._held)
        self._held = bytearray()
        return self._hash.hexdigest()


# What a partition's guests can see of a run, or cause in it.  Windows,
# switches and runstates are the hypervisor's.
GUEST_VISIBLE = frozenset(
    {
        EventKind.THREAD,
        EventKind.SYSCALL,
        EventKind.RESULT,
        EventKind.FAULT,
        EventKind.ERROR,
        EventKind.MODE,
        EventKind.PORT_SEND,
        EventKind.PORT_RECEIVE,
        EventKind.CONSOLE,
        EventKind.IRQ_RAISE,
        EventKind.IRQ_DELIVER,
        EventKind.IRQ_COMPLETE,
        EventKind.IRQ_OVERRUN,
        EventKind.IRQ_DROP,
        EventKind.IRQ_LINE,
        EventKind.VECTOR,
        EventKind.JOB_START,
        EventKind.JOB_STOP,
        EventKind.JOB_END,
        EventKind.JOB_MISS,
    }
)


PORT_KINDS = frozenset({EventKind.PORT_SEND, EventKind.PORT_RECEIVE})


class PartitionDigest(Digest):
    """
    The digest of what one partition's guests can see.

    Its time, vCPUs and threads, but no processor: a neighbour's doings must
    not show in it.  Ports, which are numbered across the module, count in the
    order of their first use.
    """

    def __init__(self, partition: int) -> None:
        """Listen for the partition of this index."""
        super().__init__()
        self.partition = partition
        self._ports: dict[int, int] = {}

    def emit(
        self,
        time: i64,
        kind: i64,
        pcpu: i64,
        partition: i64,
        vcpu: i64,
        thread: i64,
        a: i64,
        b: i64,
    ) -> None:
        """Take one event in, if it is the partition's."""
        if partition == self.partition and kind in GUEST_VISIBLE:
            if kind in PORT_KINDS:
                a = self._ports.setdefault(int(a), len(self._ports))
            self._add(_GUEST_EVENT.pack(time, kind, vcpu, thread, a, b))

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Take console text in, if it is the partition's."""
        if partition == self.partition:
            super().console(time, pcpu, partition, vcpu, text)
