"""A guest in Python is a paravirtual one that may raise exceptions."""

from vpok.arch.paravirt import ParavirtOps
from vpok.engines.python.engine import PythonEngine
from vpok.engines.python.machine import PythonOps
from vpok.kernel.vcpu import Vcpu
from vpok.machine.interrupts import Interrupts
from vpok.personalities.paravirt.personality import Paravirt
from vpok.spec.model import PartitionSpec


class PythonGuest(Paravirt):
    """The partition *index* of a system."""

    def operations(self, own: PartitionSpec) -> ParavirtOps:
        """Return how its frames are kept."""
        return PythonOps()

    def start(self, cold: bool, now: int) -> None:
        """Forget what its functions remember; prepare the first vCPU."""
        engine = self.partition.engine
        assert isinstance(engine, PythonEngine)
        if cold:
            engine.guests.shared.clear()
        super().start(cold, now)

    def _fault(
        self, vcpu: Vcpu, interrupts: Interrupts, now: int, cause: int
    ) -> None:
        """Print the exception, and hand it to the health monitor."""
        engine = self.partition.engine
        assert isinstance(engine, PythonEngine)
        text = engine.guests.state(vcpu.arch).text
        self.kernel.console(now, vcpu, text, 1)
        super()._fault(vcpu, interrupts, now, cause)
