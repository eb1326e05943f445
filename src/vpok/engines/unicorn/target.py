"""
What the cores must know of the instruction set that they execute.

Everything that differs between instruction sets is behind one `Target`; the
cores, the page map and the engine know none of them.  `isa` has one file for
each, and the table.
"""

from re import Pattern
from typing import TYPE_CHECKING, Final, NamedTuple

from vpok.engines.unicorn.host import Pages

if TYPE_CHECKING:
    from vpok.engines.unicorn.core import Core
    from vpok.engines.unicorn.lib import Library
    from vpok.engines.unicorn.saved import Saved

# What an instruction needs that is met in a block.
NOTHING: Final = 0
SITE: Final = 1  # exact only if all flags have been computed before it
CARE: Final = 2  # a look of its own, see `Target.special`
GUARD: Final = 3  # that, unless somebody looks out for `Target.danger`


class Special(NamedTuple):
    """What is to be done with an instruction that needs care."""

    cause: int  # to be raised, or one of those below
    address: int = 0  # of the access that was refused
    paid: bool = False  # the instruction is behind the PC, and counts


# For `Special.cause`, beside the causes of the instruction set.
DONE: Final = -1  # it has been executed here
ALONE: Final = -2  # let the stepper execute it


class Access(NamedTuple):
    """An access to memory that is about to be made."""

    address: int
    length: int
    write: bool
    first: int  # byte of it that is outside


class Danger(NamedTuple):
    """Registers, by their words, and what their low halves must not be."""

    first: int
    second: int
    bad_first: int
    bad_second: int


class Target:
    """
    One instruction set, as the cores see it.

    Registers have the numbers of `vpok.arch`.  Where the library keeps them
    is told in words of 64 bits, counted from the first general register.
    """

    name: str
    # For the library: architecture, mode, model of the processor.
    arch: int
    mode: int
    model: int
    # The library's numbers of the registers; which word each one is (-1: only
    # the library knows); the first one that is not constant.
    numbers: tuple[int, ...]
    words: tuple[int, ...]
    first = 0
    pc: int
    mask: int  # of a register
    # The instruction that calls the hypervisor, the cause of it, and all
    # causes that are calls when the library tells of them in a run.
    hypercall: bytes
    call_cause: int
    calls: frozenset[int]
    # Causes that are raised behind their instruction.
    behind: frozenset[int] = frozenset()
    invalid: int  # cause of what the library does not know
    general: int  # cause of what it refuses for another reason
    # A byte of code that faults wherever it is met, and how far behind the
    # beginning of an instruction `look` may read.
    filler: int
    margin: int
    # Bytes behind a block of the instruction that it ends with all the same: an
    # illegal one is not in its size.  Such blocks do not stay translated.
    beyond = 0
    deadly: Pattern[bytes] | None = None  # pages that are never translated
    danger: Danger | None = None  # for instructions that need GUARD
    # The way to user mode: its page, which is hidden, and its instructions.
    hidden_at: int
    steps = 3
    extended_size = 0
    # There is state that is in no context of the library: see `stow`.
    extra = False

    # --- the way to user mode ----------------------------------------------

    def prepare(self, library: "Library") -> None:
        """Try out, once, where the library keeps what must be mended."""

    def hidden_page(self) -> Pages:
        """Return the page of the way to user mode."""
        raise NotImplementedError

    def enter(self, core: "Core") -> None:
        """Bring *core* to user mode, by `core.travel`; registers become 0."""
        raise NotImplementedError

    # --- code --------------------------------------------------------------

    def look(self, code: bytes, at: int) -> tuple[int, int]:
        """Return the length of the instruction there, and what it needs."""
        raise NotImplementedError

    def special(self, core: "Core", code: bytes, inside: int) -> Special:
        """
        Deal with the instruction at the PC; *code* begins there.

        Only its first *inside* bytes belong to the partition.
        """
        raise NotImplementedError

    def call(self, code: bytes) -> tuple[int, int]:
        """Return length and cause of the call there; cause -1: it is none."""
        raise NotImplementedError

    # --- what a fault is ---------------------------------------------------

    def arrived(self, core: "Core", cause: int) -> None:
        """Put the PC at the instruction that raised *cause*, inside a run."""

    def fault(self, core: "Core", cause: int) -> Special:
        """Return what the library's exception *cause* at the PC is."""
        return Special(cause)

    def access(self, core: "Core", code: bytes) -> Special | None:
        """
        Refuse the access of the instruction at the PC before it is made.

        For instruction sets in which that can be told beforehand.
        """
        return None

    def outside(self, code: bytes, refused: Access) -> Special:
        """Return what a *refused* access of the instruction in *code* is."""
        return Special(self.general, refused.address)

    # --- state that the library does not keep as it should ------------------

    def settle(self, core: "Core") -> None:
        """Have everything where a context is saved from, inside a run."""

    def mend(self, core: "Core", *, packed: bool) -> None:
        """
        Put right what a fault leaves wrong.

        *packed* says that the flags were complete when the fault came.
        """

    def keep(self, core: "Core") -> None:
        """In a core that counts, keep the flags over a miss of the TLB."""

    def stow(self, core: "Core") -> int:
        """Return what the library does not save."""
        return 0

    def fetch(self, core: "Core", extra: int) -> None:
        """Restore it."""

    def reservation(self, context: "Saved") -> int:
        """Return the address that *context* has reserved, -1 for none."""
        return -1

    def forsake(self, context: "Saved") -> None:
        """Drop the reservation of *context*."""

    # --- registers beside the numbered ones ---------------------------------

    def legal(self, register: int, value: int) -> int:
        """Return what *register* holds when *value* is written to it."""
        return value & self.mask

    def extended(self, core: "Core") -> bytes:
        """Return the floating point and vector state."""
        return b""

    def set_extended(self, core: "Core", data: bytes) -> None:
        """Change it; reserved bits are ignored."""
