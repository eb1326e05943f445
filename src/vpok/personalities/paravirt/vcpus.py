"""Calls about vCPUs (mission V13)."""

from struct import Struct
from typing import Final

from vpok.abi.paravirt import FOREVER
from vpok.abi.paravirt_calls import Error
from vpok.kernel.engine import BLOCK, RESCHEDULE
from vpok.kernel.vcpu import RUNNING, Vcpu, runstate
from vpok.personalities.paravirt.call import Call, Refused
from vpok.units import MAX_TIME

_RUNSTATE: Final = Struct("<IiQ4Q")


def own(call: Call) -> int:
    """Tell who calls."""
    return int(call.partition.index) << 16 | int(call.vcpu.index)


def up(call: Call) -> int:
    """Start a vCPU that is down."""
    vcpu = call.target(0)
    entry = call.code(1)
    stack = call.argument(2)
    if stack > call.memory.size:
        raise Refused(Error.EFAULT)
    if vcpu.up:
        raise Refused(Error.EBUSY)
    call.guest.prepare(vcpu, entry, stack, call.argument(3))
    call.kernel.bring_up(vcpu, call.now)
    return 0


def down(call: Call) -> int:
    """Stop a vCPU."""
    call.kernel.take_down(call.target(0), False, call.now)
    return 0


def reset(call: Call) -> int:
    """Stop a vCPU and forget what it registered."""
    call.kernel.take_down(call.target(0), True, call.now)
    return 0


def give_way(call: Call) -> int:
    """Let others run first."""
    call.kernel.yielded(call.vcpu, call.now)
    call.verdict = RESCHEDULE
    return 0


def block(call: Call) -> int:
    """Enable interrupts and wait."""
    until = call.signed(0)
    if not FOREVER <= until < MAX_TIME:
        raise Refused(Error.EINVAL)
    call.interrupts.enable(1)
    if call.interrupts.deliverable() >= 0:
        return 0
    if until != FOREVER and until <= call.now:
        return 1
    call.guest.wait(call.vcpu, until)
    call.verdict = BLOCK
    return 0


def info(call: Call) -> int:
    """Write a runstate record."""
    vcpu = call.target(0)
    address = call.address(1, _RUNSTATE.size)
    place = -1
    if vcpu.pcpu >= 0:
        place = call.guest.processors.index(int(vcpu.pcpu))
    total = runstate(vcpu, call.now)
    # On another processor it may be a little ahead.
    since = min(int(vcpu.since), call.now)
    record = _RUNSTATE.pack(int(vcpu.state), place, since, *total)
    call.memory.write(address, record)
    return 0


def affinity(call: Call) -> int:
    """Tell the processors that a vCPU may use."""
    vcpu = call.target(0)
    return sum(
        1 << place
        for place, pcpu in enumerate(call.guest.processors)
        if vcpu.affinity >> pcpu & 1
    )


def set_affinity(call: Call) -> int:
    """Change them."""
    vcpu = call.target(0)
    wanted = call.argument(1)
    places = range(len(call.guest.processors))
    if not wanted or wanted >> len(places):
        raise Refused(Error.EINVAL)
    processors = sum(
        1 << call.guest.processors[place]
        for place in places
        if wanted >> place & 1
    )
    if call.kernel.set_affinity(vcpu, processors, call.now):
        raise Refused(Error.EPERM)
    if call.vcpu.state != RUNNING:
        call.verdict = RESCHEDULE
    return 0


def parameter(call: Call) -> int:
    """Tell a scheduling parameter."""
    vcpu, name = _parameter(call)
    return vcpu.domain.policy.params(vcpu)[name]


def set_parameter(call: Call) -> int:
    """Change it; the policy serves this partition alone (no flat one)."""
    if not call.guest.tuner:
        raise Refused(Error.EPERM)
    vcpu, name = _parameter(call)
    value = {name: call.argument(3)}
    if call.kernel.set_params(vcpu, value, call.now):
        raise Refused(Error.EINVAL)
    call.verdict = RESCHEDULE
    return 0


def _parameter(call: Call) -> tuple[Vcpu, str]:
    """Return the vCPU and the name that the arguments tell."""
    vcpu = call.target(0)
    name = call.name(1)
    if name not in vcpu.domain.policy.PARAMETERS:
        raise Refused(Error.ENOENT)
    return vcpu, name
