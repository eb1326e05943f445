"""
Lock objects: mutexes, semaphores, events (POK: kernel/core/lockobj.c).

A grant or a timeout is decided when it happens, not when the thread runs
again: no token is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from vpok.abi.pok import (
    BY_PRIORITY,
    FIFO,
    LOCK_ATTRIBUTES,
    LOCK_REQUEST,
    Errno,
    LockKind,
    LockOperation,
    Mode,
)
from vpok.personalities.pok.call import LATER, Call
from vpok.personalities.pok.thread import Processor, Thread

UNLOCKED = "[KERNEL] [DEBUG] Try to unlock a lock which is already unlocked\n"


@dataclass(slots=True, eq=False)
class LockObject:
    """One lock object; it survives a restart of its partition."""

    kind: int = 0  # 0: never created
    value: int = 1
    maximum: int = 1
    discipline: int = FIFO
    queue: list[Thread] = field(default_factory=list)
    event_queue: list[Thread] = field(default_factory=list)


def enqueue(queue: list[Thread], thread: Thread, discipline: int) -> bool:
    """Put *thread* where the discipline wants it; say if there is a place."""
    if discipline == FIFO:
        queue.append(thread)
        return True
    if discipline != BY_PRIORITY:
        return False  # such a waiter is in no queue
    place = 0
    while place < len(queue) and thread.priority <= queue[place].priority:
        place += 1
    queue.insert(place, thread)
    return True


def create(call: Call) -> int | None:
    """LOCKOBJ_CREATE(id out, attributes)."""
    memory = call.memory
    if not (
        memory.contains(call.a1, 1)
        and memory.contains(call.a2, LOCK_ATTRIBUTES.size)
    ):
        return Errno.EINVAL
    if call.scheduler.mode not in (Mode.INIT_COLD, Mode.INIT_WARM):
        return Errno.MODE
    for place, lock in enumerate(call.pok.locks):  # noqa: B007
        if lock.kind == 0:
            break
    else:
        return Errno.LOCKOBJ_UNAVAILABLE
    # The id is stored first; the attributes may lie at the same address.
    number = call.pok.setup.lock_low + place
    memory.write(call.a1, bytes([number & 0xFF]))
    kind, policy, discipline, initial, maximum = LOCK_ATTRIBUTES.unpack_from(
        memory.buffer, call.a2
    )
    if policy > 2:
        return Errno.LOCKOBJ_POLICY
    if not LockKind.MUTEX <= kind <= LockKind.EVENT:
        return Errno.LOCKOBJ_KIND
    lock.kind = kind
    lock.discipline = BY_PRIORITY if kind == LockKind.EVENT else discipline
    lock.value = 1
    if kind == LockKind.SEMAPHORE:
        lock.value = initial
        lock.maximum = maximum
    return Errno.OK


def operate(call: Call) -> int | None:
    """LOCKOBJ_OPERATION(id, request)."""
    if call.a2 == 0 or not call.memory.contains(call.a2, LOCK_ATTRIBUTES.size):
        return Errno.EINVAL
    operation, kind, _, timeout = LOCK_REQUEST.unpack(
        call.memory.read(call.a2, LOCK_REQUEST.size).ljust(
            LOCK_REQUEST.size, b"\0"
        )
    )
    place = (call.a1 & 0xFF) - call.pok.setup.lock_low
    if not 0 <= place < len(call.pok.locks):
        return Errno.EINVAL
    lock = call.pok.locks[place]
    if lock.kind != kind:
        return Errno.EINVAL
    if lock.kind == 0:
        return Errno.LOCKOBJ_NOTREADY  # never created, and asked for as such
    if operation == LockOperation.LOCK:
        until = (call.clock + timeout) & ((1 << 64) - 1) if timeout else 0
        return acquire(call, lock, until)
    if operation == LockOperation.UNLOCK:
        return release(call, lock)
    if operation == LockOperation.WAIT:
        return wait(call, lock, timeout)
    if operation == LockOperation.SIGNAL:
        return signal(call, lock)
    if operation == LockOperation.BROADCAST:
        return broadcast(call, lock)
    return Errno.EINVAL


def acquire(call: Call, lock: LockObject, until: int) -> int | None:
    """Take the lock, or wait for it until the instant *until* (0: ever)."""
    if lock.value > 0:
        lock.value -= 1
        return Errno.OK

    def finish(proc: Processor, now: int) -> None:
        thread = proc.running
        assert thread is not None
        thread.result = Errno.TIMEOUT if thread.timed_out else Errno.OK

    _block(call, lock.queue, lock.discipline, until, finish)
    return LATER


def _block(
    call: Call,
    queue: list[Thread],
    discipline: int,
    until: int,
    finish: Callable[[Processor, int], None],
) -> None:
    placed = enqueue(queue, call.thread, discipline)
    if not placed and call.pok.setup.debug:
        call.pok.show(call.proc, call.now, "Wrong policy\n")
    call.scheduler.wait(call.thread, queue if placed else None, until, finish)
    call.elect()


def release(call: Call, lock: LockObject, *, elect: bool = True) -> int | None:
    """Give the lock back; the first waiter gets it at once."""
    if lock.value > 0:
        if lock.kind == LockKind.SEMAPHORE:
            lock.value = min(lock.value + 1, max(lock.value, lock.maximum))
        else:
            if call.pok.setup.debug:
                call.pok.show(call.proc, call.now, UNLOCKED)
            lock.value = 1
    elif not lock.queue:
        lock.value = 1
    else:
        thread = lock.queue[0]
        call.scheduler.grant(thread)
        if elect:
            call.elect_for(thread)
    return Errno.OK


def wait(call: Call, lock: LockObject, timeout: int) -> int | None:
    """Release the event's lock and wait for a signal; then lock again."""
    if lock.kind != LockKind.EVENT:
        return Errno.EINVAL
    release(call, lock, elect=False)
    until = call.clock + timeout if timeout else 0

    def again(proc: Processor, now: int) -> None:
        thread = proc.running
        assert thread is not None
        outcome = Errno.TIMEOUT if thread.timed_out else Errno.OK
        relock(call, lock, proc, now, outcome)

    _block(call, lock.event_queue, BY_PRIORITY, until, again)
    return LATER


def relock(
    call: Call, lock: LockObject, proc: Processor, now: int, outcome: int
) -> None:
    """Take the lock again after a wait, without a limit."""
    thread = proc.running
    assert thread is not None
    if lock.value > 0:
        lock.value -= 1
        thread.result = outcome
        return

    def finish(proc: Processor, now: int) -> None:
        assert proc.running is not None
        proc.running.result = outcome

    enqueue(lock.queue, thread, lock.discipline)
    call.scheduler.wait(thread, lock.queue, 0, finish)
    call.scheduler.elect(proc, now)


def signal(call: Call, lock: LockObject) -> int | None:
    """Wake the most urgent waiter of an event."""
    if not lock.event_queue:
        return Errno.NOTFOUND
    thread = lock.event_queue[0]
    call.scheduler.grant(thread)
    call.elect_for(thread)
    return Errno.OK


def broadcast(call: Call, lock: LockObject) -> int | None:
    """Wake all waiters of an event."""
    if lock.event_queue:
        while lock.event_queue:
            call.scheduler.grant(lock.event_queue[0])
        call.elect_all()
    return Errno.OK
