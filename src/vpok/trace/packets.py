"""
Packets of Perfetto's protobuf traces, framed by hand.

What a packet says comes from the library, once for each that differs; only
its instant and its frame are put around it here.  Both are one pass over few
bytes, where the library would make, fill and walk a tree of objects.
"""

from typing import Any, Final

from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as proto

SEQUENCE: Final = 1  # all packets are of one sequence
CLEARED: Final = 1  # sequence_flags: names are told anew
NEEDED: Final = 2  # sequence_flags: names were told before
PACKET: Final = b"\x0a"  # Trace.packet, length-delimited
TIMESTAMP: Final = b"\x40"  # TracePacket.timestamp, varint
MOST: Final = 1 << 15  # packets that are remembered

BEGIN: Final = proto.TrackEvent.TYPE_SLICE_BEGIN
END: Final = proto.TrackEvent.TYPE_SLICE_END
INSTANT: Final = proto.TrackEvent.TYPE_INSTANT
COUNTER: Final = proto.TrackEvent.TYPE_COUNTER

Note = tuple[str, int]  # the name of a value beside an event, and the value


def varint(number: int) -> bytes:
    """Return a number as protobuf has it: seven bits a byte, lowest first."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)


# The frame of a packet that follows a timestamp, by its length.
FRAMES: Final = [PACKET + varint(size) for size in range(256)]


class Packets:
    """Makes packets; `take` returns those that are new."""

    def __init__(self) -> None:
        """Begin a sequence."""
        self._parts: list[bytes] = []
        self._names: dict[str, int] = {}
        self._notes: dict[str, int] = {}
        self._known: dict[Any, bytes] = {}
        self._time = -1
        self._stamp = b""
        self._add(proto.TracePacket(sequence_flags=CLEARED))

    def take(self) -> bytes:
        """Return what is new since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found

    # --- what happens --------------------------------------------------------

    def begin(self, time: int, track: int, name: str, *notes: Note) -> None:
        """Let a slice begin."""
        self._say(time, (BEGIN, track, name, *notes))

    def end(self, time: int, track: int) -> None:
        """Let the innermost slice of a track end."""
        self._say(time, (END, track, ""))

    def instant(self, time: int, track: int, name: str, *notes: Note) -> None:
        """Tell of an instant."""
        self._say(time, (INSTANT, track, name, *notes))

    def count(self, time: int, track: int, value: float) -> None:
        """Let a counter have a value from then on."""
        self._say(time, (COUNTER, track, value))

    def flow(
        self,
        time: int,
        said: tuple[Any, ...],
        through: list[int],
        last: list[int],
    ) -> None:
        """Say something that arrows go through, or end at."""
        event = self._event(said)
        event.flow_ids.extend(through)
        event.terminating_flow_ids.extend(last)
        self._frame(time, self._whole(event))

    def text(self, time: int, track: int, text: str) -> None:
        """Tell of an instant whose name will hardly come again."""
        event = proto.TrackEvent(type=INSTANT, track_uuid=track, name=text)
        self._frame(time, self._whole(event))

    def track(self, **fields: Any) -> None:
        """Describe a track; fields as in TrackDescriptor."""
        descriptor = proto.TrackDescriptor(**fields)
        self._add(proto.TracePacket(track_descriptor=descriptor))

    # --- how it is written ---------------------------------------------------

    def _say(self, time: int, said: tuple[Any, ...]) -> None:
        body = self._known.get(said)
        if body is None:
            body = self._whole(self._event(said))
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[said] = body
        self._frame(time, body)

    def _frame(self, time: int, body: bytes) -> None:
        if time != self._time:
            self._time = time
            self._stamp = TIMESTAMP + varint(time)
        size = len(self._stamp) + len(body)
        frame = FRAMES[size] if size < 256 else PACKET + varint(size)
        self._parts += (frame, self._stamp, body)

    def _event(self, said: tuple[Any, ...]) -> proto.TrackEvent:
        kind, track, what, *notes = said
        event = proto.TrackEvent(type=kind, track_uuid=track)
        if kind != COUNTER:
            if what:
                event.name_iid = self._name(what)
        elif isinstance(what, float):
            event.double_counter_value = what
        else:
            event.counter_value = what
        for name, value in notes:
            event.debug_annotations.add(
                name_iid=self._note(name), int_value=value
            )
        return event

    def _whole(self, event: proto.TrackEvent) -> bytes:
        packet = proto.TracePacket(
            trusted_packet_sequence_id=SEQUENCE,
            sequence_flags=NEEDED,
            track_event=event,
        )
        data: bytes = packet.SerializeToString()
        return data

    def _name(self, name: str) -> int:
        """Return the number of a name, which is told when it is new."""
        if name not in self._names:
            number = self._names[name] = len(self._names) + 1
            told = proto.InternedData()
            told.event_names.add(iid=number, name=name)
            self._add(proto.TracePacket(interned_data=told))
        return self._names[name]

    def _note(self, name: str) -> int:
        if name not in self._notes:
            number = self._notes[name] = len(self._notes) + 1
            told = proto.InternedData()
            told.debug_annotation_names.add(iid=number, name=name)
            self._add(proto.TracePacket(interned_data=told))
        return self._notes[name]

    def _add(self, packet: proto.TracePacket) -> None:
        packet.trusted_packet_sequence_id = SEQUENCE
        data = packet.SerializeToString()
        self._parts.append(PACKET + varint(len(data)) + data)
