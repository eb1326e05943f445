"""
The kernel's loop: the story of the hypervisor at its largest scale.

The processor with the lowest (time, rank, number) acts next.  It closes its
window, opens the next one, or runs the vCPU that its domain's policy picks,
until the earliest of: window, policy's next event, next timer aimed at the
domain, the drift that the latency allows, and the end of this `run`.
"""

from typing import Final

from mypy_extensions import i64

from vpok.events import NOBODY, EventKind, Sink
from vpok.kernel.domain import Domain
from vpok.kernel.engine import BLOCK, CONTINUE, DEFER, RESCHEDULE
from vpok.kernel.first_level import NO_PARTITION, FirstLevel
from vpok.kernel.module import (
    COMPLETION,
    DISPATCH,
    LIMIT,
    QUIET,
    RELEASE,
    TIMEOUT,
    WINDOW_END,
    WINDOW_START,
    Module,
)
from vpok.kernel.partition import IDLE
from vpok.kernel.pcpu import Pcpu
from vpok.kernel.ports import PortTable
from vpok.kernel.vcpu import RUNNABLE, RUNNING, Vcpu
from vpok.units import FAR

# A guest that traps and traps at one instant pays for it after so many times.
STUCK_LIMIT: Final = 16
STUCK_CHARGE: Final = 1_000  # ns

WINDOW_OPEN: Final = int(EventKind.WINDOW_OPEN)
WINDOW_CLOSE: Final = int(EventKind.WINDOW_CLOSE)
FRAME: Final = int(EventKind.FRAME)


class Kernel(Module):
    """A module that runs."""

    def __init__(
        self,
        domains: list[Domain],
        first_level: FirstLevel,
        processors: int,
        ports: PortTable,
        sink: Sink | None,
    ) -> None:
        """Stand at time 0; `boot` comes next, then `run`."""
        super().__init__(domains, first_level, processors, ports, sink)
        # When data travels between ports: at which changes of a window.
        self.flush_on_windows = False
        self.flush_period: i64 = 0
        self.next_flush: i64 = 0
        self.boundary: i64 = FAR  # the next change, if any port cares
        self.closed: list[int] = []  # partitions whose window ended there
        for cpu in self.pcpus:
            cpu.rank = WINDOW_START

    def run(self, until: i64) -> i64:
        """
        Do everything that happens before *until*; return why it ended.

        Cutting a run into several changes nothing that anyone can see.
        """
        self.unpark()
        while self.ended == LIMIT and self.step(until):
            pass
        if self.merge is not None and self.ended != LIMIT:
            self.merge.drop(self.ended_at)
        return self.ended

    def unpark(self) -> None:
        """Let processors go on that stopped because a `run` was over."""
        for cpu in self.pcpus:
            if cpu.parked:
                cpu.parked = False
                cpu.when = cpu.now

    def next_instant(self) -> i64:
        """Return when the next thing happens."""
        when: i64 = self.earliest_pcpu().when
        timer = self.timers.next(self.partitions)
        when = min(when, timer)
        when = min(when, self.boundary)
        return when

    def step(self, until: i64) -> bool:
        """Do the next thing; say whether there was one before *until*."""
        cpu = self.earliest_pcpu()
        timer = self.timers.next(self.partitions)
        when: i64 = cpu.when
        when = min(when, timer)
        when = min(when, self.boundary)
        if when >= until:
            return False
        if self.merge is not None:
            self.merge.release(when)
        if timer == when and (cpu.when > when or cpu.rank > TIMEOUT):
            index, tag = self.timers.pop(self.partitions)
            domain = self.domains[index]
            domain.personality.timer(tag, when)
            self.settle(domain, when)
        elif self.boundary == when and (cpu.when > when or cpu.rank > RELEASE):
            self.cross(when)
        else:
            self.act(self.turn(cpu), until)
        return True

    def earliest_pcpu(self) -> Pcpu:
        """Return the processor with the lowest (time, rank, number)."""
        best = self.pcpus[0]
        for cpu in self.pcpus:
            if cpu.when < best.when or (
                cpu.when == best.when and cpu.rank < best.rank
            ):
                best = cpu
        return best

    def turn(self, first: Pcpu) -> Pcpu:
        """
        Return *first*, or the one before it in its cell.

        Processors that run the same partition share memory.  They run in
        cells of a fixed length, in order of their numbers, so that what one
        sees of the other does not depend on how a run is cut.
        """
        if first.rank != DISPATCH or not first.busy:
            return first
        cell = first.when // self.cell
        for cpu in self.pcpus:
            if cpu is first:
                break
            if (
                cpu.busy
                and cpu.rank == DISPATCH
                and not cpu.parked
                and cpu.when // self.cell == cell
                and cpu.window.partition == first.window.partition
            ):
                return cpu
        return first

    # --- what a processor does ---------------------------------------------

    def act(self, cpu: Pcpu, until: i64) -> None:
        """Do what *cpu* has to do at its next instant."""
        cpu.now = max(cpu.now, cpu.when)
        if cpu.rank == COMPLETION:
            self.complete(cpu)
        elif cpu.rank == WINDOW_END:
            self.close(cpu)
        elif cpu.rank == WINDOW_START:
            self.open(cpu)
        else:
            self.dispatch(cpu, until)

    def close(self, cpu: Pcpu) -> None:
        """End the window; the next one starts at the same instant."""
        index = cpu.window.partition
        if index != NO_PARTITION:
            self.tell(cpu, WINDOW_CLOSE, index, cpu.window.index, 0)
            domain = self.domains[index]
            domain.personality.window(cpu.number, False, cpu.now)
            self.settle(domain, cpu.now)
            if self.boundary != FAR:
                self.closed.append(int(index))
        cpu.opened = False
        cpu.busy = False
        cpu.rank = WINDOW_START

    def open(self, cpu: Pcpu) -> None:
        """Begin the window of this instant."""
        cpu.window = self.first_level.window(cpu.number, cpu.now)
        if cpu.number == 0:
            frame = self.first_level.frame(cpu.now)
            if frame >= 0:
                self.tell(cpu, FRAME, NOBODY, frame, 0)
        cpu.opened = True
        index = cpu.window.partition
        if index != NO_PARTITION:
            self.tell(
                cpu, WINDOW_OPEN, index, cpu.window.index, cpu.window.end
            )
            domain = self.domains[index]
            domain.personality.window(cpu.number, True, cpu.now)
            self.settle(domain, cpu.now)
        cpu.busy = True
        cpu.rank = DISPATCH

    def dispatch(self, cpu: Pcpu, until: i64) -> None:
        """Run whom the policy picks, or be idle."""
        index = cpu.window.partition
        if index == NO_PARTITION:
            self.rest(cpu, FAR)
            return
        domain = self.domains[index]
        vcpu = domain.policy.pick(cpu.number, cpu.now)
        if vcpu is None:
            self.rest(cpu, domain.policy.next_event(cpu.number, cpu.now))
            return
        if vcpu is not cpu.current:
            self.switch(cpu, vcpu)
            vcpu.debt += self.switch_cost
        elif vcpu.state == RUNNABLE:
            self.change(vcpu, RUNNING, cpu.now)
        domain.personality.resume(vcpu, cpu.now)
        self.run_vcpu(cpu, domain, vcpu, until)

    def rest(self, cpu: Pcpu, event: i64) -> None:
        """Be idle until the window ends or the policy wants to be asked."""
        if cpu.current is not cpu.idle:
            self.switch(cpu, cpu.idle)
        cpu.busy = False
        if event < cpu.window.end:
            cpu.when = event
            cpu.rank = DISPATCH
        else:
            cpu.when = cpu.window.end
            cpu.rank = WINDOW_END
        if self.quiet():
            self.shutdown(QUIET, cpu.now)

    def run_vcpu(
        self, cpu: Pcpu, domain: Domain, vcpu: Vcpu, until: i64
    ) -> None:
        """Run *vcpu* for one slice and deal with what ended it."""
        start = cpu.now
        hard = self.hard_end(cpu, domain)
        soft = self.drift(cpu)
        alone = soft == FAR
        if alone:
            soft = until
        end = min(soft, hard)
        cpu.slice_end = hard
        if vcpu.debt > 0:
            paid: i64 = min(vcpu.debt, end - cpu.now)
            vcpu.debt -= paid
            cpu.now += paid
        vcpu.exit = CONTINUE
        elapsed: i64 = 0
        if cpu.now < end:
            elapsed = vcpu.partition.engine.run(vcpu, cpu.now, end - cpu.now)
        assert 0 <= elapsed <= end - cpu.now, "an engine keeps its budget"
        cpu.now += elapsed
        if vcpu.exit == CONTINUE:
            if end == hard and cpu.now < hard:
                # No instruction fits any more.
                cpu.slack += hard - cpu.now
                cpu.now = hard
                vcpu.fraction = 0
            elif alone and end == until and cpu.now <= until and end < hard:
                cpu.parked = True
        domain.policy.charge(vcpu, cpu.now - start, cpu.now)
        self.bound(vcpu, cpu.now - start)
        self.conclude(cpu, vcpu, vcpu.exit)
        if cpu.parked:
            cpu.when = until

    def bound(self, vcpu: Vcpu, elapsed: i64) -> None:
        """Make a guest pay that traps again and again at one instant."""
        if elapsed > 0 or vcpu.exit == CONTINUE or vcpu.exit == DEFER:
            vcpu.stuck = 0
            return
        vcpu.stuck += 1
        if vcpu.stuck >= STUCK_LIMIT:
            vcpu.stuck = 0
            vcpu.debt += STUCK_CHARGE

    def conclude(self, cpu: Pcpu, vcpu: Vcpu, verdict: i64) -> None:
        """Do what a trap's verdict says; plan the processor's next act."""
        cpu.busy = True
        cpu.when = cpu.now
        cpu.rank = WINDOW_END if cpu.now >= cpu.window.end else DISPATCH
        if verdict == DEFER:
            cpu.rank = COMPLETION
            return
        if verdict == BLOCK:
            self.block(vcpu, cpu.now)
        self.settle(self.domains[vcpu.partition.index], cpu.now)

    def complete(self, cpu: Pcpu) -> None:
        """Serve the trap that had to wait until this processor was lowest."""
        vcpu = cpu.current
        cause = vcpu.cause
        vcpu.cause = -1
        vcpu.arch.machine.take(vcpu.arch)
        self.conclude(cpu, vcpu, self.serve(cpu, vcpu, cpu.now, cause))

    # --- traps -------------------------------------------------------------

    def trap(self, vcpu: Vcpu, elapsed: i64, cause: i64) -> i64:
        """Serve a trap of the running guest, now or when it is its turn."""
        cpu = self.pcpus[vcpu.pcpu]
        now: i64 = cpu.now + elapsed
        for peer in self.pcpus:
            if (
                peer is not cpu
                and peer.busy
                and peer.window.partition == cpu.window.partition
                and (
                    peer.when < now
                    or (peer.when == now and peer.number < cpu.number)
                )
            ):
                vcpu.cause = cause
                return DEFER
        return self.serve(cpu, vcpu, now, cause)

    def serve(self, cpu: Pcpu, vcpu: Vcpu, now: i64, cause: i64) -> i64:
        """Hand a trap to the personality."""
        self.trapping = cpu
        self.resched = False
        domain = self.domains[vcpu.partition.index]
        verdict = domain.personality.trap(vcpu, now, cause)
        vcpu.debt += self.hypercall_cost
        if verdict == CONTINUE and self.resched:
            verdict = RESCHEDULE
        self.trapping = None
        return verdict

    def settle(self, domain: Domain, now: i64) -> None:
        """Do what a personality asked for and could not do itself."""
        if domain.partition.restart != IDLE and self.ended == LIMIT:
            self.restart(domain, now)

    # --- how far a slice may go --------------------------------------------

    def hard_end(self, cpu: Pcpu, domain: Domain) -> i64:
        """Return the end of what *cpu* may run whatever this `run` covers."""
        end = cpu.window.end
        event = domain.policy.next_event(cpu.number, cpu.now)
        end = min(end, event)
        due = domain.due()
        end = min(end, due)
        end = min(end, self.boundary)
        return end

    def drift(self, cpu: Pcpu) -> i64:
        """
        Return how far *cpu* may run ahead of those that share its partition.

        To the end of its cell, or to a trap that waits for it; in either
        case to the end of the instruction that is under way there.  FAR if
        nobody else is running.
        """
        limit: i64 = FAR
        for peer in self.pcpus:
            if (
                peer is not cpu
                and peer.busy
                and peer.window.partition == cpu.window.partition
            ):
                end = (cpu.now // self.cell + 1) * self.cell
                limit = min(limit, end)
                if peer.rank == COMPLETION and peer.when < limit:
                    limit = peer.when
        if limit != FAR:
            limit += self.cycle - 1
            limit = max(limit, cpu.now)
        return limit

    # --- ports, quiet, events ----------------------------------------------

    def cross(self, now: i64) -> None:
        """Carry data between ports where windows change."""
        closed = self.closed
        self.closed = []
        self.boundary = self.first_level.boundary(now)
        if not closed:
            return
        if self.flush_on_windows:
            self.flush(closed, now)
        elif now >= self.next_flush:
            self.next_flush += self.flush_period
            self.flush(None, now)

    def quiet(self) -> bool:
        """Say whether nothing can ever happen again."""
        for cpu in self.pcpus:
            if cpu.busy:
                return False
        if self.boundary != FAR and self.ports.marked():
            return False
        for domain in self.domains:
            for vcpu in domain.partition.vcpus:
                if vcpu.state == RUNNABLE or vcpu.state == RUNNING:
                    return False
            if not domain.personality.quiet():
                return False
        return True

    def tell(self, cpu: Pcpu, kind: i64, who: i64, a: i64, b: i64) -> None:
        """Tell an event of a processor."""
        if self.sink is not None:
            self.sink.emit(
                cpu.now, kind, cpu.number, who, NOBODY, NOBODY, a, b
            )
