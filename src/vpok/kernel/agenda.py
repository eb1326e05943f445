"""
What is planned for partitions: arrivals of interrupts, ticks of sources.

The kernel's timers carry it: a tag below 0 stands for an `Arrival`.
"""

from mypy_extensions import i64

from vpok.kernel.holds import Holds
from vpok.kernel.partition import Partition
from vpok.kernel.sources import NUDGE, SPACED, TICK, Arrival, Source
from vpok.kernel.vcpu import RUNNING, Vcpu
from vpok.machine.interrupts import NONE
from vpok.units import FAR


class Agenda(Holds):
    """A module in which something is planned."""

    def is_here(self, vcpu: Vcpu) -> bool:
        """Say whether *vcpu* belongs on the processor whose trap is served."""
        if self.trapping is None:
            return True
        home = vcpu.pcpu
        if home < 0:
            home = vcpu.domain.pcpus[0]
        return home == self.trapping.number

    def _plan(self, partition: Partition, arrival: Arrival) -> int:
        tag = partition.next_tag
        partition.next_tag -= 1
        partition.arrivals[tag] = arrival
        return tag

    def _post(
        self, vcpu: Vcpu, what: i64, number: i64, outside: bool, when: i64
    ) -> None:
        """Do something to a vCPU at an instant to come."""
        arrival = Arrival(what, vcpu.index, number, None, outside)
        tag = self._plan(vcpu.partition, arrival)
        self.set_timer(vcpu.partition, tag, when)

    def nudge(self, vcpu: Vcpu, now: i64) -> None:
        """Let the processors of a domain choose again after the latency."""
        if vcpu.domain.several:
            self._post(vcpu, NUDGE, NONE, False, now + self.latency)

    # --- sources -----------------------------------------------------------

    def add_source(self, partition: Partition, source: Source) -> None:
        """Let a source begin."""
        source.tag = self._plan_source(partition, TICK, source)
        source.spaced_tag = self._plan_source(partition, SPACED, source)
        partition.sources.append(source)
        self._arm(partition, source)

    def _plan_source(
        self, partition: Partition, what: i64, source: Source
    ) -> int:
        outside = source.configured
        return self._plan(
            partition,
            Arrival(what, source.vcpu, source.number, source, outside),
        )

    def cancel_source(self, vcpu: Vcpu, number: i64) -> None:
        """Stop the guest's timer of an interrupt; all of its, if NONE."""
        partition = vcpu.partition
        kept: list[Source] = []
        for source in partition.sources:
            if (
                source.configured
                or source.vcpu != vcpu.index
                or (number not in (NONE, source.number))
            ):
                kept.append(source)
                continue
            for tag in (source.tag, source.spaced_tag):
                self.cancel_timer(partition, tag)
                del partition.arrivals[tag]
        partition.sources = kept

    def _arm(self, partition: Partition, source: Source) -> None:
        """Set the timer of a source's next tick."""
        when = source.next
        if source.exec and when < FAR:
            vcpu = partition.vcpus[source.vcpu]
            when = FAR
            if vcpu.state == RUNNING:
                when = vcpu.since + source.next - vcpu.total[RUNNING]
        if when < FAR:
            self.set_timer(partition, source.tag, when)
        else:
            self.cancel_timer(partition, source.tag)

    def clocks(self, vcpu: Vcpu, was: i64, state: i64) -> None:
        """Stop the clock of a vCPU's own time, or let it go on."""
        if (was == RUNNING) != (state == RUNNING):
            for source in vcpu.partition.sources:
                if source.exec and source.vcpu == vcpu.index:
                    self._arm(vcpu.partition, source)

    # --- restarts ----------------------------------------------------------

    def outlive(self, partition: Partition) -> None:
        """Keep of a partition's timers what comes from outside."""
        partition.sources = [s for s in partition.sources if s.configured]
        for source in partition.sources:
            source.merged = False  # what was pending is not any more
        for tag in list(partition.arrivals):
            if not partition.arrivals[tag].outside:
                del partition.arrivals[tag]
        for tag in list(partition.due):
            if tag not in partition.arrivals:
                del partition.due[tag]
        self.look_again(partition)
