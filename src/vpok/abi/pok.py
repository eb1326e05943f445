"""
POK's x86 partition ABI: numbers and layouts, no behaviour.

Sources: POK's kernel/include/core/syscall.h, errno.h, core/thread.h,
core/lockobj.h, core/error.h, core/partition.h, middleware/port.h.
"""

from collections.abc import Mapping
from enum import IntEnum
from struct import Struct
from types import MappingProxyType
from typing import Final

SYSCALL_VECTOR: Final = 42
# EAX has the number, EBX the address of {nargs, arg1 .. arg5}.
ARGUMENTS: Final = Struct("<6I")
STACK_SIZE: Final = 8192
MAX_PORT_SIZE: Final = 512
PORT_STORAGE: Final = 1024  # bytes for all ports of a partition
MAX_ERROR_MESSAGE: Final = 250


class Syscall(IntEnum):
    """Numbers of the calls, in EAX."""

    CONSWRITE = 10
    GETCHAR = 11
    GETTICK = 20
    THREAD_CREATE = 50
    THREAD_SLEEP_UNTIL = 51
    THREAD_SLEEP = 52
    THREAD_SUSPEND = 53
    THREAD_RESTART = 54
    THREAD_STOP = 55
    THREAD_PERIOD = 56
    THREAD_STOPSELF = 57
    THREAD_ID = 58
    THREAD_STATUS = 59
    THREAD_SET_PRIORITY = 60
    THREAD_RESUME = 61
    THREAD_SUSPEND_TARGET = 62
    THREAD_DELAYED_START = 65
    SAMPLING_ID = 101
    SAMPLING_READ = 102
    SAMPLING_STATUS = 103
    SAMPLING_WRITE = 104
    SAMPLING_CREATE = 105
    QUEUEING_CREATE = 110
    QUEUEING_SEND = 111
    QUEUEING_RECEIVE = 112
    QUEUEING_ID = 113
    QUEUEING_STATUS = 114
    VIRTUAL_CREATE = 150
    VIRTUAL_NB_DESTINATIONS = 151
    VIRTUAL_DESTINATION = 152
    VIRTUAL_GET_GLOBAL = 153
    VIRTUAL_NODE = 154
    LOCKOBJ_CREATE = 201
    LOCKOBJ_OPERATION = 202
    ERROR_HANDLER_CREATE = 301
    ERROR_RAISE_APPLICATION_ERROR = 303
    ERROR_GET = 304
    PARTITION_SET_MODE = 404
    PARTITION_GET_ID = 405
    PARTITION_GET_PERIOD = 406
    PARTITION_GET_DURATION = 407
    PARTITION_GET_LOCK_LEVEL = 408
    PARTITION_GET_OPERATING_MODE = 409
    PARTITION_GET_START_CONDITION = 410
    SHUTDOWN = 707


class Errno(IntEnum):
    """Results of the calls."""

    OK = 0
    EINVAL = 1
    UNAVAILABLE = 2
    PARAM = 3
    TOOMANY = 5
    EPERM = 6
    EXISTS = 7
    THREAD = 49
    THREADATTR = 50
    TIMEOUT = 250
    MODE = 251
    PORT = 301
    NOTFOUND = 302
    DIRECTION = 303
    SIZE = 304
    DISCIPLINE = 305
    EMPTY = 308
    KIND = 309
    FULL = 311
    LOCKOBJ_UNAVAILABLE = 500
    LOCKOBJ_NOTREADY = 501
    LOCKOBJ_KIND = 502
    LOCKOBJ_POLICY = 503
    PARTITION_MODE = 601


class ThreadState(IntEnum):
    """States of a thread, as THREAD_STATUS tells them."""

    STOPPED = 0
    RUNNABLE = 1
    WAITING = 2
    LOCK = 3
    WAIT_NEXT_ACTIVATION = 4
    DELAYED_START = 5


STATE_NAMES: Final = (
    "stopped",
    "runnable",
    "waiting",
    "lock",
    "waiting next activation",
    "delayed start",
)


class Mode(IntEnum):
    """Modes of a partition."""

    INIT_COLD = 1
    INIT_WARM = 2
    NORMAL = 3
    IDLE = 4
    RESTART = 5
    STOPPED = 6


class LockKind(IntEnum):
    """Kinds of lock objects."""

    MUTEX = 1
    SEMAPHORE = 2
    EVENT = 3


class LockOperation(IntEnum):
    """What one does with a lock object."""

    LOCK = 1
    UNLOCK = 2
    WAIT = 3
    SIGNAL = 4
    BROADCAST = 5


FIFO: Final = 0
BY_PRIORITY: Final = 1
DIRECTION_IN: Final = 1
DIRECTION_OUT: Final = 2


class ErrorKind(IntEnum):
    """Error kinds of the health monitor."""

    NONE = 9
    DEADLINE_MISSED = 10
    APPLICATION_ERROR = 11
    NUMERIC_ERROR = 12
    ILLEGAL_REQUEST = 13
    STACK_OVERFLOW = 14
    MEMORY_VIOLATION = 15
    HARDWARE_FAULT = 16
    POWER_FAIL = 17
    PARTITION_CONFIGURATION = 30
    PARTITION_INIT = 31
    PARTITION_SCHEDULING = 32
    PARTITION_HANDLER = 33
    PARTITION_PROCESS = 34


ERROR_NAMES: Mapping[int, str] = MappingProxyType(
    {
        ErrorKind.DEADLINE_MISSED: "deadline missed",
        ErrorKind.APPLICATION_ERROR: "application error",
        ErrorKind.NUMERIC_ERROR: "numeric error",
        ErrorKind.ILLEGAL_REQUEST: "illegal request",
        ErrorKind.STACK_OVERFLOW: "stack overflow",
        ErrorKind.MEMORY_VIOLATION: "memory violation",
        ErrorKind.HARDWARE_FAULT: "hardware fault",
        ErrorKind.POWER_FAIL: "power failure",
        ErrorKind.PARTITION_CONFIGURATION: "partition configuration error",
        ErrorKind.PARTITION_INIT: "partition initialization error",
        ErrorKind.PARTITION_SCHEDULING: "partition scheduling error",
        ErrorKind.PARTITION_HANDLER: "partition handler",
        ErrorKind.PARTITION_PROCESS: "partition process",
    }
)

# Layouts (i386: 64-bit fields are 4-aligned).
# priority, affinity, entry, period, deadline, capacity, stack size, state
THREAD_ATTRIBUTES: Final = Struct("<BB2xIQQQII")
# kind, locking policy, queueing policy, initial value, max value
LOCK_ATTRIBUTES: Final = Struct("<IIIHH")
# operation, object kind, lock kind, timeout
LOCK_REQUEST: Final = Struct("<IIIQ")
# kind, failed thread, failed address, message, message size
ERROR_STATUS: Final = Struct("<B3xII250s2xI")
# size, direction, refresh, validity
SAMPLING_STATUS: Final = Struct("<IB3xQi")
# size, direction, waiting processes
QUEUEING_STATUS: Final = Struct("<IBB2x")
