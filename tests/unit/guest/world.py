"""Systems of guests in Python."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vpok.report.rows import RunResult
from vpok.spec.model import (
    CostSpec,
    Image,
    InterruptSpec,
    ModelSpec,
    PartitionSpec,
    PortSpec,
    ScheduleSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import System, build
from vpok.testing.sink import RecordingSink

ONE = VcpusSpec(1)
US = 1_000
MS = 1_000_000
FREE = CostSpec(hypercall=0, switch=0, interrupt=0, restart=0, latency=500)
Main = Callable[..., Any]


def partition(
    name: str,
    main: Main,
    *,
    vcpus: VcpusSpec = ONE,
    processors: tuple[int, ...] = (0,),
    features: Iterable[str] = (),
    health: Mapping[int, str] | None = None,
    seed: int = 0,
    **args: object,
) -> PartitionSpec:
    """Describe a guest in Python."""
    return PartitionSpec(
        name=name,
        size=0,
        image=Image("", 0, 0, ()),
        vcpus=vcpus,
        processors=processors,
        personality="python",
        features=frozenset(features),
        health=health or {0: "stop"},
        input=b"input",
        model=ModelSpec(guest=main, args=args, seed=seed),
    )


def system(
    *partitions: PartitionSpec,
    schedule: ScheduleSpec | None = None,
    interrupts: Sequence[InterruptSpec] = (),
    ports: Sequence[PortSpec] = (),
    costs: CostSpec = FREE,
    processors: int = 1,
) -> SystemSpec:
    """Describe a system; without a schedule all have windows of 10 ms."""
    if schedule is None:
        schedule = ScheduleSpec(
            10 * MS * len(partitions),
            windows=tuple(
                WindowSpec(index, 10 * MS * index, 10 * MS, own.processors)
                for index, own in enumerate(partitions)
            ),
        )
    return SystemSpec(
        name="guests",
        partitions=partitions,
        schedule=schedule,
        processors=processors,
        interrupts=tuple(interrupts),
        ports=tuple(ports),
        costs=costs,
    )


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that is over."""

    system: System
    result: RunResult
    sink: RecordingSink

    def lines(self, partition: int | None = None) -> list[str]:
        """Return what was printed."""
        return self.sink.text(partition).decode().splitlines()


def run(
    spec: SystemSpec, until: int = 100 * MS, cuts: Iterable[int] = ()
) -> Ran:
    """Run a system, in one piece or in several."""
    sink = RecordingSink()
    made = build(spec, sinks=[sink], digest=True)
    for cut in cuts:
        made.run(cut)
    return Ran(made, made.run(until), sink)


def alone(main: Main, **rest: Any) -> Ran:
    """Run one guest."""
    return run(system(partition("one", main, **rest)))
