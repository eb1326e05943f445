"""
What lasts, in a file for Perfetto: windows, runs, states, threads and jobs.

Each kind of event has a function; what it says goes through `Packets`.
"""

from collections.abc import Iterable
from pathlib import Path

from vpok import names
from vpok.kernel.vcpu import OFFLINE
from vpok.trace.busy import Busy, Share
from vpok.trace.head import Head
from vpok.trace.packets import Note, Packets
from vpok.trace.record import End
from vpok.trace.storage import Storage
from vpok.trace.tracks import Tracks
from vpok.trace.writer import BlockWriter, Row


class Slices(BlockWriter):
    """A file for Perfetto, and the slices in it."""

    def __init__(self, path: Path, head: Head) -> None:
        """Begin a file; raises OSError."""
        super().__init__(path, head)
        self._file = Storage(path)
        self.packets = Packets()
        self.tracks = Tracks(head, self.packets)
        framed = head.major_frame > 0
        self._busy = [Busy(frames=framed) for _ in range(head.processors)]
        # By track: how many slices are open.
        self._open: dict[int, int] = {}
        # By processor the vCPU that runs, by vCPU its thread and where that
        # thread is drawn.
        self._runs: dict[int, tuple[int, int]] = {}
        self._thread: dict[tuple[int, int], int] = {}
        self._drawn: dict[tuple[int, int], int] = {}

    def close(self, end: End) -> None:
        """Close what is open, and the file; raises OSError."""
        self.flush()
        for pcpu, busy in enumerate(self._busy):
            self._share(pcpu, busy.finish(end.time))
        for track in sorted(self._open):
            self.end_slices(end.time, track, 0)
        self._file.write(self.packets.take())
        self._file.close()

    def abandon(self) -> None:
        """Let the file go as it is."""
        self._file.abandon()

    # --- slices ----------------------------------------------------------------

    def begin(self, time: int, track: int, name: str, *notes: Note) -> None:
        """Let a slice begin."""
        self.opened(track)
        self.packets.begin(time, track, name, *notes)

    def opened(self, track: int) -> None:
        """Count a slice that has begun."""
        self._open[track] = self._open.get(track, 0) + 1

    def depth(self, track: int) -> int:
        """Return how many slices of a track are open."""
        return self._open.get(track, 0)

    def end_slices(self, time: int, track: int, left: int) -> None:
        """End slices of a track until so many are open."""
        for _ in range(self._open.get(track, 0) - left):
            self.packets.end(time, track)
            self._open[track] -= 1

    def place(self, row: Row) -> int:
        """Return the track of whoever an event concerns."""
        _, _, _, partition, vcpu, thread, _, _, _ = row
        if partition < 0:
            return self.tracks["module",]
        if thread >= 0:
            return self.tracks["thread", partition, thread]
        if vcpu >= 0:
            return self.tracks["vcpu", partition, vcpu]
        return self.tracks["partition", partition]

    def interrupts(self, row: Row) -> int:
        """Return the track of a vCPU's interrupts."""
        return self.tracks["interrupts", row[3], row[4]]

    # --- windows, processors, vCPUs, threads -----------------------------------

    def frame(self, row: Row) -> None:
        """A major frame starts."""
        time, _, _, _, _, _, number, _, _ = row
        track = self.tracks["frames",]
        self.end_slices(time, track, 0)
        self.begin(time, track, "frame", ("number", number))
        for pcpu, busy in enumerate(self._busy):
            self._share(pcpu, busy.frame(time))

    def window_open(self, row: Row) -> None:
        """A partition gets a processor."""
        time, _, pcpu, partition, _, _, number, _, _ = row
        name = self.head.partitions[partition].name if partition >= 0 else "-"
        track = self.tracks["windows", pcpu]
        self.begin(time, track, name, ("window", number))

    def window_close(self, row: Row) -> None:
        """And loses it."""
        self.end_slices(row[0], self.tracks["windows", row[2]], 0)

    def switch(self, row: Row) -> None:
        """A processor switches to a vCPU, or to idle."""
        time, _, pcpu, partition, vcpu, _, _, _, _ = row
        runs = self.tracks["runs", pcpu]
        self.end_slices(time, runs, 0)
        before = self._runs.pop(pcpu, None)
        if before is not None:
            self.end_slices(time, self.tracks["vcpu", *before], 0)
            self._leave(time, before)
        if vcpu >= 0:
            self._runs[pcpu] = (partition, vcpu)
            name = self.head.partitions[partition].name
            self.begin(time, runs, name, ("vcpu", vcpu))
            track = self.tracks["vcpu", partition, vcpu]
            self.begin(time, track, f"processor {pcpu}")
            thread = self._thread.get((partition, vcpu), -1)
            if thread >= 0:
                self._draw(time, (partition, vcpu), thread)
        busy = self._busy[pcpu]
        if busy.on != (vcpu >= 0):
            self._share(pcpu, busy.switch(time, on=vcpu >= 0))

    def _share(self, pcpu: int, shares: Iterable[Share]) -> None:
        for time, share in shares:
            if time >= self.since:
                track = self.tracks["utilisation", pcpu]
                self.packets.count(time, track, share)

    def runstate(self, row: Row) -> None:
        """A vCPU changes state."""
        time, _, _, partition, vcpu, _, state, _, _ = row
        track = self.tracks["states", partition, vcpu]
        self.end_slices(time, track, 0)
        if state != OFFLINE:
            self.begin(time, track, names.state(state))
            return
        self.end_slices(time, self.interrupts(row), 0)
        self._leave(time, (partition, vcpu))
        self._thread.pop((partition, vcpu), None)

    def thread(self, row: Row) -> None:
        """A personality switches threads on a vCPU."""
        time, _, _, partition, vcpu, thread, _, _, _ = row
        who = (partition, vcpu)
        self._leave(time, who)
        self._thread[who] = thread
        if thread >= 0 and who in self._runs.values():
            self._draw(time, who, thread)

    def _draw(
        self,
        time: int,
        who: tuple[int, int],
        thread: int,
        *notes: Note,
    ) -> None:
        """Let a thread or a job run on a vCPU."""
        track = self._drawn[who] = self.tracks["thread", who[0], thread]
        name = self.tracks.thread_name(who[0], thread)
        self.begin(time, track, name, *notes)

    def _leave(self, time: int, who: tuple[int, int]) -> None:
        """Let what runs on a vCPU run no more."""
        track = self._drawn.pop(who, 0)
        self.end_slices(time, track, 0)

    def job_start(self, row: Row) -> None:
        """A job gets its vCPU."""
        time, _, _, partition, vcpu, thread, job, _, _ = row
        self._leave(time, (partition, vcpu))
        self._draw(time, (partition, vcpu), thread, ("job", job))

    def job_stop(self, row: Row) -> None:
        """A job gives its vCPU away, or is done."""
        self._leave(row[0], (row[3], row[4]))

    def job_miss(self, row: Row) -> None:
        """A deadline has been missed."""
        time, _, _, partition, vcpu, _, job, deadline, _ = row
        self._leave(time, (partition, vcpu))
        self.packets.instant(
            time,
            self.place(row),
            "deadline missed",
            ("job", job),
            ("deadline", deadline),
        )
