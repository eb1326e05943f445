"""Identifiers: unique while in use, recycled lowest first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpok.kernel.ids import IdAllocator


def test_numbers_come_in_order() -> None:
    ids = IdAllocator(3)

    assert [ids.take(), ids.take(), ids.take()] == [0, 1, 2]


def test_an_empty_allocator_says_so_and_recovers() -> None:
    ids = IdAllocator(1)
    ids.take()

    assert ids.take() == -1
    ids.release(0)
    assert ids.take() == 0


def test_the_lowest_free_number_is_recycled_first() -> None:
    ids = IdAllocator(10)
    for _ in range(5):
        ids.take()
    for number in (3, 1, 4):
        ids.release(number)

    assert [ids.take() for _ in range(4)] == [1, 3, 4, 5]


def test_giving_back_twice_is_our_bug() -> None:
    ids = IdAllocator(2)
    ids.take()
    ids.release(0)

    with pytest.raises(AssertionError, match="not in use"):
        ids.release(0)


@given(st.lists(st.integers(-1, 6), max_size=60))
def test_it_agrees_with_a_set(actions: list[int]) -> None:
    """-1 takes a number, another gives that number back if it is in use."""
    ids = IdAllocator(5)
    used: set[int] = set()
    for action in actions:
        if action >= 0:
            if action in used:
                used.remove(action)
                ids.release(action)
            continue
        free = [number for number in range(5) if number not in used]
        taken = ids.take()

        assert taken == (free[0] if free else -1)
        used |= {int(taken)} if free else set()
