"""A domain: vCPUs, the processors that they may use, and who chooses."""

from mypy_extensions import i64

from vpok.kernel.partition import Partition
from vpok.kernel.personality import Personality
from vpok.kernel.sched.base import Policy
from vpok.kernel.timers import earliest
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchOps


class Domain:
    """One per partition in the hierarchical architecture (mission V9, 2)."""

    def __init__(
        self,
        partition: Partition,
        personality: Personality,
        policy: Policy,
        pcpus: list[int],
        ops: list[ArchOps],
    ) -> None:
        """Bind the parts; *ops* has the operations of each vCPU to be."""
        self.partition = partition
        self.personality = personality
        self.policy = policy
        self.pcpus = pcpus
        self.ops = ops
        # Partitions whose vCPUs can reach this one's before a window changes:
        # itself, and those that notify it or are notified by it.
        self.related = [int(partition.index)]

    def relate(self, other: "Domain") -> None:
        """Hear that the two can reach each other."""
        for one, two in ((self, other), (other, self)):
            index = int(two.partition.index)
            if index not in one.related:
                one.related.append(index)

    def due(self) -> i64:
        """Return when the first timer aimed at the domain is due."""
        return earliest(self.partition)

    def pick(self, pcpu: i64, now: i64) -> Vcpu | None:
        """Ask the policy."""
        return self.policy.pick(pcpu, now)
