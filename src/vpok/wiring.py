"""From a specification to costs, ports, plans and sources of interrupts."""

from vpok.kernel.loop import Kernel
from vpok.kernel.ports import KINDS, Port, PortTable
from vpok.kernel.sources import TICK_NAMES, Source
from vpok.spec.model import SWITCH, SystemSpec
from vpok.units import NS_PER_S


def configure(kernel: Kernel, spec: SystemSpec) -> None:
    """Set costs, and when data travels between ports."""
    costs = spec.costs
    kernel.hypercall_cost = costs.hypercall
    kernel.switch_cost = costs.switch
    kernel.interrupt_cost = costs.interrupt
    kernel.restart_cost = costs.restart
    kernel.latency = costs.latency
    kernel.cycle = -(-NS_PER_S // spec.clock)
    kernel.cell = max(1, costs.latency - int(kernel.cycle))

    kernel.planned = len(spec.schedule.plans) > 1
    kernel.flushes.windows = spec.flush.when == "windows"
    # Frames of several plans may have different lengths.
    kernel.flushes.frames = kernel.planned and spec.flush.when == "major-frame"
    if spec.flush.when == "period":
        kernel.flushes.period = spec.flush.period
    else:
        kernel.flushes.period = spec.schedule.major_frame
        kernel.flushes.next = spec.schedule.major_frame
    if any(port.destinations for port in spec.ports):
        kernel.boundary = kernel.first_level.boundary(0)


def relate_planners(kernel: Kernel, spec: SystemSpec) -> None:
    """Let those that switch plans do so in the order of time."""
    found = [
        domain
        for partition, own in zip(
            kernel.partitions, spec.partitions, strict=True
        )
        for domain in partition.scheduled
        if "plans" in own.features
        or any(action.startswith(SWITCH) for action in own.health.values())
    ]
    for here in found:
        for there in found:
            here.relate(there)


def start_sources(kernel: Kernel, spec: SystemSpec) -> None:
    """Let the configured sources of interrupts begin."""
    for described in spec.interrupts:
        partition = kernel.partitions[described.partition]
        if described.sender >= 0:
            for here in partition.scheduled:
                for there in kernel.partitions[described.sender].scheduled:
                    here.relate(there)
        if not (described.period or described.arrivals):
            continue
        source = Source(described.name, described.vcpu, described.number)
        source.period = described.period
        source.instants = list(described.arrivals)
        source.exec = described.clock == "exec"
        source.ticks = TICK_NAMES.index(described.ticks)
        source.hold = described.hold
        first = described.offset
        if described.arrivals:
            first = described.arrivals[0]
        source.start(first)
        kernel.add_source(partition, source)


def make_ports(spec: SystemSpec) -> PortTable:
    """Return the ports of all partitions, by global number."""
    return PortTable(
        [
            Port(
                number,
                port.name,
                KINDS.index(port.kind),
                port.partition,
                port.direction == "out",
                list(port.destinations),
            )
            for number, port in enumerate(spec.ports)
        ]
    )
