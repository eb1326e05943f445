"""
Who acts next, and how far it may go.

Nothing here changes anything: these are the rules that make a run the same
however many processors there are and however it is cut.
"""

from mypy_extensions import i64

from vpok.kernel.domain import Domain
from vpok.kernel.first_level import NO_PARTITION
from vpok.kernel.module import COMPLETION, DISPATCH
from vpok.kernel.pcpu import Pcpu
from vpok.kernel.traffic import Traffic
from vpok.units import FAR


class Bounds(Traffic):
    """A module and its bounds."""

    # --- who is next -------------------------------------------------------

    def earliest_pcpu(self) -> Pcpu:
        """Return the processor with the lowest (time, rank, number)."""
        best = self.pcpus[0]
        for cpu in self.pcpus:
            if cpu.when < best.when or (
                cpu.when == best.when and cpu.rank < best.rank
            ):
                best = cpu
        return best

    def next_instant(self) -> i64:
        """Return when the next thing happens."""
        when: i64 = self.earliest_pcpu().when
        timer = self.timers.next(self.partitions)
        when = min(when, timer)
        when = min(when, self.boundary)
        return when

    # --- how far -----------------------------------------------------------

    def hard_end(self, cpu: Pcpu, domain: Domain) -> i64:
        """Return the end of what *cpu* may run whatever this `run` covers."""
        end = cpu.window.end
        event = domain.policy.next_event(cpu.number, cpu.now)
        end = min(end, event)
        due = domain.due()
        end = min(end, due)
        end = min(end, self.boundary)
        if len(domain.pcpus) > 1 or len(domain.related) > 1:
            end = min(end, self.company(cpu))
        return max(end, cpu.now)

    def company(self, cpu: Pcpu) -> i64:
        """Return when another processor may begin to run this partition."""
        end = self.first_level.boundary(cpu.now)
        for peer in self.pcpus:
            if (
                peer is not cpu
                and not peer.busy
                and peer.rank == DISPATCH
                and peer.when > cpu.now
                and self.meet(peer, cpu)
            ):
                end = min(end, peer.when)
        return end

    def meet(self, peer: Pcpu, cpu: Pcpu) -> bool:
        """Say whether the partitions of two processors can reach each other."""
        here = cpu.window.partition
        there = peer.window.partition
        if here == there:
            return True
        if here == NO_PARTITION or there == NO_PARTITION:
            return False
        return int(there) in self.domains[here].related

    def shares(self, peer: Pcpu, cpu: Pcpu, now: i64) -> bool:
        """Say whether *peer* runs *cpu*'s partition or a related one."""
        if peer is cpu or not self.meet(peer, cpu):
            return False
        return peer.busy or (peer.rank == DISPATCH and peer.when <= now)

    def drift(self, cpu: Pcpu) -> i64:
        """
        Return how far *cpu* may run ahead of those that share its partition.

        Processors that run the same partition share memory.  They run in
        cells of a fixed length, who is furthest behind first, so that what
        one sees of the other does not depend on how a run is cut.

        To the end of its cell, or to a trap that waits for it; in either
        case to the end of the instruction that is under way there.  FAR if
        nobody else is running.
        """
        limit: i64 = FAR
        for peer in self.pcpus:
            if self.shares(peer, cpu, cpu.now):
                end = (cpu.now // self.cell + 1) * self.cell
                limit = min(limit, end)
                if peer.rank == COMPLETION and peer.when < limit:
                    limit = peer.when
        if limit != FAR:
            limit += self.cycle - 1
            limit = max(limit, cpu.now)
        return limit

    def horizon(self, until: i64) -> i64:
        """
        Return the instant before which nothing can happen any more.

        What one processor tells of an instant comes in order.
        """
        for cpu in self.pcpus:
            if cpu.parked and cpu.now < until:
                until = cpu.now
        return until + 1 if len(self.pcpus) == 1 else until

    def exhausted(self) -> bool:
        """Say whether nothing is planned any more, whatever guests hope."""
        for cpu in self.pcpus:
            if cpu.parked:
                return False
        for partition in self.partitions:
            if partition.external:
                return False
            for vcpu in partition.vcpus:
                if vcpu.pauses > 0:
                    return False
        return self.next_instant() >= FAR

    def latest(self) -> i64:
        """Return the instant that the processor furthest ahead has reached."""
        latest: i64 = 0
        for cpu in self.pcpus:
            latest = max(latest, cpu.now)
        return latest
