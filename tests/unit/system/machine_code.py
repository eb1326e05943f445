"""
Small guests of the paravirtual ABI, assembled by hand for both ISAs.

Each counts in a register, in a loop whose every position tells how many
instructions have been executed; its handler logs what it interrupted.  So
everything about them can be computed: see `Body` and `Guest`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from vpok.abi.paravirt import PAGE
from vpok.abi.paravirt_calls import Number
from vpok.machine.memory import U64
from vpok.spec.model import (
    CostSpec,
    Image,
    InterruptSpec,
    PartitionSpec,
    ScheduleSpec,
    Segment,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)

SIZE: Final = 0x40000
ENTRY: Final = 0x10000
HANDLER: Final = 0x11000
BODY: Final = 0x12000
LOG: Final = 0x20000
ENTRIES: Final = LOG + 64
BUFFER: Final = 0x30000
CALLS: Final = SIZE - PAGE
SHARED: Final = SIZE - 2 * PAGE
ENABLE: Final = SHARED + 4
TIME: Final = 0x18  # in the shared page

Place = Callable[[int, int, int], int]  # (pc, counter, other) -> executed


@dataclass(frozen=True)
class Body:
    """An endless loop at `at`; `place` tells how far it has come."""

    at: int
    code: bytes
    place: Place


class X86:
    """Encodings; the counter is rbx, the other logged register rcx."""

    isa = "x86-64"
    counter = "rbx"
    pc = "rip"
    call_length = 2  # instructions of page + 0
    return_length = 3  # of page + 64
    registers = (0, 7, 6, 2, 10, 8, 9)  # number and arguments of a call
    step = (b"\x48\xff\xc3", b"\x48\x83\xc3\x01")  # inc rbx; add rbx, 1

    def const(self, register: int, value: int) -> list[bytes]:
        """Mov r32, imm32."""
        prefix = b"\x41" if register > 7 else b""
        opcode = bytes([0xB8 + register % 8])
        return [prefix + opcode + value.to_bytes(4, "little")]

    def call(self, number: int, *args: int) -> list[bytes]:
        """Call the page."""
        code = []
        values = (int(number), *args, CALLS)
        for register, value in zip(
            (*self.registers[: len(args) + 1], 11), values, strict=True
        ):
            code += self.const(register, value)
        return [*code, b"\x41\xff\xd3"]

    def store(self, address: int, value: int) -> list[bytes]:
        """Mov dword [address], value."""
        words = address.to_bytes(4, "little") + value.to_bytes(4, "little")
        return [b"\xc7\x04\x25" + words]

    def jump(self, here: int, there: int) -> bytes:
        """Jmp rel32."""
        offset = (there - here - 5) & 0xFFFF_FFFF
        return b"\xe9" + offset.to_bytes(4, "little")

    def log(self) -> list[bytes]:
        """PC, counter, other register, time, number; return."""
        at = LOG.to_bytes(4, "little")
        return [
            b"\x48\x8b\x04\x25" + at,  # mov rax, [LOG]
            b"\x48\x8b\x96" + (192).to_bytes(4, "little"),  # mov rdx, rip
            b"\x48\x89\x10",
            b"\x48\x89\x58\x08",
            b"\x48\x89\x48\x10",
            b"\x48\x8b\x14\x25" + (SHARED + TIME).to_bytes(4, "little"),
            b"\x48\x89\x50\x18",
            b"\x48\x89\x78\x20",
            b"\x48\x83\xc0\x28",
            b"\x48\x89\x04\x25" + at,
            b"\xc3",
        ]

    def ask_time(self) -> list[bytes]:
        """Call TIME; into the other register."""
        return [*self.call(Number.TIME), b"\x48\x89\xc1"]


class Riscv:
    """Encodings; the counter is s1, the other logged register s2."""

    isa = "riscv64"
    counter = "s1"
    pc = "pc"
    call_length = 2
    return_length = 3
    registers = (17, 10, 11, 12, 13, 14, 15)
    # c.addi s1, 1; addi s1, s1, 1
    step = (b"\x85\x04", (0x0014_8493).to_bytes(4, "little"))

    def const(self, register: int, value: int) -> list[bytes]:
        """Lui, addi."""
        low = (value & 0xFFF ^ 0x800) - 0x800
        high = (value - low) >> 12
        return [
            (high << 12 | register << 7 | 0x37).to_bytes(4, "little"),
            _immediate(low, register, 0, register, 0x13),
        ]

    def call(self, number: int, *args: int) -> list[bytes]:
        """Call the page."""
        code = []
        values = (int(number), *args, CALLS)
        for register, value in zip(
            (*self.registers[: len(args) + 1], 5), values, strict=True
        ):
            code += self.const(register, value)
        return [*code, _immediate(0, 5, 0, 1, 0x67)]

    def store(self, address: int, value: int) -> list[bytes]:
        """Sw value, (address)."""
        return [
            *self.const(5, address),
            *self.const(6, value),
            _store(6, 5, 0, 2),
        ]

    def jump(self, here: int, there: int) -> bytes:
        """Jal zero, there."""
        offset = there - here
        word = (
            (offset >> 20 & 1) << 31
            | (offset >> 1 & 0x3FF) << 21
            | (offset >> 11 & 1) << 20
            | (offset >> 12 & 0xFF) << 12
            | 0x6F
        )
        return word.to_bytes(4, "little")

    def log(self) -> list[bytes]:
        """PC, counter, other register, time, number; return."""
        return [
            (LOG | 5 << 7 | 0x37).to_bytes(4, "little"),  # lui t0, LOG
            _immediate(0, 5, 3, 6, 0x03),  # ld t1, 0(t0)
            _immediate(64, 11, 3, 7, 0x03),  # ld t2, 64(a1)
            _store(7, 6, 0, 3),
            _store(9, 6, 8, 3),
            _store(18, 6, 16, 3),
            (SHARED | 28 << 7 | 0x37).to_bytes(4, "little"),  # lui t3
            _immediate(TIME, 28, 3, 7, 0x03),
            _store(7, 6, 24, 3),
            _store(10, 6, 32, 3),
            _immediate(40, 6, 0, 6, 0x13),
            _store(6, 5, 0, 3),
            b"\x82\x80",  # c.jr ra
        ]

    def ask_time(self) -> list[bytes]:
        """Call TIME; into the other register.  The return address is kept."""
        return [
            _immediate(0, 1, 0, 29, 0x13),  # mv t4, ra
            *self.call(Number.TIME),
            _immediate(0, 10, 0, 18, 0x13),  # mv s2, a0
            _immediate(0, 29, 0, 1, 0x13),  # mv ra, t4
        ]


def _immediate(
    value: int, source: int, kind: int, target: int, opcode: int
) -> bytes:
    word = (
        (value & 0xFFF) << 20
        | source << 15
        | kind << 12
        | target << 7
        | opcode
    )
    return word.to_bytes(4, "little")


def _store(source: int, base: int, offset: int, kind: int) -> bytes:
    word = (
        offset >> 5 << 25
        | source << 20
        | base << 15
        | kind << 12
        | (offset & 31) << 7
        | 0x23
    )
    return word.to_bytes(4, "little")


Isa = X86 | Riscv
ISAS: Final[Mapping[str, Isa]] = MappingProxyType(
    {"x86-64": X86(), "riscv64": Riscv()}
)


# --- bodies -----------------------------------------------------------------


def counting(isa: Isa, sizes: Sequence[int], at: int = BODY) -> Body:
    """Count in a row, each with one or the other instruction; jump back."""
    offsets = []
    code = b""
    for size in sizes:
        offsets.append(len(code))
        code += isa.step[size]
    offsets.append(len(code))
    code += isa.jump(at + len(code), at)
    indices = {at + offset: index for index, offset in enumerate(offsets)}

    def place(pc: int, counter: int, _other: int) -> int:
        index = indices[pc]
        laps, rest = divmod(counter - index, len(sizes))
        assert rest == 0
        return laps * (len(sizes) + 1) + index

    return Body(at, code, place)


def filling(count: int, at: int = BODY, string: bytes = b"\xf3\xaa") -> Body:
    """Count laps in rbx; in each a REP string of *count* (x86 only)."""
    head = [
        b"\x48\xff\xc3",
        *X86().const(1, count),
        *X86().const(7, BUFFER - 20),  # over a page's end
        *X86().const(6, BUFFER + 0x800),
    ]
    offsets = [0, 3, 8, 13, 18, 18 + len(string)]
    code = b"".join(head) + string
    code += X86().jump(at + len(code), at)
    indices = {at + offset: index for index, offset in enumerate(offsets)}
    lap = 4 + count + 1 + 1  # the last check of REP counts

    def place(pc: int, counter: int, other: int) -> int:
        index = indices[pc]
        if index == 0:
            return counter * lap
        done = (counter - 1) * lap + index
        if index == 4:
            return done + count - other
        return done + count * (index > 4)

    return Body(at, code, place)


# --- whole guests -----------------------------------------------------------


@dataclass(frozen=True)
class Guest:
    """A guest that registers *numbers*, enables, and is in *body* from then."""

    isa: Isa
    body: Body
    numbers: tuple[int, ...] = (0,)
    timed: bool = False  # its handler begins with TIME
    logs: bool = True  # its handler logs what it interrupted
    others: int = 0  # vCPUs beside the first, to be in the body too
    boot: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Assemble its start."""
        for number in self.numbers:
            self.boot.extend(
                self.isa.call(Number.IRQ_REGISTER, number, HANDLER)
            )
        for vcpu in range(1, self.others + 1):
            args = (vcpu, self.body.at, SIZE - 0x1000 * (4 + vcpu), 0)
            self.boot.extend(self.isa.call(Number.VCPU_UP, *args))
        self.boot.extend(self.isa.store(ENABLE, 1))
        here = ENTRY + sum(map(len, self.boot))
        self.boot.append(self.isa.jump(here, self.body.at))

    @property
    def boot_length(self) -> int:
        """Instructions before the body."""
        calls = (len(self.numbers) + self.others) * self.isa.call_length
        return len(self.boot) + calls

    def handler(self) -> list[bytes]:
        """Return the handler."""
        asking = self.isa.ask_time() if self.timed else []
        log = self.isa.log()
        return asking + (log if self.logs else log[-1:])

    @property
    def handler_length(self) -> int:
        """Instructions from its first one to the return."""
        asked = self.isa.call_length * self.timed
        return len(self.handler()) + asked + self.isa.return_length

    def image(self) -> Image:
        """Return its image."""
        boot = b"".join(self.boot)
        handler = b"".join(self.handler())
        body = self.body
        assert len(boot) < PAGE
        segments = (
            Segment(ENTRY, boot, PAGE),
            Segment(HANDLER, handler, len(handler)),
            Segment(body.at, body.code, len(body.code)),
            Segment(LOG, U64.pack(ENTRIES), 64),
        )
        return Image("guest", ENTRY, PAGE, segments, self.isa.isa)

    def partition(self, name: str = "guest", vcpus: int = 1) -> PartitionSpec:
        """Return a partition with it."""
        spec = VcpusSpec(1)
        if vcpus > 1:
            spec = VcpusSpec(vcpus, "round-robin", 1_000_000)
        return PartitionSpec(
            name, SIZE, self.image(), spec, (0,), personality="paravirt"
        )


@dataclass(frozen=True)
class Logged:
    """What a handler saw."""

    executed: int  # instructions of the body
    time: int  # of the shared page
    number: int
    other: int


def logged(read: Callable[[int, int], bytes], body: Body) -> list[Logged]:
    """Return the log; *read* reads the guest's memory."""
    end = U64.unpack(read(LOG, 8))[0]
    found = []
    for at in range(ENTRIES, end, 40):
        pc, counter, other, time, number = (
            U64.unpack(read(at + 8 * word, 8))[0] for word in range(5)
        )
        executed = body.place(pc, counter, other)
        found.append(Logged(executed, time, number, other))
    return found


def system_of(
    guest: Guest,
    windows: Sequence[tuple[int, int]],
    frame: int,
    *,
    clock: int = 100_000_000,
    costs: CostSpec | None = None,
    interrupts: Sequence[InterruptSpec] = (),
) -> SystemSpec:
    """Return a system of *guest* in windows [start, end) of each frame."""
    return SystemSpec(
        name="instants",
        partitions=(guest.partition(),),
        schedule=ScheduleSpec(
            frame,
            windows=tuple(
                WindowSpec(0, start, end - start, (0,))
                for start, end in windows
            ),
        ),
        clock=clock,
        costs=costs or CostSpec(0, 0, 0, 0),
        interrupts=tuple(interrupts),
    )
