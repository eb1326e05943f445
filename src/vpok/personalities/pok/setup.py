"""
What POK's build would have compiled into the kernel for a configuration.

POK decides by features of *any* partition (misc/gen_deployment); so do we.
"""

from dataclasses import dataclass

from vpok.spec.model import SystemSpec


@dataclass(frozen=True, slots=True)
class Setup:
    """One partition's numbers, and what its kernel offers."""

    index: int
    low: int  # its threads are [low, high) of the module's
    high: int
    idle_threads: int  # number of the first idle thread in the table
    processors: tuple[int, ...]  # of vCPU 0, 1, ...: numbers that guests see
    last_processor: int  # the module's highest
    lock_low: int  # its lock objects are [lock_low, lock_high)
    lock_high: int

    console: bool  # CONSWRITE
    getchar: bool
    shutdown: bool
    sleep: bool
    sleep_until: bool
    thread_id: bool
    gettick: bool
    lock_objects: bool
    sampling: bool
    queueing: bool
    virtual: bool
    name_length: int  # of the longest port name
    text: bool  # scheduling decisions are printed
    debug: bool  # errors are printed, and not survived
    pok: bool  # compat: pok

    major_frame: int  # ns
    duration: int  # ns: what PARTITION_GET_DURATION tells

    @property
    def wakes(self) -> bool:
        """Sleepers wake only in kernels with locks or ports (POK's rule)."""
        return self.lock_objects or self.sampling or self.queueing


def setup(spec: SystemSpec, index: int) -> Setup:
    """Work out the setup of partition *index*."""
    partition = spec.partitions[index]
    features: set[str] = set()
    threads: set[str] = set()
    for other in spec.partitions:
        features |= other.features
        threads |= other.thread_features
    kinds = {port.kind for port in spec.ports}
    debug = "debug" in spec.kernel_features or "assert" in features
    # In POK one partition's feature lets all others power the machine off.
    powers = features if spec.compat == "pok" else partition.features
    low = sum(p.threads for p in spec.partitions[:index])
    locks = [p.semaphores + p.mutexes + p.events for p in spec.partitions]
    numbers = partition.processors
    if partition.vcpus.policy != "null":
        numbers = tuple(range(partition.vcpus.count))
    return Setup(
        index=index,
        low=low,
        high=low + partition.threads,
        idle_threads=sum(p.threads for p in spec.partitions),
        processors=numbers[: partition.vcpus.count],
        last_processor=spec.processors - 1,
        lock_low=sum(locks[:index]),
        lock_high=sum(locks[: index + 1]),
        console="console" in features or debug,
        getchar="console" in features,
        shutdown=bool(powers & {"shutdown", "assert"}),
        sleep="sleep" in threads,
        sleep_until="sleep-until" in threads,
        thread_id="id" in threads,
        gettick="gettick" in features,
        lock_objects=sum(locks) > 0,
        sampling="sampling" in kinds,
        queueing="queueing" in kinds,
        virtual="virtual" in kinds,
        name_length=max((len(port.name) for port in spec.ports), default=0),
        text=debug or "assert" in spec.kernel_features,
        debug=debug,
        pok=spec.compat == "pok",
        major_frame=spec.schedule.major_frame,
        duration=_duration(spec, index),
    )


def _duration(spec: SystemSpec, index: int) -> int:
    """Return the length of the slot whose *index* is the partition's."""
    schedule = spec.schedule
    if schedule.slots:
        place = min(index, len(schedule.slots) - 1)
        return schedule.slots[place].duration
    own = [w.duration for w in schedule.windows if w.partition == index]
    return own[0] if own else 0
