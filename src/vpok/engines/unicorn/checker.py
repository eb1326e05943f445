"""
The checked core: one instruction, every access of it looked at.

It executes what the page map alone cannot decide: accesses to the last page
of a partition that ends inside it, and stores to pages of code.  An access
outside the partition undoes the instruction and names its exact address.
"""

from typing import Final

from vpok.arch.x86_32 import EIP, GENERAL_PROTECTION, STACK_FAULT
from vpok.arch.x86_decode import LONGEST, Instruction, decode
from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import BEHIND, FAILED, FAULTED, SPENT, Core
from vpok.engines.unicorn.host import Pages
from vpok.engines.unicorn.layout import Layout
from vpok.engines.unicorn.mmu import HLT, NOWHERE, Mmu
from vpok.machine.memory import PAGE

_CODE: Final = 1 << 35  # physical address of its code
_WRITES: Final = frozenset({uc.WRITE, uc.WRITE_UNMAPPED})


class Checker(Core):
    """A core that executes one instruction at a time, or none of it."""

    def __init__(
        self, library: uc.Library, mmu: Mmu, layout: Layout | None
    ) -> None:
        """Make the core; `start` must be called once."""
        super().__init__(library, mmu, layout)
        self.address = 0  # of the access that was refused
        self._bad = self._write = False
        self._instruction = Instruction()
        self._undo: list[tuple[int, bytes]] = []
        # Its code is that one instruction and HLT, so that no more than that
        # is translated.
        self._first = -1  # page of the instruction
        self._placed: set[int] = set()  # addresses of translated ones
        self._code = Pages(2 * PAGE)
        self._code.view[:] = bytes([HLT]) * self._code.size
        self.lib.check(
            self.lib.mem_map_ptr(
                self.handle,
                _CODE,
                self._code.size,
                uc.PROT_READ | uc.PROT_EXEC,
                self._code.address,
            )
        )
        hook = uc.MEMORY_HOOK(self._access)
        self.hook(uc.HOOK_MEMORY | uc.HOOK_UNMAPPED, hook)

    def fill(self, page: int, access: int) -> tuple[int, int] | None:
        """Allow everything: accesses are looked at one by one."""
        if self._booting:
            return super().fill(page, access)
        if access == uc.FETCH or self._forgetting:
            own = page - self._first
            place = _CODE + own * PAGE if own in {0, 1} else NOWHERE
            return place, uc.PROT_EXEC
        self.keep_flags()
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
            if kind in _WRITES:
                self._save(address, length)
            if not self._bad:
                self._look(address, length, kind in _WRITES)
        except BaseException as error:  # noqa: BLE001 (re-raised by `run`)
            self.fail(error)
        return False

    def _look(self, address: int, length: int, write: bool) -> None:
        if not self.mmu.memory.contains(address, length):
            self._bad = True
            self._write = write
            self.address = address
            self.stop()

    def _save(self, address: int, length: int) -> None:
        """Keep what a store is about to replace, as far as it is mapped."""
        view = self.mmu.real.view
        for start in (address, address - (1 << 32)):  # it may wrap round
            first = max(start, 0)
            end = min(start + length, len(view))
            if first < end:
                self._undo.append((first, bytes(view[first:end])))

    def run(self, limit: int) -> int:
        """Execute one instruction; `outcome` is SPENT or FAULTED."""
        self._bad = False
        self._undo.clear()
        self.address = 0
        pc = self.registers.get(EIP)
        self._place(pc)
        self.emulate(1)
        if self.failure is not None:
            self.outcome = FAILED
        elif self._bad:
            self.outcome = FAULTED
            self.vector = self._blame()
        if self.outcome == SPENT or self.vector in BEHIND:
            self._commit(pc)
            return 1
        self._roll_back()
        return 0

    def executed(self) -> int:
        """Return the instructions of `run` so far."""
        return 0

    def _place(self, pc: int) -> None:
        """Have the instruction at *pc* among the code that there is."""
        code = self.mmu.bytes_at(pc, LONGEST + 2)
        self._instruction = decode(code, 0, self._instruction)
        self.stale = False  # it has no page map to be out of date
        if pc // PAGE != self._first:
            self._turn_to(pc // PAGE)
        start = pc % PAGE
        end = start + self._instruction.length
        # HLT behind it: what is there may be the middle of another one.
        code = code[: end - start] + bytes([HLT])
        end += 1
        view = self._code.view
        if pc not in self._placed or view[start:end] != code:
            view[start:end] = code
            self.forget(pc, pc + 1)
            self.forget(pc + len(code) - 1, pc + len(code))
            self._placed.add(pc)

    def _turn_to(self, page: int) -> None:
        """Begin with *page* and the next one, empty."""
        for pc in self._placed:
            self.forget(pc, pc + 1)
        self._placed.clear()
        self._code.view[:] = bytes([HLT]) * self._code.size
        self._first = page
        self.stale = True

    def _blame(self) -> int:
        """Return the vector of an access outside the partition."""
        stack = self._instruction.through_stack(self._write)
        return STACK_FAULT if stack else GENERAL_PROTECTION

    def _roll_back(self) -> None:
        view = self.mmu.real.view
        for address, old in reversed(self._undo):
            view[address : address + len(old)] = old

    def _commit(self, pc: int) -> None:
        """Tell the Mmu which pages of code have been written."""
        mmu = self.mmu
        last = pc + self._instruction.length - 1
        here = {pc // PAGE, last // PAGE}
        for address, old in self._undo:
            for page in {address // PAGE, (address + len(old) - 1) // PAGE}:
                if page in mmu.code:
                    # Data among the code that runs, or a page of data by now.
                    (mmu.wake if page in here else mmu.rest)(page)
