"""An engine that plays scripts instead of machine code."""

from collections.abc import Sequence

from mypy_extensions import i64

from vpok.kernel.engine import CONTINUE, Engine
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import ArchOps, ArchVcpu, Context, Machine
from vpok.machine.interrupts import NONE
from vpok.machine.memory import GuestMemory
from vpok.testing.script import Op, Program, Step

# The registers of a scripted machine.
PROGRAM = 0  # which of the engine's programs
PC = 1  # the step that is next
DONE = 2  # instructions of that step which are done
ARG = 3  # of the last call
RESULT = 4
COUNT = 5  # instructions done so far: the guest's own memory of its past
REGISTERS = 6

SIZE = 256  # bytes of memory: no code is there


class RecordingMachine(Machine):
    """Real registers, one set for all vCPUs, and a record of what is done."""

    def __init__(self) -> None:
        """Start with nobody resident."""
        self.registers = [0] * REGISTERS
        self.extended_size = 0
        self.resident: ArchVcpu | None = None
        self.entered: set[ArchVcpu] = set()  # they have a processor
        self.log: list[str] = []

    def new_context(self) -> Context:
        """Return a context with all registers 0."""
        self.log.append("new")
        return [0] * REGISTERS

    def put(self, arch: ArchVcpu) -> None:
        """Save the registers of *arch*, if they are here."""
        self.log.append("put")
        if self.resident is arch:
            self.save(arch.context)

    def take(self, arch: ArchVcpu) -> None:
        """Make *arch* resident."""
        self.log.append("take")
        if self.resident is arch:
            return
        if self.resident is not None and self.resident.context is not None:
            self.save(self.resident.context)
        self.resident = arch
        self.load(arch.context)

    def save(self, context: Context) -> None:
        """Copy the registers into *context*."""
        assert isinstance(context, list)
        context[:] = self.registers

    def load(self, context: Context) -> None:
        """Copy *context* into the registers."""
        assert isinstance(context, list)
        self.registers[:] = context

    def get(self, register: int) -> int:
        """Return a register."""
        return self.registers[register]

    def set(self, register: int, value: int) -> None:
        """Change a register."""
        self.registers[register] = value


class RecordingOps(ArchOps):
    """
    The operations of a scripted vCPU; each call is kept in *log*.

    An entry is (operation, the architecture part it was called with).
    """

    def __init__(self, log: list[tuple[str, ArchVcpu]]) -> None:
        """Append to *log*, which others may share."""
        self.log = log
        self.refusal = ""  # makes `setup` fail

    def setup(self, arch: ArchVcpu) -> None:
        """Give the vCPU registers, or fail as told."""
        self.log.append(("setup", arch))
        if self.refusal:
            raise MemoryError(self.refusal)
        arch.context = arch.machine.new_context()

    def teardown(self, arch: ArchVcpu) -> None:
        """Take them back."""
        self.log.append(("teardown", arch))
        arch.context = None

    def ctxt_switch_from(self, arch: ArchVcpu) -> None:
        """Save the registers."""
        self.log.append(("ctxt_switch_from", arch))
        self.machine(arch).entered.remove(arch)
        arch.machine.put(arch)

    def ctxt_switch_to(self, arch: ArchVcpu) -> None:
        """Load the registers."""
        self.log.append(("ctxt_switch_to", arch))
        arch.machine.take(arch)

    def schedule_tail(self, arch: ArchVcpu) -> i64:
        """Enter the vCPU."""
        self.log.append(("schedule_tail", arch))
        assert self.machine(arch).resident is arch
        self.machine(arch).entered.add(arch)
        return NONE

    def machine(self, arch: ArchVcpu) -> RecordingMachine:
        """Return the machine of a vCPU."""
        assert isinstance(arch.machine, RecordingMachine)
        return arch.machine


class ScriptedEngine(Engine):
    """
    Plays programs: an instruction takes *cycle* ns, traps go to the kernel.

    Only a vCPU that was entered may run: a switch that forgets one of its
    three operations is noticed.
    """

    def __init__(self, programs: Sequence[Program], cycle: int = 10) -> None:
        """Hold *programs*; a vCPU's register says which is its own."""
        self.name = "scripted"
        self.tier = "exact"
        self.isa = "script"
        self.exact = True
        self.hypercall = b""  # there is no code
        self.call_cause = 42
        self.memory = GuestMemory(memoryview(bytearray(SIZE)), SIZE)
        self.registers = RecordingMachine()
        self.machine = self.registers
        self.programs = list(programs)
        self.cycle = cycle
        self.runs: list[tuple[int, int, int]] = []  # (vCPU, now, budget)
        self.closed = False
        self.spent = 0
        self.executed = 0
        self.stopped = False

    def run(self, vcpu: Vcpu, now: i64, budget: i64) -> i64:
        """Play the vCPU's program for at most *budget* ns."""
        assert vcpu.arch in self.registers.entered, "not entered"
        # On several processors a partition's vCPUs share the registers.
        self.registers.take(vcpu.arch)
        self.runs.append((int(vcpu.index), now, budget))
        self.spent = 0
        self.stopped = False
        vcpu.exit = CONTINUE
        while not self.stopped and budget - self.spent >= self.cycle:
            step = self._step()
            if step is None or step.op == Op.WORK:
                self._work(step, budget)
                continue
            verdict = self._trap(vcpu, step)
            if verdict != CONTINUE:
                vcpu.exit = verdict
                break
            paid = min(int(vcpu.debt), budget - self.spent)
            vcpu.debt -= paid
            self.spent += paid
        return self.spent

    def _step(self) -> Step | None:
        program = self.programs[self.registers.registers[PROGRAM]]
        place = self.registers.registers[PC]
        return program[place] if place < len(program) else None

    def _work(self, step: Step | None, budget: int) -> None:
        fits = (budget - self.spent) // self.cycle
        state = self.registers.registers
        if step is not None:
            fits = min(fits, step.count - state[DONE])
            state[DONE] += fits
            if state[DONE] == step.count:
                state[PC] += 1
                state[DONE] = 0
        self._advance(fits)

    def _trap(self, vcpu: Vcpu, step: Step) -> int:
        state = self.registers.registers
        if step.op == Op.CALL:
            state[PC] += 1
            state[ARG] = step.arg
            self._advance(1)
        return int(self.traps.trap(vcpu, self.spent, step.cause))

    def _advance(self, instructions: int) -> None:
        self.registers.registers[COUNT] += instructions
        self.executed += instructions
        self.spent += instructions * self.cycle

    def consumed(self) -> i64:
        """Return the ns since the run began."""
        return self.spent

    def stop(self) -> None:
        """End the run at the next instruction."""
        self.stopped = True

    def flush(self, address: i64, length: i64) -> None:
        """Nothing is translated."""

    def instructions(self) -> int:
        """Return how many were executed."""
        return self.executed

    def close(self) -> None:
        """Keep that it was called."""
        self.closed = True
