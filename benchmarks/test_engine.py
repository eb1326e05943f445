"""The engine alone: guest code and calls against bare Unicorn."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vpok
from benchmarks.bare import EAX as BARE_EAX
from benchmarks.bare import EBX as BARE_EBX
from benchmarks.bare import Bare, block_length
from benchmarks.pairs import Pair, interleave, timed
from vpok.abi.pok import Syscall
from vpok.arch.x86_32 import EAX, EBX, X86Ops
from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.engine import UnicornEngine
from vpok.kernel.engine import BLOCK, CONTINUE, Traps
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchVcpu
from vpok.spec.model import Image, PartitionSpec, Segment

GUESTS = Path(__file__).parent.parent / "tests" / "guests" / "bench"
ROUNDS = 7
GHZ = 1_000_000_000
FOR_EVER = 10**12  # ns; the programs end by themselves
CALLS = 100_000
CALLING = b"\xcd\x2a\xeb\xfc"  # int 42; jmp
CALL_LOOP = Image("calls", 0, 4, (Segment(0, CALLING, 4),))


class Console:
    """POK's CONSWRITE and SHUTDOWN; every other call is OK."""

    def __init__(self) -> None:
        self.text = b""

    def call(self, number: int, block: int, memory: memoryview) -> bool:
        """Serve a call; say whether the guest goes on."""
        if number == Syscall.CONSWRITE:
            _, text, length = struct.unpack_from("<3I", memory, block)
            self.text += bytes(memory[text : text + length])
        return number != Syscall.SHUTDOWN


class Served(Traps):
    """A console behind the engine."""

    def __init__(self, engine: UnicornEngine, console: Console) -> None:
        self.engine = engine
        self.console = console

    def trap(self, vcpu: Vcpu, elapsed: int, cause: int) -> int:
        machine = self.engine.machine
        number, block = machine.get(EAX), machine.get(EBX)
        machine.set(EAX, 0)
        memory = self.engine.memory.buffer
        return CONTINUE if self.console.call(number, block, memory) else BLOCK


def program(name: str) -> tuple[PartitionSpec, bytes]:
    """Return a program, and what it prints."""
    folder = GUESTS / name
    spec = vpok.load(str(folder / "config.yaml")).spec
    return spec.partitions[0], (folder / "expected.txt").read_bytes()


def boot(engine: UnicornEngine, image: Image, size: int) -> Vcpu:
    """Return a vCPU that begins with *image*."""
    for segment in image.segments:
        engine.memory.write(segment.address, segment.data)
    ops = X86Ops()
    arch = ArchVcpu(ops, engine.machine)
    ops.setup(arch)
    arch.context = ops.new_context(arch, image.entry, size - 8196, 0)
    partition: Any = None
    return Vcpu(0, 0, partition, arch)


def metered(
    partition: PartitionSpec, expected: bytes, tier: str
) -> tuple[float, int]:
    """Run a program; return the seconds per instruction, and how many."""
    engine = UnicornEngine(partition.size, GHZ, tier)
    console = Console()
    engine.attach(Served(engine, console))
    vcpu = boot(engine, partition.image, partition.size)
    seconds = timed(lambda: engine.run(vcpu, 0, FOR_EVER), 1)
    count = engine.instructions()
    engine.close()
    assert console.text.strip() == expected.strip()
    return seconds / count, count


def unmetered(partition: PartitionSpec, expected: bytes, count: int) -> float:
    """Run it on bare Unicorn; return the seconds per instruction."""
    bare = Bare(partition.image, partition.size)
    console = Console()

    def call(bare: Bare) -> bool:
        number, block = bare.get(BARE_EAX), bare.get(BARE_EBX)
        bare.set(BARE_EAX, 0)
        return console.call(number, block, bare.pages.view)

    bare.serve(call)
    seconds = timed(bare.run, count)
    bare.close()
    assert console.text.strip() == expected.strip()
    return seconds


@pytest.mark.parametrize("tier", ["native", "count"])
@pytest.mark.parametrize("name", ["coremark", "sort", "copy"])
def test_guest_speed(
    benchmark: Any, report: Callable[[str], None], name: str, tier: str
) -> None:
    """The same image, to its end, with its checksum."""
    partition, expected = program(name)
    _, count = metered(partition, expected, tier)
    pair = interleave(
        lambda: metered(partition, expected, tier)[0],
        lambda: unmetered(partition, expected, count),
        ROUNDS if tier == "native" else 3,
    )
    length = block_length(partition.image, partition.size)
    speed = pair.other.middle / pair.ours.middle
    low = 1 / pair.ratio.high
    high = 1 / pair.ratio.low
    report(
        f"{name} ({tier}): {1e-6 / pair.ours.middle:.0f} MIPS, bare Unicorn "
        f"{1e-6 / pair.other.middle:.0f} MIPS, ratio "
        f"{1 / pair.ratio.middle:.2f} ({low:.2f}-{high:.2f}); "
        f"{count / 1e6:.0f} M instructions, {length:.1f} in a block"
    )
    benchmark.extra_info["speed"] = speed
    benchmark.pedantic(lambda: metered(partition, expected, tier), rounds=1)


# --- calls ------------------------------------------------------------------


class Empty(Traps):
    """What a call costs before anybody looks at it."""

    def trap(self, vcpu: Vcpu, elapsed: int, cause: int) -> int:
        return CONTINUE


class Smallest(Traps):
    """The registers of POK's call are read, the result is written."""

    def __init__(self, engine: UnicornEngine) -> None:
        self.machine = engine.machine

    def trap(self, vcpu: Vcpu, elapsed: int, cause: int) -> int:
        machine = self.machine
        machine.get(EAX)
        machine.get(EBX)
        machine.set(EAX, 0)
        return CONTINUE


def callback() -> Callable[[], float]:
    """A raw ctypes callback, which counts to know when to stop."""
    bare = Bare(CALL_LOOP, 1 << 16)
    left = [0]

    def interrupt(_uc: int, _vector: int, _data: int) -> None:
        left[0] -= 1
        if not left[0]:
            bare.lib.emu_stop(bare.handle)

    bare.hook(uc.HOOK_INTR, uc.INTR_HOOK(interrupt))

    def run() -> float:
        left[0] = CALLS
        return timed(bare.run, CALLS)

    return run


def calls(make: Callable[[UnicornEngine], Traps]) -> Callable[[], float]:
    """Calls that *make*'s traps serve, inside the callback."""
    engine = UnicornEngine(1 << 16, GHZ, "native")
    engine.attach(make(engine))
    vcpu = boot(engine, CALL_LOOP, 1 << 16)

    def run() -> float:
        return timed(lambda: engine.run(vcpu, 0, 2 * CALLS), CALLS)

    return run


@pytest.mark.parametrize(
    ("name", "make"),
    [("empty", lambda _: Empty()), ("smallest", Smallest)],
    ids=["empty", "smallest"],
)
def test_a_call(
    benchmark: Any,
    report: Callable[[str], None],
    name: str,
    make: Callable[[UnicornEngine], Traps],
) -> None:
    """A call that needs no descheduling, against a raw ctypes callback."""
    ours = calls(make)
    pair: Pair = interleave(ours, callback(), 30)
    report(
        f"call served inside the callback ({name} handler): "
        f"{pair.ours.show(1e6)} us, raw callback {pair.other.show(1e6)} us, "
        f"ratio {pair.ratio.show()}"
    )
    benchmark.extra_info["ratio"] = pair.ratio.middle
    benchmark.pedantic(ours, rounds=5)


def test_a_call_of_pok(benchmark: Any, report: Callable[[str], None]) -> None:
    """The whole way of a system call: engine, kernel, personality."""
    folder = GUESTS / "syscalls"

    def run() -> float:
        with vpok.load(str(folder / "config.yaml")).build() as system:
            result: Any = None

            def go() -> None:
                nonlocal result
                result = system.run(until="60s")

            seconds = timed(go, 1)
        calls: int = result.partitions[0].vcpus[0].syscalls
        return seconds / calls

    pair = interleave(run, callback(), 3)
    report(
        f"call of POK, kernel and personality included: "
        f"{pair.ours.show(1e6)} us, raw callback {pair.other.show(1e6)} us, "
        f"ratio {pair.ratio.show()}"
    )
    benchmark.extra_info["ratio"] = pair.ratio.middle
    benchmark.pedantic(run, rounds=1)
