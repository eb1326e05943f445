"""
`lottery`: each turn goes to a virtual CPU that a draw chooses.

Lottery scheduling (Waldspurger, Weihl 1994): who has more tickets wins more
often.  The draws are a stream of numbers (SplitMix64) that begins with the
first virtual CPU's `seed`, so that a run can be repeated.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from vpok.kernel.sched import Parameter, Policy, available
from vpok.kernel.vcpu import Vcpu
from vpok.units import FAR

WORD = (1 << 64) - 1


class Lottery(Policy):
    """A winner keeps its processor for a quantum, a window or until it blocks."""

    PARAMETERS: ClassVar[Mapping[str, Parameter]] = MappingProxyType(
        {
            "tickets": Parameter(
                "How many it has in a draw.", "", 100, 1, 1 << 20
            ),
            "seed": Parameter(
                "What the draws begin with: the first one's.", "", 0, 0
            ),
        }
    )
    # A wake takes nobody's processor.
    preempts: ClassVar[bool] = False

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Start with nobody ready."""
        super().__init__(pcpus, quantum)
        self.ready: dict[int, Vcpu] = {}  # by id
        self.winners: dict[
            int, Vcpu
        ] = {}  # by processor, until the turn's end
        self.left: dict[int, int] = {}  # ns of it, by processor
        self.state: int | None = None  # of the draws

    # --- what is told -------------------------------------------------------

    def remove(self, vcpu: Vcpu) -> None:
        """Forget a vCPU."""
        super().remove(vcpu)
        self.blocked(vcpu, 0)

    def wake(self, vcpu: Vcpu, now: int) -> None:
        """Let it take part in the draws to come."""
        self.ready[vcpu.id] = vcpu

    def blocked(self, vcpu: Vcpu, now: int) -> None:
        """Let it take part no more."""
        self.ready.pop(vcpu.id, None)
        self.yielded(vcpu, now)

    def yielded(self, vcpu: Vcpu, now: int) -> None:
        """End its turn."""
        for pcpu in self.pcpus:
            if self.winners.get(pcpu) is vcpu:
                del self.winners[pcpu]

    def window(self, pcpu: int, opened: bool, now: int) -> None:
        """End the turn there: what is left of it is lost."""
        self.winners.pop(pcpu, None)

    def charge(self, vcpu: Vcpu, elapsed: int, now: int) -> None:
        """Use up the turn; a run may be told in several parts."""
        if self.winners.get(vcpu.pcpu) is vcpu:
            self.left[vcpu.pcpu] -= elapsed
            if self.left[vcpu.pcpu] <= 0:
                del self.winners[vcpu.pcpu]

    # --- what is asked ------------------------------------------------------

    def pick(self, pcpu: int, now: int) -> Vcpu | None:
        """Return the winner; draw one if there is none."""
        winner = self.winners.get(pcpu)
        if winner is not None and available(winner, pcpu):
            return winner
        self.winners.pop(pcpu, None)
        taken = {vcpu.id for vcpu in self.winners.values()}
        # In order of configuration, whatever the order of the wakes was.
        line = [
            vcpu
            for vcpu in sorted(self.ready.values(), key=place)
            if vcpu.id not in taken and available(vcpu, pcpu)
        ]
        if not line:
            return None
        self.winners[pcpu] = self.draw(line)
        self.left[pcpu] = max(int(self.quantum), 1)
        return self.winners[pcpu]

    def next_event(self, pcpu: int, now: int) -> int:
        """Return the end of the turn."""
        if self.pick(pcpu, now) is None:
            return FAR
        return now + self.left[pcpu]

    # --- draws --------------------------------------------------------------

    def draw(self, line: list[Vcpu]) -> Vcpu:
        """Choose one by its tickets; nobody is asked who is alone."""
        tickets = [self.settings[vcpu.id]["tickets"] for vcpu in line]
        at = self.number(sum(tickets)) if len(line) > 1 else 0
        for vcpu, count in zip(line, tickets, strict=True):
            if at < count:
                return vcpu
            at -= count
        raise AssertionError("a number is below the sum")

    def number(self, bound: int) -> int:
        """Return the next number in [0, bound)."""
        if self.state is None:
            self.state = self.settings[self.vcpus[0].id]["seed"]
        self.state = self.state + 0x9E3779B97F4A7C15 & WORD
        word = self.state
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & WORD
        word = (word ^ word >> 27) * 0x94D049BB133111EB & WORD
        return (word ^ word >> 31) * bound >> 64


def place(vcpu: Vcpu) -> tuple[int, int]:
    """Return where a vCPU is in the configuration."""
    return (int(vcpu.partition.index), int(vcpu.index))
