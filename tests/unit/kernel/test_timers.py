"""The queue of timers."""

from hypothesis import given
from hypothesis import strategies as st

from vpok.kernel.partition import Partition
from vpok.kernel.ranks import ARRIVAL, TIMEOUT
from vpok.kernel.timers import Timers
from vpok.testing import ScriptedEngine
from vpok.units import FAR


class Bench:
    """A queue, and partitions whose timers it has."""

    def __init__(self, count: int = 2) -> None:
        engine = ScriptedEngine([()])
        self.timers = Timers()
        self.partitions = [Partition(i, f"p{i}", engine) for i in range(count)]

    def set(self, index: int, tag: int, when: int) -> None:
        self.partitions[index].due[tag] = when
        self.timers.add(self.partitions[index], tag, when)

    def cancel(self, index: int, tag: int) -> None:
        self.partitions[index].due.pop(tag, None)

    def pop(self) -> tuple[int, int]:
        partition, tag = self.timers.pop()
        return int(partition.index), tag


def test_nothing_is_due_in_an_empty_queue() -> None:
    assert Bench().timers.next() == FAR


def test_a_timer_that_is_set_again_moves() -> None:
    bench = Bench()
    bench.set(0, 7, 100)
    bench.set(0, 7, 300)

    assert bench.timers.next() == 300
    assert bench.pop() == (0, 7)
    assert bench.timers.next() == FAR


def test_a_cancelled_timer_never_comes() -> None:
    bench = Bench()
    bench.set(0, 7, 100)
    bench.set(1, 7, 200)
    bench.cancel(0, 7)
    bench.cancel(0, 7)

    assert bench.timers.next() == 200
    assert not bench.partitions[0].due


def test_timers_of_one_instant_come_by_partition_and_tag() -> None:
    bench = Bench()
    for tag in (3, 1, 2):
        bench.set(tag % 2, tag, 50)

    taken = []
    while bench.timers.next() < FAR:
        taken.append(bench.pop()[1])
    assert taken == [2, 1, 3]


def test_arrivals_come_behind_the_timers_of_their_instant() -> None:
    bench = Bench()
    bench.set(0, -1, 50)
    bench.set(1, 3, 50)

    assert bench.timers.next() == 50
    assert bench.timers.rank == TIMEOUT
    assert bench.pop() == (1, 3)
    assert bench.timers.next() == 50
    assert bench.timers.rank == ARRIVAL
    assert bench.pop() == (0, -1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["set", "cancel", "pop"]),
            st.integers(0, 1),
            st.integers(0, 3),
            st.integers(0, 50),
        ),
        max_size=60,
    )
)
def test_the_queue_is_a_sorted_dictionary(
    acts: list[tuple[str, int, int, int]],
) -> None:
    bench = Bench()
    model: dict[tuple[int, int], int] = {}

    for act, index, tag, when in acts:
        if act == "set":
            bench.set(index, tag, when)
            model[index, tag] = when
        elif act == "cancel":
            bench.cancel(index, tag)
            model.pop((index, tag), None)
        elif model:
            earliest = min(model.values())
            assert bench.timers.next() == earliest
            assert model.pop(bench.pop()) == earliest

    assert bench.timers.next() == min(model.values(), default=FAR)
