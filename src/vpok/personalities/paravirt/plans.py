"""Calls about the module's plans (semantics 23)."""

from struct import Struct
from typing import Final

from vpok.abi.paravirt_calls import Error
from vpok.personalities.paravirt.call import Call, Refused

_PLAN: Final = Struct("<IIQ")


def _permit(call: Call) -> None:
    if not call.guest.planner:
        raise Refused(Error.EPERM)


def find(call: Call) -> int:
    """Find a plan by name."""
    _permit(call)
    name = call.name(0)
    if name not in call.guest.plans:
        raise Refused(Error.ENOENT)
    return call.guest.plans.index(name)


def request(call: Call) -> int:
    """Switch when the major frame is over."""
    _permit(call)
    plan = call.argument(0)
    if plan >= len(call.guest.plans):
        raise Refused(Error.EINVAL)
    call.kernel.request_plan(plan)
    return 0


def status(call: Call) -> int:
    """Write which plan is in force, and which is next."""
    _permit(call)
    address = call.address(0, _PLAN.size)
    call.memory.write(address, _PLAN.pack(*call.kernel.plan_status()))
    return 0
