"""
A guest operating system's partition: hypercalls in, interrupts out.

The guest owns its vCPUs' time: it is interrupted, masks, nests and switches
its own tasks.  What it may call is the ABI of `vpok.abi.paravirt`.
"""

from struct import Struct
from typing import Final

from vpok.abi.paravirt import INTERRUPTS, MAX_DEPTH, PAGE, VERSION
from vpok.abi.paravirt_calls import Error, HealthKind
from vpok.arch.paravirt import FAULT, ISAS, ParavirtOps, hypercall_page
from vpok.events import NOBODY, EventKind
from vpok.kernel.engine import CONTINUE, RESCHEDULE
from vpok.kernel.module import ERROR
from vpok.kernel.partition import (
    COLD_START,
    IDLE,
    WARM_START,
    Partition,
)
from vpok.kernel.personality import Personality
from vpok.kernel.ports import Port
from vpok.kernel.services import Services
from vpok.kernel.vcpu import BLOCKED, RUNNING, Vcpu, charge, clocks
from vpok.machine.interrupts import NESTED, NONE, OVERRUN, Interrupts
from vpok.machine.memory import U32
from vpok.personalities.actions import code, plan_names, switch_plan
from vpok.personalities.paravirt.call import Call, Refused
from vpok.personalities.paravirt.devices import usable
from vpok.personalities.paravirt.table import HANDLERS
from vpok.spec.model import PartitionSpec, SystemSpec
from vpok.units import signed

_TIMES: Final = Struct("<QQQ")
_TIMES_AT: Final = 0x18
_IDENTITY: Final = Struct("<IIIIQQQ")
_IDENTITY_AT: Final = 0x30
_WORD: Final = (1 << 64) - 1

_KINDS: Final = {
    OVERRUN: HealthKind.OVERRUN,
    NESTED: HealthKind.NESTING,
}


class Paravirt(Personality):
    """The partition *index* of a system."""

    def __init__(self, spec: SystemSpec, index: int) -> None:
        """Prepare tables; `attach` and `start` bring them to life."""
        own = spec.partitions[index]
        self.spec = own
        self.clock = spec.clock
        self.ops = self.operations(own)
        self.isa = self.ops.isa
        self.processors = own.processors
        self.powers = "shutdown" in own.features
        self.planner = "plans" in own.features
        self.tuner = "parameters" in own.features
        self.plans = plan_names(spec)
        self.lines = [s for s in spec.interrupts if s.partition == index]
        self.notifications = [s for s in spec.interrupts if s.sender == index]
        self.ports: list[Port] = []
        self.sizes = [port.size for port in spec.ports]
        self.booted = False

    def operations(self, own: PartitionSpec) -> ParavirtOps:
        """Return how frames are written."""
        return ParavirtOps(ISAS[own.image.isa])

    def attach(self, partition: Partition, kernel: Services) -> None:
        """Hear whom it serves."""
        super().attach(partition, kernel)
        partition.external = any(
            not (line.period or line.arrivals) and line.sender < 0
            for line in self.lines
        )
        partition.mode = COLD_START
        self.memory = partition.memory
        self.call_cause = int(partition.engine.call_cause)
        self.call = Call(self)
        self.ports = [
            port
            for port in kernel.ports.ports
            if port.partition == partition.index and usable(port)
        ]

    # --- start and restart -------------------------------------------------

    def boots(self, vcpu: Vcpu) -> bool:
        """Start with the first one; the guest brings the others up."""
        return vcpu.index == 0

    def start(self, cold: bool, now: int) -> None:
        """Load the image; prepare pages, controllers and the first vCPU."""
        memory = self.memory
        if cold and self.booted:
            memory.write(0, bytes(memory.size))
        self.booted = True
        for segment in self.spec.image.segments:
            memory.write(segment.address, segment.data)
            gap = segment.size - len(segment.data)
            memory.write(segment.address + len(segment.data), bytes(gap))
        code = hypercall_page(self.isa, self.partition.engine.hypercall)
        memory.write(memory.size - PAGE, code)
        self.consumed = 0  # bytes of the console's input
        self.bound: dict[int, list[tuple[int, int]]] = {}
        count = len(self.partition.vcpus)
        # Who waits in VCPU_BLOCK, and whose time has come there.
        self.waiting = [False] * count
        self.expired = [False] * count
        for vcpu in self.partition.vcpus:
            self._controller(vcpu, cold)
        for port in self.ports:
            port.create(self.sizes[port.number], port.outgoing, 0)
        self.prepare(
            self.partition.vcpus[0],
            self.spec.image.entry,
            memory.size - PAGE * (1 + count),
            0,
        )

    def _controller(self, vcpu: Vcpu, cold: bool) -> None:
        """Give a new vCPU its interrupts and its shared page."""
        memory = self.memory
        index = int(vcpu.index)
        page = memory.size - PAGE * (2 + index)
        interrupts = Interrupts(memory, page)
        for line in self.lines:
            if line.vcpu == index:
                interrupts.limits[line.number] = line.limit
                if line.trigger == "level":
                    interrupts.level |= 1 << line.number
        vcpu.arch.interrupts = interrupts
        identity = _IDENTITY.pack(
            int(self.partition.index),
            index,
            len(self.partition.vcpus),
            COLD_START if cold else WARM_START,
            memory.size,
            memory.size - PAGE,
            self.clock,
        )
        memory.write(page, bytes(PAGE))
        memory.write(page + _IDENTITY_AT, identity)
        self._fresh(interrupts)

    def _fresh(self, interrupts: Interrupts) -> None:
        """Let nothing be in hand, and interrupts disabled."""
        self.memory.write(int(interrupts.page), U32.pack(VERSION))
        interrupts.nest(0, 0, NONE)

    def prepare(self, vcpu: Vcpu, entry: int, stack: int, arg: int) -> None:
        """Set an offline vCPU's registers for its start."""
        arch = vcpu.arch
        arch.machine.put(arch)
        arch.context = self.ops.new_context(arch, entry, stack, arg)
        self._fresh(self.interrupts(vcpu))
        index = int(vcpu.index)
        self.waiting[index] = self.expired[index] = False
        self.kernel.cancel_timer(self.partition, index)

    def reset(self, vcpu: Vcpu, now: int) -> None:
        """Forget what a vCPU had registered."""
        interrupts = self.interrupts(vcpu)
        for number in range(INTERRUPTS):
            if interrupts.registered(number):
                self.kernel.unregister(vcpu, number, now)
        interrupts.reset()
        interrupts.publish()
        self.kernel.cancel_source(vcpu, NONE)
        self.unbind(vcpu, NONE)

    def interrupts(self, vcpu: Vcpu) -> Interrupts:
        """Return a vCPU's controller."""
        interrupts = vcpu.arch.interrupts
        assert interrupts is not None
        return interrupts

    # --- traps -------------------------------------------------------------

    def trap(self, vcpu: Vcpu, now: int, cause: int) -> int:
        """Serve a hypercall or a fault."""
        interrupts = vcpu.arch.interrupts
        assert interrupts is not None
        if cause != self.call_cause:
            self._fault(vcpu, interrupts, now, cause)
            return self._verdict(vcpu, CONTINUE)
        vcpu.syscalls += 1
        call = self.call
        call.begin(vcpu, interrupts, now)
        self._serve(vcpu, call, now)
        self._refresh(vcpu, interrupts, now)
        if vcpu.state == RUNNING and call.verdict == CONTINUE:
            vcpu.attention = False
            if interrupts.pending:
                self.kernel.enter(vcpu, now)
        else:
            vcpu.attention = True
        return self._verdict(vcpu, call.verdict)

    def _serve(self, vcpu: Vcpu, call: Call, now: int) -> None:
        """Serve a hypercall, and put its result where it belongs."""
        machine = vcpu.arch.machine
        number = machine.get(self.isa.number)
        handler = HANDLERS.get(number)
        if handler is None:
            result: int | None = -int(Error.ENOSYS)
            self.report(vcpu, HealthKind.ILLEGAL_CALL, now)
        else:
            try:
                result = handler(call)
            except Refused as refused:
                result = refused.result
        if result is not None:
            machine.set(self.isa.result, result & _WORD)
        if self.kernel.listening:
            shown = number if handler is not None else NOBODY
            told = NOBODY if result is None else signed(result)
            self.kernel.emit(now, EventKind.SYSCALL, vcpu, NOBODY, shown, told)

    def _verdict(self, vcpu: Vcpu, verdict: int) -> int:
        """Let nobody go on who was stopped meanwhile."""
        if verdict == CONTINUE and (
            vcpu.state != RUNNING or self.partition.restart != IDLE
        ):
            return RESCHEDULE
        return verdict

    def _fault(
        self, vcpu: Vcpu, interrupts: Interrupts, now: int, cause: int
    ) -> None:
        """Hand a fault to the guest's handler, or to the health monitor."""
        vcpu.faults += 1
        arch = vcpu.arch
        pc = arch.machine.get(self.isa.pc)
        at = int(vcpu.fault_address)
        self.kernel.emit(now, EventKind.FAULT, vcpu, NOBODY, cause, signed(pc))
        handler = interrupts.fault_handler
        if handler < 0 or interrupts.depth() >= MAX_DEPTH:
            self.report(vcpu, HealthKind.FAULT, now)
            return
        if not self.ops.push_frame(arch, handler, FAULT, cause, at):
            self.report(vcpu, HealthKind.STACK, now)
            return
        charge(vcpu, self.kernel.interrupt_cost)
        self.kernel.emit(
            now, EventKind.VECTOR, vcpu, NOBODY, cause, signed(at)
        )
        self._refresh(vcpu, interrupts, now)

    def resume(self, vcpu: Vcpu, now: int) -> None:
        """Set the result of a wait right; freshen the shared page."""
        index = int(vcpu.index)
        if self.waiting[index]:
            self.waiting[index] = False
            self.kernel.cancel_timer(self.partition, index)
            if self.expired[index]:
                self.expired[index] = False
                vcpu.arch.machine.set(self.isa.result, 1)
        if vcpu.attention:
            self._refresh(vcpu, self.interrupts(vcpu), now)

    def _refresh(self, vcpu: Vcpu, interrupts: Interrupts, now: int) -> None:
        """Write the times into the shared page."""
        times = _TIMES.pack(now, *clocks(vcpu, now))
        self.memory.write(int(interrupts.page) + _TIMES_AT, times)

    # --- waiting -----------------------------------------------------------

    def wait(self, vcpu: Vcpu, until: int) -> None:
        """Note that a vCPU waits; *until* is an instant, or -1."""
        self.waiting[vcpu.index] = True
        if until >= 0:
            self.kernel.set_timer(self.partition, int(vcpu.index), until)

    def timer(self, tag: int, now: int) -> None:
        """Wake the vCPU whose time has come."""
        vcpu = self.partition.vcpus[tag]
        if self.waiting[tag] and vcpu.state == BLOCKED:
            self.expired[tag] = True
            self.kernel.wake(vcpu, now)

    def quiet(self) -> bool:
        """Say whether nobody waits for an instant."""
        return not self.partition.due

    # --- ports, console ----------------------------------------------------

    def bind(self, port: int, vcpu: Vcpu, number: int) -> None:
        """Raise an interrupt when data passes through a port."""
        pairs = self.bound.setdefault(port, [])
        if (int(vcpu.index), number) not in pairs:
            pairs.append((int(vcpu.index), number))

    def unbind(self, vcpu: Vcpu, number: int) -> None:
        """Undo it, for an interrupt or (NONE) all of a vCPU."""
        for pairs in self.bound.values():
            pairs[:] = [
                (index, bound)
                for index, bound in pairs
                if index != vcpu.index or number not in {NONE, bound}
            ]

    def flushed(self, port: int, now: int) -> None:
        """Raise what is bound to a port through which data has passed."""
        for index, number in self.bound.get(port, ()):
            self.kernel.raise_interrupt(
                self.partition.vcpus[index], number, now
            )

    def read_input(self, length: int) -> bytes:
        """Return the next bytes of the console's input."""
        data = self.spec.input[self.consumed : self.consumed + length]
        self.consumed += len(data)
        return data

    # --- health ------------------------------------------------------------

    def interrupt_error(
        self, vcpu: Vcpu, why: int, number: int, now: int
    ) -> None:
        """Tell the health monitor of an interrupt that cannot come."""
        self.report(vcpu, _KINDS.get(why, HealthKind.STACK), now)

    def report(self, vcpu: Vcpu, kind: HealthKind, now: int) -> None:
        """Do what the configuration says about an error."""
        self.partition.errors += 1
        table = self.spec.health
        action = table.get(int(kind), table[0])
        self.kernel.emit(
            now,
            EventKind.ERROR,
            vcpu,
            NOBODY,
            int(kind),
            code(action),
        )
        if action == "stop":
            self.stop(now)
        elif action == "warm-restart":
            self.kernel.request_restart(self.partition, WARM_START)
        elif action == "cold-restart":
            self.kernel.request_restart(self.partition, COLD_START)
        elif action == "shutdown":
            self.kernel.shutdown(ERROR, now)
        else:
            switch_plan(self.kernel, self.plans, action)
            if kind is HealthKind.STACK:
                self.interrupts(vcpu).enable(0)  # else it would try for ever

    def stop(self, now: int) -> None:
        """Let nothing of the partition run any more."""
        self.kernel.set_mode(self.partition, IDLE, now)
        for vcpu in self.partition.vcpus:
            self.reset(vcpu, now)
            self.kernel.take_down(vcpu, False, now)
