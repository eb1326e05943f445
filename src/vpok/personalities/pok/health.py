"""
Errors: the error thread, and who decides when there is none.

Sources: POK's kernel/core/error.c and arch/x86/exceptions.c.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from vpok.abi.pok import (
    ERROR_NAMES,
    ERROR_STATUS,
    MAX_ERROR_MESSAGE,
    Errno,
    ErrorKind,
    ThreadState,
)
from vpok.events import EventKind
from vpok.kernel.module import ERROR
from vpok.kernel.partition import COLD_START, WARM_START
from vpok.personalities.actions import code, switch_plan
from vpok.personalities.pok import threads
from vpok.personalities.pok.call import LATER, Call
from vpok.personalities.pok.thread import Processor, Thread

if TYPE_CHECKING:
    from vpok.personalities.pok.personality import Pok

# By vector: the error kind, and what a debug kernel prints; {} is the thread.
VECTORS: Mapping[int, tuple[ErrorKind, str]] = MappingProxyType(
    {
        0: (
            ErrorKind.NUMERIC_ERROR,
            "divide by zero error, current thread={}",
        ),
        1: (ErrorKind.ILLEGAL_REQUEST, "debug fault"),
        2: (ErrorKind.ILLEGAL_REQUEST, "exception NMI fault"),
        3: (ErrorKind.ILLEGAL_REQUEST, "exception breakpoint fault"),
        4: (ErrorKind.STACK_OVERFLOW, "exception overflow fault"),
        5: (ErrorKind.STACK_OVERFLOW, "exception bound range fault"),
        6: (
            ErrorKind.ILLEGAL_REQUEST,
            "exception invalid opcode fault, current thread: {}",
        ),
        7: (ErrorKind.ILLEGAL_REQUEST, "exception no math coprocessor fault"),
        8: (ErrorKind.PARTITION_HANDLER, "exception double fault"),
        9: (ErrorKind.MEMORY_VIOLATION, "exception copseg overrun fault"),
        10: (ErrorKind.MEMORY_VIOLATION, "exception invalid tss fault"),
        11: (
            ErrorKind.MEMORY_VIOLATION,
            "exception segment not present fault {}",
        ),
        12: (ErrorKind.MEMORY_VIOLATION, "exception stack segment fault"),
        13: (
            ErrorKind.ILLEGAL_REQUEST,
            "exception general protection fault current thread={}",
        ),
        14: (ErrorKind.MEMORY_VIOLATION, "exception pagefault fault"),
        16: (ErrorKind.HARDWARE_FAULT, "exception FPU fault"),
        17: (ErrorKind.HARDWARE_FAULT, "exception alignment fault"),
        18: (ErrorKind.HARDWARE_FAULT, "exception machine check fault"),
        19: (ErrorKind.HARDWARE_FAULT, "exception SIMD fault"),
    }
)
DOUBLE_FAULT = 8
GENERAL_PROTECTION = 13


class Health:
    """The partition's error status, error thread and last resort."""

    def __init__(
        self, pok: "Pok", table: Mapping[int, str], plans: list[str]
    ) -> None:
        """
        Act by *table*: error kind -> action, 0 for the others.

        *plans* are the names of the module's.
        """
        self.pok = pok
        self.table = table
        self.plans = plans
        self.clear()

    def clear(self) -> None:
        """Forget the last error."""
        self.kind = ErrorKind.NONE
        self.failed_thread = 0
        self.message = b""

    def fault(self, proc: Processor, vector: int, now: int) -> None:
        """Deal with an exception of the running thread."""
        if vector not in VECTORS:
            vector = GENERAL_PROTECTION
        kind, text = VECTORS[vector]
        thread = proc.running
        assert thread is not None
        if self.pok.setup.debug:
            line = text.format(thread.number)
            self.pok.show(proc, now, f"[KERNEL] Raise {line}\n")
        if self.pok.scheduler.error is None or vector == DOUBLE_FAULT:
            self._unhandled(proc, kind, now)
            return
        self.declare(kind, thread)
        self.activate(proc, now)

    def illegal_request(self, proc: Processor, now: int) -> None:
        """Deal with a call that the kernel does not know."""
        assert proc.running is not None
        if self.pok.scheduler.error is None:
            self.partition(proc, ErrorKind.ILLEGAL_REQUEST, now)
            return
        self.declare(ErrorKind.ILLEGAL_REQUEST, proc.running)
        self.activate(proc, now)

    def declare(
        self, kind: ErrorKind, thread: Thread, message: bytes = b""
    ) -> None:
        """Note what the error thread will be told."""
        self.kind = kind
        self.failed_thread = thread.number - self.pok.setup.low
        self.message = message

    def activate(self, proc: Processor, now: int) -> None:
        """Switch to the error thread at once, without an election."""
        thread = self.pok.scheduler.error
        if thread is None:
            return
        if self.kind is not ErrorKind.NONE:  # it runs once at its creation
            self._tell(proc, self.kind, "error-thread", now)
        thread.priority = 255
        thread.remaining = 1000
        thread.period = 100
        thread.next_activation = 0
        thread.state = ThreadState.RUNNABLE
        for other in self.pok.scheduler.processors:
            if other is not proc and other.running is thread:
                return  # it runs already
        self.pok.scheduler.enter(proc, thread, now)

    def partition(self, proc: Processor, kind: ErrorKind, now: int) -> None:
        """
        Deal with an error in a call, for which there is no error thread.

        A kernel without `debug` only returns the call's error code.
        """
        if self.pok.setup.debug:
            self._unhandled(proc, kind, now)

    def _unhandled(self, proc: Processor, kind: ErrorKind, now: int) -> None:
        setup = self.pok.setup
        name = ERROR_NAMES[kind]
        if setup.debug:
            text = (
                f"[KERNEL] [WARNING] Error {int(kind)} ({name}) was raised by "
                f"partition {setup.index} but no error recovery was set\n"
            )
            self.pok.show(proc, now, text)
        action = self.table.get(kind, self.table[0])
        if setup.pok:
            # POK halts the machine, or lets the guest fault for ever.
            action = "shutdown" if setup.debug else "ignore"
        self._tell(proc, kind, action, now)
        if action == "stop":
            self.pok.stop(now)
        elif action == "shutdown":
            self.pok.kernel.shutdown(ERROR, now)
        elif action == "cold-restart":
            self.pok.restart(COLD_START)
        elif action == "warm-restart":
            self.pok.restart(WARM_START)
        else:
            switch_plan(self.pok.kernel, self.plans, action)

    def _tell(
        self, proc: Processor, kind: ErrorKind, action: str, now: int
    ) -> None:
        assert proc.vcpu is not None
        self.pok.partition.errors += 1
        self.pok.tell(proc, now, EventKind.ERROR, kind, code(action))


def handler_create(call: Call) -> int | None:
    """ERROR_HANDLER_CREATE(stack size, entry): it runs at once."""
    code, thread = threads.make(call, 200, 0, call.a2, 0, 0, 10000)
    if thread is None:
        return code
    threads.sort(call.scheduler, thread)
    call.scheduler.error = thread
    call.thread.result = Errno.OK
    call.pok.health.activate(call.proc, call.now)
    return LATER


def raise_application_error(call: Call) -> int | None:
    """ERROR_RAISE_APPLICATION_ERROR(message, size)."""
    if not call.memory.contains(call.a1, call.a2):
        return Errno.EINVAL
    size = min(call.a2, MAX_ERROR_MESSAGE)
    message = call.memory.read(call.a1, size)
    health = call.pok.health
    health.declare(ErrorKind.APPLICATION_ERROR, call.thread, message)
    call.thread.result = Errno.OK
    health.activate(call.proc, call.now)
    return LATER


def get(call: Call) -> int | None:
    """
    ERROR_GET(status out).

    As in POK only the message's bytes are stored, not the field's rest.
    """
    if not call.memory.contains(call.a1, ERROR_STATUS.size):
        return Errno.EINVAL
    health = call.pok.health
    if health.kind is ErrorKind.NONE:
        return Errno.UNAVAILABLE
    old = call.memory.read(call.a1, ERROR_STATUS.size)
    message = ERROR_STATUS.unpack(old)[3]
    message = health.message + message[len(health.message) :]
    call.memory.write(
        call.a1,
        ERROR_STATUS.pack(
            health.kind, health.failed_thread, 0, message, len(health.message)
        ),
    )
    return Errno.OK
