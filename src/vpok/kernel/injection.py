"""
Virtual interrupts: raised here, and entered where they can be delivered.

An interrupt is bound to a vCPU (mission V6).  It is raised at an instant, by a
source, a guest, or somebody outside; the vCPU enters its handler at once if it
runs, else when it gets a processor (mission V7; semantics 12 to 17).
"""

from mypy_extensions import i64

from vpok.events import CONTROLS, NOBODY, EventKind
from vpok.kernel.agenda import Agenda
from vpok.kernel.partition import Partition
from vpok.kernel.sources import (
    CATCHUP,
    DELAY,
    DISCARD,
    DOWN,
    LOWER,
    MERGE,
    MOVE,
    NUDGE,
    RAISE,
    RESET,
    SPACED,
    TICK,
    Arrival,
    Source,
)
from vpok.kernel.vcpu import (
    BLOCKED,
    OFFLINE,
    RUNNABLE,
    RUNNING,
    Vcpu,
    bring_up,
    charge,
    take_down,
)
from vpok.machine.interrupts import (
    NESTED,
    NONE,
    OVERRUN,
    PENDING,
    REFUSED,
    Interrupts,
)

RUNSTATE = int(EventKind.RUNSTATE)
IRQ_RAISE = int(EventKind.IRQ_RAISE)
IRQ_DELIVER = int(EventKind.IRQ_DELIVER)
IRQ_COMPLETE = int(EventKind.IRQ_COMPLETE)
IRQ_OVERRUN = int(EventKind.IRQ_OVERRUN)
IRQ_DROP = int(EventKind.IRQ_DROP)
IRQ_LINE = int(EventKind.IRQ_LINE)
CONTROL = int(EventKind.CONTROL)
PARAMETERS = CONTROLS.index("parameters")

# Why occurrences are dropped: places in `vpok.events.DROPS`.
WAS_UNREGISTERED, WAS_MERGED, WAS_DISCARDED, WAS_CANCELLED, WAS_DEASSERTED = (
    *range(5),
)


def controller(vcpu: Vcpu) -> Interrupts:
    """Return a vCPU's interrupts; its personality has given it some."""
    interrupts = vcpu.arch.interrupts
    assert interrupts is not None, "this vCPU takes no interrupts"
    return interrupts


class Injection(Agenda):
    """A module whose vCPUs take interrupts."""

    # --- raising -----------------------------------------------------------

    def raise_interrupt(self, vcpu: Vcpu, number: i64, now: i64) -> None:
        """Let an interrupt occur; a level is asserted."""
        interrupts = controller(vcpu)
        if interrupts.level >> int(number) & 1:
            self.set_line(vcpu, number, True, now)
            return
        outcome = interrupts.add(number, now)
        if outcome == PENDING:
            self._occurred(vcpu, number, now)
            return
        if outcome == OVERRUN:
            count = len(interrupts.raised[number])
            self.emit(now, IRQ_OVERRUN, vcpu, NOBODY, number, count)
            vcpu.partition.personality.interrupt_error(
                vcpu, OVERRUN, number, now
            )
            return
        self.emit(now, IRQ_DROP, vcpu, NOBODY, number, WAS_UNREGISTERED)

    def set_line(
        self, vcpu: Vcpu, number: i64, asserted: bool, now: i64
    ) -> None:
        """Assert or deassert a level."""
        interrupts = controller(vcpu)
        before = len(interrupts.raised[number])
        if not interrupts.set_level(number, asserted, now):
            return
        self.emit(now, IRQ_LINE, vcpu, NOBODY, number, int(asserted))
        after = len(interrupts.raised[number])
        if after > before:
            self._occurred(vcpu, number, now)
        elif after < before:
            self.emit(now, IRQ_DROP, vcpu, NOBODY, number, WAS_DEASSERTED)

    def _occurred(self, vcpu: Vcpu, number: i64, now: i64) -> None:
        pending = len(controller(vcpu).raised[number])
        self.emit(now, IRQ_RAISE, vcpu, NOBODY, number, pending)
        self.attend(vcpu, now)

    def attend(self, vcpu: Vcpu, now: i64) -> None:
        """Have what may be deliverable by now delivered."""
        number = controller(vcpu).deliverable()
        if number == NONE:
            return  # nor is it an entry that its guest could see
        vcpu.attention = True
        if vcpu.state != BLOCKED:
            return
        if number >= 0:
            self.wake(vcpu, now)
        elif number == NESTED:
            self._nested(vcpu, now)

    def send(self, vcpu: Vcpu, number: i64, now: i64) -> None:
        """Raise from a guest's call; on another processor after the latency."""
        self._send(vcpu, number, False, now)

    def notify(self, partition: i64, vcpu: i64, number: i64, now: i64) -> None:
        """Raise an interrupt of a vCPU of another partition."""
        target = self.partitions[partition].vcpus[vcpu]
        self._send(target, number, True, now)

    def _send(self, vcpu: Vcpu, number: i64, outside: bool, now: i64) -> None:
        if self.is_here(vcpu):
            self.raise_interrupt(vcpu, number, now)
        else:
            self._post(vcpu, RAISE, number, outside, now + self.latency)

    # --- delivering --------------------------------------------------------

    def enter(self, vcpu: Vcpu, now: i64) -> None:
        """Enter *vcpu*, which is resident: deliver what can be delivered."""
        vcpu.attention = False
        number = vcpu.arch.ops.schedule_tail(vcpu.arch)
        if number == NONE:
            return
        if number == NESTED:
            self._nested(vcpu, now)
        elif number == REFUSED:
            vcpu.partition.personality.interrupt_error(
                vcpu, REFUSED, NONE, now
            )
        else:
            interrupts = controller(vcpu)
            interrupts.told_nesting = False
            raised = interrupts.take(number)
            charge(vcpu, self.interrupt_cost)
            self.emit(now, IRQ_DELIVER, vcpu, NOBODY, number, now - raised)

    def _nested(self, vcpu: Vcpu, now: i64) -> None:
        interrupts = controller(vcpu)
        if not interrupts.told_nesting:
            interrupts.told_nesting = True
            vcpu.partition.personality.interrupt_error(vcpu, NESTED, NONE, now)

    def completed(self, vcpu: Vcpu, number: i64, depth: i64, now: i64) -> None:
        """Hear that a handler is done; *depth* frames are left."""
        interrupts = controller(vcpu)
        before = len(interrupts.raised[number])
        interrupts.complete(number, now)
        self.emit(now, IRQ_COMPLETE, vcpu, NOBODY, number, depth)
        if len(interrupts.raised[number]) > before:
            self._occurred(vcpu, number, now)

    def register(
        self, vcpu: Vcpu, number: i64, handler: i64, now: i64
    ) -> None:
        """Give an interrupt a handler; an asserted level is pending."""
        interrupts = controller(vcpu)
        interrupts.register(number, handler, now)
        if interrupts.raised[number]:
            self._occurred(vcpu, number, now)

    def unregister(self, vcpu: Vcpu, number: i64, now: i64) -> None:
        """Take an interrupt's handler away, and its guest's timer."""
        if controller(vcpu).unregister(number) > 0:
            self.emit(now, IRQ_DROP, vcpu, NOBODY, number, WAS_CANCELLED)
        self.cancel_source(vcpu, number)

    # --- arrivals ----------------------------------------------------------

    def inject(
        self, vcpu: Vcpu, number: i64, when: i64, asserted: bool
    ) -> None:
        """Raise, or deassert a level, from outside at the instant *when*."""
        self._post(vcpu, RAISE if asserted else LOWER, number, True, when)

    def arrival(self, partition: Partition, tag: int, now: i64) -> None:
        """Do what was planned for *now*."""
        arrival = partition.arrivals[tag]
        source = arrival.source
        if arrival.what == TICK and source is not None:
            self._tick(partition, source, now)
            return
        if arrival.what == SPACED and source is not None:
            self._drain(partition, source, now)
            return
        del partition.arrivals[tag]
        vcpu = partition.vcpus[arrival.vcpu]
        if arrival.what == RAISE:
            self.raise_interrupt(vcpu, arrival.number, now)
        elif arrival.what == LOWER:
            # A source that has come again since holds its level longer.
            if source is None or source.latest + source.hold <= now:
                self.set_line(vcpu, arrival.number, False, now)
        elif arrival.what == MOVE:
            self._move(vcpu, now)
        elif arrival.what != NUDGE:
            self._down(vcpu, now)
            if arrival.what == RESET:
                partition.personality.reset(vcpu, now)

    # --- sources -----------------------------------------------------------

    def _tick(self, partition: Partition, source: Source, now: i64) -> None:
        vcpu = partition.vcpus[source.vcpu]
        periodic = source.period > 0 and not source.exec
        missed = periodic and not self._open(vcpu, now)
        source.advance()
        self._arm(partition, source)
        if periodic and source.ticks == DELAY:
            source.backlog += 1
            self._drain(partition, source, now)
            return
        if missed and source.ticks != CATCHUP:
            if source.ticks == DISCARD or source.merged:
                self._drop(vcpu, source, now)
                return
            source.merged = True
        self._come(partition, source, now)

    def _drop(self, vcpu: Vcpu, source: Source, now: i64) -> None:
        number = source.number
        controller(vcpu).dropped_count[number] += 1
        why = WAS_MERGED if source.ticks == MERGE else WAS_DISCARDED
        self.emit(now, IRQ_DROP, vcpu, NOBODY, number, why)

    def _drain(self, partition: Partition, source: Source, now: i64) -> None:
        """Let a delayed tick come, a period after the last one."""
        vcpu = partition.vcpus[source.vcpu]
        if source.backlog == 0 or not self._open(vcpu, now):
            return
        free = now
        if source.latest >= 0:
            free = source.latest + source.period
        if free <= now:
            source.backlog -= 1
            self._come(partition, source, now)
            free = now + source.period
        if source.backlog > 0:
            self.set_timer(partition, source.spaced_tag, free)

    def _come(self, partition: Partition, source: Source, now: i64) -> None:
        source.latest = now
        vcpu = partition.vcpus[source.vcpu]
        self.raise_interrupt(vcpu, source.number, now)
        if source.hold > 0:
            lower = Arrival(LOWER, vcpu.index, source.number, source, True)
            tag = self._plan(partition, lower)
            self.set_timer(partition, tag, now + source.hold)

    def _open(self, vcpu: Vcpu, now: i64) -> bool:
        """Say whether *now* lies in a window in which *vcpu* may run."""
        domain = vcpu.domain
        for pcpu in domain.pcpus:
            if (
                domain.policy.serves(vcpu, pcpu)
                and self.first_level.domain_at(pcpu, now) == domain.index
            ):
                return True
        return False

    def opened(self, partition: Partition, now: i64) -> None:
        """Hear that a window of the partition has opened."""
        for source in partition.sources:
            source.merged = False
            self._drain(partition, source, now)

    # --- vCPUs up and down, here and there ---------------------------------

    def bring_up(self, vcpu: Vcpu, now: i64) -> None:
        """Start an offline vCPU."""
        bring_up(vcpu, now)
        vcpu.attention = True
        for number in controller(vcpu).abandon(now):
            self.emit(now, IRQ_RAISE, vcpu, NOBODY, number, 1)
        self.emit(now, RUNSTATE, vcpu, NOBODY, vcpu.state, 0)
        if vcpu.state == RUNNABLE:
            domain = vcpu.domain
            domain.policy.wake(vcpu, now)
            self.resched = True
            self.poke(domain, now)

    def take_down(self, vcpu: Vcpu, reset: bool, now: i64) -> None:
        """Stop a vCPU; one that runs elsewhere hears of it later."""
        if vcpu.state == RUNNING and not self.is_here(vcpu):
            what = RESET if reset else DOWN
            self._post(vcpu, what, NONE, False, now + self.latency)
            return
        self._down(vcpu, now)
        if reset:
            vcpu.partition.personality.reset(vcpu, now)

    def _down(self, vcpu: Vcpu, now: i64) -> None:
        was = vcpu.state
        if not vcpu.up:
            return
        take_down(vcpu, now)
        for source in vcpu.partition.sources:
            if source.exec and source.vcpu == vcpu.index:
                self._arm(vcpu.partition, source)
        if was != OFFLINE:
            self.emit(now, RUNSTATE, vcpu, NOBODY, OFFLINE, 0)
        if was in (RUNNING, RUNNABLE):
            domain = vcpu.domain
            domain.policy.blocked(vcpu, now)
        self.resched = True

    def set_affinity(self, vcpu: Vcpu, affinity: int, now: i64) -> str:
        """Say which processors may run *vcpu*; return a refusal, or ''."""
        domain = vcpu.domain
        refusal = domain.policy.pin(vcpu, affinity)
        if refusal:
            return refusal
        vcpu.affinity = affinity
        if vcpu.state == RUNNING and not self.is_here(vcpu):
            self._post(vcpu, MOVE, NONE, False, now + self.latency)
        else:
            self._move(vcpu, now)
        return ""

    def set_params(self, vcpu: Vcpu, params: dict[str, int], now: i64) -> str:
        """Change scheduling parameters; return a refusal, or ''."""
        domain = vcpu.domain
        refusal = domain.policy.adjust(vcpu, params)
        if refusal:
            return refusal
        self.emit(now, CONTROL, vcpu, NOBODY, PARAMETERS, len(params))
        self.resched = True  # who runs may be another one now
        if self.trapping is not None:
            self.nudge(vcpu, now)
        self.poke(domain, now)
        return ""

    def migrate(self, vcpu: Vcpu, pcpu: i64, now: i64) -> str:
        """Give *vcpu* another processor; return a refusal, or ''."""
        domain = vcpu.domain
        if not vcpu.affinity >> int(pcpu) & 1:
            return "it is pinned to other processors"
        refusal = domain.policy.migrate(vcpu, pcpu)
        if refusal:
            return refusal
        for moved in vcpu.partition.vcpus:
            if moved.state == RUNNING:
                self.change(moved, RUNNABLE, now)
            self._move(moved, now)
        return ""

    def _move(self, vcpu: Vcpu, now: i64) -> None:
        """Let processors that may run *vcpu* have it."""
        if vcpu.state == RUNNING and not vcpu.affinity >> int(vcpu.pcpu) & 1:
            self.change(vcpu, RUNNABLE, now)
        if vcpu.state == RUNNABLE:
            self.resched = True
            self.poke(vcpu.domain, now)

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """Let others of the partition run first."""
        vcpu.domain.policy.yielded(vcpu, now)
