"""Bounds against published figures, and those of another tool."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vpok.analysis.arrivals import Arrivals, Periodic
from vpok.analysis.edf import by_deadline, demand
from vpok.analysis.fixed_priority import by_priority, response
from vpok.analysis.servers import BoundedDelay, Budget
from vpok.analysis.supply import DEDICATED, Turns, Windows
from vpok.analysis.task import Bound, Task

# --- pycpa --------------------------------------------------------------------

DATA = Path(__file__).parent / "data" / "pycpa.json"
PYCPA: Mapping[str, Any] = json.loads(DATA.read_text())


class Spreads(Arrivals):
    """Releases whose least distances are listed, as far as they matter."""

    rate = Fraction(0)

    def __init__(self, spreads: Sequence[int]) -> None:
        self.spreads = spreads

    def within(self, length: int) -> int:
        count = sum(spread < length for spread in self.spreads)
        assert count < len(self.spreads), "the list is too short"
        return count

    def spread(self, count: int) -> int:
        return self.spreads[count - 1]

    def nominal(self, count: int) -> int:
        """Responses count from the activation there."""
        return self.spread(count)


class FromRelease(Periodic):
    """There, jitter delays what a response is counted from."""

    def nominal(self, count: int) -> int:
        return self.spread(count)


def arrivals(task: Mapping[str, Any]) -> Arrivals:
    if "spread" in task:
        return Spreads(task["spread"])
    return FromRelease(task["period"], task["jitter"])


def stream(task: Mapping[str, Any], priority: int = 0) -> Task:
    return Task(
        task["name"], task["execution"], arrivals(task), priority=priority
    )


def systems(kind: str) -> list[list[Mapping[str, Any]]]:
    """Return task sets on one resource: the example's, and drawn ones."""
    examples = [resource["tasks"] for resource in PYCPA["examples"][kind]]
    return [*examples, *PYCPA["drawn"][kind]]


@pytest.mark.parametrize("described", systems("spp"))
def test_static_priorities_agree_with_pycpa(
    described: list[Mapping[str, Any]],
) -> None:
    """There, 1 is the highest."""
    set_ = [stream(task, -task["parameter"]) for task in described]

    bounds = by_priority(set_, [], DEDICATED)

    assert [bound.response for bound in bounds] == [
        task["wcrt"] for task in described
    ]


@pytest.mark.parametrize("described", systems("tdma"))
def test_slots_agree_with_pycpa(described: list[Mapping[str, Any]]) -> None:
    """One task per slot; a slot is a window, once per cycle."""
    cycle = sum(task["parameter"] for task in described)

    bounds = [
        response(stream(task), [], Windows(cycle, [(0, task["parameter"])]))
        for task in described
    ]

    assert [bound.response for bound in bounds] == [
        task["wcrt"] for task in described
    ]


def turns(task: Mapping[str, Any], all_: list[Mapping[str, Any]]) -> Bound:
    wait = sum(other["parameter"] for other in all_ if other is not task)
    supply = Turns(DEDICATED, task["parameter"], wait)
    return response(stream(task), [], supply)


def others_fill_their_turns(
    task: Mapping[str, Any], all_: list[Mapping[str, Any]]
) -> bool:
    """Say whether one job of each other lasts for the whole busy period."""
    if "period" not in task or task["jitter"]:
        return False
    rounds = -(-task["execution"] // task["parameter"])
    return task["wcrt"] <= task["period"] and all(
        other["execution"] >= rounds * other["parameter"]
        for other in all_
        if other is not task
    )


def test_round_robin_agrees_with_pycpa_where_the_models_coincide() -> None:
    """
    Where the others have work for all of their turns.

    Elsewhere pycpa counts what the others release in the busy period; what
    they had before it is not counted here or there, so this analysis lets
    them have their turns.
    """
    compared = 0
    for all_ in systems("rr"):
        for task in all_:
            found = turns(task, all_).response
            assert found is None or found >= task["wcrt"]
            if others_fill_their_turns(task, all_):
                compared += 1
                assert found == task["wcrt"]

    assert compared >= 10


def test_the_round_robin_example_of_pycpa() -> None:
    """Its first task of each resource; the other one is more pessimistic."""
    first, second = systems("rr")[:2]

    assert turns(first[0], first).response == first[0]["wcrt"] == 2
    assert turns(second[0], second).response == second[0]["wcrt"] == 2


# --- textbooks ------------------------------------------------------------------


def set_of(*numbers: tuple[int, int]) -> list[Task]:
    """Return tasks of (period, execution), the most urgent one first."""
    return [
        Task(f"t{place}", execution, Periodic(period), period, -place)
        for place, (period, execution) in enumerate(numbers)
    ]


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        # Burns and Wellings, Real-Time Systems and Programming Languages,
        # task sets B and C of the chapter on scheduling.
        (set_of((20, 5), (40, 10), (80, 40)), [5, 15, 80]),
        (set_of((7, 3), (12, 3), (20, 5)), [3, 6, 20]),
        # Lehoczky 1990: deadlines beyond periods; the fifth job is the worst.
        (set_of((70, 26), (100, 62)), [26, 118]),
        # Liu and Layland 1973: full use by harmonic periods.
        (set_of((2, 1), (4, 1), (8, 2)), [1, 2, 8]),
    ],
)
def test_response_times_of_textbooks(
    tasks: list[Task], expected: list[int]
) -> None:
    found = by_priority(tasks, [], DEDICATED)

    assert [bound.response for bound in found] == expected


def test_every_job_of_lehoczkys_busy_period() -> None:
    """114, 102, 116, 104, 118, 106, 94 are the paper's."""
    bound = by_priority(set_of((70, 26), (100, 62)), [], DEDICATED)[1]

    assert bound.critical is not None
    assert (bound.critical.job, bound.critical.release) == (5, 400)


def test_release_jitter_adds_to_what_is_above() -> None:
    """Audsley et al. 1993: by hand, w = 2 + ceil((w + 3) / 5)."""
    high = Task("high", 1, Periodic(5, 3), priority=1)
    low = Task("low", 2, Periodic(20))

    bound = by_priority([high, low], [], DEDICATED)[1]

    assert bound.response == 4


def test_a_window_of_a_third_by_hand() -> None:
    """
    Windows [0, 2) of 6; a: 1 every 6, b: 2 every 18.

    Both come at 2: a has [6, 7), b [7, 8), a the next [12, 13), b [13, 14).
    """
    own = Windows(6, [(0, 2)])

    bounds = by_priority(set_of((6, 1), (18, 2)), [], own)

    assert [bound.response for bound in bounds] == [5, 12]
    assert [b.critical and b.critical.start for b in bounds] == [2, 2]


def test_the_least_budget_of_shin_and_lee() -> None:
    """
    Tasks (50, 7) and (75, 9) under EDF: 2.8 of every 10.

    Here in tenths.  The figure is that of github.com/vlegout/csf, an
    implementation of their framework of 2004.
    """
    set_ = [
        Task("a", 70, Periodic(500), 500),
        Task("b", 90, Periodic(750), 750),
    ]

    enough = demand(set_, [], Budget(28, 100))
    too_little = demand(set_, [], Budget(27, 100))

    assert enough.schedulable
    assert too_little.excess is not None
    assert too_little.excess.length == 1500


def test_a_server_of_almeida_and_pedreiras_by_hand() -> None:
    """
    A budget of 2 every 5 gives nothing for 6, then [6, 8), [11, 13), ...

    a, 1 every 10, has [6, 7), then [11, 12) for its second job; b, 3 every 40
    below it, has [7, 8), [12, 13) and [16, 17).
    """
    bounds = by_priority(set_of((10, 1), (40, 3)), [], Budget(2, 5))

    assert [bound.response for bound in bounds] == [7, 17]


def test_a_bounded_delay_of_feng_and_mok_by_hand() -> None:
    """Half a processor after 4: 3 take 4 + 6."""
    share = BoundedDelay(Fraction(1, 2), 4)

    assert by_priority(set_of((30, 3)), [], share)[0].response == 10


def test_spuri_by_hand() -> None:
    """
    1 every 4, 2 every 6, 3 every 8 fill 23/24 of the processor.

    The third is the worst if it comes with the others: before 8 two jobs of
    the first and one of the second are due, 2 + 2 + 3.
    """
    numbers = ((1, 4), (2, 6), (3, 8))
    set_ = [
        Task(f"t{n}", execution, Periodic(period), period)
        for n, (execution, period) in enumerate(numbers)
    ]
    verdict = demand(set_, [], DEDICATED)
    bounds = by_deadline(set_, [], DEDICATED, verdict)

    assert verdict.schedulable
    assert all(
        bound.response is not None and bound.response <= task.deadline
        for task, bound in zip(set_, bounds, strict=True)
    )
    assert bounds[2].response == 7
