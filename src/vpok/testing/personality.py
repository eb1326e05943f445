"""A small personality for scripted guests: every service of the kernel."""

from mypy_extensions import i64

from vpok.events import NOBODY, EventKind
from vpok.kernel.engine import BLOCK, CONTINUE, RESCHEDULE
from vpok.kernel.module import SHUTDOWN
from vpok.kernel.partition import NORMAL, WARM_START
from vpok.kernel.personality import Personality
from vpok.kernel.vcpu import Vcpu
from vpok.testing.engine import ARG, PC, PROGRAM
from vpok.testing.script import Cause

NOTIFICATIONS = 1000  # tags of timers: sleeps are below, by vCPU
ALARMS = 2000


class ScriptedPersonality(Personality):
    """Serves `Cause`; *on_fault* is `skip`, `retry` or `block`."""

    def __init__(self, on_fault: str = "skip") -> None:
        """Remember what the kernel told, for tests to see."""
        self.on_fault = on_fault
        self.starts: list[tuple[bool, int]] = []  # (cold, now)
        self.windows: list[tuple[int, bool, int]] = []  # (pcpu, opened, now)
        self.timers: list[tuple[int, int]] = []  # (tag, now)
        self.arrived: list[tuple[int, int]] = []  # (port, now)
        self.entered: list[tuple[int, int]] = []  # (vCPU, now)
        self.instants: list[int] = []  # of everything that it was told

    def start(self, cold: bool, now: i64) -> None:
        """Give each vCPU the program of its index."""
        self.starts.append((cold, now))
        for vcpu in self.partition.vcpus:
            context = vcpu.arch.context
            assert isinstance(context, list)
            context[PROGRAM] = int(vcpu.index)
        for port in self.kernel.ports.ports:
            if port.partition == self.partition.index:
                port.create(64, port.outgoing, 0)
        self.kernel.set_mode(self.partition, NORMAL, now)

    def window(self, pcpu: i64, opened: bool, now: i64) -> None:
        """Keep it."""
        self.windows.append((pcpu, opened, now))
        self.instants.append(now)

    def resume(self, vcpu: Vcpu, now: i64) -> None:
        """Keep it."""
        self.entered.append((int(vcpu.index), now))

    def trap(self, vcpu: Vcpu, now: i64, cause: i64) -> i64:
        """Serve a call or a fault."""
        self.instants.append(now)
        machine = self.partition.engine.machine
        if cause == Cause.FAULT:
            vcpu.faults += 1
            self.kernel.emit(now, EventKind.FAULT, vcpu, NOBODY, cause, 0)
            if self.on_fault == "skip":
                machine.set(PC, machine.get(PC) + 1)
            return BLOCK if self.on_fault == "block" else CONTINUE
        arg = machine.get(ARG)
        vcpu.syscalls += 1
        self.kernel.emit(now, EventKind.SYSCALL, vcpu, NOBODY, cause, arg)
        return self._call(vcpu, now, cause, int(arg))

    def _call(self, vcpu: Vcpu, now: i64, cause: i64, arg: int) -> i64:
        verdict = CONTINUE
        match cause:
            case Cause.YIELD:
                verdict = RESCHEDULE
            case Cause.BLOCK:
                verdict = BLOCK
            case Cause.SLEEP:
                self._later(int(vcpu.index), now + arg)
                verdict = BLOCK
            case Cause.WAKE:
                self.kernel.wake(self.partition.vcpus[arg], now)
            case Cause.NOTIFY:
                self._later(NOTIFICATIONS + arg, now + self.kernel.latency)
            case Cause.ALARM:
                self._later(ALARMS + arg % 16, now + arg // 16)
            case Cause.PRINT:
                self.kernel.console(now, vcpu, b"%d\n" % arg, 0)
            case Cause.SEND:
                self._send(arg, now)
            case Cause.RESTART:
                self.kernel.request_restart(self.partition, WARM_START)
                verdict = RESCHEDULE
            case Cause.SHUTDOWN:
                self.kernel.shutdown(SHUTDOWN, now)
        return verdict

    def _later(self, tag: int, when: i64) -> None:
        self.kernel.set_timer(self.partition, tag, when)

    def _send(self, arg: int, now: i64) -> None:
        for port in self.kernel.ports.ports:
            if port.partition == self.partition.index and port.outgoing:
                port.put(b"%d\n" % arg, now)
                port.marked = True
                return

    def timer(self, tag: i64, now: i64) -> None:
        """Wake whom the timer is for."""
        self.timers.append((tag, now))
        self.instants.append(now)
        self.kernel.wake(self.partition.vcpus[tag % NOTIFICATIONS], now)

    def flushed(self, port: i64, now: i64) -> None:
        """Keep it."""
        self.arrived.append((port, now))
        self.instants.append(now)

    def quiet(self) -> bool:
        """Nothing happens any more without a timer."""
        return not self.partition.due
