"""
Call numbers and who serves them, as a configuration offers them.

To add a call: its number in `abi.pok`, its function, its line here.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vpok.abi.pok import Syscall as S  # noqa: N817 (one letter, 45 times)
from vpok.personalities.pok import (
    console,
    health,
    locks,
    partition,
    ports,
    threads,
)
from vpok.personalities.pok.call import Call
from vpok.personalities.pok.setup import Setup

Handler = Callable[[Call], int | None]

HANDLERS: Mapping[int, Handler] = MappingProxyType(
    {
        S.CONSWRITE: console.write,
        S.GETCHAR: console.get_char,
        S.GETTICK: partition.get_tick,
        S.THREAD_CREATE: threads.create,
        S.THREAD_SLEEP_UNTIL: threads.sleep_until,
        S.THREAD_SLEEP: threads.sleep,
        S.THREAD_SUSPEND: threads.suspend,
        S.THREAD_RESTART: threads.restart,
        S.THREAD_STOP: threads.stop,
        S.THREAD_PERIOD: threads.period,
        S.THREAD_STOPSELF: threads.suspend,
        S.THREAD_ID: threads.identify,
        S.THREAD_STATUS: threads.status,
        S.THREAD_SET_PRIORITY: threads.set_priority,
        S.THREAD_RESUME: threads.resume,
        S.THREAD_SUSPEND_TARGET: threads.suspend_target,
        S.THREAD_DELAYED_START: threads.delayed_start,
        S.SAMPLING_ID: ports.sampling_id,
        S.SAMPLING_READ: ports.sampling_read,
        S.SAMPLING_STATUS: ports.sampling_status,
        S.SAMPLING_WRITE: ports.sampling_write,
        S.SAMPLING_CREATE: ports.sampling_create,
        S.QUEUEING_CREATE: ports.queueing_create,
        S.QUEUEING_SEND: ports.queueing_send,
        S.QUEUEING_RECEIVE: ports.queueing_receive,
        S.QUEUEING_ID: ports.queueing_id,
        S.QUEUEING_STATUS: ports.queueing_status,
        S.VIRTUAL_CREATE: ports.virtual_create,
        S.VIRTUAL_NB_DESTINATIONS: ports.virtual_nb_destinations,
        S.VIRTUAL_DESTINATION: ports.virtual_destination,
        S.VIRTUAL_GET_GLOBAL: ports.virtual_get_global,
        S.VIRTUAL_NODE: ports.virtual_node,
        S.LOCKOBJ_CREATE: locks.create,
        S.LOCKOBJ_OPERATION: locks.operate,
        S.ERROR_HANDLER_CREATE: health.handler_create,
        S.ERROR_RAISE_APPLICATION_ERROR: health.raise_application_error,
        S.ERROR_GET: health.get,
        S.PARTITION_SET_MODE: partition.set_mode,
        S.PARTITION_GET_ID: partition.get_id,
        S.PARTITION_GET_PERIOD: partition.get_period,
        S.PARTITION_GET_DURATION: partition.get_duration,
        S.PARTITION_GET_LOCK_LEVEL: partition.get_lock_level,
        S.PARTITION_GET_OPERATING_MODE: partition.get_operating_mode,
        S.PARTITION_GET_START_CONDITION: partition.get_start_condition,
        S.SHUTDOWN: partition.shutdown,
    }
)


def offered(setup: Setup) -> Mapping[int, Handler]:
    """Return the calls that POK's build would have compiled in."""
    absent: set[int] = set()
    for present, calls in (
        (setup.console, {S.CONSWRITE}),
        (setup.getchar, {S.GETCHAR}),
        (setup.gettick, {S.GETTICK}),
        (setup.sleep, {S.THREAD_SLEEP}),
        (setup.sleep_until, {S.THREAD_SLEEP_UNTIL}),
        (setup.thread_id, {S.THREAD_ID}),
        (setup.shutdown, {S.SHUTDOWN}),
        (setup.lock_objects, {S.LOCKOBJ_CREATE, S.LOCKOBJ_OPERATION}),
        (setup.sampling, {s for s in S if s.name.startswith("SAMPLING_")}),
        (setup.queueing, {s for s in S if s.name.startswith("QUEUEING_")}),
        (setup.virtual, {s for s in S if s.name.startswith("VIRTUAL_")}),
    ):
        if not present:
            absent |= calls
    return {n: h for n, h in HANDLERS.items() if n not in absent}
