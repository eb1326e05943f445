"""Whose turn it is among processors; and how fast they are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.engines.model.task import Task
from vpok.kernel import loop
from vpok.kernel.first_level import NO_DOMAIN, Window
from vpok.kernel.idle import idle_vcpus
from vpok.kernel.pcpu import Pcpu
from vpok.kernel.turns import Turns
from vpok.spec.model import PortSpec
from vpok.testing import Guest, make_world, windows

MOST_ATTRIBUTES = 30  # that CPython keeps in the object itself


def processors(count: int) -> list[Pcpu]:
    window = Window(-1, NO_DOMAIN, 0, 1)
    return [
        Pcpu(number, idle, window)
        for number, idle in enumerate(idle_vcpus(count))
    ]


@given(
    st.integers(1, 9),
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 5), st.integers(0, 2)),
        max_size=40,
    ),
)
def test_the_lowest_time_rank_and_number_is_next(
    count: int, moves: list[tuple[int, int, int]]
) -> None:
    pcpus = processors(count)
    turns = Turns(pcpus)
    assert turns.next is pcpus[0]

    for number, when, rank in moves:
        cpu = pcpus[number % count]
        cpu.when = when
        cpu.rank = rank
        turns.moved(cpu)
        assert turns.next is min(
            pcpus, key=lambda cpu: (cpu.when, cpu.rank, cpu.number)
        )


@pytest.mark.skipif(
    not loop.__file__.endswith(".py"), reason="compiled objects have none"
)
def test_the_largest_objects_have_few_attributes() -> None:
    world = make_world(
        [Guest([()])],
        windows((0, 0, 500), frame=1000),
        ports=[PortSpec("out", "sampling", 0, "out", 64, ())],
    )
    kernel = world.system.kernel

    for found in (kernel, kernel.partitions[0].vcpus[0], Task("t", 0, 0)):
        assert len(vars(found)) <= MOST_ATTRIBUTES
