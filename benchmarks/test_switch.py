"""A vCPU switch between two partitions against a bare stop-and-resume."""

import ctypes
from collections.abc import Callable
from typing import Any

from benchmarks.pairs import Pair, interleave, timed
from vpok.engines.unicorn import lib as uc
from vpok.kernel.pcpu import Pcpu
from vpok.spec.model import (
    CostSpec,
    Image,
    PartitionSpec,
    ScheduleSpec,
    Segment,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import System, build

ROUNDS = 30
SWITCHES = 4000
WINDOW = 10_000  # ns: 1000 instructions
LOOP = b"\x40\xeb\xfd"  # inc eax; jmp
CALLING = b"\x40\xcd\x2a\xeb\xfb"  # inc eax; int 42; jmp
EIP = 26


def partition(name: str) -> PartitionSpec:
    image = Image(name, 0, len(LOOP), (Segment(0, LOOP, len(LOOP)),))
    return PartitionSpec(name, 1 << 16, image, VcpusSpec(1), (0,))


def two_partitions() -> SystemSpec:
    """Two endless loops that take turns."""
    windows = (
        WindowSpec(0, 0, WINDOW, (0,)),
        WindowSpec(1, WINDOW, WINDOW, (0,)),
    )
    return SystemSpec(
        "switch",
        (partition("a"), partition("b")),
        ScheduleSpec(2 * WINDOW, (), windows),
        costs=CostSpec(0, 0, 0, 500),
    )


class Bare:
    """Unicorn alone: its guest calls, is stopped there, and is resumed."""

    def __init__(self) -> None:
        self.lib = uc.library()
        handle = ctypes.c_void_p()
        self.lib.check(
            self.lib.open(uc.ARCH_X86, uc.MODE_32, ctypes.byref(handle))
        )
        self.handle = handle.value
        self.memory = ctypes.create_string_buffer(1 << 17)
        start = (ctypes.addressof(self.memory) + 4095) & ~4095
        ctypes.memmove(start, CALLING, len(CALLING))
        self.lib.check(self.lib.mem_map_ptr(self.handle, 0, 1 << 16, 7, start))
        self.hook = uc.INTR_HOOK(self.stop)
        number = ctypes.c_size_t()
        function = ctypes.cast(self.hook, ctypes.c_void_p)
        self.lib.check(
            self.lib.hook_add(
                *(self.handle, ctypes.byref(number), uc.HOOK_INTR),
                *(function, 0, 1, 0),
            )
        )
        self.pc = ctypes.c_uint64()
        self.at = ctypes.addressof(self.pc)

    def stop(self, _uc: int, _vector: int, _data: int) -> None:
        self.lib.emu_stop(self.handle)

    def resume(self, times: int) -> None:
        lib, handle, pc, at = self.lib, self.handle, self.pc, self.at
        for _ in range(times):
            lib.reg_read(handle, EIP, at)
            lib.emu_start(handle, pc.value, 0xFFFF, 0, 0)


def window_changes(system: System) -> Callable[[], float]:
    """Run through many windows; their instructions are not counted off."""

    def run() -> float:
        until = system.now + SWITCHES * WINDOW
        return timed(lambda: system.run(until=until), SWITCHES)

    return run


def switches(system: System) -> Callable[[], float]:
    """Only the kernel's switch: save, load, enter, tell, account."""
    kernel = system.kernel
    cpu: Pcpu = kernel.pcpus[0]
    one, other = (p.vcpus[0] for p in kernel.partitions)

    def go() -> None:
        for _ in range(SWITCHES // 2):
            kernel.switch(cpu, one)
            kernel.switch(cpu, other)

    return lambda: timed(go, SWITCHES)


def tell(name: str, pair: Pair, report: Callable[[str], None]) -> None:
    report(
        f"{name}: {pair.ours.show(1e6)} us, bare stop-and-resume "
        f"{pair.other.show(1e6)} us, ratio {pair.ratio.show()}"
    )


def test_a_change_of_windows(
    benchmark: Any, report: Callable[[str], None]
) -> None:
    """
    The whole way: the running guest is stopped exactly, its window closes, the
    other one opens, both personalities elect, the vCPU is switched, and 1000
    instructions run.
    """
    bare = Bare()
    with build(two_partitions()) as system:
        ours = window_changes(system)
        pair = interleave(
            ours,
            lambda: timed(lambda: bare.resume(SWITCHES), SWITCHES),
            ROUNDS,
        )
        tell("change of windows", pair, report)
        benchmark.extra_info["ratio"] = pair.ratio.middle
        benchmark.pedantic(ours, rounds=5)

        assert system.vcpus()[0][1].switches > SWITCHES


def test_a_switch(benchmark: Any, report: Callable[[str], None]) -> None:
    """The switch between two partitions' vCPUs alone."""
    bare = Bare()
    with build(two_partitions()) as system:
        system.run(until=WINDOW)
        ours = switches(system)
        pair = interleave(
            ours,
            lambda: timed(lambda: bare.resume(SWITCHES), SWITCHES),
            ROUNDS,
        )
        tell("switch of vCPUs", pair, report)
        benchmark.extra_info["ratio"] = pair.ratio.middle
        benchmark.pedantic(ours, rounds=5)
