"""
Guests written in Python.

A guest is a generator function.  It yields what the functions of this module
make, and gets the answers:

    from vpok.guest import Guest, compute, print_, time

    def main(vcpu: Guest):
        while True:
            yield compute("2ms")
            now = yield time()
            yield print_("it is", now)

They are the calls of the paravirtual ABI, by the same names, with the same
meaning, costs and refusals; a refused one raises `Refused` where it was
yielded.  Times are ns, or words such as "2ms".
"""

from vpok.abi.paravirt import FOREVER
from vpok.abi.paravirt_calls import (
    Direction,
    Error,
    Mode,
    Number,
    Port,
    State,
    Wake,
)
from vpok.config.units import parse_time
from vpok.engines.python import records
from vpok.engines.python.calls import (
    AS_MANY,
    ROOM,
    Call,
    Compute,
    Enable,
    Function,
    Guest,
    Guests,
    Look,
    Refused,
    Request,
)
from vpok.engines.python.records import (
    PlanState,
    PortState,
    RunState,
    SharedPage,
)
from vpok.units import MAX_TIME

__all__ = [
    "Direction",
    "Error",
    "Guest",
    "Guests",
    "Mode",
    "PlanState",
    "Port",
    "PortState",
    "Refused",
    "Request",
    "RunState",
    "SharedPage",
    "State",
    "Wake",
    "abi_version",
    "ack",
    "affinity_get",
    "affinity_set",
    "block",
    "compute",
    "disable",
    "enable",
    "health_raise",
    "mask",
    "mode",
    "notification_id",
    "notify",
    "parameter_get",
    "parameter_set",
    "plan_id",
    "plan_request",
    "plan_status",
    "port_bind",
    "port_id",
    "port_receive",
    "port_send",
    "port_status",
    "print_",
    "read",
    "register",
    "send",
    "set_mode",
    "shared",
    "shutdown",
    "time",
    "timer",
    "timer_cancel",
    "timer_periodic",
    "unmask",
    "unregister",
    "vcpu_down",
    "vcpu_info",
    "vcpu_reset",
    "vcpu_up",
    "yield_",
]

Time = int | str


def _ns(time: Time) -> int:
    ns = parse_time(time) if isinstance(time, str) else time
    if not -1 <= ns < MAX_TIME:
        raise ValueError(f"a time of {ns} ns")
    return ns


# --- computing ----------------------------------------------------------------


def compute(time: Time) -> Request:
    """Use the processor for so long; interrupts come in between."""
    ns = _ns(time)
    if ns < 0:
        raise ValueError(f"a guest cannot compute for {ns} ns")
    return Compute(ns)


# --- virtual CPUs -------------------------------------------------------------


def vcpu_up(vcpu: int, function: Function, arg: int = 0) -> Request:
    """Start a vCPU that is down, with a function; `Guest.arg` is *arg*."""
    return Call(Number.VCPU_UP, vcpu, function, 0, arg)


def vcpu_down(vcpu: int) -> Request:
    """Take a vCPU down, the caller too."""
    return Call(Number.VCPU_DOWN, vcpu)


def vcpu_reset(vcpu: int) -> Request:
    """Take a vCPU down and forget what it has registered."""
    return Call(Number.VCPU_RESET, vcpu)


def yield_() -> Request:
    """Let other vCPUs of the partition run first."""
    return Call(Number.VCPU_YIELD)


def block(until: Time | None = None) -> Request:
    """
    Enable interrupts and wait for one, or for the instant *until*.

    Answers `Wake.INTERRUPT` or `Wake.INSTANT`.
    """
    when = FOREVER if until is None else _ns(until)
    return Call(Number.VCPU_BLOCK, when, decode=_wake)


def _wake(result: int, data: bytes) -> Wake:
    return Wake(result)


def vcpu_info(vcpu: int) -> Request:
    """Answer the `RunState` of a vCPU of the partition."""
    return Call(
        Number.VCPU_INFO,
        vcpu,
        ROOM,
        size=records.RUNSTATE.size,
        decode=records.run_state,
    )


def affinity_get(vcpu: int) -> Request:
    """Answer the processors that a vCPU may use: bit n, the n-th one."""
    return Call(Number.VCPU_AFFINITY_GET, vcpu)


def affinity_set(vcpu: int, processors: int) -> Request:
    """Change them."""
    return Call(Number.VCPU_AFFINITY_SET, vcpu, processors)


def parameter_get(vcpu: int, name: str) -> Request:
    """Answer a scheduling parameter in force, such as `budget`; times in ns."""
    data = name.encode()
    return Call(Number.VCPU_PARAMETER_GET, vcpu, data, len(data))


def parameter_set(vcpu: int, name: str, value: Time) -> Request:
    """Change it, if the partition has the feature `parameters`."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"{name} {value!r}: write a whole number or a time")
    data = name.encode()
    return Call(Number.VCPU_PARAMETER_SET, vcpu, data, len(data), _ns(value))


# --- interrupts of the calling vCPU -------------------------------------------


def enable() -> Request:
    """Let interrupts come.  They are disabled at the start, and in handlers."""
    return Enable(True)


def disable() -> Request:
    """Keep interrupts pending."""
    return Enable(False)


def register(number: int, handler: Function) -> Request:
    """Have `handler(vcpu, number)` run at an interrupt; may be a generator."""
    return Call(Number.IRQ_REGISTER, number, handler)


def unregister(number: int) -> Request:
    """Undo it."""
    return Call(Number.IRQ_UNREGISTER, number)


def mask(number: int) -> Request:
    """Keep a registered interrupt pending."""
    return Call(Number.IRQ_MASK, number)


def unmask(number: int) -> Request:
    """Let it come again."""
    return Call(Number.IRQ_UNMASK, number)


def send(vcpu: int, number: int) -> Request:
    """Raise an interrupt of a vCPU of the partition."""
    return Call(Number.IRQ_SEND, vcpu, number)


def ack(number: int) -> Request:
    """Deassert a level, as a driver does at its device."""
    return Call(Number.IRQ_ACK, number)


def notification_id(name: str) -> Request:
    """Answer the number of a notification that the partition may send."""
    data = name.encode()
    return Call(Number.NOTIFICATION_ID, data, len(data))


def notify(notification: int) -> Request:
    """Raise the interrupt, in another partition, of a notification."""
    return Call(Number.NOTIFY, notification)


# --- time ---------------------------------------------------------------------


def time() -> Request:
    """Answer the module's time, ns."""
    return Call(Number.TIME)


def timer(number: int, when: Time) -> Request:
    """Raise an interrupt once, at an instant."""
    return Call(Number.TIMER_SET, number, _ns(when))


def timer_periodic(number: int, first: Time, period: Time) -> Request:
    """Raise it at *first* and every *period* from there."""
    return Call(Number.TIMER_PERIODIC, number, _ns(first), _ns(period))


def timer_cancel(number: int) -> Request:
    """Stop the timer of an interrupt."""
    return Call(Number.TIMER_CANCEL, number)


def shared() -> Request:
    """
    Answer the vCPU's `SharedPage`; it is memory, and costs nothing.

    Its times are as of the last switch to the vCPU, call or delivery.
    """
    return Look(records.shared_page)


# --- console and ports --------------------------------------------------------


def print_(*values: object, end: str = "\n") -> Request:
    """Print, as `print` does; 4096 bytes at most."""
    data = (" ".join(map(str, values)) + end).encode()
    return Call(Number.CONSOLE_WRITE, data, len(data))


def read(length: int = 4096) -> Request:
    """Answer up to so many bytes of the partition's `input`."""
    return Call(Number.CONSOLE_READ, ROOM, length, size=AS_MANY, decode=_bytes)


def _bytes(result: int, data: bytes) -> bytes:
    return data


def port_id(name: str) -> Request:
    """Answer the number of a port of the partition."""
    data = name.encode()
    return Call(Number.PORT_ID, data, len(data))


def port_send(port: int, data: bytes) -> Request:
    """Write a message into an out port."""
    return Call(Number.PORT_SEND, port, bytes(data), len(data))


def port_receive(port: int, length: int = 4096) -> Request:
    """Answer a sampling port's message, or queued bytes, up to *length*."""
    return Call(
        Number.PORT_RECEIVE, port, ROOM, length, size=AS_MANY, decode=_bytes
    )


def port_status(port: int) -> Request:
    """Answer the `PortState` of a port."""
    return Call(
        Number.PORT_STATUS,
        port,
        ROOM,
        size=records.PORT.size,
        decode=records.port_state,
    )


def port_bind(port: int, number: int) -> Request:
    """Raise an interrupt whenever a flush brings or takes data."""
    return Call(Number.PORT_BIND, port, number)


# --- partition, module, health ------------------------------------------------


def abi_version() -> Request:
    """Answer the version of the ABI: major << 16 | minor."""
    return Call(Number.ABI_VERSION)


def mode() -> Request:
    """Answer the partition's `Mode`."""
    return Call(Number.PARTITION_MODE, decode=_mode)


def _mode(result: int, data: bytes) -> Mode:
    return Mode(result)


def set_mode(mode: Mode) -> Request:
    """Stop or restart the partition, or say that it is initialised."""
    return Call(Number.PARTITION_SET_MODE, int(mode))


def plan_id(name: str) -> Request:
    """Answer the number of a plan; needs the feature `plans`."""
    data = name.encode()
    return Call(Number.PLAN_ID, data, len(data))


def plan_request(plan: int) -> Request:
    """Switch the module to a plan when the major frame is over."""
    return Call(Number.PLAN_REQUEST, plan)


def plan_status() -> Request:
    """Answer the `PlanState` of the module."""
    return Call(
        Number.PLAN_STATUS,
        ROOM,
        size=records.PLAN.size,
        decode=records.plan_state,
    )


def shutdown() -> Request:
    """Stop the module, if the partition may."""
    return Call(Number.MODULE_SHUTDOWN)


def health_raise(text: str, code: int = 0) -> Request:
    """Tell the health monitor of an application error."""
    data = text.encode()
    return Call(Number.HEALTH_RAISE, code, data, len(data))
