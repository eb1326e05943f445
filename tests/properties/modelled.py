"""Random systems of modelled tasks, and their worst observed responses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st

from vpok.cli.analyze import worst_responses
from vpok.spec.model import (
    Image,
    ModelSpec,
    PartitionSpec,
    ScheduleSpec,
    SystemSpec,
    TaskSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import build, standard_parts

NO_IMAGE = Image("", 0, 0, ())
FRAMES = (10, 12, 20, 30)
PERIODS = (8, 12, 20, 24, 40, 60, 100)


def partition(
    name: str,
    tasks: Sequence[TaskSpec],
    *,
    scheduler: str = "fixed-priority",
    vcpus: VcpusSpec | None = None,
    processors: tuple[int, ...] = (0,),
    spread: bool = False,
    seed: int = 0,
) -> PartitionSpec:
    """Return a modelled partition."""
    return PartitionSpec(
        name,
        0,
        NO_IMAGE,
        vcpus or VcpusSpec(1),
        processors,
        personality="tasks",
        model=ModelSpec(tuple(tasks), scheduler, spread, seed=seed),
    )


def observe(spec: SystemSpec, until: int) -> dict[tuple[str, str], int]:
    """Run a system; return the worst response of each task that had one."""
    with build(spec, parts=standard_parts()) as system:
        return worst_responses(system.run(until))


# --- tasks --------------------------------------------------------------------


@st.composite
def task(
    draw: st.DrawFn, place: int, vcpus: int, load: int, ends: Sequence[int]
) -> TaskSpec:
    """Draw a task; *load*: one of so many that share what there is."""
    period = draw(st.sampled_from(PERIODS))
    longest = draw(st.integers(1, max(1, period // load)))
    shortest = draw(st.sampled_from([longest, longest, 1]))
    kind = draw(
        st.sampled_from(["periodic", "periodic", "sporadic", "aperiodic"])
    )
    arrivals: list[int] = []
    if kind == "aperiodic":
        arrivals = sorted(draw(st.lists(st.integers(0, 200), min_size=1)))
    offset = draw(st.one_of(st.sampled_from([0, *ends]), st.integers(0, 40)))
    return TaskSpec(
        f"t{place}",
        period,
        draw(st.integers(1, 2 * period)),
        (shortest, longest) if shortest < longest else (longest,),
        uniform=shortest < longest,
        kind=kind,
        offset=0 if arrivals else offset,
        jitter=draw(st.sampled_from([0, 0, 0, 3, 2 * period])),
        priority=draw(st.integers(0, 3)),
        vcpu=draw(st.integers(0, vcpus - 1)),
        arrivals=tuple(arrivals),
    )


@st.composite
def tasks(
    draw: st.DrawFn, vcpus: int, load: int, ends: Sequence[int] = ()
) -> list[TaskSpec]:
    """Draw the tasks of a partition."""
    count = draw(st.integers(1, 4))
    return [
        draw(task(place, vcpus, load + count - 1, ends))
        for place in range(count)
    ]


# --- who shares what ------------------------------------------------------------


@st.composite
def vcpus(draw: st.DrawFn, processors: int) -> VcpusSpec:
    """Draw vCPUs and their policy."""
    policy = draw(
        st.sampled_from(["null", "null", "round-robin", "fixed-priority"])
    )
    if policy == "null":
        return VcpusSpec(processors)
    count = draw(st.integers(1, 3))
    params: list[Mapping[str, int]] = []
    if policy == "fixed-priority":
        params = [{"priority": draw(st.integers(0, 2))} for _ in range(count)]
    return VcpusSpec(
        count, policy, draw(st.sampled_from([1, 3, 10])), tuple(params)
    )


@st.composite
def server(
    draw: st.DrawFn, count: int, kinds: Sequence[int]
) -> dict[str, int]:
    """Draw the parameters of one of *count* servers."""
    period = draw(st.sampled_from([6, 10, 15]))
    most = period if count == 1 else period // count + 1
    return {
        "period": period,
        "budget": draw(st.integers(1, most)),
        "kind": draw(st.sampled_from(kinds)),
        "extratime": draw(st.sampled_from([0, 0, 0, 1])),
        "priority": draw(st.integers(0, 2)),
    }


@st.composite
def windows(
    draw: st.DrawFn, frame: int, partitions: int, processor: int
) -> list[WindowSpec]:
    """Draw windows of a processor, with gaps."""
    cuts = sorted(draw(st.sets(st.integers(0, frame), min_size=2, max_size=7)))
    owners = st.integers(-1, partitions - 1)
    found = []
    for start, end in pairwise(cuts):
        owner = draw(owners)
        if owner >= 0:
            found.append(WindowSpec(owner, start, end - start, (processor,)))
    return found


@st.composite
def in_windows(draw: st.DrawFn) -> SystemSpec:
    """Draw partitions in windows, on one or two processors."""
    frame = draw(st.sampled_from(FRAMES))
    processors = draw(st.sampled_from([1, 1, 2]))
    count = draw(st.integers(1, 2))
    placed = [
        window
        for processor in range(processors)
        for window in draw(windows(frame, count, processor))
    ]
    ends = [window.start + window.duration for window in placed]
    partitions = []
    for index in range(count):
        own = draw(vcpus(processors))
        partitions.append(
            partition(
                f"p{index}",
                draw(tasks(own.count, 3 * count, ends)),
                scheduler=draw(st.sampled_from(["fixed-priority", "edf"])),
                vcpus=own,
                processors=tuple(range(processors)),
                spread=own.count == 1 and draw(st.booleans()),
                seed=draw(st.integers(0, 9)),
            )
        )
    schedule = ScheduleSpec(frame, windows=tuple(placed))
    return SystemSpec("drawn", tuple(partitions), schedule, processors)


@st.composite
def servers(draw: st.DrawFn) -> SystemSpec:
    """Draw servers on a processor of their own."""
    count = draw(st.integers(1, 3))
    order = draw(st.integers(0, 1))
    kinds = draw(st.sampled_from([(0,), (1, 2), (1, 2), (0, 1, 2, 3)]))
    params = [
        draw(server(count, kinds)) | {"order": order} for _ in range(count)
    ]
    only = partition(
        "p0",
        draw(tasks(count, 4 * count)),
        scheduler=draw(st.sampled_from(["fixed-priority", "edf"])),
        vcpus=VcpusSpec(count, "server", params=tuple(params)),
        seed=draw(st.integers(0, 9)),
    )
    window = WindowSpec(0, 0, 10, (0,))
    return SystemSpec("drawn", (only,), ScheduleSpec(10, windows=(window,)))


@st.composite
def flat(draw: st.DrawFn) -> SystemSpec:
    """Draw vCPUs without partitions between them and one processor."""
    policy = draw(st.sampled_from(["round-robin", "fixed-priority", "edf"]))
    count = draw(st.integers(1, 3))
    partitions = []
    for index in range(count):
        params = (
            {"priority": draw(st.integers(0, 2))}
            if policy == "fixed-priority"
            else {}
        )
        partitions.append(
            partition(
                f"p{index}",
                draw(tasks(1, 2 * count)),
                scheduler=draw(st.sampled_from(["fixed-priority", "edf"])),
                vcpus=VcpusSpec(1, params=(params,)),
            )
        )
    schedule = ScheduleSpec(
        0, architecture="flat", policy=policy, quantum=draw(st.integers(1, 8))
    )
    return SystemSpec("drawn", tuple(partitions), schedule)


@st.composite
def flat_in_windows(draw: st.DrawFn) -> SystemSpec:
    """Draw vCPUs with windows of their own, here and there."""
    frame = draw(st.sampled_from(FRAMES))
    count = 2
    placed: list[WindowSpec] = []
    for processor in range(2):
        for window in draw(windows(frame, count, processor)):
            own = replace(window, partition=0, vcpu=window.partition)
            if not any(_clash(own, other) for other in placed):
                placed.append(own)
    ends = [window.start + window.duration for window in placed]
    only = partition(
        "p0",
        draw(tasks(count, 3, ends)),
        scheduler=draw(st.sampled_from(["fixed-priority", "edf"])),
        vcpus=VcpusSpec(count),
        processors=(0, 1),
        seed=draw(st.integers(0, 9)),
    )
    schedule = ScheduleSpec(frame, windows=tuple(placed), architecture="flat")
    return SystemSpec("drawn", (only,), schedule, 2)


def _clash(one: WindowSpec, other: WindowSpec) -> bool:
    """Say whether a vCPU would be in two places at once."""
    return (
        one.vcpu == other.vcpu
        and one.start < other.start + other.duration
        and other.start < one.start + one.duration
    )
