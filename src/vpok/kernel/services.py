"""What the kernel does for personalities, as they see it."""

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.engine import Traps
from vpok.kernel.partition import Partition
from vpok.kernel.ports import PortTable
from vpok.kernel.vcpu import Vcpu


@mypyc_attr(allow_interpreted_subclasses=True)
class Services(Traps):
    """Implemented by `Kernel`; every call happens at the instant *now*."""

    ports: PortTable
    latency: i64  # ns until an effect reaches another processor
    listening: bool  # somebody wants events; else `emit` may be skipped

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Make a blocked vCPU runnable."""
        raise NotImplementedError

    def block(self, vcpu: Vcpu, now: i64) -> None:
        """Make a vCPU wait; outside a trap only (there: verdict BLOCK)."""
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
