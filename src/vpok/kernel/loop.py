"""
The kernel's loop: the story of the hypervisor at its largest scale.

The processor with the lowest (time, rank, number) acts next.  It closes its
window, opens the next one, or runs the vCPU that its domain's policy picks,
until the earliest of: window, policy's next event, next timer aimed at the
domain, the drift that the latency allows, and the end of this `run`.
"""

from typing import Final

from mypy_extensions import i64

from vpok.events import NOBODY, EventKind
from vpok.kernel.bounds import Bounds
from vpok.kernel.domain import Domain
from vpok.kernel.engine import BLOCK, CONTINUE, DEFER, RESCHEDULE
from vpok.kernel.first_level import NO_DOMAIN
from vpok.kernel.module import (
    COMPLETION,
    DISPATCH,
    LIMIT,
    QUIET,
    RELEASE,
    WINDOW_END,
    WINDOW_START,
)
from vpok.kernel.partition import COLD_START, IDLE, WARM_START, Partition
from vpok.kernel.pcpu import Pcpu
from vpok.kernel.timers import TIMEOUT
from vpok.kernel.vcpu import RUNNABLE, RUNNING, Vcpu, charge, note_trap
from vpok.units import FAR

# A guest that traps this often without executing an instruction pays for it.
STUCK_LIMIT: Final = 16
STUCK_CHARGE: Final = 10_000  # ns

# What a change of plans asks of a partition: places in `PLAN_ACTIONS`.
WARM_ACTION: Final = 1
COLD_ACTION: Final = 2

WINDOW_OPEN: Final = int(EventKind.WINDOW_OPEN)
WINDOW_CLOSE: Final = int(EventKind.WINDOW_CLOSE)
FRAME: Final = int(EventKind.FRAME)
PLAN: Final = int(EventKind.PLAN)


class Kernel(Bounds):
    """A module that runs: `boot` it at time 0, then `run` it."""

    def run(self, until: i64) -> i64:
        """
        Do everything that happens before *until*; return why it ended.

        Cutting a run into several changes nothing that anyone can see.
        """
        self.unpark()
        self.limit = min(until, self.ended_at)
        while self.step():
            pass
        if self.ended == LIMIT and self.exhausted():
            self.shutdown(QUIET, self.latest())
        if self.ended != LIMIT and self.ended_at <= until:
            self.finish()
            return self.ended
        if self.merge is not None:
            self.merge.release(self.horizon(until))
        return LIMIT

    def unpark(self) -> None:
        """Let processors go on that stopped because a `run` was over."""
        for cpu in self.pcpus:
            if cpu.parked:
                cpu.parked = False
                cpu.when = cpu.now
                self.turns.moved(cpu)

    def step(self) -> bool:
        """Do the next thing; say whether there was one before the limit."""
        cpu = self.turns.next
        when = cpu.when
        rank = cpu.rank
        timers = self.timers
        if timers.first <= when and (
            timers.first < when or timers.rank < rank
        ):
            when = timers.first
            rank = timers.rank
        if self.boundary <= when and (self.boundary < when or rank > RELEASE):
            when = self.boundary
            rank = RELEASE
        if when >= self.limit:
            return False
        if self.merge is not None:
            self.merge.release(self.horizon(when))
        if rank > RELEASE or rank < TIMEOUT:
            self.act(cpu, rank)
        elif rank == RELEASE:
            self.cross(when)
        else:
            self.expire(when)
        return True

    def expire(self, now: i64) -> None:
        """Hand the timer that is due to its personality, or raise."""
        for cpu in self.pcpus:
            if cpu.ran > 0 and cpu.now <= now:
                self.charge(cpu)  # what ended by now was before it
        partition, tag = self.timers.pop()
        for domain in partition.scheduled:
            domain.timers.next()
        if tag >= 0:
            partition.personality.timer(tag, now)
        else:
            self.arrival(partition, tag, now)
        if partition.restart != IDLE:
            self.settle(partition, now)
        if self.timers.first >= FAR and self.quiet():
            self.shutdown(QUIET, now)

    # --- what a processor does ---------------------------------------------

    def act(self, cpu: Pcpu, rank: i64) -> None:
        """Do what *cpu* has to do at its next instant."""
        if cpu.now < cpu.when:
            cpu.now = cpu.when
        if cpu.ran > 0:
            self.charge(cpu)
        if rank == DISPATCH:
            self.dispatch(cpu)
        elif rank == WINDOW_END:
            self.close(cpu)
        elif rank == WINDOW_START:
            self.open(cpu)
        else:
            self.complete(cpu)
        if self.turns.several:
            self.turns.moved(cpu)

    def close(self, cpu: Pcpu) -> None:
        """End the window; the next one starts at the same instant."""
        index = cpu.window.domain
        if index != NO_DOMAIN:
            domain = self.domains[index]
            if self.sink is not None:
                self.tell(cpu, WINDOW_CLOSE, domain.shown, cpu.window.index, 0)
            if cpu.current.state == RUNNING and cpu.current is not cpu.idle:
                # Another processor may want it at this very instant.
                self.change(cpu.current, RUNNABLE, cpu.now)
            cpu.opened = False
            if domain.several:
                domain.policy.window(cpu.number, False, cpu.now)
                self.poke(domain, cpu.now)  # others may have who ran here
            for partition in domain.partitions:
                if partition.hears:
                    partition.personality.window(cpu.number, False, cpu.now)
                    if partition.restart != IDLE:
                        self.settle(partition, cpu.now)
        # No data travels before POK's first quantum.
        first = index == NO_DOMAIN and cpu.window.start == 0
        if self.boundary != FAR and not first:
            self.left(index)
        cpu.opened = False
        cpu.busy = False
        cpu.rank = WINDOW_START

    def open(self, cpu: Pcpu) -> None:
        """Begin the window of this instant."""
        cpu.window = self.first_level.window(cpu.number, cpu.now)
        if cpu.number == 0 and self.sink is not None:
            frame = self.first_level.frame(cpu.now)
            if frame >= 0:
                self.tell(cpu, FRAME, NOBODY, frame, 0)
                if frame > 0 and self.first_level.switched == cpu.now:
                    plan = self.first_level.current
                    self.tell(cpu, PLAN, NOBODY, plan, 0)
        cpu.opened = True
        cpu.busy = True
        cpu.rank = DISPATCH
        index = cpu.window.domain
        if index == NO_DOMAIN:
            return
        domain = self.domains[index]
        if self.sink is not None:
            self.tell(
                cpu,
                WINDOW_OPEN,
                domain.shown,
                cpu.window.index,
                cpu.window.end,
            )
        if domain.several:
            domain.policy.window(cpu.number, True, cpu.now)
        for partition in domain.partitions:
            if self.planned:
                self.act_on_plan(partition)
            if partition.hears:
                partition.personality.window(cpu.number, True, cpu.now)
            if partition.sources:
                self.opened(partition, cpu.now)
            if partition.restart != IDLE:
                self.settle(partition, cpu.now)

    def act_on_plan(self, partition: Partition) -> None:
        """Let a partition do what a change of plans asks of it."""
        action = self.first_level.action(partition.index)
        if action == WARM_ACTION:
            partition.restart = WARM_START
        elif action == COLD_ACTION:
            partition.restart = COLD_START

    def dispatch(self, cpu: Pcpu) -> None:
        """Run whom the policy picks, or be idle."""
        index = cpu.window.domain
        if index == NO_DOMAIN:
            self.rest(cpu, FAR)
            return
        domain = self.domains[index]
        vcpu = domain.policy.pick(cpu.number, cpu.now)
        if vcpu is None:
            self.rest(cpu, domain.policy.next_event(cpu.number, cpu.now))
            return
        partition = vcpu.partition
        if vcpu is not cpu.current:
            if vcpu.pcpu != cpu.number:
                self.release(vcpu)
            self.switch(cpu, vcpu)
            if not partition.free:
                charge(vcpu, self.switch_cost)
        elif vcpu.state == RUNNABLE:
            self.change(vcpu, RUNNING, cpu.now)
        if not partition.free:
            # A vCPU of the same partition may have run on another processor.
            vcpu.arch.machine.take(vcpu.arch)
            partition.personality.resume(vcpu, cpu.now)
            if vcpu.attention:
                self.enter(vcpu, cpu.now)
                if vcpu.state != RUNNING or partition.restart != IDLE:
                    # The health monitor's word.
                    self.conclude(cpu, vcpu, RESCHEDULE)
                    return
        self.run_vcpu(cpu, domain, vcpu)

    def release(self, vcpu: Vcpu) -> None:
        """Take *vcpu* off the processor that it ran on last."""
        if vcpu.pcpu >= 0:
            last = self.pcpus[vcpu.pcpu]
            if last.current is vcpu:
                self.switch(last, last.idle)

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
        if self.timers.first >= FAR and self.quiet():
            self.shutdown(QUIET, cpu.now)

    def run_vcpu(self, cpu: Pcpu, domain: Domain, vcpu: Vcpu) -> None:
        """Run *vcpu* for one slice and deal with what ended it."""
        start = cpu.now
        hard = self.hard_end(cpu, domain)
        soft: i64 = FAR
        if domain.coupled or domain.linked:
            soft = self.drift(cpu)
        alone = soft == FAR
        if alone:
            soft = self.limit
        end = hard if hard < soft else soft
        cpu.slice_end = hard
        if vcpu.debt > 0:
            self.pay(cpu, vcpu, end)
        vcpu.exit = CONTINUE
        if cpu.now < end:
            engine = vcpu.partition.engine
            cpu.now += engine.run(vcpu, cpu.now, end - cpu.now)
        assert start <= cpu.now <= end, "an engine keeps its budget"
        verdict = vcpu.exit
        if verdict == CONTINUE:
            if cpu.now < end:
                self.spend(cpu, vcpu, end, hard)
            cpu.parked = alone and end < hard
        # The policy hears of it when this processor is the lowest: now, if
        # it stopped at a trap that was served; else when it acts next.
        cpu.ran += cpu.now - start
        if verdict != CONTINUE and verdict != DEFER:
            verdict = self.stopped(cpu, domain, vcpu, verdict)
        self.conclude(cpu, vcpu, verdict)
        if cpu.parked:
            cpu.when = soft

    def stopped(
        self, cpu: Pcpu, domain: Domain, vcpu: Vcpu, verdict: i64
    ) -> i64:
        """Hear that *vcpu* stopped by itself; return what to do about it."""
        if domain.free and domain.several:
            # A model ends its run without a trap: its turn may not be now.
            vcpu.cause = verdict
            return DEFER
        self.charge(cpu)
        if domain.free and vcpu.partition.hears:
            vcpu.partition.personality.ended(vcpu, cpu.now)
        return verdict

    def pay(self, cpu: Pcpu, vcpu: Vcpu, end: i64) -> None:
        """Let *vcpu* pay of its debt what it can before *end*."""
        paid = min(vcpu.debt, end - cpu.now)
        vcpu.debt -= paid
        cpu.now += paid

    def spend(self, cpu: Pcpu, vcpu: Vcpu, end: i64, hard: i64) -> None:
        """Give up the rest of a slice in which no instruction fits."""
        if end == hard and cpu.now < hard:
            cpu.slack += hard - cpu.now
            cpu.now = hard
            vcpu.fraction = 0

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
        if vcpu.partition.restart != IDLE:
            self.settle(vcpu.partition, cpu.now)

    def complete(self, cpu: Pcpu) -> None:
        """Serve the trap that had to wait until this processor was lowest."""
        vcpu = cpu.current
        cause = vcpu.cause
        vcpu.cause = -1
        if vcpu.domain.free:
            if vcpu.partition.hears:
                vcpu.partition.personality.ended(vcpu, cpu.now)
            self.conclude(cpu, vcpu, cause)  # the verdict itself
            return
        vcpu.arch.machine.take(vcpu.arch)
        self.conclude(cpu, vcpu, self.serve(cpu, vcpu, cpu.now, cause))

    # --- traps -------------------------------------------------------------

    def trap(self, vcpu: Vcpu, elapsed: i64, cause: i64) -> i64:
        """Serve a trap of the running guest, now or when it is its turn."""
        cpu = self.pcpus[vcpu.pcpu]
        now: i64 = cpu.now + elapsed
        note_trap(vcpu, now)
        domain = vcpu.domain
        others = domain.several or domain.linked
        if others and not self.first(cpu, now):
            vcpu.cause = cause
            return DEFER
        return self.serve(cpu, vcpu, now, cause)

    def serve(self, cpu: Pcpu, vcpu: Vcpu, now: i64, cause: i64) -> i64:
        """Hand a trap to the personality."""
        self.trapping = cpu
        self.resched = False
        verdict = vcpu.partition.personality.trap(vcpu, now, cause)
        if not vcpu.partition.free:
            charge(vcpu, self.hypercall_cost)
        if vcpu.stuck >= STUCK_LIMIT:
            charge(vcpu, STUCK_CHARGE)
        if verdict == CONTINUE and self.resched:
            verdict = RESCHEDULE
        self.trapping = None
        return verdict

    def settle(self, partition: Partition, now: i64) -> None:
        """Restart a partition that asked for it."""
        if now < self.ended_at:
            self.restart(partition, now)

    # --- events ------------------------------------------------------------

    def tell(self, cpu: Pcpu, kind: i64, who: i64, a: i64, b: i64) -> None:
        """Tell an event of a processor."""
        if self.sink is not None:
            self.sink.emit(
                cpu.now, kind, cpu.number, who, NOBODY, NOBODY, a, b
            )
