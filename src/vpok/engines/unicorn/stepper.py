"""
The counted core: exact for any number of instructions, and slower.

It executes what is left of a budget when no block fits any more, and single
instructions that need care; in the tier `count`, everything.
"""

from ctypes import c_uint64
from typing import Any, Final

from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.core import (
    FAILED,
    FAULTED,
    SPENT,
    UNFIT,
    Core,
)
from vpok.engines.unicorn.mmu import Mmu
from vpok.engines.unicorn.registers import peek
from vpok.engines.unicorn.scan import CLEAN, Scan
from vpok.engines.unicorn.target import Target

# A count that is found in the library's memory when it has been given.
_MAGIC: Final = 0x5EED_C0DE_0000
_HANDLE_BYTES: Final = 4096


class Stepper(Core):
    """A core that counts."""

    def __init__(self, library: uc.Library, mmu: Mmu, target: Target) -> None:
        """Make the core; `start` must be called once."""
        super().__init__(library, mmu, target)
        self.block = (0, 0)  # the last one that was not started: pc, size
        # Execute what is asked for, whatever it is: always, if the meter has
        # looked at each block before.
        self.careless = self.vetted = False
        self._odd: list[int] = []  # blocks that must not stay translated
        self._counter: Any = None
        self._from = 0
        self._before = 0  # instructions of this `run`, in earlier calls
        self.hook(uc.HOOK_EDGE, uc.EDGE_HOOK(self._edge))

    def travel(self, address: int) -> None:
        """Run the way to user mode; find the library's counter."""
        self.lib.emu_start(self.handle, address, 0, 0, _MAGIC)
        block = peek(self.handle, _HANDLE_BYTES)
        at = block.find(_MAGIC.to_bytes(8, "little"))
        value = int.from_bytes(block[at - 8 : at], "little")
        if at % 8 == 0 and at >= 8 and value == self.target.steps:
            self._counter = c_uint64.from_address(self.handle + at - 8)

    def fill(self, page: int, access: int) -> tuple[int, int] | None:
        """Decide about an access to *page*; see `Target.keep`."""
        answer = super().fill(page, access)
        if answer and access != uc.FETCH and not self.booting:
            self.target.keep(self)
        return answer

    @property
    def calibrated(self) -> bool:
        """Whether the library's counter was found."""
        return self._counter is not None

    def _edge(self, _uc: int, new: Any, _old: Any, _data: int) -> None:
        """Look at a block that was just translated."""
        try:
            if not self.booting:
                block = new[0]
                self._look(block.pc, block.size, block.icount)
        except BaseException as error:  # noqa: BLE001 (re-raised by `run`)
            self.fail(error)

    def _look(self, pc: int, size: int, icount: int) -> None:
        mmu = self.mmu
        mmu.cover(pc, pc + size)
        if size == 0 and pc < mmu.size:
            self.empty.add(pc)
        if self.vetted and not self.target.beyond:
            return
        code = mmu.bytes_at(pc, size + self.target.margin)
        look = Scan(self.target, pc, code, size, mmu.size - pc)
        if look.verdict(size, icount) == CLEAN or (
            self.vetted and look.count == icount
        ):
            return
        if pc < mmu.size:  # outside there is only what faults
            self._odd.append(pc)
        if not (self.careless or self.vetted):
            self.block = (pc, size)
            self.outcome = UNFIT
            self.stop()

    def run(self, limit: int) -> int:
        """Execute *limit* instructions, one at a time if need be."""
        self._before = 0
        if self._counter is not None:
            self._before = self._count(limit)
        else:
            self.outcome = SPENT
            while self._before < limit and self.outcome == SPENT:
                self._before += self._count(1)
        while self._odd:
            pc = self._odd.pop()
            self.forget(pc, pc + 1)
        return self._before

    def _count(self, limit: int) -> int:
        self._from = self.registers.pc()
        error = self.emulate(limit)
        done = self._done(limit)
        if self.failure is not None:
            self.outcome = FAILED
        elif self.outcome == FAULTED:
            at_it = self.vector not in self.target.behind
            done -= at_it
            self.target.mend(self, packed=at_it)
        elif self.outcome == SPENT and error != uc.OK:
            if self.refused(error):
                self.target.mend(self, packed=True)
                done -= 1
            if done == limit:
                self.outcome = SPENT  # the next one's fault
        return done

    def _done(self, limit: int) -> int:
        if self._counter is not None:
            return min(limit, int(self._counter.value))
        # One instruction: was it entered?
        if self.outcome == UNFIT or self.mmu.access == uc.FETCH:
            return int(self.registers.pc() != self._from)
        return 1

    def executed(self) -> int:
        """Return the instructions of `run` so far, the current one too."""
        if self._counter is None:
            return self._before + 1
        return int(self._counter.value)

    def alone(self, count: int) -> int:
        """Execute *count* instructions of one block, whatever they are."""
        self.careless = True
        done = self.run(count)
        self.careless = False
        return done
