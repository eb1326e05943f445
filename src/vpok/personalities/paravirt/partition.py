"""Calls about the partition, the module, and their health."""

from vpok.abi.paravirt_calls import Error, HealthKind
from vpok.kernel.engine import RESCHEDULE
from vpok.kernel.module import SHUTDOWN
from vpok.kernel.partition import COLD_START, IDLE, NORMAL, WARM_START
from vpok.personalities.paravirt.call import Call, Refused


def mode(call: Call) -> int:
    """Tell the partition's mode."""
    return int(call.partition.mode)


def set_mode(call: Call) -> int:
    """Change it: stop, restart, or begin normal operation."""
    wanted = call.argument(0)
    if wanted == NORMAL:
        call.kernel.set_mode(call.partition, NORMAL, call.now)
        return 0
    if wanted == IDLE:
        call.guest.stop(call.now)
    elif wanted in (COLD_START, WARM_START):
        call.kernel.request_restart(call.partition, wanted)
    else:
        raise Refused(Error.EINVAL)
    call.verdict = RESCHEDULE
    return 0


def shut_down(call: Call) -> int:
    """Stop the module."""
    if not call.guest.powers:
        raise Refused(Error.EPERM)
    call.kernel.shutdown(SHUTDOWN, call.now)
    call.verdict = RESCHEDULE
    return 0


def raise_error(call: Call) -> int:
    """Tell the health monitor of an application error."""
    length = call.length(2)
    text = call.memory.read(call.address(1, length), length)
    if text:
        call.kernel.console(call.now, call.vcpu, _line(text), 1)
    call.guest.report(call.vcpu, HealthKind.APPLICATION_ERROR, call.now)
    return 0


def _line(text: bytes) -> bytes:
    return b"application error: " + text.rstrip(b"\n") + b"\n"
