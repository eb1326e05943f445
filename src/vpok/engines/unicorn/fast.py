"""
The metered core: full speed, in whole blocks.

A block is charged when it is entered.  One that does not fit the budget, or
has an instruction that needs care, is not started; one that is left in its
middle is charged back from there.
"""

import ctypes
from typing import Any, Final

from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import (
    CAUGHT,
    FAILED,
    FAULTED,
    SPENT,
    UNFIT,
    Core,
)
from vpok.engines.unicorn.guard import Guard, make_guard
from vpok.engines.unicorn.meter import (
    NEVER,
    UNKNOWN,
    MeterCode,
    budget_of,
    make_meter,
    slot_of,
)
from vpok.engines.unicorn.mmu import Mmu
from vpok.engines.unicorn.scan import CLEAN, Scan, index_of
from vpok.engines.unicorn.target import GUARD, Target
from vpok.machine.memory import PAGE

_MOST_CLEAN: Final = 4096


class Fast(Core):
    """A core under the block meter."""

    def __init__(
        self,
        library: uc.Library,
        mmu: Mmu,
        target: Target,
        code: MeterCode,
    ) -> None:
        """Make the core; `start` installs the meter."""
        super().__init__(library, mmu, target)
        self._code = code
        self.limit = 0
        self.meter = make_meter(library.stop_address, self._miss)
        self._budget = budget_of(self.meter)
        # Instructions before which the library computes all flags, and
        # their hooks; a block that has others: its address, and theirs.
        self.sites: dict[int, int] = {}
        self._wanted: tuple[int, dict[int, int]] | None = None
        self._guard: Guard | None = None
        self._guarded: set[int] = set()  # blocks that have a guard
        # Blocks that are right at any address: their code and instructions.
        self._clean: dict[bytes, int] = {}
        self._slots: dict[int, set[int]] = {}  # of the meter, by page

    def start(self) -> bytes:
        """Enter user mode, then meter everything."""
        context = super().start()
        danger, words = self.target.danger, self.registers.base
        if danger is not None and words:
            self._guard = make_guard(danger, words, self.lib.stop_address)
        self.hook(
            uc.HOOK_BLOCK, self._code.address, ctypes.addressof(self.meter)
        )
        return context

    def _miss(self, _uc: int, pc: int, size: int, slot: Any) -> None:
        """Look at a block that the meter does not know yet."""
        entry = slot[0]
        entry.pc, entry.size, entry.cost = pc, size, NEVER
        try:
            entry.cost = self._cost(pc, size)
        except BaseException as error:  # noqa: BLE001 (re-raised by `run`)
            self.fail(error)

    def _cost(self, pc: int, size: int) -> int:
        if pc >= self.mmu.size:
            return NEVER  # filler, wherever it is
        block = uc.Block()
        address = ctypes.c_uint64(ctypes.addressof(block))
        self.lib.ctl(
            self.handle, uc.CTL_REQUEST_BLOCK, ctypes.c_uint64(pc), address
        )
        self.mmu.cover(pc, pc + size + self.target.beyond)
        if size == 0:
            self.empty.add(pc)
        index = slot_of(pc)
        for page in {pc // PAGE, (pc + size - 1) // PAGE}:
            if page < self.mmu.pages:  # the others never change
                self._slots.setdefault(page, set()).add(index)
        return (
            self._look(pc, size, block.icount) if block.size == size else NEVER
        )

    def _look(self, pc: int, size: int, icount: int) -> int:
        """Return the cost of a block that the library describes as it is."""
        code = self.mmu.bytes_at(pc, size + self.target.margin)
        inside = self.mmu.size - pc
        if size <= inside and self._clean.get(code[:size]) == icount:
            return icount
        guarded = self._guard is not None
        look = Scan(
            *(self.target, pc, code, size, inside, self.sites),
            guarded=guarded,
        )
        if look.wanted and not look.care:
            self._wanted = (pc, look.wanted)
            return NEVER
        if look.verdict(size, icount) != CLEAN:
            return NEVER
        if look.guards:
            self._guarded.add(pc)
        elif not look.sites and len(self._clean) < _MOST_CLEAN:
            self._clean[code[:size]] = icount
        return icount

    def run(self, limit: int) -> int:
        """Execute blocks while they fit *limit* instructions."""
        meter = self.meter
        self.limit = limit
        meter.budget = limit
        meter.stopped = 0
        error = self.emulate(0)
        done = self.executed()
        if self.failure is not None:
            self.outcome = FAILED
        elif self.outcome == FAULTED:
            done -= self._unpaid()
            self.target.mend(self, packed=self._packed())
        elif self.outcome != SPENT:
            pass
        elif self._guard is not None and self._guard.stopped:
            self._guard.stopped = 0
            self.outcome = CAUGHT
            done -= self._unpaid()
        elif meter.stopped:
            self.outcome = UNFIT
        elif error != uc.OK and self.refused(error):
            done -= self._unpaid()
            if self._packed():
                self.target.mend(self, packed=True)
        return done

    def _unpaid(self) -> int:
        """Return how many instructions of the last block were not done."""
        if self.vector in self.target.behind or not self.meter.slot:
            return 0  # a trap, behind its instruction
        slot = self.meter.slot[0]
        offset = self.registers.pc() - slot.pc
        length = max(offset, 0) + self.target.margin
        code = self.mmu.bytes_at(slot.pc, length)
        return int(slot.cost) - index_of(self.target, code, offset)

    def _packed(self) -> bool:
        """Say whether the flags were complete when the fault came."""
        behind = self.vector in self.target.behind
        return not behind and self.registers.pc() in self.sites

    def executed(self) -> int:
        """Return the instructions of `run` so far, at the end of a block."""
        left: int = self._budget[0]
        return self.limit - left

    def shorten(self, instructions: int) -> bool:
        """Take *instructions* off what `run` may still execute."""
        self.limit -= instructions
        self.meter.budget -= instructions
        return True

    def fits_never(self) -> bool:
        """Say whether the block that was not started never is."""
        return bool(self.meter.slot[0].cost == NEVER)

    def is_guarded(self) -> bool:
        """Say whether it has an instruction that only a guard lets pass."""
        return self.meter.slot[0].pc in self._guarded

    def block_size(self) -> int:
        """Return the bytes of the block that was not started."""
        return int(self.meter.slot[0].size)

    def prepare(self) -> bool:
        """
        Translate the block that was not started with the sites it wants.

        Say whether that was all that it needed.  (A hook on an instruction
        makes the library compute the flags before it; this one does nothing.)
        """
        if self._wanted is None:
            return False
        pc, wanted = self._wanted
        self._wanted = None
        for address, need in wanted.items():
            if need == GUARD:
                guard = ctypes.addressof(self._guard or Guard())
                number = self.watch(address, self._code.guard, guard)
            else:
                number = self.watch(address, self.lib.nothing, 0)
            self.sites[address] = number
            super().forget(address, address + 1)
        super().forget(pc, pc + 1)
        self.meter.slot[0].size = UNKNOWN
        return True

    def forget(self, start: int, end: int) -> None:
        """Drop translations of a page, and what its blocks cost."""
        super().forget(start, end)
        for index in self._slots.pop(start // PAGE, ()):
            self.meter.table[index].size = UNKNOWN
        for address in [a for a in self.sites if start <= a < end]:
            self.unwatch(self.sites.pop(address))
        self._guarded -= {pc for pc in self._guarded if start <= pc < end}
