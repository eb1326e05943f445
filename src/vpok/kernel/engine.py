"""
The kernel's only view of what executes guest code.

An engine runs one vCPU for a while and says how long it took.  Why it came
back is left on the vCPU.  It knows registers, instructions and memory; the
kernel knows none of these.
"""

from typing import Final

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import Machine
from vpok.machine.memory import GuestMemory

# What a trap's handler decided; an engine goes on only after CONTINUE.
CONTINUE: Final = 0
RESCHEDULE: Final = 1  # stop; the vCPU stays runnable
BLOCK: Final = 2  # stop; the vCPU waits
DEFER: Final = 3  # stop; the same trap is served when its processor is lowest

# Causes of a trap: an exception or software interrupt vector of the ISA.
# What the machine refuses has the vector that the ISA gives it.


@mypyc_attr(allow_interpreted_subclasses=True)
class Traps:
    """Who serves traps: the kernel."""

    def trap(self, vcpu: Vcpu, elapsed: i64, cause: i64) -> i64:
        """
        Serve a trap *elapsed* ns after the run began; return a verdict.

        The engine has made the instruction that trapped visible in the
        registers (pc behind a call, at a faulting instruction).  It must
        afterwards pay `vcpu.debt` (ns) out of the budget before it goes on.
        """
        raise NotImplementedError


@mypyc_attr(allow_interpreted_subclasses=True)
class Engine:
    """
    Executes the guest code of one partition.

    `name` and `tier` say what runs, `isa` which code it understands, `exact`
    whether time is counted in instructions (true) or charged per exit.
    `hypercall` is the instruction that calls the hypervisor, `call_cause` the
    cause that `Traps.trap` hears of it.
    """

    name: str
    tier: str
    isa: str
    exact: bool
    hypercall: bytes
    call_cause: int
    memory: GuestMemory
    machine: Machine
    traps: Traps
    # It runs a model: the hypervisor's work costs no time, and its vCPUs
    # share nothing behind the kernel's back.
    free = False

    def attach(self, traps: Traps) -> None:
        """Hear who serves its traps, before the first run."""
        self.traps = traps

    def run(self, vcpu: Vcpu, now: i64, budget: i64) -> i64:
        """
        Run *vcpu* from *now* for at most *budget* ns; return the ns it took.

        `vcpu.exit` becomes CONTINUE if the budget is spent (not one more
        instruction fits), else the verdict of the trap that ended the run.
        0 is a legal result.  An instruction that does not fit is not started.
        A trap costs what its instruction costs; a faulting instruction
        costs nothing here (the kernel bounds and charges faults).
        """
        raise NotImplementedError

    def consumed(self) -> i64:
        """Return the ns since `run` began; valid inside a trap."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the run at the next instruction boundary (inside a trap)."""
        raise NotImplementedError

    def flush(self, address: i64, length: i64) -> None:
        """Forget translations of a range that the hypervisor changed."""
        raise NotImplementedError

    def instructions(self) -> int:
        """Return how many guest instructions have been executed so far."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what the host lent; the engine is not used again."""
