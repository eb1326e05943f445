"""
The first level: which domain has which processor, and until when.

Either windows at exact places of a major frame, or POK's slots, which move
on POK's timer quantum.
"""

from mypy_extensions import i64, mypyc_attr

from vpok.abi import pok_clock
from vpok.units import FAR

NO_DOMAIN = -1


class Window:
    """Half-open [start, end) of a processor; *domain* or NO_DOMAIN."""

    def __init__(
        self, index: int, domain: int, start: int, end: int
    ) -> None:
        """Make it; *index* counts the schedule's entries, -1 a gap."""
        self.index: i64 = index
        self.domain: i64 = domain
        self.start: i64 = start
        self.end: i64 = end


@mypyc_attr(allow_interpreted_subclasses=True)
class FirstLevel:
    """A source of windows."""

    major_frame: i64

    def window(self, pcpu: i64, now: i64) -> Window:
        """Return the window of *pcpu* that begins at *now*."""
        raise NotImplementedError

    def boundary(self, now: i64) -> i64:
        """Return the first instant after *now* at which a window changes."""
        raise NotImplementedError

    def frame(self, now: i64) -> i64:
        """Return the number of the major frame that starts now, or -1."""
        raise NotImplementedError


class Windows(FirstLevel):
    """Exact windows of a major frame that all processors share."""

    def __init__(
        self, major_frame: int, timelines: list[list[Window]]
    ) -> None:
        """
        Take, per processor, windows that fill the frame without overlap.

        Gaps are windows of NO_DOMAIN.
        """
        self.major_frame = major_frame
        self.timelines = timelines
        ends: set[int] = set()
        for timeline in timelines:
            for window in timeline:
                ends.add(int(window.end))
        self.ends = sorted(ends)

    def window(self, pcpu: i64, now: i64) -> Window:
        """Return the window that begins at *now*."""
        frame: i64 = now - now % self.major_frame
        phase: i64 = now - frame
        for window in self.timelines[pcpu]:
            if window.start <= phase < window.end:
                return Window(
                    int(window.index),
                    int(window.domain),
                    int(frame + window.start),
                    int(frame + window.end),
                )
        raise AssertionError("windows fill the frame")

    def boundary(self, now: i64) -> i64:
        """Return the next end of a window of any processor."""
        frame: i64 = now - now % self.major_frame
        for end in self.ends:
            if frame + end > now:
                return frame + end
        raise AssertionError("the last window ends with the frame")

    def frame(self, now: i64) -> i64:
        """Return the number of the major frame that starts now, or -1."""
        return -1 if now % self.major_frame else now // self.major_frame


class Slots(FirstLevel):
    """
    POK's slots: the same partition on all its processors, one after another.

    A slot ends at the first quantum at or after its deadline; deadlines are
    sums of durations, so lateness does not add up.  At most one slot passes
    per quantum.  A system of one partition has no slots (POK:
    kernel/core/sched.c, pok_elect_partition).
    """

    def __init__(
        self,
        major_frame: int,
        slots: list[tuple[int, int]],
        masks: list[list[int]],
    ) -> None:
        """Take (partition, duration) and the processors of each partition."""
        self.major_frame = major_frame
        self.slots = slots
        self.masks = masks
        self.slot = 0
        self.deadline: i64 = slots[0][1]
        self.start: i64 = 0
        self.end: i64 = pok_clock.quantum(1)
        self.frames: i64 = -1  # major frames that have started, less one
        self.frame_start: i64 = -1

    def window(self, pcpu: i64, now: i64) -> Window:
        """Return the window of *pcpu* in the slot that begins at *now*."""
        if now >= self.end:
            self._step()
        if self.start == 0:
            return Window(-1, NO_DOMAIN, 0, int(self.end))
        partition, _ = self.slots[self.slot]
        if int(pcpu) not in self.masks[partition]:
            partition = NO_DOMAIN
        return Window(self.slot, partition, int(self.start), int(self.end))

    def _step(self) -> None:
        self.start = self.end
        if self.frames < 0:
            self._count_frame()
        if len(self.masks) == 1:
            self.end = FAR
            return
        if self.start >= self.deadline:
            self.slot = (self.slot + 1) % len(self.slots)
            self.deadline += self.slots[self.slot][1]
            if self.slot == 0:
                self._count_frame()
        following = pok_clock.quantum_at(self.start + 1)
        self.end = pok_clock.quantum_at(self.deadline)
        self.end = max(self.end, following)

    def _count_frame(self) -> None:
        self.frames += 1
        self.frame_start = self.start

    def frame(self, now: i64) -> i64:
        """Return the number of the round of slots that starts now, or -1."""
        return self.frames if now == self.frame_start else -1

    def boundary(self, now: i64) -> i64:
        """Return the end of the present slot."""
        if now >= self.end:
            self._step()
        return self.end
