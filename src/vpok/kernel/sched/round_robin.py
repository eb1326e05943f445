"""`round-robin`: vCPUs take turns on the domain's processors."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Parameter
from vpok.kernel.sched.ranked import Ranked
from vpok.kernel.vcpu import Vcpu
from vpok.units import FAR

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "quantum": Parameter(
            "How long its turns are; 0: as the policy's.", "ns", 0, 0
        ),
    }
)


@mypyc_attr(allow_interpreted_subclasses=True)
class RoundRobin(Ranked):
    """
    All are equal; each has what is left of its quantum.

    Who is stopped by a window's end keeps place and remainder; who spends the
    quantum or wakes goes to the tail.
    """

    preempts: ClassVar[bool] = False
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = PARAMETERS

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Start with an empty line."""
        super().__init__(pcpus, quantum)
        assert quantum > 0, "round-robin needs a quantum"
        self.left: dict[int, int] = {}  # ns, by id

    def remove(self, vcpu: Vcpu) -> None:
        """Forget a vCPU."""
        super().remove(vcpu)
        self.left.pop(vcpu.id, None)

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Queue it at the tail, with a whole quantum."""
        self.queue(vcpu, self.next_turn(now, 1))

    def queue(self, vcpu: Vcpu, turn: int) -> None:
        """Begin a turn."""
        own = self.settings[vcpu.id]["quantum"]
        self.left[vcpu.id] = own or int(self.quantum)
        place = self.places[vcpu.id]
        self.enter(place, 0, 0, turn)
        self.give_up(place)

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """Begin another turn, at the tail."""
        if self.places[vcpu.id].ready:
            self.queue(vcpu, self.next_turn(now, 1))

    def charge(self, vcpu: Vcpu, elapsed: i64, now: i64) -> None:
        """Use up the quantum; at its end another turn begins."""
        self.left[vcpu.id] -= elapsed
        if self.left[vcpu.id] <= 0 and self.places[vcpu.id].ready:
            self.queue(vcpu, self.next_turn(now, 0))

    def next_event(self, pcpu: i64, now: i64) -> i64:
        """Return the end of the quantum of the one that `pick` chooses."""
        chosen = self.pick(pcpu, now)
        if chosen is None:
            return FAR
        return now + self.left[chosen.id]
