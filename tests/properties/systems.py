"""Systems for the property tests, built from our guests' images or bytes."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import vpok.config
from vpok.spec.model import (
    CostSpec,
    Image,
    PartitionSpec,
    PortSpec,
    ScheduleSpec,
    Segment,
    SlotSpec,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import build

ROOT = Path(__file__).parents[2]
GUESTS = ROOT / "tests" / "guests"
DEMO = ROOT / "src" / "vpok" / "demo"
SIZE = 0x10000  # bytes of an attacker's partition
SPIN = b"\xeb\xfe"  # jmp to itself


def loaded(path: Path) -> SystemSpec:
    """Return the specification in a folder's config.yaml."""
    return vpok.config.load(path / "config.yaml").spec


def flat(code: bytes, **changes: object) -> PartitionSpec:
    """Return a partition that runs *code* from address 0."""
    image = Image("code", 0, len(code), (Segment(0, code, len(code)),))
    spec = PartitionSpec(
        name="flat",
        size=SIZE,
        image=image,
        vcpus=VcpusSpec(1),
        processors=(0,),
        features=frozenset({"console"}),
        thread_features=frozenset({"sleep"}),
        scheduler="static",
        threads=4,
        semaphores=1,
        mutexes=1,
        events=1,
    )
    return replace(spec, **changes)  # type: ignore[arg-type]


def with_witness(attacker: PartitionSpec) -> SystemSpec:
    """
    Return an attacker in partition 0 and a busy witness behind it.

    The witness is one of our guests: threads, semaphores and sleeps.  The
    ports are the attacker's own; the witness's are only there to be guessed.
    """
    witness = loaded(GUESTS / "semaphores").partitions[0]
    witness = replace(witness, features=witness.features - {"shutdown"})
    return SystemSpec(
        name="witness",
        partitions=(replace(attacker, name="attacker"), witness),
        schedule=ScheduleSpec(
            5_000_000, slots=(SlotSpec(0, 2_000_000), SlotSpec(1, 3_000_000))
        ),
        kernel_features=frozenset({"debug"}),
        ports=(
            PortSpec("as", "sampling", 0, "out", 32),
            PortSpec("aq", "queueing", 0, "out", 32),
            PortSpec("ws", "sampling", 1, "in", 32),
            PortSpec("wq", "queueing", 1, "out", 32),
            PortSpec("av", "virtual", 0),
        ),
    )


# Pieces of machine code that loop through what is hard to cut: calls, pushes,
# stores, strings, faults that a handler-less partition would not survive are
# left to the attackers.
PIECES = (
    b"\x40",  # inc eax
    b"\x01\xc3",  # add ebx, eax
    b"\x50\x5a",  # push eax; pop edx
    b"\x89\x05\x00\x30\x00\x00",  # mov [0x3000], eax
    b"\xff\x05\x04\x30\x00\x00",  # inc dword [0x3004]
    b"\xb9\x25\x00\x00\x00\xbf\x00\x40\x00\x00\xf3\xaa",  # rep stosb, 37
    b"\xb9\x11\x00\x00\x00\xbe\x00\x40\x00\x00\xbf\x00\x50\x00\x00\xf3\xa5",
    b"\xe8\x00\x00\x00\x00\x58",  # call next; pop eax
    b"\xb8\x95\x01\x00\x00\xbb\x00\x20\x00\x00\xcd\x2a",  # PARTITION_GET_ID
    b"\xb8\xff\x0f\x00\x00\xbb\x00\x20\x00\x00\xcd\x2a",  # unknown call
    b"\xd9\xee\xd9\xe8\xde\xc1\xdd\x1d\x08\x30\x00\x00",  # x87
    b"\x0f\xaf\xc3\x69\xc0\x0d\x66\x19\x00",  # multiplications
)


def busy(seed: int) -> bytes:
    """Return an endless program of random pieces; its words stay in data."""
    random = Random(seed)
    body = b"".join(random.choice(PIECES) for _ in range(60))
    start = b"\xc7\x05\x04\x20\x00\x00\x20\x30\x00\x00"  # [0x2004] = 0x3020
    back = -(len(body) + 5) & 0xFFFFFFFF
    return start + body + b"\xe9" + back.to_bytes(4, "little")


def preempted(seed: int, windows: int) -> SystemSpec:
    """
    Return two busy partitions in *windows* short windows of random lengths.

    Windows end at any ns, so most ends fall inside a block, a string
    instruction or the cost of a call.
    """
    random = Random(seed)
    placed = []
    now = 0
    for number in range(windows):
        length = random.randrange(331, 4_001)
        placed.append(WindowSpec(number % 2, now, length, (0,)))
        now += length
    return SystemSpec(
        name="preempted",
        partitions=(
            replace(flat(busy(seed)), name="a", scheduler="rr"),
            replace(flat(busy(seed + 1)), name="b"),
        ),
        schedule=ScheduleSpec(now, windows=tuple(placed)),
        clock=random.choice((100_000_000, 33_333_333, 80_000_000)),
        costs=CostSpec(hypercall=random.choice((0, 137)), switch=71),
    )


GOLDEN = Path(__file__).with_name("digests.json")
EXAMPLES = ROOT / "examples"
LIMIT = 300_000_000  # ns
SHORT = 30_000_000  # ns, of the system that is preempted all the time
NAMES = ("demo", "semaphores", "rms", "errors_static", "queueing", "smp")
# ns: as long as something happens in an example, so that cuts fall there.
LASTING = {
    "minikernel": 25_000_000,
    "storm": 15_000_000,
    "steal": 60_000_000,
    "flood": 220_000_000,
    "pingpong": 5_000_000,
    "fidelity": 60_000_000,
}


def examples() -> list[str]:
    """Return all examples, each for both instruction sets."""
    paths = EXAMPLES.glob("*/*.yaml")
    # `policy` needs a package to be installed.
    return sorted(
        f"{path.parent.name}/{path.stem}"
        for path in paths
        if path.parent.name != "policy"
    )


def spec_of(name: str) -> SystemSpec:
    """Return a system by the name that `digests.json` uses."""
    if name == "preempted":
        return preempted(1, 400)
    if "/" in name:
        return vpok.config.load(EXAMPLES / f"{name}.yaml").spec
    return loaded(DEMO if name == "demo" else GUESTS / name)


def limit_of(name: str) -> int:
    """Return how long a system runs for its digest."""
    if "/" in name:
        return LASTING[name.split("/", maxsplit=1)[0]]
    return SHORT if name == "preempted" else LIMIT


def digest_of(
    spec: SystemSpec,
    cuts: list[int] | None = None,
    tier: str | None = None,
    limit: int = LIMIT,
) -> str:
    """Run up to *limit*, in pieces that end at *cuts*; return the digest."""
    with build(spec, digest=True, tier=tier) as system:
        for cut in sorted(cuts or []):
            system.run(until=cut)
        result = system.run(until=limit)
    assert result.digest is not None
    return result.digest


def known() -> dict[str, str]:
    """Return the digests that every Python and every host must give."""
    golden: dict[str, str] = json.loads(GOLDEN.read_text())
    return golden
