"""Scripted guests that take interrupts: a handler is one more program."""

from mypy_extensions import i64

from vpok.events import NOBODY, EventKind
from vpok.kernel.engine import BLOCK, CONTINUE, RESCHEDULE
from vpok.kernel.partition import IDLE
from vpok.kernel.sources import MERGE, Source
from vpok.kernel.vcpu import RUNNING, Vcpu
from vpok.machine.arch import ArchVcpu
from vpok.machine.interrupts import NONE, NUMBERS, Interrupts
from vpok.spec.model import SystemSpec
from vpok.testing.engine import COUNT, DONE, PC, PROGRAM, RecordingOps
from vpok.testing.personality import ScriptedPersonality
from vpok.testing.script import Cause

PAGE = 32  # bytes of a scripted vCPU's shared page

Frame = tuple[list[int], int, int, int]  # registers, enable, depth, serving


class InterruptOps(RecordingOps):
    """Enters handlers; the frames are kept here, not in the guest's memory."""

    def __init__(self, log: list[tuple[str, ArchVcpu]]) -> None:
        """Start without frames."""
        super().__init__(log)
        self.frames: list[Frame] = []

    def setup(self, arch: ArchVcpu) -> None:
        """Forget the frames of the vCPU that this one replaces."""
        super().setup(arch)
        self.frames = []

    def schedule_tail(self, arch: ArchVcpu) -> i64:
        """Enter the handler of the lowest interrupt that may come."""
        super().schedule_tail(arch)
        interrupts = arch.interrupts
        assert interrupts is not None
        number = interrupts.deliverable()
        if number < 0:
            return number
        state = self.machine(arch).registers
        flags = int(interrupts.enabled())
        depth, serving = interrupts.depth(), interrupts.serving()
        self.frames.append((list(state), flags, int(depth), int(serving)))
        state[PROGRAM] = interrupts.handlers[number]
        state[PC] = state[DONE] = 0
        interrupts.nest(0, depth + 1, number)
        return number

    def pop(self, arch: ArchVcpu) -> tuple[int, int]:
        """Return to what was interrupted; return (number served, depth)."""
        interrupts = arch.interrupts
        assert interrupts is not None
        number = int(interrupts.serving())
        state = self.machine(arch).registers
        registers, enable, depth, serving = self.frames.pop()
        registers[COUNT] = state[COUNT]
        state[:] = registers
        interrupts.nest(enable, depth, serving)
        return number, depth


class InterruptPersonality(ScriptedPersonality):
    """
    Serves the causes of interrupts too.

    Handlers are programs *first* and on.  Interrupts are enabled from the
    start.
    """

    def __init__(
        self, spec: SystemSpec, index: int, on_fault: str, first: int
    ) -> None:
        """Serve the partition *index*."""
        super().__init__(on_fault)
        self.first = first
        self.lines = [s for s in spec.interrupts if s.partition == index]
        self.bells = [s for s in spec.interrupts if s.sender == index]

    def start(self, cold: bool, now: i64) -> None:
        """Give each vCPU its interrupts."""
        super().start(cold, now)
        for vcpu in self.partition.vcpus:
            page = PAGE * int(vcpu.index)
            vcpu.arch.interrupts = Interrupts(self.partition.memory, page)
            for line in self.lines:
                if line.vcpu == vcpu.index:
                    self.controller(vcpu).limits[line.number] = line.limit
                    level = int(line.trigger == "level") << line.number
                    self.controller(vcpu).level |= level
            self.controller(vcpu).nest(1, 0, NONE)

    def controller(self, vcpu: Vcpu) -> Interrupts:
        """Return a vCPU's interrupts."""
        interrupts = vcpu.arch.interrupts
        assert interrupts is not None
        return interrupts

    def trap(self, vcpu: Vcpu, now: i64, cause: i64) -> i64:
        """Serve a trap; deliver at its return."""
        verdict = super().trap(vcpu, now, cause)
        vcpu.attention = True
        if verdict == CONTINUE and vcpu.state == RUNNING:
            self.kernel.enter(vcpu, now)
        if verdict == CONTINUE and (
            vcpu.state != RUNNING or self.partition.restart != IDLE
        ):
            verdict = RESCHEDULE
        return verdict

    def _call(self, vcpu: Vcpu, now: i64, cause: i64, arg: int) -> i64:
        interrupts = self.controller(vcpu)
        rest, number = divmod(arg, NUMBERS)
        match cause:
            case Cause.SEND_IRQ:
                self.kernel.send(self.partition.vcpus[rest], number, now)
            case Cause.RETURN:
                self._return(vcpu, now)
            case Cause.ENABLE:
                interrupts.enable(arg)
            case Cause.MASK:
                interrupts.mask(number, bool(rest))
            case Cause.ACK:
                self.kernel.set_line(vcpu, number, False, now)
            case Cause.RING:
                self._ring(arg, now)
            case Cause.WAIT:
                interrupts.enable(1)
                return CONTINUE if interrupts.deliverable() >= 0 else BLOCK
            case Cause.REGISTER:
                self.kernel.register(vcpu, number, self.first + rest, now)
            case Cause.UNREGISTER:
                self.kernel.unregister(vcpu, number, now)
            case Cause.TIMER:
                self._timer(vcpu, number, now + rest)
            case _:
                return super()._call(vcpu, now, cause, arg)
        return CONTINUE

    def _return(self, vcpu: Vcpu, now: i64) -> None:
        ops = vcpu.arch.ops
        assert isinstance(ops, InterruptOps)
        if ops.frames:
            number, depth = ops.pop(vcpu.arch)
            self.kernel.completed(vcpu, number, depth, now)

    def _ring(self, place: int, now: i64) -> None:
        for bell in self.bells[place : place + 1]:
            self.kernel.notify(bell.partition, bell.vcpu, bell.number, now)

    def _timer(self, vcpu: Vcpu, number: int, when: int) -> None:
        self.kernel.cancel_source(vcpu, number)
        source = Source("", vcpu.index, number)
        source.configured = False
        source.ticks = MERGE
        source.start(when)
        self.kernel.add_source(self.partition, source)

    def interrupt_error(
        self, vcpu: Vcpu, why: i64, number: i64, now: i64
    ) -> None:
        """Tell it."""
        self.instants.append(now)
        self.kernel.emit(now, EventKind.ERROR, vcpu, NOBODY, why, number)
