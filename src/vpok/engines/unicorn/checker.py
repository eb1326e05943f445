"""
The checked core: one instruction, every access of it looked at.

It executes what the page map alone cannot decide: accesses to the last page
of a partition that ends inside it, and stores to pages of code.  An access
outside the partition undoes the instruction and names its exact address.
"""

from typing import Any, Final

from vpok.arch.x86_32 import EIP, GENERAL_PROTECTION, STACK_FAULT
from vpok.arch.x86_decode import LONGEST, Instruction, decode
from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import FAILED, FAULTED, SPENT, Core
from vpok.engines.unicorn.mmu import Mmu
from vpok.machine.memory import PAGE

_WRITES: Final = frozenset({uc.WRITE, uc.WRITE_UNMAPPED})


class Checker(Core):
    """A core that executes one instruction at a time, or none of it."""

    def __init__(self, library: uc.Library, mmu: Mmu) -> None:
        """Make the core; `start` must be called once."""
        super().__init__(library, mmu)
        self.address = 0  # of the access that was refused
        self._bad = False
        self._undo: list[tuple[int, bytes]] = []
        hook = uc.MEMORY_HOOK(self._access)
        self.hook(uc.HOOK_MEMORY | uc.HOOK_UNMAPPED, hook)

    def fill(self, page: int, access: int) -> tuple[int, int] | None:
        """Allow everything: accesses are looked at one by one."""
        if self._booting:
            return super().fill(page, access)
        if access == uc.FETCH:
            return self.mmu.fetched(page), uc.PROT_EXEC
        return page * PAGE, uc.PROT_READ | uc.PROT_WRITE

    def _access(
        self,
        _uc: int,
        kind: int,
        address: int,
        length: int,
        _value: int,
        _data: int,
    ) -> bool:
        try:
            if not self._bad:
                self._note(kind, address, length)
        except BaseException as error:  # noqa: BLE001 (re-raised by `run`)
            self.fail(error)
        return False

    def _note(self, kind: int, address: int, length: int) -> None:
        memory = self.mmu.memory
        if not memory.contains(address, length):
            self._bad = True
            self.address = address
            self.stop()
        elif kind in _WRITES:
            self._undo.append((address, memory.read(address, length)))

    def run(self, limit: int) -> int:
        """Execute one instruction; `outcome` is SPENT or FAULTED."""
        self._bad = False
        self._undo.clear()
        self.address = 0
        pc = self.registers.get(EIP)
        self.stale = True
        self.forget(pc, pc + 1)
        self.emulate(1)
        if self.failure is not None:
            self.outcome = FAILED
        elif self._bad:
            self.outcome = FAULTED
            self.vector = self._blame(pc)
        if self.outcome == SPENT:
            self._commit()
            return 1
        self._roll_back()
        return 0

    def executed(self) -> int:
        """Return the instructions of `run` so far."""
        return 0

    def _blame(self, pc: int) -> int:
        """Return the vector of an access outside the partition."""
        code = self.mmu.bytes_at(pc, LONGEST + 2)
        if decode(code, 0, Instruction()).uses_stack():
            return STACK_FAULT
        return GENERAL_PROTECTION

    def _roll_back(self) -> None:
        view = self.mmu.real.view
        for address, old in reversed(self._undo):
            view[address : address + len(old)] = old

    def _commit(self) -> None:
        """Tell the Mmu which pages of code have been written."""
        mmu = self.mmu
        for address, old in self._undo:
            for page in {address // PAGE, (address + len(old) - 1) // PAGE}:
                if page in mmu.code:
                    mmu.rest(page)
