"""
What a guest sees of the hypervisor is its partition's personality.

A personality serves traps, keeps its guest's threads if it has any, and says
which vCPUs have something to do.
"""

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.partition import Partition
from vpok.kernel.services import Services
from vpok.kernel.vcpu import Vcpu


@mypyc_attr(allow_interpreted_subclasses=True)
class Personality:
    """One per partition; `attach` comes first."""

    partition: Partition
    kernel: Services

    def attach(self, partition: Partition, kernel: Services) -> None:
        """Hear whom it serves."""
        self.partition = partition
        self.kernel = kernel

    def start(self, cold: bool, now: i64) -> None:
        """
        Fill memory and prepare the new, offline vCPUs for their first run.

        Called at module start and at each restart.
        """
        raise NotImplementedError

    def started(self, now: i64) -> None:
        """Hear that the vCPUs are up; windows may be open already."""

    def window(self, pcpu: i64, opened: bool, now: i64) -> None:
        """Hear that a window of the partition opens or closes on *pcpu*."""

    def trap(self, vcpu: Vcpu, now: i64, cause: i64) -> i64:
        """Serve a trap; return a verdict (see `kernel.engine`)."""
        raise NotImplementedError

    def resume(self, vcpu: Vcpu, now: i64) -> None:
        """Set the registers right: *vcpu* is about to enter its guest."""

    def ended(self, vcpu: Vcpu, now: i64) -> None:
        """
        Hear that a model has ended its run on *vcpu*, in its turn.

        Only partitions that hear of windows are told.
        """

    def timer(self, tag: i64, now: i64) -> None:
        """Hear that a timer is due."""

    def flushed(self, port: i64, now: i64) -> None:
        """Hear that data arrived in, or left, global port *port*."""

    def boots(self, vcpu: Vcpu) -> bool:
        """Say whether a new vCPU is up from the start."""
        return True

    def interrupt_error(
        self, vcpu: Vcpu, why: i64, number: i64, now: i64
    ) -> None:
        """
        Hear that an interrupt could not be counted or delivered.

        *why* is OVERRUN, NESTED or REFUSED (`vpok.machine.interrupts`).
        """

    def reset(self, vcpu: Vcpu, now: i64) -> None:
        """Forget what a vCPU that was taken down had registered."""

    def quiet(self) -> bool:
        """Say that nothing will ever happen here without an outside event."""
        return True
