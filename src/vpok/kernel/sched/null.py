"""`null`: each vCPU has a processor of its own (Xen's word)."""

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Policy, available
from vpok.kernel.vcpu import Vcpu


@mypyc_attr(allow_interpreted_subclasses=True)
class Null(Policy):
    """The n-th vCPU runs on the domain's n-th processor, until it is moved."""

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Give each vCPU its processor."""
        super().__init__(pcpus, quantum)
        self.alone = len(pcpus) == 1
        # By vCPU index: a place in `pcpus`.
        self.places = list(range(len(pcpus)))

    def pick(self, pcpu: i64, now: i64) -> Vcpu | None:
        """Choose the processor's own vCPU, if it can run."""
        if self.alone and self.vcpus:
            only = self.vcpus[0]
            return only if available(only, pcpu) else None
        index = self.places.index(self.pcpus.index(int(pcpu)))
        if index < len(self.vcpus) and available(self.vcpus[index], pcpu):
            return self.vcpus[index]
        return None

    def pin(self, vcpu: Vcpu, affinity: int) -> str:
        """Take what leaves the vCPU its own processor."""
        if affinity >> int(self.pcpus[self.places[vcpu.index]]) & 1:
            return ""
        return "it has a processor of its own, which is not among these"

    def serves(self, vcpu: Vcpu, pcpu: i64) -> bool:
        """Say whether it is the vCPU's own processor."""
        return self.pcpus[self.places[vcpu.index]] == int(pcpu)

    def migrate(self, vcpu: Vcpu, pcpu: i64) -> str:
        """Let two vCPUs change places."""
        if int(pcpu) not in self.pcpus:
            return "the partition may not use this processor"
        mine = self.places[vcpu.index]
        place = self.pcpus.index(int(pcpu))
        other = self.places.index(place)
        home = self.pcpus[mine]
        if other < len(self.vcpus) and not (
            self.vcpus[other].affinity >> int(home) & 1
        ):
            return f"vCPU {other}, which is there, is pinned to it"
        self.places[vcpu.index] = place
        self.places[other] = mine
        return ""
