"""
POK's kernel for one partition: traps in, threads on vCPUs out.

Threads are contexts that are switched on the partition's vCPUs.  An election
only decides; registers move when a vCPU is about to enter its guest
(`resume`), so elections work whether or not the vCPU has a processor.
"""

from vpok.abi.pok import (
    ARGUMENTS,
    STACK_SIZE,
    SYSCALL_VECTOR,
    Mode,
    ThreadState,
)
from vpok.abi.pok_clock import quantum_at
from vpok.arch.x86_32 import EAX, EBX, EIP
from vpok.events import NOBODY, EventKind
from vpok.kernel.engine import BLOCK, CONTINUE, RESCHEDULE
from vpok.kernel.partition import IDLE, Partition
from vpok.kernel.personality import Personality
from vpok.kernel.services import Services
from vpok.kernel.vcpu import BLOCKED, Vcpu
from vpok.personalities.actions import plan_names
from vpok.personalities.pok.call import Call
from vpok.personalities.pok.health import Health
from vpok.personalities.pok.locks import LockObject
from vpok.personalities.pok.ports import PortUse
from vpok.personalities.pok.scheduler import Scheduler
from vpok.personalities.pok.setup import setup
from vpok.personalities.pok.table import offered
from vpok.personalities.pok.thread import INFINITE, U64, Processor, Thread
from vpok.spec.model import SystemSpec
from vpok.units import MAX_TIME

# Timers: the next quantum that matters; elections asked for by another
# processor.
QUANTUM, INTERRUPT = 0, 1


class Pok(Personality):
    """POK, for the partition *index* of a system."""

    def __init__(self, spec: SystemSpec, index: int) -> None:
        """Prepare tables; `attach` and `start` bring them to life."""
        own = spec.partitions[index]
        self.image = own.image
        self.setup = setup(spec, index)
        self.handlers = offered(self.setup)
        self.scheduler = Scheduler(self.setup, own.scheduler, self.show)
        self.locks = [
            LockObject()
            for _ in range(self.setup.lock_low, self.setup.lock_high)
        ]
        self.ports = PortUse()
        self.health = Health(self, own.health, plan_names(spec))
        self.spread = own.vcpus.policy == "null"
        self.homes = own.processors
        self.interrupted: set[int] = set()  # places of processors

    def attach(self, partition: Partition, kernel: Services) -> None:
        """Hear whom it serves."""
        super().attach(partition, kernel)
        self.memory = partition.memory
        self.call = Call(self, self.memory)

    # --- start and restart -------------------------------------------------

    def start(self, cold: bool, now: int) -> None:
        """Load the image and set the main thread up, once or again."""
        scheduler = self.scheduler
        again = self.partition.restarts > 0
        for segment in self.image.segments:
            self.memory.write(segment.address, segment.data)
            gap = segment.size - len(segment.data)
            self.memory.write(segment.address + len(segment.data), bytes(gap))
        for proc, vcpu in zip(
            scheduler.processors, self.partition.vcpus, strict=True
        ):
            proc.vcpu = vcpu
            proc.running = proc.loaded = None
        scheduler.mode = Mode.INIT_COLD if again and cold else Mode.INIT_WARM
        scheduler.created = 1
        scheduler.error = None
        self.health.clear()
        self.interrupted.clear()
        for thread in scheduler.threads:
            thread.leave_queue()
        self._main(again=again)

    def _main(self, *, again: bool) -> None:
        """Make the main thread; POK forgets its state at boot, not later."""
        scheduler = self.scheduler
        main = scheduler.main = scheduler.threads[0]
        first = scheduler.processors[0]
        main.priority = main.base_priority = 1
        main.period = main.capacity = main.remaining = INFINITE
        main.entry = self.image.entry
        main.stack = self.memory.size - 4 - STACK_SIZE
        main.action = main.result = None
        if again:
            main.state = ThreadState.RUNNABLE
            main.processor = first.number
            main.next_activation = U64
            first.current, first.previous = main, None
        self.fresh_context(main)

    def started(self, now: int) -> None:
        """Elect where a window is open already (after a restart)."""
        for proc in self.scheduler.processors:
            if proc.open:
                self.scheduler.elect(proc, now, charge=False)
        self.sync(now)

    def restart(self, mode: int) -> None:
        """Ask for new vCPUs and a fresh start."""
        self.kernel.request_restart(self.partition, mode)

    def stop(self, now: int) -> None:
        """Let nothing of the partition run any more."""
        self.scheduler.mode = Mode.STOPPED
        self.kernel.set_mode(self.partition, IDLE, now)
        for proc in self.scheduler.processors:
            proc.running = proc.current = None

    def fresh_context(self, thread: Thread) -> None:
        """Give *thread* the registers of a start."""
        vcpu = self.partition.vcpus[0]
        thread.context = vcpu.arch.ops.new_context(
            vcpu.arch, thread.entry, thread.stack, 0
        )
        for proc in self.scheduler.processors:
            if proc.loaded is thread:
                proc.loaded = None  # what it had is not saved any more

    # --- windows and timers ------------------------------------------------

    def window(self, pcpu: int, opened: bool, now: int) -> None:
        """Elect when a window opens; note when it closes."""
        for place, proc in enumerate(self.scheduler.processors):
            if self.spread:
                if self.homes[place] != pcpu:
                    continue
            elif pcpu != self.homes[0]:
                continue
            proc.open = opened
            if not opened:
                proc.closed_at = now
                continue
            goes_on = proc.closed_at == now
            if not goes_on and self.scheduler.mode is Mode.NORMAL:
                # The election that took the processor away charged it.
                self.scheduler.charge(proc)
            self.scheduler.elect(proc, now, charge=goes_on)
        self.sync(now)

    def timer(self, tag: int, now: int) -> None:
        """Elect on all open processors, or on those that were interrupted."""
        wanted = self.interrupted if tag == INTERRUPT else None
        for place, proc in enumerate(self.scheduler.processors):
            if proc.open and (wanted is None or place in wanted):
                self.scheduler.elect(proc, now)
        if tag == INTERRUPT:
            self.interrupted.clear()
        self.sync(now)

    def interrupt(self, proc: Processor, now: int) -> None:
        """Let another processor elect, when the news reaches it."""
        self.interrupted.add(self.scheduler.processors.index(proc))
        when = now + self.kernel.latency
        due = self.partition.due.get(INTERRUPT, when)
        self.kernel.set_timer(self.partition, INTERRUPT, min(due, when))

    def interrupt_others(self, proc: Processor, now: int) -> None:
        """Let all other processors elect."""
        for other in self.scheduler.processors:
            if other is not proc:
                self.interrupt(other, now)

    def sync(self, now: int) -> None:
        """Make vCPU states and the timer follow the elections."""
        for proc in self.scheduler.processors:
            vcpu = proc.vcpu
            assert vcpu is not None
            if proc.running is not None:
                if vcpu.state == BLOCKED:
                    self.kernel.wake(vcpu, now)
            elif proc.open:
                self.kernel.block(vcpu, now)
        self.rearm(now)

    def rearm(self, now: int) -> None:
        """Set the timer to the next quantum at which anything can change."""
        due = U64
        for proc in self.scheduler.processors:
            if not proc.open or self.scheduler.mode is Mode.STOPPED:
                continue
            if proc.running is not None:
                due = 0
                break
            due = min(due, self.scheduler.due(proc))
        if due >= MAX_TIME:
            self.kernel.cancel_timer(self.partition, QUANTUM)
        else:
            when = quantum_at(max(due, now + 1))
            self.kernel.set_timer(self.partition, QUANTUM, when)

    def flushed(self, port: int, now: int) -> None:
        """Wake those who wait for a change of *port*; they are elected."""
        queue = self.ports.waiters.get(port)
        if not queue:
            return
        while queue:
            self.scheduler.grant(queue[0])
        for proc in self.scheduler.processors:
            if proc.open:
                self.interrupt(proc, now - self.kernel.latency)

    def quiet(self) -> bool:
        """Say whether no thread can ever run again by itself."""
        if self.scheduler.mode is Mode.STOPPED:
            return True
        return INTERRUPT not in self.partition.due and all(
            proc.running is None and self.scheduler.due(proc) >= MAX_TIME
            for proc in self.scheduler.processors
        )

    # --- traps -------------------------------------------------------------

    def trap(self, vcpu: Vcpu, now: int, cause: int) -> int:
        """Serve a call or a fault of the running thread."""
        proc = self.scheduler.processors[vcpu.index]
        thread = proc.running
        assert thread is not None
        if cause == SYSCALL_VECTOR:
            vcpu.syscalls += 1
            machine = vcpu.arch.machine
            number = machine.get(EAX)
            result = self.serve(proc, thread, number, machine.get(EBX), now)
            if proc.running is thread and not self.partition.restart:
                if result is None:
                    result = thread.result
                    thread.result = None
                if result is not None:
                    machine.set(EAX, result)
                    if self.kernel.listening:
                        self.tell(proc, now, EventKind.SYSCALL, number, result)
                    return CONTINUE
            elif result is not None:
                thread.result = result
            thread.call = number
            self.tell(proc, now, EventKind.SYSCALL, number, NOBODY, thread)
        else:
            vcpu.faults += 1
            pc = vcpu.arch.machine.get(EIP)
            self.tell(proc, now, EventKind.FAULT, cause, pc)
            self.health.fault(proc, cause, now)
        self.rearm(now)
        return BLOCK if proc.running is None else RESCHEDULE

    def serve(
        self,
        proc: Processor,
        thread: Thread,
        number: int,
        block: int,
        now: int,
    ) -> int | None:
        """Serve one call; its argument block is at *block*."""
        if not self.memory.contains(block, ARGUMENTS.size):
            return 1  # EINVAL, before anything else
        call = self.call
        call.proc = proc
        call.thread = thread
        call.now = now
        call.number = number
        (
            call.nargs,
            call.a1,
            call.a2,
            call.a3,
            call.a4,
            call.a5,
        ) = ARGUMENTS.unpack_from(self.memory.buffer, block)
        handler = self.handlers.get(number)
        if handler is None:
            thread.result = 1  # EINVAL, whatever becomes of the request
            self.health.illegal_request(proc, now)
            return None
        return handler(call)

    def resume(self, vcpu: Vcpu, now: int) -> None:
        """Load the elected thread's registers and its call's result."""
        proc = self.scheduler.processors[vcpu.index]
        thread = proc.running
        if thread is None:
            return
        ops = vcpu.arch.ops
        if proc.loaded is not thread:
            if proc.loaded is not None:
                ops.save(vcpu.arch, proc.loaded.context)
            ops.load(vcpu.arch, thread.context)
            proc.loaded = thread
            self.tell(proc, now, EventKind.THREAD, 0, 0)
        if thread.result is not None:
            vcpu.arch.machine.set(EAX, thread.result)
            self.tell(proc, now, EventKind.RESULT, thread.call, thread.result)
            thread.result = None

    # --- telling -----------------------------------------------------------

    def tell(
        self,
        proc: Processor,
        now: int,
        kind: EventKind,
        a: int,
        b: int,
        thread: Thread | None = None,
    ) -> None:
        """Tell an event about *thread*, or the running one of *proc*."""
        if self.kernel.listening:
            thread = thread or proc.running
            number = NOBODY
            if thread is not None:
                number = thread.number - self.setup.low
            assert proc.vcpu is not None
            self.kernel.emit(now, kind, proc.vcpu, number, a, b)

    def show(self, proc: Processor, now: int, text: str) -> None:
        """Print the kernel's own text."""
        assert proc.vcpu is not None
        self.kernel.console(now, proc.vcpu, text.encode(), 1)
