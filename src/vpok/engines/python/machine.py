"""
The registers of a guest in Python: a stack of generators.

An interrupt's handler is a frame above what it interrupts; its end is the
ABI's IRQ_RETURN.  Addresses of code are places in a table of functions.
"""

from collections.abc import Generator
from typing import Any, Final

from mypy_extensions import i64

from vpok.arch.paravirt import INTERRUPT, Isa, ParavirtOps
from vpok.engines.python.calls import Call, Function, Guest
from vpok.machine.arch import ArchVcpu, Context, Machine
from vpok.machine.interrupts import NONE

NUMBER: Final = 0
ARGUMENTS: Final = (1, 2, 3, 4, 5, 6)
RESULT: Final = 7
PC: Final = 8
SP: Final = 9
REGISTERS: Final = 10

# Places of each vCPU's functions: the one that it starts with, then two for
# each interrupt (one is in force while another is refused).
ENTRIES: Final = 256
HANDLERS: Final = 2

PYTHON: Final = Isa(
    name="python",
    number=NUMBER,
    arguments=ARGUMENTS,
    result=RESULT,
    pc=PC,
    sp=SP,
    link=-1,
    registers=tuple(range(REGISTERS)),
    red_zone=0,
    flags=-1,
    user_flags=0,
    fixed_flags=0,
    pc_alignment=1,
    ret=b"",
    before=b"",
    after=b"",
)


class Frame:
    """A function that runs, or waits for the handlers above it."""

    def __init__(self, function: Function, args: tuple[object, ...]) -> None:
        """Be about to call *function*."""
        self.function = function
        self.args = args
        self.generator: Generator[Any, Any, object] | None = None
        self.done = False
        self.left = 0  # ns to compute
        self.answer: object = None  # for the generator
        self.thrown: BaseException | None = None  # instead of an answer
        self.registers = [0] * REGISTERS
        # What the interrupted frame had: enable, depth, serving.
        self.saved = (0, 0, -1)


class State:
    """The context of a vCPU."""

    def __init__(self) -> None:
        """Have nothing to run."""
        self.guest: Guest
        self.frames: list[Frame] = []
        # A call whose answer is not collected yet, and whose it is.
        self.call: Call | None = None
        self.caller: Frame
        self.text = b""  # of the exception that is being served


class Pace:
    """How often a vCPU asked for something while no time passed."""

    def __init__(self) -> None:
        """Begin before all time."""
        self.still = 0  # requests at the same instant
        self.instant = -1  # of the last one


class PythonMachine(Machine):
    """The functions of a partition, and its vCPUs' frames."""

    def __init__(self, name: str, count: int) -> None:
        """Start with nobody resident; the engine adds the main function."""
        self.extended_size = 0
        self.name = name
        self.count = count
        self.functions: dict[int, Function] = {}
        # By vCPU; they outlive its contexts, else a restart would be free.
        self.paces = [Pace() for _ in range(count)]
        self.args: dict[str, Any] = {}
        self.shared: dict[str, Any] = {}  # what guests call `memory`
        self.seed = 0
        self.resident: ArchVcpu

    def state(self, arch: ArchVcpu) -> State:
        """Return a vCPU's context."""
        assert isinstance(arch.context, State)
        return arch.context

    def top(self) -> Frame:
        """Return what the resident vCPU runs."""
        return self.state(self.resident).frames[-1]

    def guest(self, index: int) -> Guest:
        """Return a new vCPU, as its functions see it."""
        return Guest(
            self.name, index, self.count, self.args, self.shared, self.seed
        )

    def new_context(self) -> Context:
        """Return a context without a frame."""
        return State()

    def put(self, arch: ArchVcpu) -> None:
        """Frames are where they belong already."""

    def take(self, arch: ArchVcpu) -> None:
        """Make *arch* resident."""
        self.resident = arch

    def get(self, register: int) -> int:
        """Return a register of the resident vCPU's frame."""
        return self.top().registers[register]

    def set(self, register: int, value: int) -> None:
        """Change it."""
        self.top().registers[register] = value


class PythonOps(ParavirtOps):
    """What the paravirtual personality asks of an instruction set."""

    def __init__(self) -> None:
        """There is one way."""
        self.isa = PYTHON

    def new_context(
        self, arch: ArchVcpu, entry: i64, stack: i64, arg: i64
    ) -> Context:
        """Return the context of a vCPU that starts: its main function."""
        machine = _machine(arch)
        state = State()
        state.guest = machine.guest(int(entry) // ENTRIES)
        state.guest.arg = int(arg)
        state.frames.append(
            Frame(machine.functions[int(entry)], (state.guest,))
        )
        return state

    def push_frame(
        self, arch: ArchVcpu, handler: i64, kind: i64, number: i64, at: i64
    ) -> bool:
        """Enter *handler*; there is always room."""
        machine = _machine(arch)
        state = machine.state(arch)
        function = machine.functions[int(handler)]
        frame = Frame(function, (state.guest, int(number)))
        interrupts = arch.interrupts
        assert interrupts is not None
        depth = int(interrupts.depth())
        frame.saved = (
            int(interrupts.enabled()),
            depth,
            int(interrupts.serving()),
        )
        state.frames.append(frame)
        interrupts.nest(0, depth + 1, number if kind == INTERRUPT else NONE)
        return True

    def pop_frame(self, arch: ArchVcpu, frame: int) -> tuple[int, int, int]:
        """Go back to what was interrupted; return what it had."""
        return _machine(arch).state(arch).frames.pop().saved


def _machine(arch: ArchVcpu) -> PythonMachine:
    assert isinstance(arch.machine, PythonMachine)
    return arch.machine
