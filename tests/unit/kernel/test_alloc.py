"""How vCPUs come and go: every step that can fail leaves nothing behind."""

import pytest

from vpok.kernel.alloc import alloc_vcpu, destroy_vcpu
from vpok.kernel.errors import VcpuError
from vpok.kernel.ids import IdAllocator
from vpok.kernel.partition import Partition
from vpok.kernel.vcpu import OFFLINE, Vcpu
from vpok.machine.arch import ArchVcpu
from vpok.testing import RecordingOps, ScriptedEngine


class World:
    def __init__(self, limit: int = 4) -> None:
        self.engine = ScriptedEngine([()])
        self.partition = Partition(0, "p", self.engine)
        self.ids = IdAllocator(limit)
        self.log: list[tuple[str, ArchVcpu]] = []

    def alloc(self, refusal: str = "") -> Vcpu:
        ops = RecordingOps(self.log)
        ops.refusal = refusal
        return alloc_vcpu(
            self.partition, self.ids, ops, self.engine.machine, 50
        )

    def names(self) -> list[str]:
        return [name for name, _ in self.log]


def test_a_new_vcpu_is_whole_and_offline() -> None:
    world = World()

    vcpu = world.alloc()

    assert (vcpu.id, vcpu.index, vcpu.state) == (0, 0, OFFLINE)
    assert vcpu.partition is world.partition
    assert vcpu.since == 50
    assert vcpu.arch.machine is world.engine.machine
    assert vcpu.arch.context is not None
    assert vcpu.arch.interrupts is None
    assert repr(vcpu) == "<vcpu p/0>"


def test_vcpus_are_linked_in_order() -> None:
    world = World()
    first, second, third = world.alloc(), world.alloc(), world.alloc()

    assert world.partition.vcpus == [first, second, third]
    assert (first.previous, first.next) == (None, second)
    assert (second.previous, second.next) == (first, third)
    assert (third.previous, third.next) == (second, None)

    destroy_vcpu(second, world.ids, 60)

    assert world.partition.vcpus == [first, third]
    assert (first.next, third.previous) == (third, first)
    assert (second.previous, second.next) == (None, None)


def test_without_an_id_nothing_is_made() -> None:
    world = World(limit=1)
    world.alloc()

    with pytest.raises(VcpuError, match="all 1 vCPU ids are in use"):
        world.alloc()

    assert len(world.partition.vcpus) == 1
    assert world.names() == ["setup"]


def test_a_failing_architecture_part_leaves_nothing() -> None:
    world = World()
    first = world.alloc()

    with pytest.raises(VcpuError, match="vCPU of p: no registers left"):
        world.alloc("no registers left")

    assert world.partition.vcpus == [first]
    assert first.next is None
    assert world.ids.used == {0}
    assert world.names() == ["setup", "setup", "teardown"]
    assert world.alloc().id == 1  # the id came back


def test_a_destroyed_vcpu_gives_its_id_and_its_registers_back() -> None:
    world = World()
    vcpu = world.alloc()

    destroy_vcpu(vcpu, world.ids, 80)

    assert world.partition.vcpus == []
    assert world.ids.used == set()
    assert vcpu.total == [0, 0, 0, 30]
    assert world.names() == ["setup", "teardown"]
