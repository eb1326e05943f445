"""Modelled partitions: they call nobody; releases wake them."""

from vpok.engines.model.engine import ModelEngine
from vpok.engines.model.shared import RELEASES, SharedEngine
from vpok.kernel.engine import CONTINUE
from vpok.kernel.partition import NORMAL, Partition
from vpok.kernel.personality import Personality
from vpok.kernel.services import Services
from vpok.kernel.vcpu import Vcpu
from vpok.spec.model import SystemSpec


class Model(Personality):
    """A partition of tasks that are bound to vCPUs."""

    def attach(self, partition: Partition, kernel: Services) -> None:
        """Hear whom it serves."""
        super().attach(partition, kernel)
        assert isinstance(partition.engine, ModelEngine)
        partition.engine.partition = partition
        partition.hears = False

    def start(self, cold: bool, now: int) -> None:
        """Nothing is to be prepared: tasks wait for their releases."""
        self.kernel.set_mode(self.partition, NORMAL, now)

    def trap(self, vcpu: Vcpu, now: int, cause: int) -> int:
        """Models do not trap."""
        return CONTINUE

    def resume(self, vcpu: Vcpu, now: int) -> None:
        """Nothing is to be set right."""

    def timer(self, tag: int, now: int) -> None:
        """Wake the vCPU whose next job has come."""
        self.kernel.wake(self.partition.vcpus[tag], now)

    def quiet(self) -> bool:
        """Say whether no job will ever come."""
        return not self.partition.due


class SharedModel(Model):
    """A partition of tasks that are global over its vCPUs."""

    def attach(self, partition: Partition, kernel: Services) -> None:
        """Hear whom it serves."""
        super().attach(partition, kernel)
        assert isinstance(partition.engine, SharedEngine)
        self.engine = partition.engine
        partition.hears = True

    def started(self, now: int) -> None:
        """Wait for the first release."""
        when = int(self.engine.all.due)
        self.kernel.set_timer(self.partition, RELEASES, when)

    def window(self, pcpu: int, opened: bool, now: int) -> None:
        """Hear that a window of the partition opens or closes on *pcpu*."""
        place = self.partition.domains[0].pcpus.index(pcpu)
        if place < len(self.partition.vcpus):
            self.engine.opened(self.partition.vcpus[place], opened, now)

    def ended(self, vcpu: Vcpu, now: int) -> None:
        """Account the job that ends."""
        self.engine.ended(vcpu, now)

    def timer(self, tag: int, now: int) -> None:
        """Let jobs come."""
        self.engine.release(now)


def make_tasks(spec: SystemSpec, index: int) -> Model:
    """Return what serves the modelled partition *index*."""
    model = spec.partitions[index].model
    assert model is not None
    return SharedModel() if model.spread else Model()
