"""What is wrong with partitions: names, resources, virtual CPUs."""

from collections.abc import Iterator

from vpok.abi.paravirt import HEALTH_KINDS, PAGE
from vpok.spec.model import (
    HEALTH_ACTIONS,
    SWITCH,
    Image,
    PartitionSpec,
    Problem,
    SystemSpec,
    VcpusSpec,
)
from vpok.spec.problems.image import ISAS, of_image, stack_room
from vpok.spec.problems.tasks import of_model
from vpok.spec.problems.vcpus import FLAT, Policies, of_vcpus
from vpok.spec.problems.words import (
    NAMES,
    either,
    one_of,
    processors_exist,
    unique,
)

MAX_MEMORY = 1 << 30  # bytes of a partition
MAX_LOCKS = 256  # of all partitions: POK's lock ids are bytes

LOCKS = ("semaphores", "mutexes", "events")
PERSONALITIES = (*ISAS, "tasks", "python")
SCHEDULERS = ("rr", "static", "rms")
TUNER = "parameters"
PARAVIRT_FEATURES = frozenset({TUNER, "plans", "shutdown"})
PLAIN = PartitionSpec("", 0, Image("", 0, 0, ()), VcpusSpec(1), (0,))
NAME = NAMES


def of_partitions(spec: SystemSpec, policies: Policies) -> Iterator[Problem]:
    """Every partition is sound, with its image and its virtual CPUs."""
    if not spec.partitions:
        yield Problem("partitions", "there is no partition: describe one")
    names = [partition.name for partition in spec.partitions]
    yield from unique("partitions", names)
    locks = sum(
        getattr(partition, name)
        for partition in spec.partitions
        for name in LOCKS
    )
    if locks > MAX_LOCKS:
        yield Problem(
            "partitions",
            f"{locks} semaphores, mutexes and events in all: POK numbers "
            f"them in a byte, make it {MAX_LOCKS} or less",
        )
    for index, partition in enumerate(spec.partitions):
        where = f"partitions[{index}]"
        if not NAME.fullmatch(partition.name):
            yield Problem(
                f"{where}.name",
                f"{partition.name[:60]!r} names no partition: take 1 to 64 "
                "letters, digits, '_', '.' or '-', not '.' or '-' first",
            )
        yield from processors_exist(
            f"{where}.processors", partition.processors, spec.processors
        )
        yield from one_of(
            f"{where}.personality", partition.personality, PERSONALITIES
        )
        yield from of_vcpus(f"{where}.vcpus", partition, spec, policies)
        if partition.personality == "tasks":
            yield from of_model(f"{where}.model", partition, spec)
            continue
        if partition.personality == "python":
            yield from _python(where, partition, spec)
            yield from _health(where, partition, spec)
            continue
        yield from _memory(f"{where}.size", partition)
        if partition.personality == "pok":
            yield from _pok(where, partition)
        elif partition.personality == "paravirt":
            yield from _paravirt(where, partition, spec)
        yield from _health(where, partition, spec)
        if 0 < partition.size <= MAX_MEMORY:
            yield from of_image(f"{where}.image", partition)


def _memory(where: str, partition: PartitionSpec) -> Iterator[Problem]:
    size = partition.size
    if not 0 < size <= MAX_MEMORY:
        yield Problem(where, f"a size of {size} bytes: take 1 byte to 1GB")
    elif partition.personality == "pok":
        yield from _stacks(where, partition)
    elif size % PAGE:
        yield Problem(
            where,
            f"a size of {size} bytes: make it whole pages of {PAGE}, such as "
            f"{-(-size // PAGE) * PAGE}",
        )


def _stacks(where: str, partition: PartitionSpec) -> Iterator[Problem]:
    stacks = stack_room(partition.threads)
    if partition.threads > 0 and stacks > partition.size:
        yield Problem(
            where,
            f"the stacks of {partition.threads} threads take {stacks} bytes "
            f"(8192 each, and 8196 unused), the size is {partition.size}: "
            "enlarge it",
        )


def _pok(where: str, partition: PartitionSpec) -> Iterator[Problem]:
    """What POK's kernel is asked for makes sense."""
    if partition.threads < 1:
        yield Problem(
            f"{where}.threads",
            f"{partition.threads} threads: count at least the main one",
        )
    for name in LOCKS:
        count = getattr(partition, name)
        if count < 0:
            yield Problem(f"{where}.{name}", f"{count} {name}: take 0 or more")
    yield from one_of(f"{where}.scheduler", partition.scheduler, SCHEDULERS)
    if partition.input:
        yield Problem(
            f"{where}.input",
            "a pok partition cannot read its console: remove the input",
        )


def _paravirt(
    where: str, partition: PartitionSpec, spec: SystemSpec
) -> Iterator[Problem]:
    """Nothing is asked of a kernel that the guest brings itself."""
    for name in (*LOCKS, "threads", "thread_features", "scheduler"):
        if getattr(partition, name) != getattr(PLAIN, name):
            yield Problem(
                f"{where}.{name}",
                f"a {partition.personality} partition has no threads and "
                f"locks of POK's: remove {name.replace('_', ' ')}",
            )
    for name in sorted(partition.features - PARAVIRT_FEATURES):
        yield Problem(
            f"{where}.features",
            f"a {partition.personality} partition has no feature "
            f"{name!r}: take "
            f"{either(sorted(PARAVIRT_FEATURES))}, or none",
        )
    if spec.schedule.architecture == FLAT and TUNER in partition.features:
        yield Problem(
            f"{where}.features",
            "in the flat architecture parameters are those of all partitions, "
            f"which no guest may change: remove {TUNER}",
        )
    kinds = {0, *(number for number, _, _ in HEALTH_KINDS.values())}
    for kind in sorted(set(partition.health) - kinds):
        yield Problem(
            f"{where}.health", f"there is no error {kind}: see HEALTH_KINDS"
        )


def _python(
    where: str, partition: PartitionSpec, spec: SystemSpec
) -> Iterator[Problem]:
    """A guest in Python asks for what a paravirt one does."""
    if partition.model is None or not partition.model.guest:
        yield Problem(
            f"{where}.guest",
            "a python partition has no guest: write module:function or "
            "file.py:function",
        )
    yield from _paravirt(where, partition, spec)


def _health(
    where: str, partition: PartitionSpec, spec: SystemSpec
) -> Iterator[Problem]:
    if 0 not in partition.health:
        yield Problem(f"{where}.health", "say what the default action is")
    plans = [plan.name for plan in spec.schedule.plans]
    for action in partition.health.values():
        if not action.startswith(SWITCH):
            yield from one_of(f"{where}.health", action, HEALTH_ACTIONS)
        elif action[len(SWITCH) :] not in plans:
            advice = f"take {either(plans)}" if plans else "there is none"
            yield Problem(
                f"{where}.health",
                f"no plan {action[len(SWITCH) :][:60]!r}: {advice}",
            )
