"""The queue of timers."""

from hypothesis import given
from hypothesis import strategies as st

from vpok.kernel.partition import Partition
from vpok.kernel.timers import Timers, earliest
from vpok.testing import ScriptedEngine
from vpok.units import FAR


def make(count: int = 2) -> tuple[Timers, list[Partition]]:
    engine = ScriptedEngine([()])
    return Timers(), [Partition(i, f"p{i}", engine) for i in range(count)]


def test_nothing_is_due_in_an_empty_queue() -> None:
    timers, partitions = make()

    assert timers.next(partitions) == FAR
    assert earliest(partitions[0]) == FAR


def test_a_timer_that_is_set_again_moves() -> None:
    timers, partitions = make()
    timers.set(partitions[0], 7, 100)
    timers.set(partitions[0], 7, 300)

    assert timers.next(partitions) == 300
    assert timers.pop(partitions) == (0, 7)
    assert timers.next(partitions) == FAR


def test_a_cancelled_timer_never_comes() -> None:
    timers, partitions = make()
    timers.set(partitions[0], 7, 100)
    timers.set(partitions[1], 7, 200)
    timers.cancel(partitions[0], 7)
    timers.cancel(partitions[0], 7)

    assert timers.next(partitions) == 200
    assert earliest(partitions[0]) == FAR


def test_timers_of_one_instant_keep_their_order() -> None:
    timers, partitions = make()
    for tag in (3, 1, 2):
        timers.set(partitions[tag % 2], tag, 50)

    taken = []
    while timers.next(partitions) < FAR:
        taken.append(timers.pop(partitions)[1])
    assert taken == [3, 1, 2]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["set", "cancel", "pop"]),
            st.integers(0, 1),
            st.integers(0, 2),
            st.integers(0, 5),
        ),
        max_size=40,
    )
)
def test_the_queue_agrees_with_a_dictionary(
    actions: list[tuple[str, int, int, int]],
) -> None:
    timers, partitions = make()
    due: dict[tuple[int, int], int] = {}
    for action, index, tag, when in actions:
        if action == "set":
            timers.set(partitions[index], tag, when)
            due[index, tag] = when
        elif action == "cancel":
            timers.cancel(partitions[index], tag)
            due.pop((index, tag), None)
        elif due:
            first = min(due.values())
            assert timers.next(partitions) == first
            taken = timers.pop(partitions)
            assert due.pop(taken) == first
        for place, partition in enumerate(partitions):
            own = [t for (i, _), t in due.items() if i == place]
            assert earliest(partition) == min(own, default=FAR)
    assert timers.next(partitions) == min(due.values(), default=FAR)
