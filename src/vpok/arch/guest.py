"""What all instruction sets do alike for a vCPU that has registers."""

from vpok.machine.arch import ArchOps, ArchVcpu


class GuestOps(ArchOps):
    """The source design's operations (mission V2, V8), on an engine's machine."""

    def setup(self, arch: ArchVcpu) -> None:
        """Give the vCPU registers of its own."""
        arch.context = arch.machine.new_context()

    def teardown(self, arch: ArchVcpu) -> None:
        """Take the vCPU off its engine's registers."""
        arch.machine.put(arch)
        arch.context = None

    def ctxt_switch_from(self, arch: ArchVcpu) -> None:
        """Save the registers of the vCPU that leaves the processor."""
        arch.machine.put(arch)

    def ctxt_switch_to(self, arch: ArchVcpu) -> None:
        """Load the registers of the vCPU that gets the processor."""
        arch.machine.take(arch)
