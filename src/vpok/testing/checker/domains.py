"""What a specification says of who may be where, and who chooses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vpok.abi import pok_clock
from vpok.analysis.members import is_modelled, plans
from vpok.spec.model import SystemSpec, WindowSpec
from vpok.units import FAR

Who = tuple[int, int]  # partition, vCPU
# On a processor: whose window it is in the trace, its index, the domain.
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Domain:
    """vCPUs that one policy schedules, by parameters."""

    policy: str
    quantum: int
    members: tuple[Who, ...]
    params: Mapping[Who, Mapping[str, int]]
    processors: tuple[int, ...]
    modelled: bool
    flat: bool = False  # all vCPUs of the module

    @property
    def exact(self) -> bool:
        """Whether no effect takes time to reach another processor."""
        return self.modelled or len(self.processors) == 1

    def param(self, who: Who, name: str, default: int = 0) -> int:
        """Return a parameter of a vCPU."""
        return self.params[who].get(name, default)

    def allowed(self, who: Who, pcpu: int) -> bool:
        """Say whether the policy may run a vCPU on a processor."""
        if self.policy == "null":
            return self.processors[who[1] : who[1] + 1] == (pcpu,)
        return True


def domains_of(spec: SystemSpec) -> list[Domain]:
    """Return the domains of a system, in order of partitions and vCPUs."""
    schedule = spec.schedule
    everywhere = tuple(range(spec.processors))
    if schedule.architecture != "flat":
        return [
            _domain(spec, [n], p.vcpus.policy, p.vcpus.quantum, p.processors)
            for n, p in enumerate(spec.partitions)
        ]
    numbers = range(len(spec.partitions))
    if schedule.policy:
        policy, quantum = schedule.policy, schedule.quantum
        return [_domain(spec, numbers, policy, quantum, everywhere, flat=True)]
    return [
        Domain(
            "windows",
            0,
            ((n, index),),
            {(n, index): {}},
            everywhere,
            is_modelled(partition),
        )
        for n, partition in enumerate(spec.partitions)
        for index in range(partition.vcpus.count)
    ]


def _domain(
    spec: SystemSpec,
    numbers: Sequence[int],
    policy: str,
    quantum: int,
    processors: tuple[int, ...],
    *,
    flat: bool = False,
) -> Domain:
    params: dict[Who, Mapping[str, int]] = {}
    for number in numbers:
        vcpus = spec.partitions[number].vcpus
        for index in range(vcpus.count):
            given = vcpus.params[index : index + 1]
            params[number, index] = given[0] if given else {}
    return Domain(
        policy,
        quantum,
        tuple(params),
        params,
        processors,
        all(is_modelled(spec.partitions[number]) for number in numbers),
        flat,
    )


# --- windows ------------------------------------------------------------------


class Schedule:
    """Who should have which processor, asked in the order of time."""

    def place(self, pcpu: int, now: int) -> Place | None:
        """Return the window of *pcpu* at *now*."""
        raise NotImplementedError

    def following(self, now: int) -> int:
        """Return the next instant at which a window begins or ends."""
        raise NotImplementedError

    def switch(self, plan: int, now: int) -> bool:
        """Begin a frame of *plan* at *now*; False: none can begin then."""
        return False


class Always(Schedule):
    """All processors are those of one policy."""

    def __init__(self, spec: SystemSpec) -> None:
        """Show it as the trace does."""
        self.shown = 0 if len(spec.partitions) == 1 else -1

    def place(self, pcpu: int, now: int) -> Place | None:
        """Return the window without end."""
        return (self.shown, 0, 0)

    def following(self, now: int) -> int:
        """Return that there is none."""
        return FAR


class Frames(Schedule):
    """Windows at exact places, by plans."""

    def __init__(self, spec: SystemSpec) -> None:
        """Begin with the first plan."""
        self.plans = plans(spec)
        self.plan = self.plans[0]
        self.begin = 0
        self.first: list[int] = []  # domain of each partition's first vCPU
        count = 0
        flat = spec.schedule.architecture == "flat"
        for partition in spec.partitions:
            self.first.append(count)
            count += partition.vcpus.count if flat else 1

    def place(self, pcpu: int, now: int) -> Place | None:
        """Look for a window that contains *now*."""
        at = self._at(now)
        for index, window in enumerate(self.plan.windows):
            if pcpu in window.processors and _contains(window, at):
                domain = self.first[window.partition] + max(window.vcpu, 0)
                return (window.partition, index, domain)
        return None

    def _at(self, now: int) -> int:
        frame = self.plan.major_frame
        self.begin += (now - self.begin) // frame * frame
        return now - self.begin

    def following(self, now: int) -> int:
        """Return the next edge of any window, or of the frame."""
        at = self._at(now)
        edges = [self.plan.major_frame]
        for window in self.plan.windows:
            edges += [window.start, window.start + window.duration]
        return self.begin + min(edge for edge in edges if edge > at)

    def switch(self, plan: int, now: int) -> bool:
        """Take another plan where a frame begins."""
        if self._at(now) != 0 or not 0 <= plan < len(self.plans):
            return False
        self.plan = self.plans[plan]
        return True


def _contains(window: WindowSpec, at: int) -> bool:
    return window.start <= at < window.start + window.duration


class Slots(Schedule):
    """POK's slots: from the first quantum on, each to a quantum (V3)."""

    def __init__(self, spec: SystemSpec) -> None:
        """Begin before the first."""
        self.spec = spec
        self.slots = spec.schedule.slots
        self.ends = self._ends()
        self.slot = -1
        self.end = pok_clock.quantum(1)

    def _ends(self) -> Iterator[int]:
        """
        Yield the end of each slot, round after round.

        One passes per quantum, the first one too: if it is over by then.
        """
        if len(self.spec.partitions) == 1:
            yield FAR
        deadline, end = 0, 0
        while True:
            for slot in self.slots:
                deadline += slot.duration
                soonest = pok_clock.quantum_at(end + 1)
                end = max(soonest, pok_clock.quantum_at(deadline))
                yield end

    def _turn(self, now: int) -> None:
        while now >= self.end:
            self.slot += 1
            self.end = next(self.ends)

    def place(self, pcpu: int, now: int) -> Place | None:
        """Return the slot, if its partition may use the processor."""
        self._turn(now)
        if self.slot < 0:
            return None
        index = self.slot % len(self.slots)
        partition = self.slots[index].partition
        if pcpu not in self.spec.partitions[partition].processors:
            return None
        return (partition, index, partition)

    def following(self, now: int) -> int:
        """Return the slot's end."""
        self._turn(now)
        return self.end


def schedule_of(spec: SystemSpec) -> Schedule:
    """Return the first level of a system."""
    if spec.schedule.slots:
        return Slots(spec)
    if spec.schedule.architecture == "flat" and spec.schedule.policy:
        return Always(spec)
    return Frames(spec)
