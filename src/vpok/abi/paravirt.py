"""
The paravirtual ABI: its constants and structures; `paravirt_table` has its calls.

The C header of the guests' SDK, the enumerations in `paravirt_calls` and the
reference page are made of the two (`vpok abi`, `make golden`); the personality
takes the numbers from them.

Number and arguments are where Linux has them for the ISA's system calls; a
negative result is an error, with Linux's number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

# A guest asks for the version that it was built for; the major number changes
# when such a guest would not run any more.
MAJOR: Final = 1
MINOR: Final = 1
VERSION: Final = MAJOR << 16 | MINOR

PAGE: Final = 4096
INTERRUPTS: Final = 64  # numbers of a vCPU: 0 is served first
MAX_DEPTH: Final = 16  # of nested frames
MAX_PENDING: Final = 255  # occurrences of an interrupt, unless configured
MAX_TEXT: Final = 4096  # bytes of one console call or message
MAX_NAME: Final = 64  # bytes of a name

# In the hypercall page: call and return; the end of a handler.
CALL_OFFSET: Final = 0
RETURN_OFFSET: Final = 64

FOREVER: Final = -1
MIN_PERIOD: Final = 10_000  # ns, of a guest's timer: the host must keep up

ERRORS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "EPERM": (1, "the configuration does not allow it"),
        "ENOENT": (2, "there is no such name"),
        "EAGAIN": (11, "nothing is there, or no room, at the moment"),
        "EFAULT": (14, "an address is not in the partition's memory"),
        "EBUSY": (16, "it is in use already"),
        "EEXIST": (17, "it is registered already"),
        "ENODEV": (19, "it is not registered"),
        "EINVAL": (22, "an argument makes no sense"),
        "ENOSYS": (38, "there is no such call"),
        "EMSGSIZE": (90, "too long, or no room for the whole message"),
    }
)


@dataclass(frozen=True, slots=True)
class Words:
    """Names for the numbers 0, 1, ... of something."""

    name: str
    meaning: str
    words: tuple[str, ...]


WORDS: Final = (
    Words(
        "mode",
        "modes of a partition; the two starts of a shared page",
        ("idle", "cold start", "warm start", "normal"),
    ),
    Words(
        "state",
        "states of a vCPU",
        ("running", "runnable", "blocked", "offline"),
    ),
    Words("port", "kinds of ports", ("sampling", "queueing")),
    Words("direction", "directions of ports", ("in", "out")),
    Words("frame", "kinds of frames", ("interrupt", "fault")),
    Words("wake", "what ended VCPU_BLOCK", ("interrupt", "instant")),
)


@dataclass(frozen=True, slots=True)
class Field:
    """A word of a structure; *count* of them in a row."""

    offset: int
    name: str
    type: str
    meaning: str
    count: int = 1

    @property
    def size(self) -> int:
        """Return its bytes, all *count* of them."""
        return self.count * int(re.sub(r"\D", "", self.type)) // 8


@dataclass(frozen=True, slots=True)
class Struct:
    """A structure in guest memory, little-endian."""

    name: str
    size: int
    fields: tuple[Field, ...]
    meaning: str


SHARED: Final = Struct(
    "vpok_shared",
    PAGE,
    (
        Field(0x00, "version", "uint32_t", "of this ABI"),
        Field(0x04, "enable", "uint32_t", "the guest's: not 0: interrupt me"),
        Field(0x08, "pending", "uint64_t", "bit n: n is pending, unmasked"),
        Field(0x10, "depth", "uint32_t", "frames that are not returned from"),
        Field(0x14, "serving", "int32_t", "the interrupt in hand, or -1"),
        Field(0x18, "time", "uint64_t", "ns of module time"),
        Field(0x20, "exec", "uint64_t", "ns that this vCPU has run"),
        Field(0x28, "steal", "uint64_t", "ns that it was kept from running"),
        Field(0x30, "partition", "uint32_t", "index of its partition"),
        Field(0x34, "vcpu", "uint32_t", "its index in the partition"),
        Field(0x38, "vcpus", "uint32_t", "how many the partition has"),
        Field(0x3C, "start", "uint32_t", "1 cold, 2 warm"),
        Field(0x40, "memory", "uint64_t", "bytes of the partition's memory"),
        Field(0x48, "hypercall", "uint64_t", "address of the hypercall page"),
        Field(0x50, "clock", "uint64_t", "instructions per second"),
    ),
    "One page per vCPU. `time`, `exec` and `steal` are as of the last entry: "
    "a switch to the vCPU, the return of a call, a delivery.",
)

RUNSTATE: Final = Struct(
    "vpok_runstate",
    48,
    (
        Field(
            0,
            "state",
            "uint32_t",
            "0 running, 1 runnable, 2 blocked, 3 offline",
        ),
        Field(
            4,
            "processor",
            "int32_t",
            "of the partition's, where it ran last; -1",
        ),
        Field(8, "since", "uint64_t", "ns of module time"),
        Field(16, "total", "uint64_t", "ns in each state", 4),
    ),
    "A runstate record, as in Xen.",
)

PORT: Final = Struct(
    "vpok_port",
    32,
    (
        Field(0, "kind", "uint32_t", "0 sampling, 1 queueing"),
        Field(4, "direction", "uint32_t", "0 in, 1 out"),
        Field(8, "size", "uint64_t", "bytes that it holds"),
        Field(16, "used", "uint64_t", "bytes that are in it"),
        Field(24, "age", "int64_t", "ns since data arrived; -1: never"),
    ),
    "The state of a port.",
)

PLAN: Final = Struct(
    "vpok_plan",
    16,
    (
        Field(0, "current", "uint32_t", "the plan in force"),
        Field(4, "next", "uint32_t", "the one for the next major frame"),
        Field(8, "switched", "uint64_t", "ns: the last switch; 0: none"),
    ),
    "What plans the module goes by, as the configuration counts them.",
)

_HEADER = (
    Field(0, "number", "uint64_t", "the interrupt; a fault's cause"),
    Field(8, "kind", "uint32_t", "0 interrupt, 1 fault"),
    Field(12, "enable", "uint32_t", "to restore"),
    Field(16, "depth", "uint32_t", "to restore"),
    Field(20, "serving", "int32_t", "to restore"),
    Field(24, "address", "uint64_t", "of a fault's access"),
)

X86_64_REGISTERS: Final = (
    *("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"),
    *("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"),
    *("rip", "rflags"),
)

FRAMES: Final = MappingProxyType(
    {
        "x86-64": Struct(
            "vpok_frame",
            768,
            (
                *_HEADER,
                *(
                    Field(64 + 8 * place, name, "uint64_t", "register")
                    for place, name in enumerate(X86_64_REGISTERS)
                ),
                Field(256, "fxsave", "uint8_t", "as of FXSAVE64", 512),
            ),
            "What was interrupted, on its own stack, below the red zone.",
        ),
        "riscv64": Struct(
            "vpok_frame",
            640,
            (
                *_HEADER,
                Field(64, "pc", "uint64_t", "register"),
                Field(72, "x", "uint64_t", "x1 to x31", 31),
                Field(320, "f", "uint64_t", "f0 to f31", 32),
                Field(576, "fcsr", "uint64_t", "register"),
            ),
            "What was interrupted, on its own stack.",
        ),
    }
)
FRAME_ALIGNMENT: Final = 64
REGISTERS_OFFSET: Final = 64
EXTENDED_OFFSET: Final = MappingProxyType({"x86-64": 256, "riscv64": 320})

# Errors that the health monitor hears of; each is a key of `health:`.
HEALTH_KINDS: Final[Mapping[str, tuple[int, str, str]]] = MappingProxyType(
    {
        "fault": (1, "stop", "a fault that no handler takes"),
        "stack": (2, "stop", "no room for a frame in the partition"),
        "nesting": (3, "ignore", "an interrupt deeper than 16 frames"),
        "overrun": (4, "ignore", "an occurrence that was not counted"),
        "illegal call": (5, "ignore", "a call that does not exist"),
        "application error": (6, "ignore", "raised by the guest"),
    }
)
