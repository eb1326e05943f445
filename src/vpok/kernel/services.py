"""What the kernel does for personalities, as they see it."""

from mypy_extensions import i64, mypyc_attr

from vpok.events import Sink
from vpok.kernel.engine import Traps
from vpok.kernel.partition import Partition
from vpok.kernel.ports import PortTable
from vpok.kernel.sources import Source
from vpok.kernel.vcpu import Vcpu


@mypyc_attr(allow_interpreted_subclasses=True)
class Services(Traps):
    """Implemented by `Kernel`; every call happens at the instant *now*."""

    ports: PortTable
    latency: i64  # ns until an effect reaches another processor
    interrupt_cost: i64  # ns of a delivery
    listening: bool  # somebody wants events; else `emit` may be skipped

    def listener(self) -> Sink | None:
        """Return who hears events, for those who tell many."""
        raise NotImplementedError

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Make a blocked vCPU runnable."""
        raise NotImplementedError

    def block(self, vcpu: Vcpu, now: i64) -> None:
        """Make a vCPU wait; outside a trap only (there: verdict BLOCK)."""
        raise NotImplementedError

    def bring_up(self, vcpu: Vcpu, now: i64) -> None:
        """Start an offline vCPU, whose context is set."""
        raise NotImplementedError

    def take_down(self, vcpu: Vcpu, reset: bool, now: i64) -> None:
        """
        Stop a vCPU until it is brought up; *reset*: call `reset` then.

        One that runs on another processor stops after the latency.
        """
        raise NotImplementedError

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """Let others of the partition run first (verdict RESCHEDULE)."""
        raise NotImplementedError

    def set_affinity(self, vcpu: Vcpu, affinity: int, now: i64) -> str:
        """Let only these processors run it; return a refusal, or ''."""
        raise NotImplementedError

    def set_params(self, vcpu: Vcpu, params: dict[str, int], now: i64) -> str:
        """Change scheduling parameters; return a refusal, or ''."""
        raise NotImplementedError

    # Interrupts: see `vpok.kernel.injection`.

    def enter(self, vcpu: Vcpu, now: i64) -> None:
        """Deliver what can be delivered to the resident *vcpu*."""
        raise NotImplementedError

    def send(self, vcpu: Vcpu, number: i64, now: i64) -> None:
        """Raise an interrupt; on another processor after the latency."""
        raise NotImplementedError

    def notify(self, partition: i64, vcpu: i64, number: i64, now: i64) -> None:
        """Raise an interrupt of a vCPU of another partition."""
        raise NotImplementedError

    def raise_interrupt(self, vcpu: Vcpu, number: i64, now: i64) -> None:
        """Raise an interrupt now, wherever its vCPU is."""
        raise NotImplementedError

    def set_line(
        self, vcpu: Vcpu, number: i64, asserted: bool, now: i64
    ) -> None:
        """Assert or deassert a level."""
        raise NotImplementedError

    def completed(self, vcpu: Vcpu, number: i64, depth: i64, now: i64) -> None:
        """Hear that a handler is done; *depth* frames are left."""
        raise NotImplementedError

    def register(
        self, vcpu: Vcpu, number: i64, handler: i64, now: i64
    ) -> None:
        """Give an interrupt a handler."""
        raise NotImplementedError

    def unregister(self, vcpu: Vcpu, number: i64, now: i64) -> None:
        """Take an interrupt's handler away."""
        raise NotImplementedError

    def add_source(self, partition: Partition, source: Source) -> None:
        """Let a source of interrupts begin."""
        raise NotImplementedError

    def cancel_source(self, vcpu: Vcpu, number: i64) -> None:
        """Stop a guest's timer; NONE: all of the vCPU's."""
        raise NotImplementedError

    def set_timer(self, partition: Partition, tag: i64, when: i64) -> None:
        """Call the personality's `timer(tag)` at *when*; replaces the last."""
        raise NotImplementedError

    def cancel_timer(self, partition: Partition, tag: i64) -> None:
        """Forget a timer, if it is set."""
        raise NotImplementedError

    def set_mode(self, partition: Partition, mode: i64, now: i64) -> None:
        """Change a partition's mode; nothing else follows from it here."""
        raise NotImplementedError

    def request_restart(self, partition: Partition, mode: i64) -> None:
        """Restart into COLD_START or WARM_START once the trap is over."""
        raise NotImplementedError

    def request_plan(self, plan: i64) -> None:
        """Let a plan be in force from the next major frame on."""
        raise NotImplementedError

    def plan_status(self) -> list[int]:
        """Return the plan in force, the next one, and the last switch (ns)."""
        raise NotImplementedError

    def shutdown(self, reason: i64, now: i64) -> None:
        """Stop the module at this instant."""
        raise NotImplementedError

    def emit(
        self, now: i64, kind: i64, vcpu: Vcpu, thread: i64, a: i64, b: i64
    ) -> None:
        """Tell an event about a vCPU."""
        raise NotImplementedError

    def console(self, now: i64, vcpu: Vcpu, text: bytes, kernel: i64) -> None:
        """Print *text* of a vCPU's guest, or (*kernel* 1) text about it."""
        raise NotImplementedError
