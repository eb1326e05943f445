"""
Who acts next, and how far it may go.

Nothing here changes anything: these are the rules that make a run the same
however many processors there are and however it is cut.
"""

from mypy_extensions import i64

from vpok.kernel.domain import Domain
from vpok.kernel.first_level import NO_DOMAIN
from vpok.kernel.module import COMPLETION, DISPATCH
from vpok.kernel.pcpu import Pcpu
from vpok.kernel.traffic import Traffic
from vpok.kernel.vcpu import RUNNABLE, RUNNING
from vpok.units import FAR


class Bounds(Traffic):
    """A module and its bounds."""

    # --- when --------------------------------------------------------------

    def next_instant(self) -> i64:
        """Return when the next thing happens."""
        when = self.turns.next.when
        if self.timers.first < when:
            when = self.timers.first
        if self.boundary < when:
            when = self.boundary
        return when

    # --- how far -----------------------------------------------------------

    def hard_end(self, cpu: Pcpu, domain: Domain) -> i64:
        """Return the end of what *cpu* may run whatever this `run` covers."""
        end = domain.policy.next_event(cpu.number, cpu.now)
        if cpu.window.end < end:
            end = cpu.window.end
        if domain.timers.first < end:
            end = domain.timers.first
        if self.boundary < end:
            end = self.boundary
        if domain.coupled:
            end = min(end, self.company(cpu))
        elif domain.several and domain.policy.preempts:
            # Who loses a processor there may have a claim to this one.
            end = min(end, self.first_level.boundary(cpu.now))
        return end if end > cpu.now else cpu.now

    def company(self, cpu: Pcpu) -> i64:
        """Return when another processor may begin to run this partition."""
        end = self.first_level.boundary(cpu.now)
        for peer in self.pcpus:
            if (
                peer is not cpu
                and not peer.busy
                and peer.rank == DISPATCH
                and peer.when > cpu.now
                and self.near(peer, cpu)
            ):
                end = min(end, peer.when)
        return end

    def meet(self, peer: Pcpu, cpu: Pcpu) -> bool:
        """Say whether the partitions of two processors can reach each other."""
        here = cpu.window.domain
        there = peer.window.domain
        if here == there:
            return here != NO_DOMAIN
        if here == NO_DOMAIN or there == NO_DOMAIN:
            return False
        return int(there) in self.domains[here].related

    def near(self, peer: Pcpu, cpu: Pcpu) -> bool:
        """Say whether what one runs can see what the other does at once."""
        if not self.meet(peer, cpu):
            return False
        here = cpu.window.domain
        return here != peer.window.domain or self.domains[here].coupled

    def shares(self, peer: Pcpu, cpu: Pcpu, now: i64) -> bool:
        """Say whether *peer* runs what is close to *cpu*'s guest."""
        if peer is cpu or not self.near(peer, cpu):
            return False
        return peer.busy or (peer.rank == DISPATCH and peer.when <= now)

    def first(self, cpu: Pcpu, now: i64) -> bool:
        """
        Say whether it is *cpu*'s turn at *now*.

        What it does to a policy, or to what partitions share, must wait until
        all processors that could do so before have done it.
        """
        for peer in self.pcpus:
            if (
                peer is not cpu
                and self.meet(peer, cpu)
                and (peer.busy or (peer.rank == DISPATCH and peer.when <= now))
                and (
                    peer.when < now
                    or (peer.when == now and peer.number < cpu.number)
                )
            ):
                return False
        return True

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

    def quiet(self) -> bool:
        """Say whether nothing can ever happen again, whoever acts."""
        held = False
        for cpu in self.pcpus:
            if cpu.busy:
                return False
        if self.boundary != FAR and self.loaded():
            return False
        for partition in self.partitions:
            held = held or partition.external
            for vcpu in partition.vcpus:
                if vcpu.state == RUNNABLE or vcpu.state == RUNNING:
                    return False
                if vcpu.pauses > 0:
                    held = True  # somebody may unpause it
            if not partition.personality.quiet():
                return False
            for tag in partition.due:
                if tag < 0:
                    return False  # an interrupt will arrive
        if held and self.limit >= FAR:
            self.limit = 0  # only somebody outside can make it go on
        return not held

    def latest(self) -> i64:
        """Return the instant that the processor furthest ahead has reached."""
        latest: i64 = 0
        for cpu in self.pcpus:
            latest = max(latest, cpu.now)
        return latest
