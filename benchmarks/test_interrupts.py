"""
Virtual interrupts and calls of the paravirtual ABI, against Unicorn alone.

The unit is what Unicorn needs for a callback of an empty Python function, and
for a callback that stops it and the next `uc_emu_start`, of the same
instruction set, measured in the same rounds.  Processor time: a round of ours
is longer than one of theirs, so other programs would slow it more.
"""

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from benchmarks.pairs import Spread, spread
from tests.unit.system.machine_code import (
    BODY,
    ENABLE,
    HANDLER,
    ISAS,
    SIZE,
    Body,
    Guest,
    Isa,
    system_of,
)
from vpok.abi.paravirt_calls import Number
from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.isa import target_of
from vpok.spec.model import InterruptSpec, SystemSpec
from vpok.system import System, build

ROUNDS = 11
BARE = 10_000  # operations of a round
OURS = 500_000  # ns of a round of ours
PERIOD = 1_000  # ns of a tick: 100 instructions
DEPTH = ENABLE + 12
LOOPS = {
    "x86-64": b"\x48\xff\xc0\xcd\x2d\xeb\xf9",  # inc rax; int 45; jmp
    "riscv64": bytes.fromhex("05057300 0000f5bf"),  # addi; ecall; j
}

isas = pytest.mark.parametrize("name", ISAS)


def timed(action: Callable[[], Any], operations: int) -> float:
    """Return the seconds of processor time per operation of *action*."""
    begun = time.process_time()
    action()
    return (time.process_time() - begun) / operations


class Bare:
    """Unicorn alone, and a guest that does nothing but call."""

    def __init__(self, isa: str) -> None:
        self.lib = uc.library()
        target = target_of(isa, self.lib)
        handle = ctypes.c_void_p()
        self.lib.check(
            self.lib.open(target.arch, target.mode, ctypes.byref(handle))
        )
        self.handle = handle.value
        self.memory = ctypes.create_string_buffer(1 << 17)
        start = (ctypes.addressof(self.memory) + 4095) & ~4095
        code = LOOPS[isa]
        ctypes.memmove(start, code, len(code))
        self.lib.check(self.lib.mem_map_ptr(self.handle, 0, 1 << 16, 7, start))
        self.left = 0
        self.hook = uc.INTR_HOOK(self.called)
        number = ctypes.c_size_t()
        function = ctypes.cast(self.hook, ctypes.c_void_p)
        self.lib.check(
            self.lib.hook_add(
                *(self.handle, ctypes.byref(number), uc.HOOK_INTR),
                *(function, 0, 1, 0),
            )
        )
        self.number = target.numbers[target.pc]
        self.pc = ctypes.c_uint64()
        self.at = ctypes.addressof(self.pc)

    def called(self, _uc: int, _cause: int, _data: int) -> None:
        self.left -= 1
        if self.left <= 0:
            self.lib.emu_stop(self.handle)

    def callback(self) -> float:
        """Return the seconds per callback."""
        self.left = BARE
        return timed(
            lambda: self.lib.emu_start(self.handle, 0, 0xFFFF, 0, 0), BARE
        )

    def resume(self) -> float:
        """Return the seconds per stop and resume."""
        self.left = 0
        lib, handle, pc, at = self.lib, self.handle, self.pc, self.at

        def go() -> None:
            for _ in range(BARE):
                lib.reg_read(handle, self.number, at)
                lib.emu_start(handle, pc.value, 0xFFFF, 0, 0)

        return timed(go, BARE)


@dataclass(frozen=True)
class Restarting(Guest):
    """Its handler never returns: it begins the body anew."""

    def handler(self) -> list[bytes]:
        isa = self.isa
        stack = {"x86-64": 4, "riscv64": 2}[isa.isa]
        code = [
            *isa.store(DEPTH, 0),
            *isa.const(stack, SIZE - 0x8000),
            *isa.store(ENABLE, 1),
        ]
        here = HANDLER + sum(map(len, code))
        return [*code, isa.jump(here, self.body.at)]


def looping(isa: Isa, code: list[bytes], prelude: list[bytes]) -> bytes:
    """Return *prelude*, then *code* for ever; it stands at BODY."""
    first = b"".join(prelude)
    loop = isa.step[0] + b"".join(code)
    at = BODY + len(first)
    return first + loop + isa.jump(at + len(loop), at)


def body(isa: Isa, *code: list[bytes]) -> Body:
    """Return an endless loop."""
    whole = looping(isa, [one for part in code for one in part], [])
    return Body(BODY, whole, lambda _pc, counter, _other: counter)


def calling(isa: Isa, number: int, *args: int) -> Guest:
    """Return a guest that does one call, for ever."""
    return Guest(isa, body(isa, isa.call(number, *args)), logs=False)


def spec_of(guest: Guest, period: int = 0) -> SystemSpec:
    """Return *guest* alone, with a tick or without."""
    tick = InterruptSpec("tick", 0, 0, period=period, offset=10_000)
    frame = 10**9
    sources = [tick] if period else []
    return system_of(guest, [(0, frame)], frame, interrupts=sources)


def calls(system: System) -> int:
    return sum(row.syscalls for _, row in system.vcpus())


def delivered(system: System) -> int:
    return sum(
        sum(vcpu.arch.interrupts.delivered_count)
        for partition in system.kernel.partitions
        for vcpu in partition.vcpus
        if vcpu.arch.interrupts is not None
    )


def measure(
    name: str,
    what: str,
    spec: SystemSpec,
    count: Callable[[System], int],
    report: Callable[[str], None],
    benchmark: Any,
) -> None:
    """Report what one of *count* takes, and its ratios."""
    bare = Bare(name)
    with build(spec, tier="native") as system:
        system.run(until=100_000)

        def ours() -> float:
            before = count(system)
            until = system.now + OURS
            seconds = timed(lambda: system.run(until=until), 1)
            return seconds / (count(system) - before)

        ours()
        rounds = [
            (ours(), bare.callback(), bare.resume()) for _ in range(ROUNDS)
        ]
        assert system.result().partitions[0].errors == 0
        own, callback, resume = (
            spread(list(column)) for column in zip(*rounds, strict=True)
        )
        first: Spread = spread([a / b for a, b, _ in rounds])
        second: Spread = spread([a / c for a, _, c in rounds])
        report(
            f"{what} ({name}): {own.show(1e6)} us; callback "
            f"{callback.show(1e6)} us, ratio {first.show()}; stop-and-resume "
            f"{resume.show(1e6)} us, ratio {second.show()}"
        )
        benchmark.extra_info["callbacks"] = first.middle
        benchmark.extra_info["resumes"] = second.middle
        benchmark.pedantic(ours, rounds=1)


@isas
@pytest.mark.parametrize("number", [Number.ABI_VERSION, Number.TIME])
def test_a_call(
    name: str, number: Number, report: Callable[[str], None], benchmark: Any
) -> None:
    """A call after which its vCPU runs on."""
    spec = spec_of(calling(ISAS[name], number))
    measure(name, f"call of {number.name}", spec, calls, report, benchmark)


@isas
def test_raise_to_first_instruction(
    name: str, report: Callable[[str], None], benchmark: Any
) -> None:
    """A tick in the middle of code that runs: timer, stop, frame, go on."""
    isa = ISAS[name]
    spec = spec_of(Restarting(isa, body(isa, [])), PERIOD)
    what = "tick to its handler's first instruction"
    measure(name, what, spec, delivered, report, benchmark)


@isas
def test_an_interrupt_that_is_sent_to_oneself(
    name: str, report: Callable[[str], None], benchmark: Any
) -> None:
    """The call, the raise, the frame, nothing else."""
    isa = ISAS[name]
    again = Restarting(isa, body(isa, isa.call(Number.IRQ_SEND, 0, 0)))
    what = "call that raises, to the handler's first instruction"
    measure(name, what, spec_of(again), delivered, report, benchmark)


@isas
def test_a_handler_that_returns(
    name: str, report: Callable[[str], None], benchmark: Any
) -> None:
    """As before, and the return; the difference is the return's."""
    guest = calling(ISAS[name], Number.IRQ_SEND, 0, 0)
    what = "the same, and the handler's return"
    measure(name, what, spec_of(guest), delivered, report, benchmark)


@isas
def test_block_and_wake(
    name: str, report: Callable[[str], None], benchmark: Any
) -> None:
    """VCPU_BLOCK, a tick, its handler and return, and VCPU_BLOCK's return."""
    guest = calling(ISAS[name], Number.VCPU_BLOCK, 2_000_000_000)
    what = "block, wake by a tick, handler and return"
    spec = spec_of(guest, PERIOD)
    measure(name, what, spec, delivered, report, benchmark)


@isas
def test_an_interrupt_to_another_vcpu(
    name: str, report: Callable[[str], None], benchmark: Any
) -> None:
    """Two vCPUs on one processor, each of which wakes the other and waits."""
    isa = ISAS[name]
    other = BODY + 0x800
    ping = isa.call(Number.IRQ_SEND, 1, 0)
    pong = isa.call(Number.IRQ_SEND, 0, 0)
    wait = isa.call(Number.VCPU_BLOCK, 2_000_000_000)
    stack = SIZE - 0x8000
    code = looping(
        isa, wait + ping, isa.call(Number.VCPU_UP, 1, other, stack, 0)
    ).ljust(0x800, b"\0")
    prelude = b"".join(isa.call(Number.IRQ_REGISTER, 0, HANDLER))
    loop = b"".join(pong + wait)
    at = other + len(prelude)
    code += prelude + loop + isa.jump(at + len(loop), at)
    guest = Guest(
        isa, Body(BODY, code, lambda _pc, counter, _other: counter), logs=False
    )
    alone = spec_of(guest)
    spec = replace(alone, partitions=(guest.partition(vcpus=2),))
    what = (
        "IRQ_SEND to a vCPU that waits: wake, block, switch, handler, return"
    )
    measure(name, what, spec, delivered, report, benchmark)
