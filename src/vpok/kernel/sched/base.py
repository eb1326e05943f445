"""
What a vCPU scheduler must be: the second level, under the windows.

A policy serves one domain: some vCPUs and the processors that they may use.
It owns its scheduling data and never changes a vCPU.
"""

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.vcpu import RUNNABLE, RUNNING, Vcpu
from vpok.units import FAR


@mypyc_attr(allow_interpreted_subclasses=True)
class Policy:
    """Chooses among a domain's vCPUs; told what happens to them."""

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Serve the processors *pcpus*; *quantum* in ns where one is used."""
        self.pcpus = pcpus
        self.quantum: i64 = quantum
        self.vcpus: list[Vcpu] = []

    def add(self, vcpu: Vcpu) -> None:
        """Take a vCPU in; they come in order of index."""
        self.vcpus.append(vcpu)

    def remove(self, vcpu: Vcpu) -> None:
        """Forget a vCPU."""
        self.vcpus.remove(vcpu)

    def adjust(self, vcpu: Vcpu, params: dict[str, int]) -> str:
        """Change parameters at run time; return a refusal, or ''."""
        return "" if not params else "this policy has no parameters"

    def pin(self, vcpu: Vcpu, affinity: int) -> str:
        """Hear of the processors a vCPU may use; return a refusal, or ''."""
        for pcpu in self.pcpus:
            if affinity >> pcpu & 1:
                return ""
        return "none of these processors is the partition's"

    def serves(self, vcpu: Vcpu, pcpu: i64) -> bool:
        """Say whether *vcpu* may get a window on *pcpu*."""
        return bool(vcpu.affinity >> pcpu & 1)

    def migrate(self, vcpu: Vcpu, pcpu: i64) -> str:
        """Move a vCPU to a processor; return a refusal, or ''."""
        return "this policy moves vCPUs itself: pin it instead"

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """Hear that *vcpu* lets others run first."""

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Hear that *vcpu* became runnable."""

    def blocked(self, vcpu: Vcpu, now: i64) -> None:
        """Hear that *vcpu* no longer is."""

    def pick(self, pcpu: i64, now: i64) -> Vcpu | None:
        """
        Choose who runs on *pcpu*.

        Asking again at the same instant must give the same answer.
        """
        raise NotImplementedError

    def charge(self, vcpu: Vcpu, elapsed: i64, now: i64) -> None:
        """Hear that *vcpu* ran for *elapsed* ns, up to *now*."""

    def next_event(self, pcpu: i64, now: i64) -> i64:
        """Return the instant at which *pcpu* must ask again, or FAR."""
        return FAR


def available(vcpu: Vcpu, pcpu: i64) -> bool:
    """Say whether *pcpu* may run it: runnable, or running there already."""
    if not vcpu.affinity >> pcpu & 1:
        return False
    if vcpu.state == RUNNABLE:
        return True
    return vcpu.state == RUNNING and vcpu.pcpu == pcpu
