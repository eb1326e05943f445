"""Round robin: turns are a quantum, and go round."""

from vpok.testing.checker.domains import Who
from vpok.testing.checker.rule import Rule
from vpok.units import FAR

Turn = tuple[int, int]  # when it began; at one instant ends are before wakes


class Turns(Rule):
    """Who takes a processor, or begins a turn on it, passes nobody over."""

    name = "quantum"

    def prepare(self) -> None:
        """Give everybody a turn."""
        self.numbers = [
            number
            for number, domain in enumerate(self.view.domains)
            if domain.policy == "round-robin" and domain.modelled
        ]
        self.members = [
            who
            for number in self.numbers
            for who in self.view.domains[number].members
        ]
        self.left: dict[Who, int] = {}
        self.turn: dict[Who, Turn] = {}
        self.holders: dict[int, Who] = {}  # who ran last on a processor
        self.last: dict[Who, int] = {}  # where one ran last

    def instant(self, now: int) -> None:
        """Begin turns; look at who has a processor."""
        begun = set()
        for who in self.members:
            if who in self.view.woke:
                self.begin(who, (now, 1))
            elif self.left.get(who, -1) == 0:
                self.begin(who, (now, 0))
                begun.add(who)
        for number in self.numbers:
            for pcpu in self.view.open(number):
                runs = self.view.running[pcpu]
                if runs is None or runs not in self.turn:
                    continue
                kept = self.holders.get(pcpu) == runs
                kept = kept and self.last.get(runs) == pcpu
                if not kept or runs in begun:
                    self.judge(number, runs, now)

    def begin(self, who: Who, turn: Turn) -> None:
        """Let one begin a turn, behind all others."""
        domain = self.view.domains[self.view.domain_of[who]]
        self.left[who] = domain.param(who, "quantum") or domain.quantum
        self.turn[who] = turn

    def judge(self, number: int, who: Who, now: int) -> None:
        """Look for somebody who came before one that has a processor."""
        if number in self.view.disturbed:
            return
        for other in self.view.waiting(number):
            if self.turn.get(other, (FAR, 0)) < self.turn[who]:
                self.fail(
                    now,
                    f"{self.call(who)} begins a turn while {self.call(other)} "
                    "has waited for longer",
                )

    def following(self, now: int) -> int:
        """Return the end of a turn."""
        return min(
            (
                now + self.left[who]
                for who in self.members
                if self.view.runs(who) and who in self.left
            ),
            default=FAR,
        )

    def span(self, start: int, end: int) -> None:
        """Use turns up."""
        for pcpu, who in enumerate(self.view.running):
            if who is None:
                continue
            self.holders[pcpu] = who
            self.last[who] = pcpu
            if who in self.left:
                self.left[who] -= end - start
