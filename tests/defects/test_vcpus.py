"""
How vCPUs come, go and take turns: what the prototype of 2014 got wrong.

A headline is a defect; `tests/mutants.py` puts each one back.
"""

import pytest

from tests.defects.driver import (
    ISAS,
    Do,
    alone,
    partition,
    running,
    windows,
)
from vpok.abi.paravirt_calls import Number
from vpok.kernel.alloc import MAX_VCPUS, alloc_vcpu, destroy_vcpu
from vpok.kernel.errors import VcpuError
from vpok.kernel.ids import IdAllocator
from vpok.testing import Cause, call, make_world, work
from vpok.testing import Guest as Script
from vpok.testing import windows as script_windows

ALL = range(64)
MS = 1_000_000
both = pytest.mark.parametrize("isa", ISAS)


# --- the three switch operations are empty; one vCPU; links unused -----------


def test_a_switch_saves_loads_and_enters_each_of_many_vcpus() -> None:
    programs = [(work(30 + n), call(Cause.YIELD)) * 3 for n in range(5)]
    world = make_world(
        [Script(programs, "round-robin", 200)],
        script_windows((0, 0, 20_000), frame=20_000),
    )
    world.system.run(until=8_000)
    vcpus = world.kernel.partitions[0].vcpus
    done = [vcpu.arch.context[5] for vcpu in vcpus]  # type: ignore[index]

    order = [vcpus[0]]
    while order[-1].next is not None:
        assert order[-1].next.previous is order[-1]
        order.append(order[-1].next)
    assert order == vcpus
    names = [what for what, arch in world.log if arch is vcpus[2].arch]
    assert names[:4] == [
        *("setup", "ctxt_switch_to", "schedule_tail", "ctxt_switch_from")
    ]
    assert names.count("ctxt_switch_from") >= 5
    assert min(done) > 100, "each computes in its own registers"


@both
def test_registers_of_four_vcpus_survive_their_switches(isa: str) -> None:
    with alone(isa, vcpus=4) as guest:
        for vcpu in (1, 2, 3):
            guest.start(vcpu)
        for vcpu in range(4):
            guest.post(Do.SURVIVE, 1000 * vcpu, 3_000, vcpu=vcpu)
        for vcpu in range(4):
            assert guest.wait(vcpu) == 0
            assert guest.vcpu(vcpu).switches > 5


# --- ids are partition indices; nothing is ever freed ------------------------


@both
def test_ids_are_recycled_and_destroying_works(isa: str) -> None:
    """As many restarts as use up all ids, were none given back."""
    with alone(isa, vcpus=2) as guest:
        kernel = guest.system.kernel
        owner = kernel.partitions[0]
        first = [vcpu.id for vcpu in owner.vcpus]
        for _ in range(MAX_VCPUS // 2):
            for vcpu in reversed(list(owner.vcpus)):
                destroy_vcpu(vcpu, kernel.ids, 0)
            for ops in owner.ops:
                machine = owner.engine.machine
                alloc_vcpu(owner, kernel.ids, ops, machine, 0)

        assert sorted(v.id for v in owner.vcpus) == sorted(first)
        assert len(kernel.ids.used) == 2


@both
def test_a_partition_restarts_with_the_ids_that_it_had(isa: str) -> None:
    two = (partition(isa, vcpus=2), partition(isa, "other", vcpus=2))
    plan = windows((0, 0, MS), (1, MS, MS), frame=2 * MS)
    with running(*two, schedule=plan) as (guest, other):
        before = [guest.vcpu(0).id, guest.vcpu(1).id]
        for _ in range(3):
            guest.post(Do.CALL, 2, number=Number.PARTITION_SET_MODE)
            guest.run(4 * MS)

        assert sorted([guest.vcpu(0).id, guest.vcpu(1).id]) == sorted(before)
        assert guest.vcpu().partition.restarts == 3
        assert guest.call(Number.VCPU_SELF) == 0
        assert other.call(Number.VCPU_SELF) == 1 << 16


def test_a_vcpu_that_cannot_be_made_costs_no_id() -> None:
    world = make_world([Script([()])], script_windows((0, 0, 100), frame=100))
    owner = world.kernel.partitions[0]
    ids = IdAllocator(4)
    ops = world.ops[0][0]
    ops.refusal = "no memory"

    for _ in range(6):
        with pytest.raises(VcpuError, match="no memory"):
            alloc_vcpu(owner, ids, ops, owner.engine.machine, 0)
    ops.refusal = ""
    assert alloc_vcpu(owner, ids, ops, owner.engine.machine, 0).id == 0
    assert len(owner.vcpus) == 2
