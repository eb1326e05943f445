"""
The architecture part of a vCPU, and the operations bound to it.

`kernel` switches vCPUs through `ArchOps` and knows no register; `arch` knows
registers and no scheduler.  Both meet here, with the engine's `Machine`.
"""

from collections.abc import Sequence

from mypy_extensions import i64, mypyc_attr

from vpok.machine.interrupts import NONE, Interrupts

Context = object  # an engine's own record of a guest's registers


@mypyc_attr(allow_interpreted_subclasses=True)
class Machine:
    """
    The registers of one partition's processor, as its engine keeps them.

    A partition's vCPUs share one machine: at most one of them is *resident*,
    the others' registers are in their contexts.  Registers are numbered by
    the ISA (see `vpok.arch`); their values are unsigned.
    """

    extended_size: int  # bytes of `extended`; 0 if the ISA has none for guests
    resident: "ArchVcpu | None"

    def new_context(self) -> Context:
        """Return a context: user mode, all registers 0."""
        raise NotImplementedError

    def put(self, arch: "ArchVcpu") -> None:
        """Save the registers into *arch*'s context, if it is resident."""
        raise NotImplementedError

    def take(self, arch: "ArchVcpu") -> None:
        """Make *arch* resident; whoever was is saved first."""
        raise NotImplementedError

    def save(self, context: Context) -> None:
        """Copy the resident registers into *context*."""
        raise NotImplementedError

    def load(self, context: Context) -> None:
        """Copy *context* into the resident registers."""
        raise NotImplementedError

    def get(self, register: int) -> int:
        """Return a register of the resident vCPU."""
        raise NotImplementedError

    def set(self, register: int, value: int) -> None:
        """Change a register of the resident vCPU."""
        raise NotImplementedError

    def all(self) -> tuple[int, ...]:
        """Return all registers of the resident vCPU, in order."""
        raise NotImplementedError

    def set_all(self, values: Sequence[int]) -> None:
        """Change all of them; what cannot be changed is left out."""
        raise NotImplementedError

    def get_in(self, context: Context, register: int) -> int:
        """Return a register of a saved *context*."""
        raise NotImplementedError

    def set_in(self, context: Context, register: int, value: int) -> None:
        """Change a register of a saved *context*."""
        raise NotImplementedError

    def extended(self) -> bytes:
        """
        Return the floating point and vector state of the resident vCPU.

        `extended_size` bytes in the ISA's own memory format: x86-64 an
        FXSAVE64 image (512), riscv64 f0 to f31 and fcsr (33 words of 64 bits).
        """
        raise NotImplementedError

    def set_extended(self, data: bytes) -> None:
        """Change that state; reserved bits are ignored, it never fails."""
        raise NotImplementedError


class ArchVcpu:
    """The architecture part of a vCPU (its operations, context, interrupts)."""

    def __init__(self, ops: "ArchOps", machine: Machine) -> None:
        """Bind the operations; the context comes from `ArchOps.setup`."""
        self.ops = ops
        self.machine = machine
        self.context: Context = None
        # Given by a personality whose guests take interrupts, at the start.
        self.interrupts: Interrupts | None = None


@mypyc_attr(allow_interpreted_subclasses=True)
class ArchOps:
    """What an architecture does for a vCPU; these serve a vCPU without one."""

    def setup(self, arch: ArchVcpu) -> None:
        """Build the context of a new vCPU.  May fail: see `alloc_vcpu`."""

    def teardown(self, arch: ArchVcpu) -> None:
        """Give back what `setup` took."""

    def ctxt_switch_from(self, arch: ArchVcpu) -> None:
        """Save the context of the vCPU that leaves the processor."""

    def ctxt_switch_to(self, arch: ArchVcpu) -> None:
        """Load the context of the vCPU that gets the processor."""

    def schedule_tail(self, arch: ArchVcpu) -> i64:
        """
        Enter the vCPU, which is resident: inject what can be delivered.

        Return the number of the interrupt that is entered, or NONE, REFUSED
        or NESTED (`vpok.machine.interrupts`).
        """
        return NONE

    # What a personality's threads switch with, on a resident vCPU.

    def new_context(
        self, arch: ArchVcpu, entry: i64, stack: i64, arg: i64
    ) -> Context:
        """Return the context of a thread that is about to start."""
        raise NotImplementedError

    def save(self, arch: ArchVcpu, context: Context) -> None:
        """Copy the vCPU's registers into a thread's *context*."""
        arch.machine.save(context)

    def load(self, arch: ArchVcpu, context: Context) -> None:
        """Copy a thread's *context* into the vCPU's registers."""
        arch.machine.load(context)
