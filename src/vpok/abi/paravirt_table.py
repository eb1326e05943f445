"""
The calls of the paravirtual ABI: numbers, arguments, results, refusals.

To add one: a line here, its handler in `vpok.personalities.paravirt`, and
`make golden`.
"""

from dataclasses import dataclass
from typing import Final


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


_INDEX = Arg("vcpu", "uint32_t")
_NUMBER = Arg("number", "uint32_t")
_PORT = Arg("port", "uint32_t")
_BUFFER = Arg("buffer", "void *")
_DATA = Arg("data", "const void *")
_NAME = Arg("name", "const char *")
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
        "it has registered, and what is pending, stays; no level is in "
        "service any more, so one that is still asserted is pending again.",
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
    Call(
        10,
        "VCPU_PARAMETER_GET",
        (_INDEX, _NAME, _LENGTH),
        "Return a scheduling parameter of a vCPU of the partition as it is in "
        "force, by its name in the configuration: times in ns, words by "
        "their place. This call and the next are there since version 1.1.",
        "its value",
        ("EINVAL", "EFAULT", "ENOENT"),
    ),
    Call(
        11,
        "VCPU_PARAMETER_SET",
        (_INDEX, _NAME, _LENGTH, Arg("value")),
        "Change it; needs the feature `parameters`. When the change takes "
        "effect is the policy's affair; what it refuses is EINVAL.",
        errors=("EPERM", "EINVAL", "EFAULT", "ENOENT"),
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
        (_NAME, _LENGTH),
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
        "Raise it at `first` and every `period` ns, at least 10000, from "
        "there. Ticks that the partition's windows miss are merged into one.",
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
        (_NAME, _LENGTH),
        "Return the number of a port of the partition.",
        "the number",
        ("EINVAL", "EFAULT", "ENOENT"),
    ),
    Call(
        57,
        "PORT_SEND",
        (_PORT, _DATA, _LENGTH),
        "Write into an out port, from where a flush carries it on: a "
        "sampling port keeps the last message, a queueing port is a stream "
        "of bytes, which takes all of them or (EAGAIN) none.",
        errors=("EINVAL", "EFAULT", "EMSGSIZE", "EAGAIN"),
    ),
    Call(
        58,
        "PORT_RECEIVE",
        (_PORT, _BUFFER, _LENGTH),
        "Read from an in port: the last message of a sampling port, whole "
        "(`length` must be at least the port's size), or the oldest bytes "
        "of a queueing port, up to `length`.",
        "the number of bytes",
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
        "Raise an interrupt of the calling vCPU whenever a flush brings data "
        "to an in port, or takes it from an out port.",
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
    Call(
        67,
        "PLAN_ID",
        (_NAME, _LENGTH),
        "Return the number of a plan. This call and the two below need the "
        "feature `plans`, and are there since version 1.1.",
        "the number",
        ("EPERM", "EINVAL", "EFAULT", "ENOENT"),
    ),
    Call(
        68,
        "PLAN_REQUEST",
        (Arg("plan", "uint32_t"),),
        "Switch the module to a plan when the major frame is over. Until "
        "then, another request replaces this one.",
        errors=("EPERM", "EINVAL"),
    ),
    Call(
        69,
        "PLAN_STATUS",
        (Arg("record", "struct vpok_plan *"),),
        "Write which plan is in force, which one is next, and when the last "
        "switch was.",
        errors=("EPERM", "EFAULT"),
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
