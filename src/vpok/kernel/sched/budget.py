"""
The budget of one server: what is left, and when there is more.

Times are instants in ns.  A period `[begin, deadline)` starts with a whole
budget, but for a sporadic server's: what it consumes in one go comes back a
period after it began to (Sprunt, Sha, Lehoczky 1989; amounts are split where
the go is interrupted, as Stanovich et al. 2010 showed to be necessary).
"""

from typing import Final

from mypy_extensions import i64

PERIODIC: Final = 1
POLLING: Final = 2
SPORADIC: Final = 3


class Budget:
    """One server's account; told of wakes, sleeps, and what ran."""

    def __init__(self, settings: dict[str, int]) -> None:
        """Have a whole budget, asleep, before the first period."""
        self.settings = settings  # the parameters that are in force
        self.kind: i64 = settings["kind"]
        self.budget: i64 = settings["budget"]
        self.period: i64 = settings["period"]
        self.extratime = settings["extratime"] == 1
        self.left: i64 = self.budget  # of this level
        self.level: i64 = 0  # of extra time: budgets used up in this period
        self.begin: i64 = 0
        self.deadline: i64 = 0  # end of the period
        self.floor: i64 = 0  # what ran before it counts no more
        self.started = False
        self.asleep = True
        self.since: i64 = 0  # when it fell asleep
        # A sporadic server's: [instant, amount] of what comes back, in order;
        # the last one, and up to when it went in one go.
        self.backs: list[list[int]] = []
        self.go: list[int] = [0, 0]
        self.go_end: i64 = -1
        self.go_back = False  # it is back already: it lasts for a period
        self.next: dict[str, int] | None = None  # parameters to be in force

    # --- what happens to the vCPU -------------------------------------------

    def wake(self, now: i64) -> None:
        """Let it take part again."""
        self.asleep = False
        if not self.started:
            self.started = True
            self.restart(now)
        elif self.kind == SPORADIC:
            self.collect(now)
            self.restart(now)
        else:
            if now >= self.deadline:
                self.renew(now)
                self.since = self.begin
            self.lose(now)
        self.overtime()

    def sleep(self, now: i64) -> None:
        """Let it wait."""
        self.asleep = True
        self.since = now

    def charge(self, elapsed: i64, now: i64) -> None:
        """Take what ran up to *now* off the budget."""
        counts: i64 = min(elapsed, now - self.floor)
        if counts > 0:
            self.left -= counts
            if self.kind == SPORADIC and self.level == 0:
                self.note(counts, now)
        self.overtime()

    def overtime(self) -> None:
        """Let an exhausted server go on below those that are not."""
        if self.left <= 0 and self.extratime:
            self.level += 1
            self.left = self.budget

    def lose(self, now: i64) -> None:
        """Lose what a server of this kind loses asleep."""
        if self.level > 0:
            return
        if self.kind == PERIODIC:
            self.left = max(self.left - (now - self.since), 0)
        elif self.kind == POLLING and now != self.begin:
            self.left = 0

    # --- time ---------------------------------------------------------------

    def remaining(self) -> i64:
        """Return what is left, extra time aside."""
        return 0 if self.level > 0 else max(self.left, 0)

    def due(self) -> i64:
        """Return when `refresh` has something to do, while it is awake."""
        if self.backs and self.backs[0][0] < self.deadline:
            return self.backs[0][0]
        return self.deadline

    def refresh(self, now: i64) -> None:
        """Do what is due by *now*."""
        if self.kind != SPORADIC:
            if now >= self.deadline:
                self.renew(now)
        else:
            active = self.collect(now)
            if active >= 0:
                self.restart(active)
            if now >= self.deadline:
                self.restart(now - (now - self.deadline) % self.period)
        self.overtime()

    def restart(self, begin: i64) -> None:
        """Begin a period."""
        self.begin = begin
        self.deadline = begin + self.period

    def renew(self, now: i64) -> None:
        """Begin the period that *now* is in, with a whole budget."""
        if self.next is not None:
            self.apply(self.next)
        self.restart(now - (now - self.deadline) % self.period)
        self.floor = self.begin
        # An overrun, which an exact engine never has, is paid back.
        overrun: i64 = min(self.left, 0)
        self.left = self.budget + overrun
        self.level = 0

    # --- a sporadic server's ------------------------------------------------

    def note(self, elapsed: i64, now: i64) -> None:
        """Let what was consumed come back."""
        start = now - elapsed
        if self.go_end != start:
            self.go = [int(start + self.period), 0]
            self.go_back = False
            self.backs.append(self.go)
            self.backs.sort()  # the period may be shorter than it was
        self.go_end = now
        if self.go_back:
            self.left += elapsed
        else:
            self.go[1] += int(elapsed)

    def collect(self, now: i64) -> i64:
        """Take back what is due; return when it had something again or -1."""
        active: i64 = -1
        while self.backs and self.backs[0][0] <= now:
            back = self.backs.pop(0)
            when = back[0]
            self.go_back = self.go_back or back is self.go
            if self.level > 0:
                self.level = 0
                self.left = 0
                self.floor = when
            if self.left <= 0:
                active = when
            self.left += back[1]
            if self.next is not None:
                self.apply(self.next)
        return active

    # --- parameters -----------------------------------------------------------

    def change(self, settings: dict[str, int]) -> None:
        """Change parameters at the next replenishment, if one is to come."""
        self.next = settings
        full = self.kind == SPORADIC and self.asleep and not self.backs
        if full or not self.started:
            self.apply(settings)

    def apply(self, settings: dict[str, int]) -> None:
        """Let new parameters be in force."""
        self.next = None
        self.settings = settings
        grown = settings["budget"] - self.budget
        self.budget = settings["budget"]
        self.period = settings["period"]
        self.extratime = settings["extratime"] == 1
        if self.level > 0:
            return
        self.left += grown
        # A sporadic server's may be less than what it has now: take the rest
        # of what comes back last.
        at = len(self.backs) - 1
        while self.left < 0 and at >= 0:
            taken = min(-int(self.left), self.backs[at][1])
            self.backs[at][1] -= taken
            self.left += taken
            at -= 1
