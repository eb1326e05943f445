"""
The paravirtual ABI: one table of its calls, structures and constants.

The C header of the guests' SDK, the enumeration in `paravirt_calls` and the
reference page are made of it (`vpok abi`); the personality takes the numbers
from it.  To add a call: a line in `CALLS`, and its handler in
`vpok.personalities.paravirt`.

Number and arguments are where Linux has them for the ISA's system calls; a
negative result is an error, with Linux's number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

# A guest asks for the version that it was built for; the major number changes
# when such a guest would not run any more.
MAJOR: Final = 1
MINOR: Final = 0
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
        "EMSGSIZE": (90, "longer than the port or the message"),
    }
)


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument: its name and C type."""

    name: str
    type: str = "uint64_t"


@dataclass(frozen=True, slots=True)
class Call:
    """One hypercall."""

    number: int
    name: str
    args: tuple[Arg, ...]
    meaning: str
    result: str = "0"
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A word of a structure; *count* of them in a row."""

    offset: int
    name: str
    type: str
    meaning: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Struct:
    """A structure in guest memory, little-endian."""

    name: str
    size: int
    fields: tuple[Field, ...]
    meaning: str


_INDEX = Arg("vcpu", "uint32_t")
_NUMBER = Arg("number", "uint32_t")
_PORT = Arg("port", "uint32_t")
_BUFFER = Arg("buffer", "void *")
_DATA = Arg("data", "const void *")
_LENGTH = Arg("length")

CALLS: Final = (
    Call(
        0,
        "ABI_VERSION",
        (),
        "Return the version of this ABI: major << 16 | minor.",
        "the version",
    ),
    # --- vCPUs
    Call(
        1,
        "VCPU_SELF",
        (),
        "Return who calls: partition << 16 | vCPU, both as the "
        "configuration counts them.",
        "both indices",
    ),
    Call(
        2,
        "VCPU_UP",
        (
            _INDEX,
            Arg("entry", "void *"),
            Arg("stack", "void *"),
            Arg("arg"),
        ),
        "Start a vCPU of the caller's partition that is down: at `entry`, "
        "with the stack pointer `stack`, interrupts disabled, depth 0. What "
        "it has registered, and what is pending, stays.",
        errors=("EINVAL", "EFAULT", "EBUSY"),
    ),
    Call(
        3,
        "VCPU_DOWN",
        (_INDEX,),
        "Take a vCPU of the partition down, the caller too: it runs no more "
        "until `VCPU_UP`. Its interrupts go on to be pending. Taking one "
        "down that is down changes nothing.",
        errors=("EINVAL",),
    ),
    Call(
        4,
        "VCPU_RESET",
        (_INDEX,),
        "Take a vCPU down and forget all that it registered, masked or had "
        "pending, and its timers.",
        errors=("EINVAL",),
    ),
    Call(
        5,
        "VCPU_YIELD",
        (),
        "Let other vCPUs of the partition run first.",
    ),
    Call(
        6,
        "VCPU_BLOCK",
        (Arg("until", "int64_t"),),
        "Enable interrupts and wait: for one that can be delivered, or for "
        "the instant `until` (ns of module time; -1: no limit). Returns at "
        "once if there is one already, or the instant has passed.",
        "0 after an interrupt, 1 at the instant",
        ("EINVAL",),
    ),
    Call(
        7,
        "VCPU_INFO",
        (_INDEX, Arg("record", "struct vpok_runstate *")),
        "Write the runstate record of a vCPU of the partition.",
        errors=("EINVAL", "EFAULT"),
    ),
    Call(
        8,
        "VCPU_AFFINITY_GET",
        (_INDEX,),
        "Return the processors that a vCPU of the partition may use: bit n "
        "is the partition's n-th processor.",
        "the set",
        ("EINVAL",),
    ),
    Call(
        9,
        "VCPU_AFFINITY_SET",
        (_INDEX, Arg("processors")),
        "Change it. It must name processors of the partition, and such as "
        "the policy can obey.",
        errors=("EINVAL", "EPERM"),
    ),
    # --- interrupts of the calling vCPU
    Call(
        16,
        "IRQ_REGISTER",
        (_NUMBER, Arg("handler", "vpok_handler *")),
        "Register an interrupt with a handler of its own, unmasked. "
        "Occurrences before that are not kept; a level that is asserted is "
        "pending at once.",
        errors=("EINVAL", "EFAULT", "EEXIST"),
    ),
    Call(
        17,
        "IRQ_UNREGISTER",
        (_NUMBER,),
        "Undo it; what is pending is dropped, and its timer cancelled.",
        errors=("EINVAL", "ENODEV"),
    ),
    Call(
        18,
        "IRQ_MASK",
        (_NUMBER,),
        "Keep a registered interrupt pending.",
        errors=("EINVAL", "ENODEV"),
    ),
    Call(
        19,
        "IRQ_UNMASK",
        (_NUMBER,),
        "Let it be delivered again.",
        errors=("EINVAL", "ENODEV"),
    ),
    Call(
        20,
        "IRQ_SEND",
        (_INDEX, _NUMBER),
        "Raise an interrupt of a vCPU of the partition, the caller's too. "
        "On another processor it arrives after the latency.",
        errors=("EINVAL",),
    ),
    Call(
        21,
        "IRQ_RETURN",
        (Arg("frame", "struct vpok_frame *"),),
        "End the handler that runs and go on with a frame: the one that the "
        "handler got, any other, or one built by hand. Returns only if it is "
        "refused.",
        "that of the frame",
        ("EFAULT", "EINVAL"),
    ),
    Call(
        22,
        "IRQ_DELIVER",
        (),
        "Do nothing: what is pending is delivered at the return of every "
        "call. To be called after `enable` was set and `pending` is not 0.",
    ),
    Call(
        23,
        "IRQ_ACK",
        (_NUMBER,),
        "Deassert a level interrupt, as a driver does at its device.",
        errors=("EINVAL",),
    ),
    Call(
        24,
        "FAULT_REGISTER",
        (Arg("handler", "vpok_handler *"),),
        "Let the calling vCPU handle its faults; a null handler leaves them "
        "to the health monitor.",
        errors=("EFAULT",),
    ),
    Call(
        25,
        "NOTIFICATION_ID",
        (Arg("name", "const char *"), _LENGTH),
        "Return the number of a notification that the partition may send.",
        "the number",
        ("EINVAL", "EFAULT", "ENOENT"),
    ),
    Call(
        26,
        "NOTIFY",
        (Arg("notification", "uint32_t"),),
        "Raise the interrupt, in another partition, of a notification.",
        errors=("EINVAL",),
    ),
    # --- time
    Call(
        32,
        "TIME",
        (),
        "Return the module's time.",
        "ns since the module started",
    ),
    Call(
        33,
        "TIMER_SET",
        (_NUMBER, Arg("when", "int64_t")),
        "Raise an interrupt of the calling vCPU once, at the instant `when` "
        "(ns of module time), at once if that has passed. An interrupt has "
        "one timer: this replaces it.",
        errors=("EINVAL", "ENODEV"),
    ),
    Call(
        34,
        "TIMER_PERIODIC",
        (_NUMBER, Arg("first", "int64_t"), Arg("period", "int64_t")),
        "Raise it at `first` and every `period` ns from there. Ticks that "
        "the partition's windows miss are merged into one.",
        errors=("EINVAL", "ENODEV"),
    ),
    Call(
        35,
        "TIMER_CANCEL",
        (_NUMBER,),
        "Stop the timer of an interrupt; what is pending stays.",
        errors=("EINVAL",),
    ),
    # --- console
    Call(
        48,
        "CONSOLE_WRITE",
        (_DATA, _LENGTH),
        "Print up to 4096 bytes.",
        "the number of bytes",
        ("EFAULT", "EMSGSIZE"),
    ),
    Call(
        49,
        "CONSOLE_READ",
        (_BUFFER, _LENGTH),
        "Read up to 4096 bytes of the partition's `input`.",
        "the number of bytes; 0: there are no more",
        ("EFAULT", "EMSGSIZE"),
    ),
    # --- ports
    Call(
        56,
        "PORT_ID",
        (Arg("name", "const char *"), _LENGTH),
        "Return the number of a port of the partition.",
        "the number",
        ("EINVAL", "EFAULT", "ENOENT"),
    ),
    Call(
        57,
        "PORT_SEND",
        (_PORT, _DATA, _LENGTH),
        "Write a message into an out port: a sampling port keeps the last "
        "one, a queueing port all that it has room for.",
        errors=("EINVAL", "EFAULT", "EMSGSIZE", "EAGAIN"),
    ),
    Call(
        58,
        "PORT_RECEIVE",
        (_PORT, _BUFFER, _LENGTH),
        "Read a message from an in port into `length` bytes.",
        "the length of the message",
        ("EINVAL", "EFAULT", "EMSGSIZE", "EAGAIN"),
    ),
    Call(
        59,
        "PORT_STATUS",
        (_PORT, Arg("record", "struct vpok_port *")),
        "Write the state of a port.",
        errors=("EINVAL", "EFAULT"),
    ),
    Call(
        60,
        "PORT_BIND",
        (_PORT, _NUMBER),
        "Raise an interrupt of the calling vCPU whenever data arrives in an "
        "in port, or leaves an out port.",
        errors=("EINVAL", "ENODEV"),
    ),
    # --- partition and module
    Call(
        64,
        "PARTITION_MODE",
        (),
        "Return the mode: 0 idle, 1 cold start, 2 warm start, 3 normal.",
        "the mode",
    ),
    Call(
        65,
        "PARTITION_SET_MODE",
        (Arg("mode", "uint32_t"),),
        "Change it: idle stops the partition for good, cold and warm start "
        "restart it, normal says that initialisation is over.",
        errors=("EINVAL",),
    ),
    Call(
        66,
        "MODULE_SHUTDOWN",
        (),
        "Stop the module, if the partition has the feature `shutdown`.",
        errors=("EPERM",),
    ),
    # --- health monitoring
    Call(
        72,
        "HEALTH_RAISE",
        (Arg("code"), Arg("text", "const char *"), _LENGTH),
        "Tell the health monitor of an application error, with a text of up "
        "to 4096 bytes.",
        errors=("EFAULT", "EMSGSIZE"),
    ),
)

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
        Field(0, "state", "uint32_t", "0 running, 1 runnable, 2 blocked, 3 offline"),
        Field(4, "processor", "int32_t", "of the partition's, where it ran last; -1"),
        Field(8, "since", "uint64_t", "ns of module time"),
        Field(16, "total", "uint64_t", "ns in each state", 4),
    ),
    "A runstate record, as in Xen.",
)

PORT: Final = Struct(
    "vpok_port",
    40,
    (
        Field(0, "kind", "uint32_t", "0 sampling, 1 queueing"),
        Field(4, "direction", "uint32_t", "0 in, 1 out"),
        Field(8, "size", "uint64_t", "bytes that it holds"),
        Field(16, "used", "uint64_t", "bytes that are in it"),
        Field(24, "age", "int64_t", "ns since data arrived; -1: never"),
        Field(32, "messages", "uint64_t", "that wait in it"),
    ),
    "The state of a port.",
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
