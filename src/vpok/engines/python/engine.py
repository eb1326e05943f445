"""
The engine of guests in Python: it advances generators.

A guest computes for as long as it says, to the nanosecond, and is cut and
resumed wherever a run ends; between two requests no time passes but what
calls cost.  Calls are the paravirtual ABI's: their arguments go through
registers and memory, so that one personality serves guests of either kind.
"""

from collections.abc import Generator
from typing import Final

from mypy_extensions import i64

from vpok.abi.paravirt import INTERRUPTS, PAGE
from vpok.abi.paravirt_calls import Error, Number
from vpok.engines.python.calls import (
    AS_MANY,
    Call,
    Compute,
    Enable,
    Function,
    Look,
    Refused,
    Request,
    Room,
)
from vpok.engines.python.machine import (
    ARGUMENTS,
    ENTRIES,
    HANDLERS,
    NUMBER,
    PC,
    RESULT,
    Frame,
    PythonMachine,
    State,
)
from vpok.engines.python.story import line_of, story
from vpok.kernel.engine import CONTINUE, Engine
from vpok.kernel.vcpu import Vcpu, charge
from vpok.machine.memory import GuestMemory

CALL: Final = 0  # causes of traps
EXCEPTION: Final = 1
NOTHING: Final = -1

# A guest that asks this often without time passing pays for more.
MOST_STILL: Final = 1000
STILL_CHARGE: Final = 10_000  # ns

_WORD: Final = (1 << 64) - 1
_ERRORS: Final = 4096  # results above 2^64 less this are errors


class PythonEngine(Engine):
    """Executes the guest of one partition."""

    def __init__(
        self, machine: PythonMachine, main: Function, room: int
    ) -> None:
        """Start vCPU 0 with *main*; calls carry up to *room* bytes."""
        self.name = "python"
        self.tier = "exact"
        self.isa = "python"
        self.exact = True
        self.hypercall = b""  # there is no code
        self.call_cause = CALL
        self.machine = machine
        self.guests = machine
        self.room = -(-room // PAGE) * PAGE
        count = machine.count
        size = self.room * count + PAGE * (count + 1)
        self.memory = GuestMemory(memoryview(bytearray(size)), size)
        machine.functions[0] = main
        self.spent = 0
        self.stopped = False

    def run(self, vcpu: Vcpu, now: i64, budget: i64) -> i64:
        """Advance the vCPU's functions for at most *budget* ns."""
        state = self.guests.state(vcpu.arch)
        self.spent = 0
        self.stopped = False
        vcpu.exit = CONTINUE
        self._collect(vcpu, state)
        while not self.stopped:
            self._pass(vcpu, state, int(budget))
            if self.spent >= budget:
                break
            self._count(vcpu, int(now))
            cause = self._advance(vcpu, state)
            if cause == NOTHING:
                continue
            vcpu.stuck = 0  # that is counted here
            verdict = self.traps.trap(vcpu, self.spent, cause)
            if verdict != CONTINUE:
                vcpu.exit = verdict
                break
            self._collect(vcpu, state)
        return self.spent

    def _pass(self, vcpu: Vcpu, state: State, budget: int) -> None:
        """Pay what the vCPU owes, then compute."""
        paid = min(int(vcpu.debt), budget - self.spent)
        vcpu.debt -= paid
        self.spent += paid
        frame = state.frames[-1]
        part = min(frame.left, budget - self.spent)
        frame.left -= part
        self.spent += part

    def _count(self, vcpu: Vcpu, now: int) -> None:
        """Bound what a guest does at one instant."""
        pace = self.guests.paces[vcpu.index]
        if now + self.spent > pace.instant:
            pace.instant = now + self.spent
            pace.still = 0
        pace.still += 1
        if pace.still > MOST_STILL:
            charge(vcpu, STILL_CHARGE)
            pace.instant += STILL_CHARGE  # which is no progress

    # --- what a function asks for ------------------------------------------

    def _advance(self, vcpu: Vcpu, state: State) -> int:
        """Let the topmost function go on; return the cause of a trap."""
        frame = state.frames[-1]
        if frame.done:
            return self._leave(vcpu, state, frame)
        try:
            request = _resume(frame)
        except StopIteration:
            frame.done = True
            return NOTHING
        except (Exception, SystemExit, GeneratorExit) as error:  # noqa: BLE001
            frame.done = True
            state.text = story(error)
            frame.registers[PC] = line_of(error)
            return EXCEPTION
        if isinstance(request, Compute):
            frame.left = request.time
            return NOTHING
        if isinstance(request, Enable):
            return self._enable(vcpu, frame, request.enabled)
        if isinstance(request, Call):
            self._marshal(vcpu, frame, request)
            state.call = request
            state.caller = frame
            return CALL
        if isinstance(request, Look):
            frame.answer = request.decode(self._page(vcpu))
        elif request is not None:
            frame.thrown = TypeError(
                f"a guest yields what vpok.guest makes, not {request!r:.60}"
            )
        return NOTHING

    def _page(self, vcpu: Vcpu) -> bytes:
        interrupts = vcpu.arch.interrupts
        assert interrupts is not None
        return self.memory.read(int(interrupts.page), PAGE)

    def _leave(self, vcpu: Vcpu, state: State, frame: Frame) -> int:
        """Return from a handler; a main function's end is the vCPU's."""
        nested = len(state.frames) > 1
        frame.registers[NUMBER] = (
            Number.IRQ_RETURN if nested else Number.VCPU_DOWN
        )
        frame.registers[ARGUMENTS[0]] = 0 if nested else int(vcpu.index)
        return CALL

    def _enable(self, vcpu: Vcpu, frame: Frame, enabled: bool) -> int:
        """Set the flag; what is pending comes at once (semantics 16)."""
        interrupts = vcpu.arch.interrupts
        assert interrupts is not None
        interrupts.enable(int(enabled))
        if not enabled or interrupts.deliverable() < 0:
            return NOTHING
        frame.registers[NUMBER] = Number.IRQ_DELIVER
        return CALL

    # --- arguments and answers ---------------------------------------------

    def _marshal(self, vcpu: Vcpu, frame: Frame, call: Call) -> None:
        """Put a call's arguments where the ABI has them."""
        registers = frame.registers
        registers[NUMBER] = call.number
        buffer = int(vcpu.index) * self.room
        for register, arg in zip(ARGUMENTS, call.args, strict=False):
            if isinstance(arg, int):
                registers[register] = arg & _WORD
            elif isinstance(arg, bytes):
                # What is too long is refused by its length.
                self.memory.write(buffer, arg[: self.room])
                registers[register] = buffer
            elif isinstance(arg, Room):
                registers[register] = buffer
            else:
                place = self._place(vcpu, call)
                self.guests.functions[place] = arg
                registers[register] = place

    def _place(self, vcpu: Vcpu, call: Call) -> int:
        """Return where a function is put: not where one is in force."""
        number = call.args[0]
        assert isinstance(number, int)
        if call.number == Number.VCPU_UP:
            return number % self.guests.count * ENTRIES
        interrupts = vcpu.arch.interrupts
        assert interrupts is not None
        number %= INTERRUPTS
        used = interrupts.handlers[number]
        first = int(vcpu.index) * ENTRIES + HANDLERS
        return first + 2 * number + 1 - used % 2

    def _collect(self, vcpu: Vcpu, state: State) -> None:
        """Fetch the answer of the last call, before anything overwrites it."""
        call = state.call
        if call is None:
            return
        state.call = None
        result = state.caller.registers[RESULT]
        if result > _WORD - _ERRORS:
            error = Error(_WORD + 1 - result)
            state.caller.thrown = Refused(error)
            return
        answer: object = result
        if call.decode is not None:
            size = result if call.size == AS_MANY else call.size
            buffer = int(vcpu.index) * self.room
            answer = call.decode(result, self.memory.read(buffer, size))
        state.caller.answer = answer

    # --- the rest of an engine ---------------------------------------------

    def consumed(self) -> i64:
        """Return the ns since the run began."""
        return self.spent

    def stop(self) -> None:
        """End the run before the next request."""
        self.stopped = True

    def flush(self, address: i64, length: i64) -> None:
        """Nothing is translated."""

    def instructions(self) -> int:
        """Return 0: functions have none."""
        return 0

    def close(self) -> None:
        """End the functions that wait."""
        self.guests.functions.clear()


def _resume(frame: Frame) -> Request | None:
    """Let a function go on to its next request; None: it has none."""
    thrown, answer = frame.thrown, frame.answer
    frame.thrown = frame.answer = None
    generator = frame.generator
    if generator is None:
        made = frame.function(*frame.args)
        if not isinstance(made, Generator):
            frame.done = True  # a plain function
            return None
        frame.generator = generator = made
    request: Request | None
    if thrown is not None:
        request = generator.throw(thrown)
    else:
        request = generator.send(answer)
    return request
