"""Reads a file for Perfetto back, with the library's own classes."""

import gzip
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as proto

Track = tuple[str, ...]  # names, from the process down
KINDS = {
    proto.TrackEvent.TYPE_SLICE_BEGIN: "begin",
    proto.TrackEvent.TYPE_SLICE_END: "end",
    proto.TrackEvent.TYPE_INSTANT: "instant",
    proto.TrackEvent.TYPE_COUNTER: "counter",
}


@dataclass
class Said:
    """A packet that tells of something."""

    time: int
    track: Track
    kind: str
    name: str
    value: float
    notes: dict[str, int]
    flows: list[int]
    ends: list[int]


@dataclass
class Picture:
    """What is in a file."""

    tracks: list[Track] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def slices(self) -> Counter[Track]:
        return Counter(s.track for s in self.said if s.kind == "begin")

    def counters(self) -> dict[Track, list[tuple[int, float]]]:
        found: dict[Track, list[tuple[int, float]]] = {}
        for said in self.said:
            if said.kind == "counter":
                found.setdefault(said.track, []).append(
                    (said.time, said.value)
                )
        return found

    def arrows(self) -> list[tuple[Said, Said]]:
        """Return who begins and who ends each arrow."""
        began: dict[int, Said] = {}
        found = []
        for said in self.said:
            for flow in said.flows:
                began.setdefault(flow, said)
            found += [(began.pop(flow), said) for flow in said.ends]
        return found

    def check_nesting(self, end: int) -> None:
        """Every slice ends, none before it began, none after the run."""
        opened: dict[Track, list[int]] = {}
        for said in self.said:
            if said.kind == "begin":
                opened.setdefault(said.track, []).append(said.time)
            elif said.kind == "end":
                assert opened[said.track].pop() <= said.time <= end

        assert not any(opened.values())


def read(path: Path) -> Picture:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    trace = proto.Trace.FromString(data)
    picture = Picture()
    tracks: dict[int, Track] = {}
    names: dict[int, str] = {}
    notes: dict[int, str] = {}
    for packet in trace.packet:
        assert packet.trusted_packet_sequence_id == 1
        for entry in packet.interned_data.event_names:
            names[entry.iid] = entry.name
        for entry in packet.interned_data.debug_annotation_names:
            notes[entry.iid] = entry.name
        if packet.HasField("track_descriptor"):
            one = packet.track_descriptor
            own = (
                one.process.process_name or one.thread.thread_name or one.name
            )
            assert one.uuid not in tracks
            tracks[one.uuid] = (*tracks.get(one.parent_uuid, ()), own)
            picture.tracks.append(tracks[one.uuid])
        if packet.HasField("track_event"):
            picture.said.append(_said(packet, tracks, names, notes))
    return picture


def _said(
    packet: Any,
    tracks: dict[int, Track],
    names: dict[int, str],
    notes: dict[int, str],
) -> Said:
    event = packet.track_event
    value = event.counter_value
    if event.HasField("double_counter_value"):
        value = event.double_counter_value
    return Said(
        packet.timestamp,
        tracks[event.track_uuid],
        KINDS[event.type],
        event.name or names.get(event.name_iid, ""),
        value,
        {notes[n.name_iid]: n.int_value for n in event.debug_annotations},
        list(event.flow_ids),
        list(event.terminating_flow_ids),
    )
