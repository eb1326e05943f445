"""
What policies do, said in the simplest way: one nanosecond after the other.

For one processor, and small numbers.  It shares no code with the policies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NEVER = 1 << 40


@dataclass
class Actor:
    """A vCPU."""

    index: int
    params: Mapping[str, int]
    work: int = 0
    awake: bool = False
    rank: tuple[int, int] = (0, 0)  # level and urgency, the lowest is first
    came: int = 0  # when it came to this rank, or its place in the queue
    left: int = 0
    begin: int = 0
    end: int = -1  # of the period; -1: there was none yet
    overtime: int = 0
    backs: list[int] = field(default_factory=list)  # instant of each ns
    go: int = -1  # since when it runs without a stop
    ran: int = -1  # when it ran last


class Model:
    """Runs actors tick by tick."""

    def __init__(self, params: Sequence[Mapping[str, int]]) -> None:
        self.actors = [Actor(i, own) for i, own in enumerate(params)]
        self.holder: Actor | None = None
        self.chart: list[int] = []  # who ran in each ns; -1: nobody

    def run(self, jobs: Sequence[tuple[int, int, int]], until: int) -> "Model":
        """Run *jobs*, each (vCPU, instant, work)."""
        for now in range(until):
            for actor in self.actors:
                if actor.awake and actor.work == 0:
                    actor.awake = False
                    if self.holder is actor:
                        self.holder = None
                    self.slept(actor, now)
            self.tick(now)
            for index, when, work in jobs:
                if when == now:
                    actor = self.actors[index]
                    actor.work += work
                    if not actor.awake:
                        actor.awake = True
                        self.woke(actor, now)
                        if actor.work == 0:  # it sleeps at once
                            actor.awake = False
                            self.slept(actor, now)
            chosen = self.choose(now)
            self.holder = chosen
            self.chart.append(-1 if chosen is None else chosen.index)
            if chosen is not None:
                chosen.work -= 1
                self.used(chosen, now)
        return self

    def choose(self, now: int) -> Actor | None:
        able = [a for a in self.actors if a.awake and self.able(a)]
        return min(
            able,
            key=lambda a: (a.rank, a is not self.holder, a.came, a.index),
            default=None,
        )

    def able(self, actor: Actor) -> bool:
        return True

    def slept(self, actor: Actor, now: int) -> None: ...
    def woke(self, actor: Actor, now: int) -> None: ...
    def tick(self, now: int) -> None: ...
    def used(self, actor: Actor, now: int) -> None: ...


class FixedPriority(Model):
    def woke(self, actor: Actor, now: int) -> None:
        actor.rank = (0, -actor.params["priority"])


class Edf(Model):
    def woke(self, actor: Actor, now: int) -> None:
        deadline = actor.params["deadline"]
        actor.rank = (0, now + deadline) if deadline else (1, 0)


class RoundRobin(Model):
    quantum = 10

    def __init__(self, params: Sequence[Mapping[str, int]]) -> None:
        super().__init__(params)
        self.tail = 0

    def woke(self, actor: Actor, now: int) -> None:
        self.tail += 1
        actor.came = self.tail
        actor.left = actor.params["quantum"] or self.quantum

    def used(self, actor: Actor, now: int) -> None:
        actor.left -= 1

    def tick(self, now: int) -> None:
        holder = self.holder
        if holder is not None and holder.left == 0:
            self.woke(holder, now)
            self.holder = None


class Server(Model):
    """Ranks by the end of the period, or by priority."""

    def able(self, actor: Actor) -> bool:
        return actor.left > 0

    def place(self, actor: Actor, came: int) -> None:
        urgency = actor.end
        if self.actors[0].params["order"]:
            urgency = -actor.params["priority"]
        actor.rank = (actor.overtime, urgency)
        actor.came = came

    def begin(self, actor: Actor, now: int) -> None:
        actor.begin = now
        actor.end = now + actor.params["period"]

    def exhaust(self, actor: Actor) -> None:
        if actor.left <= 0 and actor.params["extratime"]:
            actor.overtime += 1
            actor.left = actor.params["budget"]

    def woke(self, actor: Actor, now: int) -> None:
        if actor.end < 0:
            actor.left = actor.params["budget"]
            self.begin(actor, now)
        elif actor.params["kind"] == 3:
            self.begin(actor, now)
        elif actor.params["kind"] == 2 and not actor.overtime:
            at_poll = now == actor.begin
            actor.left = actor.params["budget"] if at_poll else 0
        self.exhaust(actor)
        self.place(actor, now)

    def tick(self, now: int) -> None:
        for actor in self.actors:
            if actor.end < 0:
                continue
            spent = actor.awake and actor.left == 0
            if spent:
                self.exhaust(actor)
                self.place(actor, now)
            if actor.params["kind"] == 3:
                self.give_back(actor, now)
            elif now == actor.end:
                self.begin(actor, now)
                actor.left = actor.params["budget"]
                actor.overtime = 0
                self.place(actor, now)
            elif (
                actor.params["kind"] == 1
                and not actor.awake
                and not actor.overtime
                and now > actor.begin
            ):
                # The ns before this one passed, unless it ran in it.
                actor.left = max(actor.left - (actor.ran != now - 1), 0)

    def give_back(self, actor: Actor, now: int) -> None:
        back = actor.backs.count(now)
        if back:
            empty = actor.left <= 0 or actor.overtime > 0
            if actor.overtime:
                actor.left = 0
                actor.overtime = 0
            actor.left += back
            if empty and actor.awake:
                self.begin(actor, now)
                self.place(actor, now)
        if actor.awake and now >= actor.end:
            self.begin(actor, now)
            self.place(actor, now)

    def used(self, actor: Actor, now: int) -> None:
        actor.left -= 1
        if actor.ran != now - 1 or actor.go < 0:
            actor.go = now
        actor.ran = now
        if actor.overtime:
            actor.go = -1
        elif actor.params["kind"] == 3:
            back = actor.go + actor.params["period"]
            actor.backs.append(max(back, now + 1))
