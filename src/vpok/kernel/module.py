"""
The module's state, and what the kernel does with it for personalities.

`loop.Kernel` adds the loop.  Nothing here looks at a host.
"""

from typing import Final

from mypy_extensions import i64

from vpok.events import NOBODY, EventKind, Sink
from vpok.kernel.alloc import MAX_VCPUS, alloc_vcpu, destroy_vcpu
from vpok.kernel.domain import Domain
from vpok.kernel.first_level import FirstLevel
from vpok.kernel.idle import idle_vcpus
from vpok.kernel.ids import IdAllocator
from vpok.kernel.merge import Merge
from vpok.kernel.partition import COLD_START, IDLE, Partition
from vpok.kernel.pcpu import Pcpu
from vpok.kernel.ports import PortTable
from vpok.kernel.services import Services
from vpok.kernel.timers import Timers
from vpok.kernel.turns import Turns
from vpok.kernel.vcpu import (
    BLOCKED,
    OFFLINE,
    RUNNABLE,
    RUNNING,
    Vcpu,
    bring_up,
    charge,
    inherit,
    set_state,
)
from vpok.units import FAR

# Why a run ended.
LIMIT: Final = 0  # its time is over, or it was not started
SHUTDOWN: Final = 1  # a guest powered the module off
QUIET: Final = 2  # nothing is left that can ever happen
ERROR: Final = 3  # the health monitor stopped the module
END_NAMES: Final = ("limit", "shutdown", "quiet", "error")

# The order of what happens at one instant (semantics 2).
COMPLETION: Final = 0
WINDOW_END: Final = 2
RELEASE: Final = 6  # TIMEOUT and ARRIVAL are before it: see `timers`
WINDOW_START: Final = 7
DISPATCH: Final = 8

# Kinds of events, as plain integers.
SWITCH: Final = int(EventKind.SWITCH)
RUNSTATE: Final = int(EventKind.RUNSTATE)
MODE: Final = int(EventKind.MODE)
PORT_FLUSH: Final = int(EventKind.PORT_FLUSH)
END: Final = int(EventKind.SHUTDOWN)


class Module(Services):
    """Partitions, processors, timers, ports; the services of `Services`."""

    def __init__(
        self,
        partitions: list[Partition],
        domains: list[Domain],
        first_level: FirstLevel,
        processors: int,
        ports: PortTable,
        sink: Sink | None,
    ) -> None:
        """Put the parts together; `boot` makes the vCPUs."""
        # Python finds the attributes of an object at once if they are 30 or
        # fewer: those of `Kernel` and its bases are, and should be.
        self.partitions = partitions
        self.domains = domains
        self.first_level = first_level
        self.ports = ports
        self.ids = IdAllocator(MAX_VCPUS)
        self.timers = Timers()
        self.pcpus: list[Pcpu] = []
        for idle in idle_vcpus(processors):
            number = int(idle.index)
            window = first_level.window(number, 0)
            self.pcpus.append(Pcpu(number, idle, window))
        for cpu in self.pcpus:
            cpu.rank = WINDOW_START
        self.turns = Turns(self.pcpus)

        # A slice tells what happens in it before others are woken in its
        # midst: with several processors or domains, events are put in order.
        self.merge: Merge | None = None
        self.sink = sink
        self.listening = sink is not None
        if sink is not None and processors + len(partitions) > 2:
            self.merge = Merge(sink)
            self.sink = self.merge
        self.listen(self.sink)

        self.planned = False  # there are several plans

        # Costs, ns (semantics 4); `system` sets them before the boot.
        self.hypercall_cost: i64 = 0
        self.switch_cost: i64 = 0
        self.interrupt_cost = 0
        self.restart_cost: i64 = 0
        self.latency = 500
        self.cycle: i64 = 10  # ns of an instruction, rounded up
        # Processors that share a partition's memory run ahead of each other
        # by less than the latency: cells, and the instruction at their end.
        self.cell: i64 = 490

        # Why and when the module ends, and through whom: NOBODY if not
        # through a trap.  Told once everybody has reached that instant.
        self.ended: i64 = LIMIT
        self.ended_at: i64 = FAR
        self.ended_by: i64 = NOBODY
        self.told_end = False
        self.limit: i64 = 0  # nothing happens at it or later for now
        self.trapping: Pcpu | None = None  # serves a trap at the moment
        self.resched = False  # the trap's caller may have to give way

    # --- life of vCPUs -----------------------------------------------------

    def boot(self) -> None:
        """Set every partition up (V4); raises VcpuError."""
        for partition in self.partitions:
            self.set_up(partition, True, 0)

    def set_up(self, partition: Partition, cold: bool, now: i64) -> None:
        """Make a partition's vCPUs, start it, bring the vCPUs up."""
        machine = partition.engine.machine
        for index in range(len(partition.ops)):
            ops = partition.ops[index]
            vcpu = alloc_vcpu(partition, self.ids, ops, machine, now)
            vcpu.domain = partition.domains[index]
        partition.personality.start(cold, now)
        for vcpu in partition.vcpus:
            policy = vcpu.domain.policy
            policy.add(vcpu, partition.params[vcpu.index])
            if not partition.personality.boots(vcpu):
                continue
            bring_up(vcpu, now)
            self.emit(now, RUNSTATE, vcpu, NOBODY, vcpu.state, 0)
            policy.wake(vcpu, now)
        partition.personality.started(now)
        for vcpu in partition.vcpus:
            self.poke(vcpu.domain, now)

    def tear_down(self, partition: Partition, now: i64) -> list[Vcpu]:
        """Destroy a partition's vCPUs; return them for their accounts."""
        for cpu in self.pcpus:
            if cpu.current.partition is partition:
                self.switch(cpu, cpu.idle)
                if cpu.rank == COMPLETION:
                    cpu.rank = DISPATCH  # its trap is nobody's any more
                    self.turns.moved(cpu)
        gone = list(partition.vcpus)
        for vcpu in reversed(gone):
            vcpu.domain.policy.remove(vcpu)
            self.emit(now, RUNSTATE, vcpu, NOBODY, OFFLINE, 0)
            destroy_vcpu(vcpu, self.ids, now)
        self.outlive(partition)
        return gone

    def outlive(self, partition: Partition) -> None:
        """Forget the timers of a partition that is torn down."""
        partition.due.clear()
        self.look_again(partition)

    def restart(self, partition: Partition, now: i64) -> None:
        """Restart a partition with new vCPUs; their accounts go on."""
        mode = partition.restart
        partition.restart = IDLE
        partition.restarts += 1
        gone = self.tear_down(partition, now)
        self.set_mode(partition, mode, now)
        self.set_up(partition, mode == COLD_START, now)
        for old, new in zip(gone, partition.vcpus, strict=True):
            inherit(old, new)
            charge(new, self.restart_cost)

    # --- the switch (mission V8) -------------------------------------------

    def switch(self, cpu: Pcpu, vcpu: Vcpu) -> None:
        """Give *cpu* to *vcpu*: save, load, enter."""
        if cpu.ran > 0:
            self.charge(cpu)
        now = cpu.now
        prev = cpu.current
        if not prev.partition.free:
            prev.arch.ops.ctxt_switch_from(prev.arch)
        if prev is cpu.idle:
            set_state(prev, RUNNABLE, now)  # which nobody hears of
        elif prev.state == RUNNING and prev.pcpu == cpu.number:
            self.change(prev, RUNNABLE, now)
            if prev.domain.several:
                self.poke(prev.domain, now)  # others may have it
        cpu.current = vcpu
        vcpu.pcpu = cpu.number
        vcpu.switches += 1
        if not vcpu.partition.free:
            vcpu.arch.ops.ctxt_switch_to(vcpu.arch)
        if self.sink is not None:
            index: i64 = NOBODY if vcpu is cpu.idle else vcpu.index
            self.sink.emit(
                now,
                SWITCH,
                cpu.number,
                vcpu.partition.index,
                index,
                NOBODY,
                0,
                0,
            )
        self.change(vcpu, RUNNING, now)
        vcpu.attention = True  # its `schedule_tail` is due

    def charge(self, cpu: Pcpu) -> None:
        """Tell the policy how long the current vCPU has run by now."""
        if cpu.ran > 0:
            vcpu = cpu.current
            vcpu.domain.policy.charge(vcpu, cpu.ran, cpu.now)
            cpu.ran = 0

    def change(self, vcpu: Vcpu, state: i64, now: i64) -> None:
        """Account and tell a change of a vCPU's state."""
        was = vcpu.state
        set_state(vcpu, state, now)
        if vcpu.partition.sources:
            self.clocks(vcpu, was, state)
        if self.sink is not None and vcpu.partition.index >= 0:
            self.emit(now, RUNSTATE, vcpu, NOBODY, state, 0)

    def clocks(self, vcpu: Vcpu, was: i64, state: i64) -> None:
        """Hear that the clock of a vCPU's own time may stop or go on."""

    def poke(self, domain: Domain, now: i64) -> None:
        """Let the domain's idle processors look for work at *now*."""
        for number in domain.pcpus:
            cpu = self.pcpus[number]
            if cpu.busy or not cpu.opened or cpu.window.domain != domain.index:
                continue
            start = now
            far = self.trapping is not None and self.trapping is not cpu
            if far and not domain.free:
                start += self.latency
            start = max(start, cpu.now)
            if start < cpu.window.end:
                cpu.busy = True
                cpu.when = start
                cpu.rank = DISPATCH
                self.turns.moved(cpu)

    def listen(self, sink: Sink | None) -> None:
        """Tell *sink* from now on, and let policies do so."""
        self.sink = sink
        for domain in self.domains:
            domain.policy.sink = sink

    def listener(self) -> Sink | None:
        """Return who hears events."""
        return self.sink

    # --- Services ----------------------------------------------------------

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Make a blocked vCPU runnable, in its window or outside."""
        if vcpu.state != BLOCKED:
            return
        if vcpu.pauses > 0:
            self.change(vcpu, OFFLINE, now)
            return
        self.enqueue(vcpu, now)

    def enqueue(self, vcpu: Vcpu, now: i64) -> None:
        """Let a vCPU that can run again take part."""
        self.change(vcpu, RUNNABLE, now)
        domain = vcpu.domain
        domain.policy.wake(vcpu, now)
        if domain.policy.preempts and self.trapping is not None:
            self.nudge(vcpu, now)
        self.resched = True
        self.poke(domain, now)

    def nudge(self, vcpu: Vcpu, now: i64) -> None:
        """Let the processors of a domain choose again after the latency."""

    def block(self, vcpu: Vcpu, now: i64) -> None:
        """Make a vCPU wait for a wake."""
        if vcpu.state == BLOCKED:
            return
        if vcpu.state == OFFLINE:
            if vcpu.up and vcpu.pauses > 0:
                self.change(vcpu, BLOCKED, now)
            return
        self.change(vcpu, BLOCKED, now)
        vcpu.domain.policy.blocked(vcpu, now)

    def set_timer(self, partition: Partition, tag: i64, when: i64) -> None:
        """Set or move a timer; one in this slice ends the slice."""
        due = partition.due
        if due.get(tag, -1) == when:
            return
        due[tag] = when
        self.timers.add(partition, tag, when)
        for domain in partition.scheduled:
            domain.timers.add(partition, tag, when)
        cpu = self.trapping
        if cpu is not None and when < cpu.slice_end:
            self.resched = True

    def cancel_timer(self, partition: Partition, tag: i64) -> None:
        """Forget a timer."""
        if partition.due.pop(tag, -1) >= 0:
            self.look_again(partition)

    def look_again(self, partition: Partition) -> None:
        """Let the queues hear that timers of a partition are no more."""
        self.timers.next()
        for domain in partition.scheduled:
            domain.timers.next()

    def set_mode(self, partition: Partition, mode: i64, now: i64) -> None:
        """Change a partition's mode."""
        partition.mode = mode
        if self.sink is not None:
            self.sink.emit(
                now,
                MODE,
                partition.home,
                partition.index,
                NOBODY,
                NOBODY,
                mode,
                0,
            )

    def request_restart(self, partition: Partition, mode: i64) -> None:
        """Restart once the trap or timer is over."""
        partition.restart = mode

    def request_plan(self, plan: i64) -> None:
        """Switch when the major frame is over; the last request wins."""
        self.first_level.request(plan)

    def plan_status(self) -> list[int]:
        """Return the plan in force, the next one, and the last switch (ns)."""
        level = self.first_level
        return [int(level.current), int(level.requested), int(level.switched)]

    def shutdown(self, reason: i64, now: i64) -> None:
        """Stop the module; the first instant counts."""
        if now < self.ended_at:
            self.ended = reason
            self.ended_at = now
            # The processors that are behind catch up to it.
            self.limit = min(self.limit, now)
            self.ended_by = NOBODY
            if self.trapping is not None:
                self.ended_by = self.trapping.number
            self.resched = True
            if self.merge is not None:
                self.merge.mark()

    def finish(self) -> None:
        """Tell the end, when everything before it has been told."""
        if self.told_end or self.sink is None:
            return
        self.told_end = True
        sink = self.sink
        if self.merge is not None:
            self.merge.finish(self.ended_at, self.ended_by)
            sink = self.merge.sink
        pcpu = max(self.ended_by, 0)
        sink.emit(
            self.ended_at, END, pcpu, NOBODY, NOBODY, NOBODY, self.ended, 0
        )

    def emit(
        self, now: i64, kind: i64, vcpu: Vcpu, thread: i64, a: i64, b: i64
    ) -> None:
        """Tell an event of a vCPU."""
        if self.sink is not None:
            pcpu: i64 = vcpu.pcpu
            if pcpu < 0:
                pcpu = vcpu.partition.home
            self.sink.emit(
                now,
                kind,
                pcpu,
                vcpu.partition.index,
                vcpu.index,
                thread,
                a,
                b,
            )

    def console(self, now: i64, vcpu: Vcpu, text: bytes, kernel: i64) -> None:
        """Print."""
        if self.sink is not None:
            self.sink.console(
                now,
                max(vcpu.pcpu, 0),
                vcpu.partition.index,
                NOBODY if kernel else vcpu.index,
                text,
            )
