"""Calls about interrupts, and the timers that raise them."""

from vpok.abi.paravirt import MIN_PERIOD
from vpok.abi.paravirt_calls import Error
from vpok.kernel.sources import MERGE, Source
from vpok.machine.interrupts import NONE, NOWHERE
from vpok.personalities.paravirt.call import Call, Refused
from vpok.units import MAX_TIME


def register(call: Call) -> int:
    """Give an interrupt a handler."""
    number = call.number(0)
    handler = call.code(1)
    if call.interrupts.registered(number):
        raise Refused(Error.EEXIST)
    call.kernel.register(call.vcpu, number, handler, call.now)
    return 0


def unregister(call: Call) -> int:
    """Take its handler away."""
    call.kernel.unregister(call.vcpu, call.registered(0), call.now)
    call.guest.unbind(call.vcpu, call.number(0))
    return 0


def mask(call: Call) -> int:
    """Keep an interrupt pending."""
    call.interrupts.mask(call.registered(0), True)
    return 0


def unmask(call: Call) -> int:
    """Let it be delivered."""
    call.interrupts.mask(call.registered(0), False)
    return 0


def send(call: Call) -> int:
    """Raise an interrupt of a vCPU of the partition (IPI)."""
    vcpu = call.target(0)
    number = call.number(1)
    call.kernel.send(vcpu, number, call.now)
    return 0


def deliver(call: Call) -> int:
    """Do nothing: everything is delivered at the return."""
    return 0


def acknowledge(call: Call) -> int:
    """Deassert a level."""
    call.kernel.set_line(call.vcpu, call.number(0), False, call.now)
    return 0


def return_from(call: Call) -> int | None:
    """End a handler and go on with a frame."""
    vcpu = call.vcpu
    interrupts = call.interrupts
    number = interrupts.serving()
    enable, depth, serving = call.guest.ops.pop_frame(
        vcpu.arch, call.argument(0)
    )
    if enable < 0:
        return enable
    interrupts.nest(enable, depth, serving)
    if number != NONE:
        call.kernel.completed(vcpu, number, depth, call.now)
    return None


def handle_faults(call: Call) -> int:
    """Register a handler of faults."""
    handler = call.argument(0)
    call.interrupts.fault_handler = call.code(0) if handler else NOWHERE
    return 0


def notification(call: Call) -> int:
    """Find a notification by name."""
    name = call.name(0)
    for place, source in enumerate(call.guest.notifications):
        if source.name == name:
            return place
    raise Refused(Error.ENOENT)


def notify(call: Call) -> int:
    """Raise an interrupt in another partition."""
    place = call.argument(0)
    if place >= len(call.guest.notifications):
        raise Refused(Error.EINVAL)
    source = call.guest.notifications[place]
    call.kernel.notify(source.partition, source.vcpu, source.number, call.now)
    return 0


# --- time -------------------------------------------------------------------


def time(call: Call) -> int:
    """Tell the module's time."""
    return call.now


def set_timer(call: Call) -> int:
    """Raise an interrupt once."""
    number = call.registered(0)
    when = call.signed(1)
    if not 0 <= when < MAX_TIME:
        raise Refused(Error.EINVAL)
    _begin(call, number, when, 0)
    return 0


def set_periodic(call: Call) -> int:
    """Raise it again and again."""
    number = call.registered(0)
    first = call.signed(1)
    period = call.signed(2)
    if not (0 <= first < MAX_TIME and MIN_PERIOD <= period < MAX_TIME):
        raise Refused(Error.EINVAL)
    _begin(call, number, first, period)
    return 0


def cancel_timer(call: Call) -> int:
    """Stop an interrupt's timer."""
    call.kernel.cancel_source(call.vcpu, call.number(0))
    return 0


def _begin(call: Call, number: int, first: int, period: int) -> None:
    call.kernel.cancel_source(call.vcpu, number)
    source = Source("", call.vcpu.index, number)
    source.configured = False
    source.period = period
    source.ticks = MERGE
    source.start(max(first, call.now))
    call.kernel.add_source(call.partition, source)
