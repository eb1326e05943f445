"""Thread calls (POK: kernel/core/thread.c, partition.c, sched.c)."""

from vpok.abi.pok import (
    STACK_SIZE,
    THREAD_ATTRIBUTES,
    Errno,
    ErrorKind,
    Mode,
    ThreadState,
)
from vpok.personalities.pok.call import LATER, Call
from vpok.personalities.pok.scheduler import Scheduler
from vpok.personalities.pok.thread import INFINITE, U64, Thread
from vpok.units import signed


def by_number(scheduler: Scheduler, number: int) -> Thread | None:
    """
    Return the partition's thread of that number.

    POK's own check lets `high` pass, which is the next partition's.
    """
    place = number - scheduler.setup.low
    if 0 <= place < len(scheduler.threads):
        return scheduler.threads[place]
    return None


def create(call: Call) -> int | None:
    """THREAD_CREATE(id out, attributes)."""
    memory = call.memory
    if not (
        memory.contains(call.a1, 4)
        and memory.contains(call.a2, THREAD_ATTRIBUTES.size)
    ):
        return Errno.EINVAL
    attributes = THREAD_ATTRIBUTES.unpack_from(memory.buffer, call.a2)
    priority, affinity, entry, period, deadline, capacity, _, _ = attributes
    code, thread = make(
        call, priority, affinity, entry, period, deadline, capacity
    )
    if thread is not None:
        memory.write(call.a1, thread.number.to_bytes(4, "little"))
        sort(call.scheduler, thread)
    return code


def make(
    call: Call,
    priority: int,
    affinity: int,
    entry: int,
    period: int,
    deadline: int,
    capacity: int,
) -> tuple[Errno, Thread | None]:
    """Set up the next thread of the partition; no call starts it."""
    scheduler = call.scheduler
    if scheduler.mode not in (Mode.INIT_COLD, Mode.INIT_WARM):
        return Errno.MODE, None
    if scheduler.created >= len(scheduler.threads):
        call.pok.health.partition(
            call.proc, ErrorKind.PARTITION_CONFIGURATION, call.now
        )
        return Errno.TOOMANY, None
    if affinity >= len(scheduler.processors):
        return Errno.THREADATTR, None
    thread = scheduler.threads[scheduler.created]
    scheduler.created += 1
    thread.priority = thread.base_priority = priority
    if period:
        thread.period = signed(period)
        thread.next_activation = period
    if deadline:
        thread.deadline = deadline
    thread.capacity = signed(capacity) if capacity else INFINITE
    thread.remaining = thread.capacity
    thread.processor = scheduler.processors[affinity].number
    start(call, thread, entry)
    thread.state = ThreadState.RUNNABLE
    return Errno.OK, thread


def start(call: Call, thread: Thread, entry: int) -> None:
    """Give *thread* a stack and the context of a start."""
    thread.leave_queue()
    thread.wake = 0
    thread.action = None
    thread.result = None
    thread.entry = entry
    thread.stack = call.memory.size - 4 - STACK_SIZE * call.scheduler.created
    call.pok.fresh_context(thread)


def sort(scheduler: Scheduler, thread: Thread) -> None:
    """
    Insert *thread* by period among those behind main (RMS).

    Numbers belong to places, so sorting changes whom a number means.
    """
    threads = scheduler.threads
    place = thread.number - scheduler.setup.low
    if not scheduler.sorts or place == 0:
        return
    while place > 1 and threads[place - 1].period > thread.period:
        threads[place] = threads[place - 1]
        place -= 1
    threads[place] = thread
    for number, entry in enumerate(threads, scheduler.setup.low):
        entry.number = number


def sleep(call: Call) -> int | None:
    """THREAD_SLEEP(us)."""
    return _sleep(call, call.clock + call.a1 * 1000)


def sleep_until(call: Call) -> int | None:
    """THREAD_SLEEP_UNTIL(us)."""
    return _sleep(call, call.a1 * 1000)


def _sleep(call: Call, wake: int) -> int | None:
    thread = call.thread
    thread.state = ThreadState.WAITING
    thread.wake = wake
    thread.until = 0
    thread.result = Errno.OK
    call.elect()
    return LATER


def period(call: Call) -> int | None:
    """THREAD_PERIOD: wait for the next activation."""
    call.thread.state = ThreadState.WAIT_NEXT_ACTIVATION
    call.thread.remaining = 0
    call.thread.result = Errno.OK
    call.elect()
    return LATER


def suspend(call: Call) -> int | None:
    """THREAD_SUSPEND and THREAD_STOPSELF."""
    call.thread.state = ThreadState.STOPPED
    call.thread.result = Errno.OK
    call.elect()
    return LATER


def identify(call: Call) -> int | None:
    """THREAD_ID(id out): an error unless there is an error thread."""
    if not call.memory.contains(call.a1, 4):
        return Errno.EINVAL
    if call.scheduler.error is None:
        return Errno.THREAD
    call.memory.write(call.a1, call.thread.number.to_bytes(4, "little"))
    return Errno.OK


def status(call: Call) -> int | None:
    """THREAD_STATUS(id, attributes out)."""
    if not call.memory.contains(call.a2, THREAD_ATTRIBUTES.size):
        return Errno.EINVAL
    thread = by_number(call.scheduler, call.a1)
    if thread is None:
        return Errno.PARAM
    numbers = call.scheduler.setup.processors
    affinity = (
        numbers.index(thread.processor) if thread.processor in numbers else 0
    )
    call.memory.write(
        call.a2,
        THREAD_ATTRIBUTES.pack(
            thread.priority,
            affinity,
            thread.entry,
            thread.period & U64,
            thread.end_time,
            thread.capacity & U64,
            STACK_SIZE,
            thread.state,
        ),
    )
    return Errno.OK


def set_priority(call: Call) -> int | None:
    """THREAD_SET_PRIORITY(id, priority)."""
    thread = by_number(call.scheduler, call.a1)
    if thread is None:
        return Errno.PARAM
    thread.priority = call.a2 & 0xFF
    return _global(call)


def _global(call: Call) -> int | None:
    call.thread.result = Errno.OK
    call.elect_all()
    return LATER


def resume(call: Call) -> int | None:
    """THREAD_RESUME(id): runnable, whatever it was."""
    thread = by_number(call.scheduler, call.a1)
    if thread is None:
        return Errno.THREADATTR
    call.scheduler.awaken(thread, call.now)
    thread.wake = call.clock
    return _global(call)


def suspend_target(call: Call) -> int | None:
    """THREAD_SUSPEND_TARGET(id)."""
    thread = by_number(call.scheduler, call.a1)
    if thread is None or thread is call.thread:
        return Errno.THREADATTR
    thread.state = ThreadState.STOPPED
    return Errno.OK


def restart(call: Call) -> int | None:
    """THREAD_RESTART(index): the error thread's."""
    code, thread = _recover(call)
    if thread is None:
        return code
    thread.remaining = thread.capacity
    thread.state = ThreadState.WAIT_NEXT_ACTIVATION
    thread.wake = 0
    thread.leave_queue()
    thread.action = None
    call.pok.fresh_context(thread)
    if thread is call.thread:
        thread.result = None
        call.elect_all()
        return LATER
    thread.result = None
    return _global(call)


def stop(call: Call) -> int | None:
    """THREAD_STOP(index): the error thread's."""
    code, thread = _recover(call)
    if thread is None:
        return code
    thread.state = ThreadState.STOPPED
    return _global(call)


def _recover(call: Call) -> tuple[Errno, Thread | None]:
    if not call.scheduler.may_recover(call.thread):
        return Errno.THREAD, None
    number = call.a1 + call.scheduler.setup.low
    return Errno.THREADATTR, by_number(call.scheduler, number)


def delayed_start(call: Call) -> int | None:
    """
    THREAD_DELAYED_START(id, us).

    The thread's context is not reset, as in POK.
    """
    thread = by_number(call.scheduler, call.a1)
    if thread is None:
        return Errno.THREADATTR
    delay = call.a2 * 1000
    thread.priority = thread.base_priority
    if call.scheduler.mode is not Mode.NORMAL:
        thread.leave_queue()
        thread.state = ThreadState.DELAYED_START
        thread.wake = delay
        return Errno.OK
    if thread.period != INFINITE:
        thread.next_activation = call.clock + delay
        thread.end_time = (thread.next_activation + thread.deadline) & U64
        return Errno.OK
    call.scheduler.awaken(thread, call.now)
    if delay:
        thread.state = ThreadState.WAITING
        thread.until = 0
        thread.wake = call.clock + delay
    elif thread.capacity > 0:
        thread.end_time = (call.clock + thread.capacity) & U64
    return _global(call)
