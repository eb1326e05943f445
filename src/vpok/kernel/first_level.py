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

    def __init__(self, index: i64, domain: i64, start: i64, end: i64) -> None:
        """Make it; *index* counts the schedule's entries, -1 a gap."""
        self.index = index
        self.domain = domain
        self.start = start
        self.end = end


@mypyc_attr(allow_interpreted_subclasses=True)
class FirstLevel:
    """A source of windows; asked in the order of time."""

    major_frame: i64
    current: i64 = 0  # the plan in force
    requested: i64 = 0  # the one for the next frame
    switched: i64 = 0  # when the last switch was

    def request(self, plan: i64) -> None:
        """Let *plan* be in force from the end of the frame on."""

    def window(self, pcpu: i64, now: i64) -> Window:
        """Return the window of *pcpu* that begins at *now*."""
        raise NotImplementedError

    def domain_at(self, pcpu: i64, now: i64) -> i64:
        """Return whose window *now* lies in, on *pcpu*."""
        return self.window(pcpu, now).domain

    def boundary(self, now: i64) -> i64:
        """Return the first instant after *now* at which a window changes."""
        raise NotImplementedError

    def frame(self, now: i64) -> i64:
        """Return the number of the major frame that starts now, or -1."""
        raise NotImplementedError

    def action(self, partition: i64) -> i64:
        """
        Return what a partition does at a window, after a change of plans.

        A place in `PLAN_ACTIONS`; asked once per window.
        """
        return 0


class Plan:
    """A schedule: windows of a major frame that all processors share."""

    def __init__(
        self,
        name: str,
        major_frame: int,
        timelines: list[list[Window]],
        actions: list[int],
    ) -> None:
        """
        Take, per processor, windows that fill the frame without overlap.

        Gaps are windows of NO_DOMAIN.  *actions* say what each partition does
        at its first window when the plan comes into force; none: nothing.
        """
        self.name = name
        self.major_frame: i64 = major_frame
        self.timelines = timelines
        self.actions = actions
        ends: set[int] = set()
        for timeline in timelines:
            for window in timeline:
                ends.add(int(window.end))
        self.ends = sorted(ends)


class Windows(FirstLevel):
    """Exact windows, by one plan or several (semantics 23)."""

    def __init__(self, plans: list[Plan]) -> None:
        """Begin with the first plan."""
        self.plans = plans
        self.plan = plans[0]
        self.major_frame = self.plan.major_frame
        self.current: i64 = 0  # which plan
        self.requested: i64 = 0  # for the next frame
        self.switched: i64 = 0  # when the last switch was
        self.start: i64 = 0  # of the frame
        self.end: i64 = self.plan.major_frame
        self.frames: i64 = 0  # that have ended
        self.served = [0] * len(plans)  # the same, by plan
        self.last: i64 = 0  # the plan of the frame before
        self.places = [0] * len(self.plan.timelines)
        self.pending: list[int] = []  # actions of partitions, not taken yet

    def request(self, plan: i64) -> None:
        """Let *plan* be in force from the end of the frame on."""
        self.requested = plan

    def _turn(self) -> None:
        """Begin the next frame; by another plan if one was asked for."""
        self.start = self.end
        self.frames += 1
        self.served[self.current] += 1
        self.last = self.current
        for pcpu in range(len(self.places)):
            self.places[pcpu] = 0
        if self.requested != self.current:
            self.current = self.requested
            self.plan = self.plans[self.current]
            self.major_frame = self.plan.major_frame
            self.switched = self.start
            self.pending = list(self.plan.actions)
        self.end = self.start + self.major_frame

    def window(self, pcpu: i64, now: i64) -> Window:
        """Return the window that begins at *now*."""
        while now >= self.end:
            self._turn()
        timeline = self.plan.timelines[pcpu]
        start = self.start
        place = self.places[pcpu]
        window = timeline[place]
        if start + window.start > now:
            place = 0  # asked again
            window = timeline[0]
        while start + window.end <= now:
            place += 1
            window = timeline[place]
        self.places[pcpu] = place
        return Window(
            window.index,
            window.domain,
            start + window.start,
            start + window.end,
        )

    def domain_at(self, pcpu: i64, now: i64) -> i64:
        """Return whose window *now* lies in, on *pcpu*."""
        while now >= self.end:
            self._turn()
        for window in self.plan.timelines[pcpu]:
            if self.start + window.end > now:
                return window.domain
        raise AssertionError("windows fill the frame")

    def boundary(self, now: i64) -> i64:
        """Return the next end of a window of any processor."""
        while now >= self.end:
            self._turn()
        for end in self.plan.ends:
            if self.start + end > now:
                return self.start + end
        raise AssertionError("the last window ends with the frame")

    def frame(self, now: i64) -> i64:
        """Return the number of the major frame that starts now, or -1."""
        while now >= self.end:
            self._turn()
        return self.frames if now == self.start else -1

    def action(self, partition: i64) -> i64:
        """Return what the change of plans asks of a partition; once."""
        if partition >= len(self.pending):
            return 0
        action = self.pending[partition]
        self.pending[partition] = 0
        return action


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
