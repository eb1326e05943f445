"""Random small systems in which much is scheduled, for the checker."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from tests.properties import modelled
from vpok.spec.model import (
    PartitionSpec,
    PlanSpec,
    ScheduleSpec,
    SlotSpec,
    SystemSpec,
    TaskSpec,
    VcpusSpec,
    WindowSpec,
)

POLICIES = (
    "null",
    "round-robin",
    "fixed-priority",
    "edf",
    "server",
    "credit",
)
QUANTA = (1, 2, 3, 5, 10)


@st.composite
def task(draw: st.DrawFn, place: int, vcpus: int) -> TaskSpec:
    """Draw a task; some of them ask for all of a processor, and more."""
    drawn = draw(modelled.task(place, vcpus, draw(st.integers(1, 6)), ()))
    on_miss = draw(st.sampled_from(["continue", "continue", "abort", "skip"]))
    if drawn.kind == "aperiodic" and on_miss == "skip":
        on_miss = "continue"
    return replace(drawn, on_miss=on_miss)


@st.composite
def params(
    draw: st.DrawFn, policy: str, count: int, order: int
) -> tuple[Mapping[str, int], ...]:
    """Draw parameters of each vCPU."""
    if policy == "server":
        return tuple(
            draw(modelled.server(draw(st.integers(1, count)), (0, 1, 2, 3)))
            | {"order": order}
            for _ in range(count)
        )
    caps = [0] if draw(st.booleans()) else [0, 10, 35, 100]
    each = {
        "null": st.just({}),
        "round-robin": st.fixed_dictionaries(
            {"quantum": st.sampled_from([0, 0, 1, 4])}
        ),
        "fixed-priority": st.fixed_dictionaries(
            {"priority": st.integers(0, 2)}
        ),
        "edf": st.fixed_dictionaries(
            {"deadline": st.sampled_from([0, 5, 12, 30])}
        ),
        "credit": st.fixed_dictionaries(
            {
                "weight": st.sampled_from([1, 2, 3, 256]),
                "cap": st.sampled_from(caps),
            }
        ),
    }[policy]
    drawn = st.lists(each, min_size=count, max_size=count)
    return tuple(draw(drawn))


@st.composite
def partition(
    draw: st.DrawFn,
    index: int,
    policy: str,
    processors: tuple[int, ...],
    order: int = 0,
) -> PartitionSpec:
    """Draw a partition of modelled tasks under a policy."""
    most = len(processors) if policy == "null" else 3
    count = draw(st.integers(1, most))
    number = draw(st.integers(1, 4))
    tasks = [draw(task(place, count)) for place in range(number)]
    return modelled.partition(
        f"p{index}",
        tasks,
        scheduler=draw(st.sampled_from(["fixed-priority", "edf"])),
        vcpus=VcpusSpec(
            count,
            policy,
            draw(st.sampled_from(QUANTA)),
            draw(params(policy, count, order)),
        ),
        processors=processors,
        spread=policy == "null" and draw(st.booleans()),
        seed=draw(st.integers(0, 9)),
    )


@st.composite
def windows(
    draw: st.DrawFn, partitions: Sequence[PartitionSpec], processors: int
) -> tuple[int, tuple[WindowSpec, ...]]:
    """Draw a frame and windows on the processors that partitions may use."""
    frame = draw(st.sampled_from(modelled.FRAMES))
    placed = [
        window
        for processor in range(processors)
        for window in draw(modelled.windows(frame, len(partitions), processor))
        if processor in partitions[window.partition].processors
    ]
    return frame, tuple(placed)


@st.composite
def hierarchical(draw: st.DrawFn) -> SystemSpec:
    """Draw partitions in windows, by one plan or two."""
    processors = draw(st.sampled_from([1, 1, 2, 3]))
    some = st.lists(
        st.integers(0, processors - 1), min_size=1, unique=True
    ).map(lambda chosen: tuple(sorted(chosen)))
    partitions = [
        draw(partition(index, draw(st.sampled_from(POLICIES)), draw(some)))
        for index in range(draw(st.integers(1, 2)))
    ]
    if draw(st.integers(0, 3)) == 0:  # alone
        partitions = partitions[:1]
        window = WindowSpec(0, 0, 10, partitions[0].processors)
        schedule = ScheduleSpec(10, windows=(window,))
    elif draw(st.integers(0, 3)) == 0:
        plans = tuple(
            PlanSpec(name, *draw(windows(partitions, processors)))
            for name in ("first", "second")
        )
        schedule = ScheduleSpec(0, plans=plans)
    else:
        frame, placed = draw(windows(partitions, processors))
        schedule = ScheduleSpec(frame, windows=placed)
    return SystemSpec("drawn", tuple(partitions), schedule, processors)


@st.composite
def flat(draw: st.DrawFn) -> SystemSpec:
    """Draw vCPUs that one policy schedules over all processors."""
    processors = draw(st.sampled_from([1, 1, 2, 3]))
    policy = draw(st.sampled_from(POLICIES[1:]))
    order = draw(st.integers(0, 1))
    everywhere = tuple(range(processors))
    partitions = tuple(
        draw(partition(index, policy, everywhere, order))
        for index in range(draw(st.integers(1, 3)))
    )
    quantum = draw(st.sampled_from(QUANTA))
    partitions = tuple(
        replace(each, vcpus=replace(each.vcpus, policy="null", quantum=0))
        for each in partitions
    )
    schedule = ScheduleSpec(
        0, architecture="flat", policy=policy, quantum=quantum
    )
    return SystemSpec("drawn", partitions, schedule, processors)


def systems() -> st.SearchStrategy[SystemSpec]:
    """Draw any of them."""
    return st.one_of(hierarchical(), flat(), modelled.flat_in_windows())


@st.composite
def slots(draw: st.DrawFn, partition: PartitionSpec) -> ScheduleSpec:
    """Draw POK's slots of two partitions."""
    lengths = draw(st.lists(st.integers(1, 4_000_000), min_size=2, max_size=5))
    placed = tuple(SlotSpec(n % 2, length) for n, length in enumerate(lengths))
    return ScheduleSpec(sum(lengths), slots=placed)


# --- beside a real guest --------------------------------------------------------


def beside(guest: PartitionSpec, spec: SystemSpec, scale: int) -> SystemSpec:
    """
    Return a system of one processor with a guest as another partition.

    Windows are *scale* times as long, and after them comes the guest's.
    """
    schedule = spec.schedule
    frame = scale * schedule.major_frame
    number = len(spec.partitions)
    placed = tuple(
        replace(
            window,
            start=scale * window.start,
            duration=scale * window.duration,
        )
        for window in schedule.windows
    )
    last = WindowSpec(number, frame, 3 * scale, (0,))
    return replace(
        spec,
        partitions=(*spec.partitions, replace(guest, name="guest")),
        schedule=ScheduleSpec(frame + 3 * scale, windows=(*placed, last)),
    )
