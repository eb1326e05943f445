"""Partition calls, and time (POK: kernel/core/partition.c, time.c)."""

from vpok.abi.pok import Errno, Mode, ThreadState
from vpok.kernel.module import SHUTDOWN
from vpok.kernel.partition import COLD_START, IDLE, NORMAL, WARM_START
from vpok.personalities.pok.call import LATER, Call
from vpok.personalities.pok.thread import INFINITE, U64, Thread


def set_mode(call: Call) -> int | None:
    """PARTITION_SET_MODE(mode)."""
    scheduler = call.scheduler
    main = call.thread is scheduler.main
    if not main and not scheduler.may_recover(call.thread):
        return Errno.THREAD
    if call.a1 == Mode.NORMAL:
        return _normal(call) if main else Errno.PARTITION_MODE
    if call.a1 not in (Mode.STOPPED, Mode.INIT_COLD, Mode.INIT_WARM):
        return Errno.PARTITION_MODE
    if scheduler.error is None or call.thread is not scheduler.error:
        return Errno.PARTITION_MODE
    if call.a1 == Mode.STOPPED:
        call.thread.result = Errno.OK
        scheduler.mode = Mode.STOPPED
        call.pok.kernel.set_mode(call.pok.partition, IDLE, call.now)
        call.elect_all()
        return LATER
    if scheduler.mode is Mode.INIT_COLD and call.a1 == Mode.INIT_WARM:
        return Errno.PARTITION_MODE
    call.pok.restart(COLD_START if call.a1 == Mode.INIT_COLD else WARM_START)
    return LATER


def _normal(call: Call) -> int | None:
    scheduler = call.scheduler
    if scheduler.mode is Mode.IDLE:
        return Errno.PARTITION_MODE
    scheduler.mode = Mode.NORMAL
    call.pok.kernel.set_mode(call.pok.partition, NORMAL, call.now)
    for thread in scheduler.threads:
        if thread.state is ThreadState.DELAYED_START:
            _release(thread, call.clock, call.pok.setup.major_frame)
    scheduler.main.state = ThreadState.STOPPED
    scheduler.main.result = Errno.OK
    call.elect_all()
    return LATER


def _release(thread: Thread, now: int, major_frame: int) -> None:
    """Let go a thread whose start was delayed until NORMAL."""
    if thread.period != INFINITE and thread.wake:
        thread.next_activation = thread.wake + major_frame
        thread.end_time = (thread.next_activation + thread.capacity) & U64
        thread.state = ThreadState.WAIT_NEXT_ACTIVATION
        return
    thread.state = ThreadState.WAITING if thread.wake else ThreadState.RUNNABLE
    thread.until = 0
    thread.wake += now
    if thread.capacity > 0:
        thread.end_time = (thread.wake + thread.capacity) & U64


def _store(call: Call, value: int, size: int) -> int:
    if not call.memory.contains(call.a1, size):
        return Errno.EINVAL
    call.memory.write(call.a1, value.to_bytes(size, "little"))
    return Errno.OK


def get_id(call: Call) -> int | None:
    """PARTITION_GET_ID(id out)."""
    return _store(call, call.pok.setup.index & 0xFF, 1)


def get_period(call: Call) -> int | None:
    """PARTITION_GET_PERIOD(ns out): always 0."""
    return _store(call, 0, 8)


def get_duration(call: Call) -> int | None:
    """PARTITION_GET_DURATION(ns out): of one slot (see `Setup`)."""
    return _store(call, call.pok.setup.duration, 8)


def get_lock_level(call: Call) -> int | None:
    """PARTITION_GET_LOCK_LEVEL(level out): always 0."""
    return _store(call, 0, 4)


def get_operating_mode(call: Call) -> int | None:
    """PARTITION_GET_OPERATING_MODE(mode out)."""
    return _store(call, call.scheduler.mode, 4)


def get_start_condition(call: Call) -> int | None:
    """PARTITION_GET_START_CONDITION(out): NORMAL_START, even later."""
    return _store(call, 0, 4)


def get_tick(call: Call) -> int | None:
    """GETTICK(ns out)."""
    return _store(call, call.clock, 8)


def shutdown(call: Call) -> int | None:
    """SHUTDOWN: power the module off; does not return."""
    if call.nargs != 0:
        return Errno.EINVAL
    call.pok.kernel.shutdown(SHUTDOWN, call.now)
    return LATER
