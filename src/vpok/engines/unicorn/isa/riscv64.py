"""riscv64 in user mode: RV64IMAFDC, and nothing else."""

from struct import Struct
from typing import Final

from vpok.arch.riscv64 import (
    BREAKPOINT,
    CALL,
    EXTENDED_SIZE,
    ILLEGAL_INSTRUCTION,
    INSTRUCTION_ACCESS,
    LOAD_ACCESS,
    LOAD_MISALIGNED,
    PC,
    STORE_ACCESS,
    STORE_MISALIGNED,
)
from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.host import Pages
from vpok.engines.unicorn.isa import riscv64_way as way
from vpok.engines.unicorn.isa.riscv64_decode import (
    CONDITIONAL,
    EBREAK,
    ECALL,
    ILLEGAL,
    LOAD,
    PLAIN,
    RESERVE,
    STORE,
    Memory,
    kind_of,
    length_of,
    memory_of,
)
from vpok.engines.unicorn.isa.riscv64_state import State, find_state
from vpok.engines.unicorn.lib import Library
from vpok.engines.unicorn.saved import Saved
from vpok.engines.unicorn.target import (
    ALONE,
    CARE,
    NOTHING,
    Special,
    Target,
)

_NEEDS: Final = {PLAIN: NOTHING, ECALL: NOTHING}
_FCSR: Final = Struct("<Q")


class Riscv64(Target):
    """A hart in user mode."""

    name = "riscv64"
    arch = uc.ARCH_RISCV
    mode = uc.MODE_RISCV64
    model = uc.CPU_U54  # IMAFDC
    # The library keeps f0 to f31 between x31 and the PC.
    numbers = (*range(1, 33), 190)
    words = (*range(32), 64)
    first = 1  # x0 is 0
    pc = PC
    mask = (1 << 64) - 1
    hypercall = b"\x73\0\0\0"
    call_cause = CALL
    calls = frozenset({CALL})
    invalid = ILLEGAL_INSTRUCTION
    general = ILLEGAL_INSTRUCTION
    filler = 0  # two of them are an illegal instruction
    margin = 4
    beyond = 1  # an illegal instruction is in no block's size
    hidden_at = way.HIDDEN_AT
    extended_size = EXTENDED_SIZE
    extra = True  # the exception flags, which are in no context

    def __init__(self) -> None:
        """Know nothing of the library yet."""
        self._state = State(-1, -1, -1)

    def prepare(self, library: Library) -> None:
        """Find what the library does not save, or never forgets."""
        self._state = find_state(library, type(self)())

    def hidden_page(self) -> Pages:
        """Return the page with MRET."""
        return way.hidden_page()

    def enter(self, core: Core) -> None:
        """Bring *core* to user mode."""
        way.enter(core)
        core.own = self._state.own(core)

    # --- code --------------------------------------------------------------

    def look(self, code: bytes, at: int) -> tuple[int, int]:
        """Return the length of the instruction there, and what it needs."""
        return length_of(code, at), _NEEDS.get(kind_of(code, at), CARE)

    def special(self, core: Core, code: bytes, inside: int) -> Special:
        """Deal with the instruction at the PC."""
        pc = core.registers.pc()
        if length_of(code, 0) > inside:
            return Special(INSTRUCTION_ACCESS, pc + max(inside, 0))
        kind = kind_of(code, 0)
        if kind == ILLEGAL:
            return Special(ILLEGAL_INSTRUCTION)
        return Special(BREAKPOINT, pc) if kind == EBREAK else Special(ALONE)

    def call(self, code: bytes) -> tuple[int, int]:
        """Return length and cause of an ECALL."""
        is_call = kind_of(code, 0) == ECALL
        return length_of(code, 0), CALL if is_call else -1

    # --- what a fault is ---------------------------------------------------

    def arrived(self, core: Core, cause: int) -> None:
        """Take the PC back: the library puts it 4 bytes too far."""
        registers = core.registers
        registers.set(PC, registers.pc() - 4)

    def fault(self, core: Core, cause: int) -> Special:
        """Return what exception *cause* at the PC is."""
        if cause in {LOAD_MISALIGNED, STORE_MISALIGNED}:
            code = core.mmu.bytes_at(core.registers.pc(), self.margin)
            memory = memory_of(code)
            if memory is not None:
                return _misaligned(memory, self._address(core, memory))
        outside = core.registers.pc() >= core.mmu.size
        if cause == ILLEGAL_INSTRUCTION and outside:
            return Special(INSTRUCTION_ACCESS, core.registers.pc())
        return Special(cause)

    def access(self, core: Core, code: bytes) -> Special | None:
        """Refuse an access that leaves the partition, or is misaligned."""
        memory = memory_of(code) if kind_of(code, 0) == PLAIN else None
        if memory is None:
            return None
        address = self._address(core, memory)
        how, _, _, length = memory
        if how == CONDITIONAL and self._state.reserved(core) != address:
            return None  # it does not get as far as that
        if how not in {LOAD, STORE} and address % length:
            return _misaligned(memory, address)
        inside = core.mmu.memory
        if inside.contains(address, length):
            return None
        cause = LOAD_ACCESS if how in {LOAD, RESERVE} else STORE_ACCESS
        partly = inside.contains(address, 1)
        return Special(cause, inside.size if partly else address)

    def _address(self, core: Core, memory: Memory) -> int:
        return core.registers.get(memory.base) + memory.offset & self.mask

    # --- state that the library does not keep as it should ------------------

    def stow(self, core: Core) -> int:
        """Return the exception flags, which the library does not save."""
        return self._state.flags(core)

    def fetch(self, core: Core, extra: int) -> None:
        """Restore them."""
        self._state.set_flags(core, extra)

    def reservation(self, context: Saved) -> int:
        """Return the address that LR has reserved."""
        return self._state.reservation(context)

    def forsake(self, context: Saved) -> None:
        """Let the next SC fail."""
        self._state.forsake(context)

    # --- registers beside the numbered ones ---------------------------------

    def legal(self, register: int, value: int) -> int:
        """Return what *register* holds when *value* is written to it."""
        return value & (self.mask - 1 if register == PC else self.mask)

    def extended(self, core: Core) -> bytes:
        """Return f0 to f31 and fcsr."""
        return self._state.floats(core) + _FCSR.pack(self._state.fcsr(core))

    def set_extended(self, core: Core, data: bytes) -> None:
        """Change them."""
        self._state.set_floats(core, data[:256])
        self._state.set_fcsr(core, data[256])


def _misaligned(memory: Memory, address: int) -> Special:
    if memory.how == RESERVE:
        return Special(LOAD_MISALIGNED, address)
    return Special(STORE_MISALIGNED, address)
