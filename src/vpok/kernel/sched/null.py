"""`null`: each vCPU has a processor of its own (Xen's word)."""

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Policy, available
from vpok.kernel.vcpu import Vcpu


@mypyc_attr(allow_interpreted_subclasses=True)
class Null(Policy):
    """The n-th vCPU runs on the domain's n-th processor."""

    def pick(self, pcpu: i64, now: i64) -> Vcpu | None:
        """Choose the processor's own vCPU, if it can run."""
        place = self.pcpus.index(int(pcpu))
        if place < len(self.vcpus) and available(self.vcpus[place], pcpu):
            return self.vcpus[place]
        return None
