"""The digest of a run, once more from its trace."""

from dataclasses import dataclass
from pathlib import Path

from vpok.events import EventKind
from vpok.trace.digest import Digest, PartitionDigest
from vpok.trace.files import open_trace
from vpok.trace.head import Head
from vpok.trace.record import Event
from vpok.trace.words import partition_of


@dataclass(frozen=True, slots=True)
class Again:
    """A digest, and what is known of it."""

    digest: str
    recorded: str  # that of the run, as the file says; '': it does not
    left_out: str  # what the trace has not; '': it is whole
    wrong: bool  # it should be the one that is recorded, and is not


def digest_again(path: Path, partition: str | None = None) -> Again:
    """Read a trace; raises TraceError."""
    with open_trace(path) as trace:
        head = trace.head
        digest = Digest()
        if partition is not None:
            digest = PartitionDigest(partition_of(head, partition))
        for event in trace:
            feed(digest, event)
        recorded = trace.end.digest
    found, missing = digest.hexdigest(), left_out(head)
    comparable = bool(recorded) and partition is None and not missing
    return Again(found, recorded, missing, comparable and found != recorded)


def feed(digest: Digest, event: Event) -> None:
    """Let a digest hear of an event that was recorded."""
    time, kind, pcpu, partition, vcpu, thread, a, b, text = event
    if kind == EventKind.CONSOLE:
        digest.console(time, pcpu, partition, vcpu, text)
    else:
        digest.emit(time, kind, pcpu, partition, vcpu, thread, a, b)


def left_out(head: Head) -> str:
    """Say what a trace has of its run only, or ''."""
    parts = []
    if head.only_partitions:
        names = [head.partitions[n].name for n in head.only_partitions]
        parts.append(f"partitions {', '.join(names)}")
    if head.only_kinds:
        parts.append(f"kinds {', '.join(head.only_kinds)}")
    if head.last:
        parts.append(f"the last {head.last} ns")
    return f"only {'; '.join(parts)}" if parts else ""
