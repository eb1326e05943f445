"""Who serves which call."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from vpok.abi.paravirt import VERSION
from vpok.abi.paravirt_calls import Number
from vpok.personalities.paravirt import (
    devices,
    irqs,
    partition,
    plans,
    vcpus,
)
from vpok.personalities.paravirt.call import Call

Handler = Callable[[Call], int | None]


def version(call: Call) -> int:
    """Tell the version of the ABI."""
    return VERSION


HANDLERS: Final[Mapping[int, Handler]] = MappingProxyType(
    {
        Number.ABI_VERSION: version,
        Number.VCPU_SELF: vcpus.own,
        Number.VCPU_UP: vcpus.up,
        Number.VCPU_DOWN: vcpus.down,
        Number.VCPU_RESET: vcpus.reset,
        Number.VCPU_YIELD: vcpus.give_way,
        Number.VCPU_BLOCK: vcpus.block,
        Number.VCPU_INFO: vcpus.info,
        Number.VCPU_AFFINITY_GET: vcpus.affinity,
        Number.VCPU_AFFINITY_SET: vcpus.set_affinity,
        Number.VCPU_PARAMETER_GET: vcpus.parameter,
        Number.VCPU_PARAMETER_SET: vcpus.set_parameter,
        Number.IRQ_REGISTER: irqs.register,
        Number.IRQ_UNREGISTER: irqs.unregister,
        Number.IRQ_MASK: irqs.mask,
        Number.IRQ_UNMASK: irqs.unmask,
        Number.IRQ_SEND: irqs.send,
        Number.IRQ_RETURN: irqs.return_from,
        Number.IRQ_DELIVER: irqs.deliver,
        Number.IRQ_ACK: irqs.acknowledge,
        Number.FAULT_REGISTER: irqs.handle_faults,
        Number.NOTIFICATION_ID: irqs.notification,
        Number.NOTIFY: irqs.notify,
        Number.TIME: irqs.time,
        Number.TIMER_SET: irqs.set_timer,
        Number.TIMER_PERIODIC: irqs.set_periodic,
        Number.TIMER_CANCEL: irqs.cancel_timer,
        Number.CONSOLE_WRITE: devices.write,
        Number.CONSOLE_READ: devices.read,
        Number.PORT_ID: devices.find,
        Number.PORT_SEND: devices.send,
        Number.PORT_RECEIVE: devices.receive,
        Number.PORT_STATUS: devices.status,
        Number.PORT_BIND: devices.bind,
        Number.PARTITION_MODE: partition.mode,
        Number.PARTITION_SET_MODE: partition.set_mode,
        Number.MODULE_SHUTDOWN: partition.shut_down,
        Number.PLAN_ID: plans.find,
        Number.PLAN_REQUEST: plans.request,
        Number.PLAN_STATUS: plans.status,
        Number.HEALTH_RAISE: partition.raise_error,
    }
)
