"""
The metered Unicorn engine: exact time, in instructions.

`run` lets a core execute until the budget is spent or something happens that
the core cannot decide, deals with that, and goes on.  Everything that can be
done in more than one way, at different speeds (meter or counter, page map or
checked access), ends in the same state after the same number of instructions;
so a slice may end anywhere.
"""

import sys
from typing import Any, Final

from vpok.engines.unicorn.checker import Checker
from vpok.engines.unicorn.core import (
    CAUGHT,
    DENIED,
    FAILED,
    FAULTED,
    SPENT,
    TRAPPED,
    UNFIT,
    Core,
)
from vpok.engines.unicorn.fast import Fast
from vpok.engines.unicorn.isa import target_of
from vpok.engines.unicorn.lib import FETCH, library
from vpok.engines.unicorn.machine import UnicornMachine
from vpok.engines.unicorn.mmu import Mmu
from vpok.engines.unicorn.scan import Scan
from vpok.engines.unicorn.slice import Slice
from vpok.engines.unicorn.stepper import Stepper
from vpok.engines.unicorn.target import ALONE, DONE
from vpok.engines.unicorn.tiers import choose
from vpok.kernel.engine import CONTINUE, RESCHEDULE, Engine
from vpok.kernel.vcpu import Vcpu
from vpok.machine.memory import PAGE
from vpok.units import NS_PER_S

# Instructions of one run of a core; less than the cost of a block that must
# never run.
_MOST: Final = 1 << 30


class UnicornEngine(Engine):
    """Executes the code of one partition, which is of one instruction set."""

    name = "unicorn"
    exact = True

    def __init__(
        self,
        memory_size: int,
        clock_hz: int,
        tier: str | None = None,
        isa: str = "x86-32",
    ) -> None:
        """
        Make an engine with *memory_size* zero bytes for one partition.

        It executes *clock_hz* instructions per second of virtual time.
        Raises EngineUnavailable if Unicorn, a forced *tier* or the *isa* is
        missing.
        """
        self._lib = library()
        choice = choose(tier)
        self.tier = choice.name
        target = self._target = target_of(isa, self._lib)
        self.isa = isa
        self.hypercall = target.hypercall
        self.call_cause = target.call_cause
        self._mmu = Mmu(memory_size, target)
        self.memory = self._mmu.memory
        self._stepper = Stepper(self._lib, self._mmu, target)
        first = self._stepper.start()
        self._fast: Fast | None = None
        if choice.code is not None:
            self._stepper.vetted = True
            self._fast = Fast(self._lib, self._mmu, target, choice.code)
            first = self._fast.start()
        self._checker: Checker | None = None
        self._core: Core = self._fast or self._stepper
        self.machine = self._machine = UnicornMachine(
            self._lib, self._core, first
        )
        self._slice = Slice(clock_hz)
        self._vcpu: Any = None  # the vCPU that runs
        self._verdict = CONTINUE
        self._over = False  # the run ends, whatever its budget
        self._consumed = 0
        self._executed = 0
        for core in (self._stepper, self._fast):
            if core is not None:
                core.serve = self._call

    # --- the run -----------------------------------------------------------

    def run(self, vcpu: Vcpu, now: int, budget: int) -> int:
        """Run *vcpu* for at most *budget* ns; return the ns it took."""
        self._machine.take(vcpu.arch)
        slice_ = self._slice
        slice_.begin(vcpu, budget)
        self._vcpu = vcpu
        self._verdict = CONTINUE
        self._over = not slice_.pay(vcpu, 0)
        hook, sys.unraisablehook = sys.unraisablehook, self._lost
        try:
            while not self._over:
                left = slice_.left()
                if left <= 0:
                    break
                self._go(self._core, min(left, _MOST))
        finally:
            sys.unraisablehook = hook
            self._vcpu = None
            self._executed += slice_.done
        vcpu.exit = self._verdict
        return slice_.end(vcpu)

    def _go(self, core: Core, left: int) -> None:
        """Let *core* execute up to *left* instructions; see what happened."""
        self._machine.move(core)
        before = self._slice.done
        self._slice.done += core.run(left)
        outcome = core.outcome
        if outcome == SPENT:
            if self._slice.done == before:
                self._fault(self._target.general, 0)  # never endless
        elif outcome == UNFIT:
            self._unfit(core)
        elif outcome == FAULTED:
            self._raise(core)
        elif outcome == DENIED:
            self._denied(core)
        elif outcome == CAUGHT:
            self._caught(core)
        elif outcome == FAILED:
            self._fail(core)

    def _lost(self, lost: "sys.UnraisableHookArgs") -> None:
        """
        Keep what was raised on the way into a hook: Ctrl-C, mostly.

        Signals are served where a function begins, before its `try`.
        """
        error = lost.exc_value or KeyboardInterrupt()
        self._machine.core.fail(error)

    def _fail(self, core: Core) -> None:
        """Raise what our own code raised inside the library."""
        failure, core.failure = core.failure, None
        if failure is not None:
            raise failure

    # --- what a core cannot decide -----------------------------------------

    def _unfit(self, core: Core) -> None:
        """Get past a block that does not fit, or has something special."""
        left = self._slice.left()
        if left <= 0:
            return
        stepper = self._stepper
        pc = core.registers.pc()
        size = 1
        if core is self._fast:
            if self._fast.prepare():
                return
            if not (self._fast.fits_never() or self._fast.is_guarded()):
                self._go(stepper, left)
                return
            size = self._fast.block_size()
        elif core is stepper:
            size = stepper.block[1]
        size += self._target.beyond
        inside = self._mmu.size - pc
        code = self._mmu.bytes_at(pc, size + self._target.margin)
        count = Scan(self._target, pc, code, size, inside, ()).before_care()
        self._machine.move(stepper)
        if count:
            self._alone(min(count, left))
        elif not self._special(stepper, code, inside):
            self._alone(1)

    def _caught(self, core: Core) -> None:
        """Look at an instruction that may be dangerous as things are."""
        if self._slice.left() > 0:
            pc = core.registers.pc()
            code = self._mmu.bytes_at(pc, self._target.margin)
            self._machine.move(self._stepper)
            if not self._special(self._stepper, code, self._mmu.size - pc):
                self._alone(1)

    def _alone(self, count: int) -> None:
        """Let the stepper execute *count* instructions of one block."""
        stepper = self._stepper
        self._slice.done += stepper.alone(count)
        outcome = stepper.outcome
        if outcome == FAULTED:
            self._raise(stepper)
        elif outcome == DENIED:
            self._denied(stepper)
        elif outcome == FAILED:
            self._fail(stepper)

    def _special(self, core: Core, code: bytes, inside: int) -> bool:
        """Execute or refuse the instruction at the PC, unless it is plain."""
        cause, address, paid = self._target.special(core, code, inside)
        if cause == ALONE:
            return False
        if cause == DONE or paid:
            self._slice.done += 1
        if cause != DONE:
            self._fault(cause, address)
        return True

    def _denied(self, core: Core) -> None:
        """Deal with an access that the page map does not allow."""
        mmu = self._mmu
        if mmu.access != FETCH:
            self._checked(core)
        elif not mmu.wake(mmu.page) and self._slice.left() > 0:
            self._one(core)

    def _one(self, core: Core) -> None:
        """Execute the instruction at the PC, and look at no other."""
        pc = core.registers.pc()
        code = self._mmu.bytes_at(pc, self._target.margin)
        if self._special(core, code, self._mmu.size - pc):
            return
        length, cause = self._target.call(code)
        if cause < 0:
            self._checked(core)
            return
        core.registers.set(self._target.pc, pc + length)
        self._slice.done += 1
        self._serve(core, cause, self._slice.done)

    def _checked(self, core: Core) -> None:
        """Let the checker execute the instruction at the PC."""
        checker = self._checking()
        self._machine.copy(checker)
        done = checker.run(1)
        if checker.outcome == FAILED:
            self._fail(checker)
        elif done:
            self._slice.done += 1
            self._machine.adopt(checker)
        if checker.outcome == FAULTED:
            self._fault(checker.vector, checker.address)

    def _checking(self) -> Checker:
        """Return the checker; most partitions never need one."""
        if self._checker is None:
            self._checker = Checker(self._lib, self._mmu, self._target)
            self._checker.start()
        return self._checker

    # --- traps -------------------------------------------------------------

    def _call(self, core: Core, vector: int) -> None:
        """Serve a call inside the core's run; end it if it must end."""
        if not self._serve(core, vector, self._slice.done + core.executed()):
            core.outcome = TRAPPED
            core.stop()

    def _serve(self, core: Core, vector: int, executed: int) -> bool:
        """Serve a call; say whether *core* may simply go on."""
        vcpu = self._vcpu
        slice_ = self._slice
        # `slice_.elapsed(executed)`: every call comes through here.
        time = slice_.fraction + executed * NS_PER_S
        self._consumed = elapsed = slice_.paid + time // slice_.hz
        verdict = self.traps.trap(vcpu, elapsed, vector)
        if verdict == CONTINUE and not (self._over or core.stale or vcpu.debt):
            return True
        if verdict != CONTINUE or self._over:
            self._verdict = verdict or RESCHEDULE
            self._over = True
        else:
            left = slice_.left()
            self._over = not slice_.pay(vcpu, executed)
            shorter = left - slice_.left()
            if not (self._over or core.stale):
                return core.shorten(shorter)
        return False

    def _raise(self, core: Core) -> None:
        """Tell of the exception that the library met in *core*."""
        cause, address, _ = self._target.fault(core, core.vector)
        self._fault(cause, address)

    def _fault(self, cause: int, address: int) -> None:
        """Tell of a fault; the run ends."""
        vcpu = self._vcpu
        vcpu.fault_address = address
        self._consumed = self._slice.elapsed(self._slice.done)
        verdict = self.traps.trap(vcpu, self._consumed, cause)
        self._verdict = RESCHEDULE if verdict == CONTINUE else verdict
        self._over = True

    def consumed(self) -> int:
        """Return the ns since `run` began; valid inside a trap."""
        return self._consumed

    def stop(self) -> None:
        """End the run at the next instruction boundary (inside a trap)."""
        self._over = True

    # --- the rest of the interface -----------------------------------------

    def flush(self, address: int, length: int) -> None:
        """Forget translations of a range that the hypervisor changed."""
        if length > 0:
            last = (address + length - 1) // PAGE
            for page in range(address // PAGE, last + 1):
                if page in self._mmu.code:
                    self._mmu.rest(page)

    def instructions(self) -> int:
        """Return how many guest instructions have been executed so far."""
        return self._executed + (self._slice.done if self._vcpu else 0)

    def close(self) -> None:
        """Free the cores; the engine is not used again."""
        for core in (self._fast, self._stepper, self._checker):
            if core is not None:
                core.close()
