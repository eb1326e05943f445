"""
The checked core: one instruction, every access of it looked at.

It executes what the page map alone cannot decide: accesses to the last page
of a partition that ends inside it, and stores to pages of code.  An access
outside the partition undoes the instruction and names its exact address.
"""

from typing import Final

from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import FAILED, FAULTED, SPENT, Core
from vpok.engines.unicorn.host import Pages
from vpok.engines.unicorn.mmu import COPY, NOWHERE, Mmu
from vpok.engines.unicorn.target import Access, Target
from vpok.machine.memory import PAGE

_CODE: Final = 1 << 35  # physical address of its code
# Where pages are that lie too far to be at their own address; nothing is
# mapped there.
_FAR: Final = 1 << 36
_MOST_EMPTY: Final = 4096
_WRITES: Final = frozenset({uc.WRITE, uc.WRITE_UNMAPPED})


class Checker(Core):
    """A core that executes one instruction at a time, or none of it."""

    def __init__(self, library: uc.Library, mmu: Mmu, target: Target) -> None:
        """Make the core; `start` must be called once."""
        super().__init__(library, mmu, target)
        self.address = 0  # of the access that was refused
        self._bad: Access | None = None
        self._length = 0  # of the instruction
        self._far: list[int] = []  # pages at `_FAR`
        self._undo: list[tuple[int, bytes]] = []
        # Its code is that one instruction and filler, so that no more than
        # that is translated.
        self._first = -1  # page of the instruction
        self._placed: set[int] = set()  # addresses of translated ones
        self._filler = bytes([target.filler])
        self._code = Pages(2 * PAGE)
        self._code.view[:] = self._filler * self._code.size
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
        if self.booting:
            return super().fill(page, access)
        if access == uc.FETCH or self._forgetting:
            own = page - self._first
            place = _CODE + own * PAGE if own in {0, 1} else NOWHERE
            return place, uc.PROT_EXEC
        self.target.keep(self)
        return self._place_of(page), uc.PROT_READ | uc.PROT_WRITE

    def _place_of(self, page: int) -> int:
        if page * PAGE < COPY:
            return page * PAGE
        if page not in self._far:
            self._far.append(page)
        return _FAR + self._far.index(page) * PAGE

    def _access(
        self,
        _uc: int,
        kind: int,
        address: int,
        length: int,
        _value: int,
        _data: int,
    ) -> bool:
        if self.booting:
            return False
        try:
            if address >= _FAR:
                page, offset = divmod(address - _FAR, PAGE)
                address = self._far[page] * PAGE + offset
            if kind in _WRITES:
                self._save(address, length)
            if self._bad is None:
                self._look(address, length, kind in _WRITES)
        except BaseException as error:  # noqa: BLE001 (re-raised by `run`)
            self.fail(error)
        return False

    def _look(self, address: int, length: int, write: bool) -> None:
        if not self.mmu.memory.contains(address, length):
            first = max(address, self.mmu.size)
            self._bad = Access(address, length, write, first)
            self.stop()

    def _save(self, address: int, length: int) -> None:
        """Keep what a store is about to replace, as far as it is mapped."""
        view = self.mmu.real.view
        for start in (
            address,
            address - self.target.mask - 1,
        ):  # it may wrap round
            first = max(start, 0)
            end = min(start + length, len(view))
            if first < end:
                self._undo.append((first, bytes(view[first:end])))

    def run(self, limit: int) -> int:
        """Execute one instruction; `outcome` is SPENT or FAULTED."""
        pc = self.registers.pc()
        code = self.mmu.bytes_at(pc, self.target.margin)
        self.address = 0
        self._bad = None
        self._undo.clear()
        special = self.target.access(self, code)
        if special is None:
            self._try(pc, code)
            if self.failure is not None:
                self.outcome = FAILED
            elif self._bad is not None:
                special = self.target.outside(code, self._bad)
            elif self.outcome == FAULTED:
                special = self.target.fault(self, self.vector)
        if special is not None:
            self.outcome = FAULTED
            self.vector, self.address, _ = special
        if self.outcome == SPENT or self.vector in self.target.behind:
            self._commit(pc)
            return 1
        self._roll_back()
        return 0

    def _try(self, pc: int, code: bytes) -> None:
        self._place(pc, code)
        if self._far:
            self._far.clear()
            self.stale = True
        self.emulate(1)

    def executed(self) -> int:
        """Return the instructions of `run` so far."""
        return 0

    def _place(self, pc: int, code: bytes) -> None:
        """Have the instruction at *pc* among the code that there is."""
        self._length = self.target.look(code, 0)[0]
        self.stale = False  # it has no page map to be out of date
        if pc // PAGE != self._first:
            self._turn_to(pc // PAGE)
        start = pc % PAGE
        end = start + self._length
        if self.target.beyond:
            self.empty.update((pc, pc + self._length))
        # Filler behind it: what is there may be the middle of another one.
        code = code[: end - start] + self._filler
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
        if len(self.empty) > _MOST_EMPTY:
            self.ctl(uc.CTL_FLUSH_BLOCKS)
            self.empty.clear()
        self._code.view[:] = self._filler * self._code.size
        self._first = page
        self.stale = True

    def _roll_back(self) -> None:
        view = self.mmu.real.view
        for address, old in reversed(self._undo):
            view[address : address + len(old)] = old

    def _commit(self, pc: int) -> None:
        """Tell the Mmu which pages of code have been written."""
        mmu = self.mmu
        last = pc + self._length - 1
        here = {pc // PAGE, last // PAGE}
        for address, old in self._undo:
            for page in {address // PAGE, (address + len(old) - 1) // PAGE}:
                mmu.written(page)
                if page in mmu.code:
                    # Data among the code that runs, or a page of data by now.
                    (mmu.wake if page in here else mmu.rest)(page)
