"""
The time of one run, exactly: so many instructions per second, and no rounding.

`vcpu.fraction` carries the part of a nanosecond between runs (in units of
1/Hz ns), so that it makes no difference how time is cut into runs.
"""

from vpok.kernel.vcpu import Vcpu
from vpok.units import NS_PER_S


class Slice:
    """What a run may take, and what it has taken."""

    def __init__(self, clock_hz: int) -> None:
        """Count *clock_hz* instructions per second."""
        self.hz = clock_hz
        self._budget = 0
        self.fraction = 0
        self.paid = 0  # ns of costs, paid out of the budget
        self.done = 0  # instructions, of the cores' runs that have ended

    def begin(self, vcpu: Vcpu, budget: int) -> None:
        """Start a run of *budget* ns."""
        self._budget = int(budget)
        self.fraction = int(vcpu.fraction)
        self.paid = 0
        self.done = 0

    def left(self) -> int:
        """Return how many instructions still fit."""
        time = (self._budget - self.paid) * self.hz - self.fraction
        return time // NS_PER_S - self.done

    def elapsed(self, executed: int) -> int:
        """Return the ns since the run began, after so many instructions."""
        time = self.fraction + executed * NS_PER_S
        return self.paid + time // self.hz

    def pay(self, vcpu: Vcpu, executed: int) -> bool:
        """Pay the vCPU's debt as far as it goes; say whether all is paid."""
        debt = int(vcpu.debt)
        if debt <= 0:
            return True
        paid = min(debt, self._budget - self.elapsed(executed))
        self.paid += paid
        vcpu.debt = debt - paid
        return paid == debt

    def end(self, vcpu: Vcpu) -> int:
        """Return the ns that the run took; the rest is carried over."""
        vcpu.fraction = (self.fraction + self.done * NS_PER_S) % self.hz
        return self.elapsed(self.done)
