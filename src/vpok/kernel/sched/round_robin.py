"""`round-robin`: vCPUs take turns on the domain's processors."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Parameter, Policy, available
from vpok.kernel.vcpu import Vcpu
from vpok.units import FAR

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "quantum": Parameter(
            "How long its turns are; 0: the partition's quantum.", "ns", 0, 0
        ),
    }
)


@mypyc_attr(allow_interpreted_subclasses=True)
class RoundRobin(Policy):
    """
    A queue of runnable vCPUs, each with what is left of its quantum.

    Who is stopped by a window's end keeps place and remainder; who spends the
    quantum or wakes goes to the tail.
    """

    PARAMETERS: ClassVar[Mapping[str, Parameter]] = PARAMETERS

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Start with an empty queue."""
        super().__init__(pcpus, quantum)
        assert quantum > 0, "round-robin needs a quantum"
        self.queue: list[Vcpu] = []
        self.left: list[int] = []  # ns, along with `queue`
        self.quanta: dict[int, int] = {}  # ns, by id: those that differ

    def add(self, vcpu: Vcpu, params: dict[str, int]) -> None:
        """Take a vCPU in."""
        super().add(vcpu, params)
        refusal = self.adjust(vcpu, params)
        assert not refusal, refusal

    def remove(self, vcpu: Vcpu) -> None:
        """Forget a vCPU, queued or not."""
        super().remove(vcpu)
        self.quanta.pop(vcpu.id, None)
        self.blocked(vcpu, 0)

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Queue it at the tail, with a whole quantum."""
        self.queue.append(vcpu)
        self.left.append(self.quanta.get(vcpu.id, int(self.quantum)))

    def adjust(self, vcpu: Vcpu, params: dict[str, int]) -> str:
        """Change a vCPU's quantum, from its next turn on."""
        refusal = self.check(params)
        if not refusal and "quantum" in params:
            self.quanta[vcpu.id] = params["quantum"] or int(self.quantum)
        return refusal

    def params(self, vcpu: Vcpu) -> dict[str, int]:
        """Return its quantum."""
        return {"quantum": self.quanta.get(vcpu.id, int(self.quantum))}

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """Put it at the tail; another turn begins."""
        if vcpu in self.queue:
            self.blocked(vcpu, now)
            self.wake(vcpu, now)

    def blocked(self, vcpu: Vcpu, now: i64) -> None:
        """Take it out of the queue."""
        if vcpu in self.queue:
            place = self.queue.index(vcpu)
            del self.queue[place]
            del self.left[place]

    def pick(self, pcpu: i64, now: i64) -> Vcpu | None:
        """Choose the first in the queue that no other processor runs."""
        for vcpu in self.queue:
            if available(vcpu, pcpu):
                return vcpu
        return None

    def charge(self, vcpu: Vcpu, elapsed: i64, now: i64) -> None:
        """Use up the quantum; at its end another turn begins."""
        if vcpu not in self.queue:
            return
        place = self.queue.index(vcpu)
        self.left[place] -= elapsed
        if self.left[place] <= 0:
            self.blocked(vcpu, now)
            self.wake(vcpu, now)

    def next_event(self, pcpu: i64, now: i64) -> i64:
        """Return the end of the quantum of the one that `pick` chooses."""
        chosen = self.pick(pcpu, now)
        if chosen is None:
            return FAR
        return now + self.left[self.queue.index(chosen)]
