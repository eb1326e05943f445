"""What keeps vCPUs from running, from outside: pauses that nest."""

from mypy_extensions import i64

from vpok.kernel.module import Module
from vpok.kernel.vcpu import BLOCKED, OFFLINE, Vcpu


class Holds(Module):
    """A module whose vCPUs can be paused."""

    def arrive(self, now: i64) -> None:
        """Bring processors to *now*, where somebody outside acts."""
        for cpu in self.pcpus:
            if cpu.parked and cpu.now < now:
                cpu.slack += now - cpu.now
                cpu.now = now
                cpu.current.fraction = 0

    def pause(self, vcpu: Vcpu, now: i64) -> None:
        """Keep a vCPU from running until it is unpaused as often."""
        self.arrive(now)
        vcpu.pauses += 1
        if vcpu.state in (BLOCKED, OFFLINE):
            return
        self.change(vcpu, OFFLINE, now)
        vcpu.domain.policy.blocked(vcpu, now)
        self.resched = True

    def unpause(self, vcpu: Vcpu, now: i64) -> None:
        """Undo one `pause`; the last one makes it runnable."""
        assert vcpu.pauses > 0, "it is not paused"
        self.arrive(now)
        vcpu.pauses -= 1
        if vcpu.up and vcpu.pauses == 0 and vcpu.state == OFFLINE:
            self.enqueue(vcpu, now)
