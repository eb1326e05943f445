"""
What a trace costs: `python -m benchmarks.trace`, with the extra `test`.

Real events (the pingpong example's, over and over, later each time) go into
each sink, in turns with the bare library writing the same thing: for Perfetto
its own streaming builder making the same packets, for JSON lines `json.dumps`
per event, for Parquet pyarrow's writer fed with the same blocks of rows.
Then: bytes per event, memory over ten times as many events, and whole runs
with and without a trace.
"""

import argparse
import gzip
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as proto
from perfetto.trace_builder.proto_builder import StreamingTraceProtoBuilder

import vpok
from benchmarks.pairs import interleave, spread
from benchmarks.peers import load
from benchmarks.tasksets import workload
from vpok.config.workload import convert
from vpok.events import EventKind, Sink
from vpok.trace.digest import Digest
from vpok.trace.files import make_writer, open_trace
from vpok.trace.jsonl import NAMES
from vpok.trace.record import End
from vpok.trace.writer import BLOCK, BlockWriter, Row

ROOT = Path(__file__).parent.parent
PINGPONG = ROOT / "examples/pingpong/x86-64.yaml"
DEMO = ROOT / "src/vpok/demo/config.yaml"
WANTED = 100_000
HOARD = "hoard"
MEASURED = ["jsonl", "jsonl.gz", "pftrace", "pftrace.gz", "parquet"]
Action = Callable[[], object]


class Material:
    """Events to be written, and where to."""

    def __init__(self, folder: Path, wanted: int) -> None:
        self.folder = folder
        path = folder / "once.jsonl"
        with vpok.load(PINGPONG).build(traces=[path]) as system:
            system.run()
        with open_trace(path) as trace:
            once = [e for e in trace if e.kind != EventKind.CONSOLE]
            self.head, self.end = trace.head, trace.end
        times = -(-wanted // len(once))
        self.events = [
            event._replace(time=event.time + turn * self.end.time)
            for turn in range(times)
            for event in once
        ]
        self.last = End(times * self.end.time, "limit", "", 0)

    def told(self, sink: Sink) -> None:
        emit = sink.emit
        for event in self.events:
            emit(*event[:8])

    def write(self, suffix: str) -> Path:
        path = self.folder / f"t.{suffix}"
        writer = make_writer(path, self.head)
        self.told(writer)
        writer.close(self.last)
        return path


class Hoard(BlockWriter):
    """Keeps everything: what memory that is not flat looks like here."""

    def write(self, rows: list[Row]) -> None:
        self._all = [*getattr(self, "_all", []), *rows]

    def close(self, end: End) -> None:
        self.flush()


# --- the bare libraries --------------------------------------------------------


def bare_json(material: Material, packed: bool) -> None:
    path = material.folder / "bare.jsonl"
    with gzip.open(path, "wt", 6) if packed else path.open("w") as file:
        for event in material.events:
            row = {
                "time": event.time,
                "kind": NAMES[event.kind],
                "processor": event.pcpu,
                "partition": event.partition,
                "vcpu": event.vcpu,
                "thread": event.thread,
                "a": event.a,
                "b": event.b,
            }
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


def packets(path: Path) -> list[Any]:
    """Return what is in a file that we wrote, as plain values."""
    found: list[Any] = []
    for packet in proto.Trace.FromString(path.read_bytes()).packet:
        if not packet.HasField("track_event"):
            found.append((packet, None))
            continue
        event = packet.track_event
        value = event.counter_value, event.double_counter_value
        notes = [(n.name_iid, n.int_value) for n in event.debug_annotations]
        fields = event.type, event.track_uuid, event.name_iid, event.name
        arrows = list(event.flow_ids), list(event.terminating_flow_ids)
        found.append((packet.timestamp, (*fields, *value, *arrows, notes)))
    return found


def bare_perfetto(material: Material, said: list[Any], packed: bool) -> None:
    """Let the library's builder make the packets that we make."""
    path = material.folder / "bare.pftrace"
    counter = proto.TrackEvent.TYPE_COUNTER
    with gzip.open(path, "wb", 6) if packed else path.open("wb") as file:
        builder = StreamingTraceProtoBuilder(file)
        for time_or_packet, fields in said:
            if fields is None:
                builder.write_packet(time_or_packet)
                continue
            kind, track, name, text, value, share, through, last, notes = (
                fields
            )
            packet = builder.create_packet()
            packet.timestamp = time_or_packet
            packet.trusted_packet_sequence_id, packet.sequence_flags = 1, 2
            event = packet.track_event
            event.type, event.track_uuid = kind, track
            if name:
                event.name_iid = name
            elif text:
                event.name = text
            if kind == counter and share:
                event.double_counter_value = share
            elif kind == counter:
                event.counter_value = value
            if through:
                event.flow_ids.extend(through)
            if last:
                event.terminating_flow_ids.extend(last)
            for note, number in notes:
                event.debug_annotations.add(name_iid=note, int_value=number)
            builder.write_packet(packet)


def bare_parquet(material: Material) -> None:
    """Collect rows as they come; hand them over in groups."""
    names = ["time", "kind", "pcpu", "partition", "vcpu", "thread", "a", "b"]
    schema = pa.schema([(name, pa.int64()) for name in names])
    path = material.folder / "bare.parquet"
    group = 32 * BLOCK
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        rows = [event[:8] for event in material.events]
        for start in range(0, len(rows), group):
            columns = zip(*rows[start : start + group], strict=True)
            arrays = [pa.array(column, pa.int64()) for column in columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def bare(material: Material, suffix: str) -> Action:
    """Return what the sink for *suffix* is compared with."""
    packed = suffix.endswith(".gz")
    if suffix.startswith("jsonl"):
        return lambda: bare_json(material, packed)
    if suffix.startswith("pftrace"):
        said = packets(material.write("pftrace"))
        return lambda: bare_perfetto(material, said, packed)
    return lambda: bare_parquet(material)


# --- what is measured ------------------------------------------------------------


def seconds(action: Action) -> float:
    begun = time.process_time()
    action()
    return time.process_time() - begun


def sinks(material: Material, rounds: int) -> Iterator[str]:
    count = len(material.events)
    for name, sink in (("none", Sink), ("digest", Digest)):
        taken = [
            seconds(partial(material.told, sink())) for _ in range(rounds)
        ]
        yield f"{name}: {spread(taken).show(1e6 / count)} us/event"
    for suffix in MEASURED:
        ours = partial(material.write, suffix)
        other = bare(material, suffix)
        pair = interleave(
            partial(seconds, ours), partial(seconds, other), rounds
        )
        size = ours().stat().st_size / count
        yield (
            f"{suffix}: {pair.ours.show(1e6 / count)} us/event, library "
            f"{pair.other.show(1e6 / count)}, ratio {pair.ratio.show(1)}; "
            f"{size:.1f} bytes/event"
        )


def memory(suffix: str, events: int) -> int:
    """Return the peak memory (kB) of a process that writes so many events."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.trace",
            "--one",
            suffix,
            str(events),
        ],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return int(done.stdout)


def one(suffix: str, events: int) -> None:
    """Write events that are made on the way; print the peak memory."""
    with TemporaryDirectory() as folder:
        material = Material(Path(folder), 1)
        path = Path(folder) / f"t.{suffix}"
        writer = (
            Hoard(path, material.head)
            if suffix == HOARD
            else make_writer(path, material.head)
        )
        written = turn = 0
        while written < events:
            for event in material.events:
                later = event.time + turn * material.end.time
                writer.emit(later, *event[1:8])
            written += len(material.events)
            turn += 1
        writer.close(material.last)
    print(peak())


def peak() -> int:
    """
    Return the most memory (kB) that this program has had.

    Not `ru_maxrss`: that one outlives `exec`, so a child of a large process
    starts with its parent's.
    """
    status = Path("/proc/self/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


def runs(folder: Path, rounds: int) -> Iterator[str]:
    """Run the demo and a scheduling workload, with and without traces."""
    config = folder / "c.yaml"
    config.write_text(convert(json.dumps(workload("c"))))
    for name, path, until in (
        ("demo", DEMO, None),
        ("workload (c), 20 s", config, "20s"),
    ):
        without = partial(whole, folder, path, until, "")
        for suffix in ("", "digest", *MEASURED):
            with_it = partial(whole, folder, path, until, suffix)
            pair = interleave(with_it, without, rounds)
            yield (
                f"{name}, {suffix or 'none'}: {pair.ours.show(1e3, 1)} ms, "
                f"{pair.ratio.show(1)} times the run without"
                f"{size(folder, suffix)}"
            )


def size(folder: Path, suffix: str) -> str:
    """Return how large the last trace is: less regular than `Material`."""
    if suffix not in MEASURED:
        return ""
    with open_trace(folder / "run.jsonl") as trace:
        events = sum(1 for _ in trace)
    written = (folder / f"run.{suffix}").stat().st_size
    return f"; {written / events:.1f} bytes/event of {events}"


def whole(folder: Path, config: Path, until: str | None, suffix: str) -> float:
    """Return the processor time of one run."""
    digest = suffix == "digest"
    traces = [folder / f"run.{suffix}"] if suffix in MEASURED else []
    loaded = vpok.load(config)
    with loaded.build(digest=digest, traces=traces) as system:
        begun = time.process_time()
        system.run(until)
        system.finish()
        return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one[0], int(given.one[1]))
        return
    print(load(), "\nmedian (middle half), processor time", flush=True)
    with TemporaryDirectory() as made:
        folder = Path(made)
        for line in sinks(Material(folder, WANTED), given.rounds):
            print(line, flush=True)
        for suffix in (*MEASURED, HOARD):
            few, many = memory(suffix, WANTED), memory(suffix, 10 * WANTED)
            print(
                f"{suffix}: {few / 1024:.0f} MB for {WANTED} events, "
                f"{many / 1024:.0f} MB for ten times as many",
                flush=True,
            )
        for line in runs(folder, given.rounds):
            print(line, flush=True)
    print(load())


if __name__ == "__main__":
    main()
