"""A domain: vCPUs, the processors that they may use, and who chooses."""

from mypy_extensions import i64

from vpok.events import NOBODY
from vpok.kernel.partition import Partition
from vpok.kernel.sched.base import Policy
from vpok.kernel.timers import Timers


class Domain:
    """
    What a window of a processor is given to.

    In the hierarchical architecture a domain is a partition with all of its
    vCPUs (mission V9, 2); in the flat one it is a vCPU, or the whole module.
    """

    def __init__(
        self,
        index: int,
        partitions: list[Partition],
        policy: Policy,
        pcpus: list[int],
    ) -> None:
        """Bind the parts."""
        self.index: i64 = index
        self.partitions = partitions
        self.policy = policy
        self.pcpus = pcpus
        self.several = len(pcpus) > 1  # processors
        # The timers aimed at its partitions: a slice of it ends at each.
        self.timers = Timers()
        # Domains whose vCPUs can reach this one's before a window changes:
        # itself, those that share a partition's memory, those that notify it
        # or are notified by it.
        self.related = [index]
        self.linked = False  # there are others
        # Its vCPUs share more than the policy: processors that run them keep
        # close to each other.  Set at assembly.
        self.coupled = False
        # It is modelled: nothing costs time, effects are everywhere at once.
        self.free = False
        # Whose its windows are in the trace.
        self.shown: i64 = NOBODY
        if len(partitions) == 1:
            self.shown = partitions[0].index

    def relate(self, other: "Domain") -> None:
        """Hear that the two can reach each other."""
        if other is self:
            return
        self.linked = True
        other.linked = True
        if other.index not in self.related:
            self.related.append(int(other.index))
        if self.index not in other.related:
            other.related.append(int(self.index))
