"""
Numbers of the paravirtual ABI, by name.

Made by `vpok abi --enum`; the tables are in `paravirt` and `paravirt_table`.
"""

from enum import IntEnum


class Number(IntEnum):
    """Numbers of the calls."""

    ABI_VERSION = 0
    VCPU_SELF = 1
    VCPU_UP = 2
    VCPU_DOWN = 3
    VCPU_RESET = 4
    VCPU_YIELD = 5
    VCPU_BLOCK = 6
    VCPU_INFO = 7
    VCPU_AFFINITY_GET = 8
    VCPU_AFFINITY_SET = 9
    VCPU_PARAMETER_GET = 10
    VCPU_PARAMETER_SET = 11
    IRQ_REGISTER = 16
    IRQ_UNREGISTER = 17
    IRQ_MASK = 18
    IRQ_UNMASK = 19
    IRQ_SEND = 20
    IRQ_RETURN = 21
    IRQ_DELIVER = 22
    IRQ_ACK = 23
    FAULT_REGISTER = 24
    NOTIFICATION_ID = 25
    NOTIFY = 26
    TIME = 32
    TIMER_SET = 33
    TIMER_PERIODIC = 34
    TIMER_CANCEL = 35
    CONSOLE_WRITE = 48
    CONSOLE_READ = 49
    PORT_ID = 56
    PORT_SEND = 57
    PORT_RECEIVE = 58
    PORT_STATUS = 59
    PORT_BIND = 60
    PARTITION_MODE = 64
    PARTITION_SET_MODE = 65
    MODULE_SHUTDOWN = 66
    PLAN_ID = 67
    PLAN_REQUEST = 68
    PLAN_STATUS = 69
    HEALTH_RAISE = 72


class Error(IntEnum):
    """What a call returns, negated."""

    EPERM = 1
    ENOENT = 2
    EAGAIN = 11
    EFAULT = 14
    EBUSY = 16
    EEXIST = 17
    ENODEV = 19
    EINVAL = 22
    ENOSYS = 38
    EMSGSIZE = 90


class HealthKind(IntEnum):
    """What the health monitor hears of."""

    FAULT = 1
    STACK = 2
    NESTING = 3
    OVERRUN = 4
    ILLEGAL_CALL = 5
    APPLICATION_ERROR = 6


class Mode(IntEnum):
    """Modes of a partition; the two starts of a shared page."""

    IDLE = 0
    COLD_START = 1
    WARM_START = 2
    NORMAL = 3


class State(IntEnum):
    """States of a vCPU."""

    RUNNING = 0
    RUNNABLE = 1
    BLOCKED = 2
    OFFLINE = 3


class Port(IntEnum):
    """Kinds of ports."""

    SAMPLING = 0
    QUEUEING = 1


class Direction(IntEnum):
    """Directions of ports."""

    IN = 0
    OUT = 1


class Frame(IntEnum):
    """Kinds of frames."""

    INTERRUPT = 0
    FAULT = 1


class Wake(IntEnum):
    """What ended VCPU_BLOCK."""

    INTERRUPT = 0
    INSTANT = 1
