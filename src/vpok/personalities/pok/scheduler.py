"""
Elections: which thread each processor of the partition runs.

POK's order (kernel/core/sched.c, pok_elect_thread): wake and release, choose
by mode and policy, store.  A thread that had been blocked inside a call first
finishes what the kernel had left to do for it.
"""

from collections.abc import Callable

from vpok.abi.pok import Mode, ThreadState
from vpok.abi.pok_clock import clock
from vpok.personalities.pok.policies import POLICIES
from vpok.personalities.pok.setup import Setup
from vpok.personalities.pok.text import TEXTS
from vpok.personalities.pok.thread import U64, Processor, Thread


class Scheduler:
    """The partition's threads and processors, and who runs."""

    def __init__(
        self,
        setup: Setup,
        policy: str,
        show: Callable[[Processor, int, str], None],
    ) -> None:
        """Own fresh tables; *show* prints kernel text."""
        self.setup = setup
        self.policy = POLICIES[policy]
        self.text = TEXTS[policy]
        self.sorts = policy == "rms"
        self.show = show
        self.threads = [Thread(n) for n in range(setup.low, setup.high)]
        self.processors = [Processor(n) for n in setup.processors]
        self.created = 0  # threads, since the last start
        self.mode = Mode.INIT_WARM
        self.main = self.threads[0]
        self.error: Thread | None = None  # the error thread

    # --- who is who --------------------------------------------------------

    def may_recover(self, thread: Thread) -> bool:
        """
        Say whether *thread* passes for the error thread.

        POK writes "none" as thread 0, so partition 0's main thread does
        while there is no error thread.
        """
        if self.error is None:
            return thread.number == 0
        return thread is self.error

    def home(self, thread: Thread) -> Processor:
        """Return the processor that may run *thread*."""
        for proc in self.processors:
            if proc.number == thread.processor:
                return proc
        return self.processors[0]

    # --- election ----------------------------------------------------------

    def elect(self, proc: Processor, now: int, *, charge: bool = True) -> None:
        """Choose for *proc* and switch to the choice."""
        self.release(proc, now)
        before = proc.running
        elected = self._choose(proc, now, charge=charge)
        if before is not None and before.capacity > 0 and elected is not None:
            elected.end_time = (clock(now) + elected.remaining) & U64
        if proc.current is not elected:
            if proc.current is not None:
                proc.previous = proc.current
            proc.current = elected
        self.enter(proc, elected, now)

    def enter(self, proc: Processor, thread: Thread | None, now: int) -> None:
        """Let *proc* run *thread*; finish the call that it was blocked in."""
        proc.running = thread
        if thread is not None and thread.action is not None:
            action = thread.action
            thread.action = None
            action(proc, now)

    def release(self, proc: Processor, now: int) -> None:
        """Wake those whose time has come, of this processor only."""
        shown = clock(now)
        for thread in self.threads:
            if thread.processor != proc.number:
                continue
            if thread.state is ThreadState.WAITING:
                if self.setup.wakes and thread.wake <= shown:
                    thread.state = ThreadState.RUNNABLE
                    thread.timed_out = thread.until > 0
                    thread.leave_queue()
            elif (
                thread.state is ThreadState.WAIT_NEXT_ACTIVATION
                and thread.next_activation <= shown
            ):
                thread.state = ThreadState.RUNNABLE
                thread.remaining = thread.capacity
                thread.next_activation = (
                    thread.next_activation + thread.period
                ) & U64

    def _choose(
        self, proc: Processor, now: int, *, charge: bool
    ) -> Thread | None:
        if self.mode in (Mode.INIT_COLD, Mode.INIT_WARM):
            return self.main if proc is self.processors[0] else None
        if self.mode is not Mode.NORMAL:
            return None
        current = proc.current
        if (
            current is not None
            and self.may_recover(current)
            and current.state is ThreadState.RUNNABLE
        ):
            return current
        if charge:
            self.charge(proc)
        elected = self.policy(self.threads, proc)
        if self.setup.text:
            text = self.text(self.threads, proc, elected, self.setup)
            if text:
                self.show(proc, now, text)
        return elected

    def charge(self, proc: Processor) -> None:
        """Take one election off the running thread's time capacity."""
        thread = proc.running
        if thread is None or thread is self.main or self.may_recover(thread):
            return
        if thread.remaining > 0:
            thread.remaining -= 1
        elif thread.capacity > 0:
            thread.state = ThreadState.WAIT_NEXT_ACTIVATION

    # --- time --------------------------------------------------------------

    def due(self, proc: Processor) -> int:
        """
        Return when an idle *proc* would elect somebody, or U64 for never.

        That is at once for one who was made runnable without an election.
        """
        first = U64
        normal = self.mode is Mode.NORMAL
        for thread in self.threads:
            if thread.processor != proc.number:
                continue
            if thread.state is ThreadState.RUNNABLE and normal:
                return 0
            if thread.state is ThreadState.WAITING and self.setup.wakes:
                first = min(first, thread.wake)
            elif thread.state is ThreadState.WAIT_NEXT_ACTIVATION:
                first = min(first, thread.next_activation)
        return first

    # --- waiting -----------------------------------------------------------

    def wait(
        self,
        thread: Thread,
        queue: list[Thread] | None,
        until: int,
        action: Callable[[Processor, int], None] | None,
    ) -> None:
        """
        Block *thread* until it is woken, or until the instant *until* (0: no
        limit); then *action* finishes its call.
        """
        thread.queue = queue
        thread.until = until
        thread.timed_out = False
        thread.action = action
        if until > 0:
            thread.state = ThreadState.WAITING
            thread.wake = until
        else:
            thread.state = ThreadState.LOCK

    def grant(self, thread: Thread) -> None:
        """Give a waiting thread what it waits for; it becomes runnable."""
        thread.leave_queue()
        thread.timed_out = False
        thread.state = ThreadState.RUNNABLE

    def awaken(self, thread: Thread, now: int) -> None:
        """End a wait from outside: what it was for is not given."""
        thread.leave_queue()
        thread.timed_out = 0 < thread.until <= clock(now)
        thread.state = ThreadState.RUNNABLE
