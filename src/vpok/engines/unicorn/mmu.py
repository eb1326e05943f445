"""
The memory of a partition, as its engine's cores are let to see it.

A page is either *code* (fetched and read, not written) or data (read and
written, not fetched).  Code is fetched from a copy, so that the translator
never watches the guest's own memory: what happens to a page is decided here.
Nothing outside the partition is ever mapped; the last page, if the partition
ends inside it, is never mapped for data, so that each access can be checked.
"""

import re
from typing import TYPE_CHECKING, Final

from vpok.engines.unicorn.host import Pages
from vpok.engines.unicorn.lib import (
    FETCH,
    PROT_EXEC,
    PROT_READ,
    PROT_WRITE,
    WRITE,
)
from vpok.machine.memory import PAGE, GuestMemory

if TYPE_CHECKING:
    from vpok.engines.unicorn.core import Core

# Physical addresses of a core, above all that a guest can name.
COPY: Final = 1 << 32  # the copies of code pages
NOWHERE: Final = 1 << 33  # what a fetch outside the partition sees: HLT
HIDDEN: Final = 1 << 34  # descriptors, for the way to user mode

HLT: Final = 0xF4
# BT, BTS, BTR or BTC of a register with LOCK: an invalid instruction, on which
# the translator aborts the process, even if it is only behind what will be
# executed.  A page that seems to have one, or the beginning of one at its end,
# is never translated; its instructions are executed one by one.
_DEADLY: Final = re.compile(
    rb"\xf0[\x26\x2e\x36\x3e\x64-\x67\xf0\xf2\xf3]{0,14}"
    rb"(\Z|\x0f(\Z|[\xa3\xab\xb3\xba\xbb](\Z|[\xc0-\xff])))"
)
RX: Final = PROT_READ | PROT_EXEC
RW: Final = PROT_READ | PROT_WRITE


class Mmu:
    """Which page is what, and who must hear of a change."""

    def __init__(self, size: int) -> None:
        """Lend *size* bytes, all zero, all data."""
        self.size = size
        self.whole = size // PAGE  # pages that lie wholly inside
        self.pages = (size + PAGE - 1) // PAGE
        self.real = Pages(size)
        self.copy = Pages(size)
        self.nowhere = Pages(PAGE)
        self.nowhere.view[:] = bytes([HLT]) * self.nowhere.size
        self.memory = WatchedMemory(self)
        self.code = self.memory.code_pages
        self.cores: list[Core] = []
        # The bytes of each copied page that translations were made from.
        self.low = [PAGE] * self.pages
        self.high = [0] * self.pages
        # The access that was denied last.
        self.page = 0
        self.access = 0

    def fill(self, page: int, access: int) -> tuple[int, int] | None:
        """Return where *page* is and what is allowed, or None: denied."""
        if page in self.code:
            if access != WRITE and (access == FETCH or page < self.whole):
                rights = RX if page < self.whole else PROT_EXEC
                return COPY + page * PAGE, rights
        elif access == FETCH:
            if page >= self.pages:
                return NOWHERE, PROT_EXEC
        elif page < self.whole:
            return page * PAGE, RW
        self.page = page
        self.access = access
        return None

    def fetched(self, page: int) -> int:
        """Return where translations of *page* are made from."""
        return COPY + page * PAGE if page < self.pages else NOWHERE

    def cover(self, start: int, end: int) -> None:
        """Hear that a translation was made from the bytes [start, end)."""
        for page in range(start // PAGE, (end - 1) // PAGE + 1):
            if page < self.pages:
                base = page * PAGE
                self.low[page] = min(self.low[page], max(start - base, 0))
                self.high[page] = max(self.high[page], min(end - base, PAGE))

    def wake(self, page: int) -> bool:
        """
        Make *page* code, and drop translations that are no longer true.

        False: it must not be translated, see `_DEADLY`.
        """
        base = page * PAGE
        end = min(base + PAGE, self.size)
        if _DEADLY.search(self.real.view, base, end) is not None:
            if page in self.code:
                self.rest(page)
            return False
        low, high = base + self.low[page], base + self.high[page]
        changed = low < high and (
            self.copy.view[low:high] != self.real.view[low:high]
        )
        inside = min(base + PAGE, self.size)
        self.copy.view[base:inside] = self.real.view[base:inside]
        if inside < base + PAGE:
            self.copy.view[inside : base + PAGE] = bytes([HLT]) * (
                base + PAGE - inside
            )
        fresh = page not in self.code
        self.code.add(page)
        for core in self.cores:
            if changed:
                core.forget(base, base + PAGE)
            if fresh:
                core.stale = True
        if changed:
            self.low[page], self.high[page] = PAGE, 0
        return True

    def rest(self, page: int) -> None:
        """Make *page* data; its translations wait for `wake`."""
        self.code.discard(page)
        for core in self.cores:
            core.stale = True

    def bytes_at(self, address: int, length: int) -> bytes:
        """Return bytes of code; behind the partition's end there is HLT."""
        end = min(address + length, self.size)
        code = bytes(self.real.view[address:end]) if address < end else b""
        return code + bytes([HLT]) * (length - len(code))


class WatchedMemory(GuestMemory):
    """The partition's memory, as the hypervisor uses it."""

    def __init__(self, mmu: Mmu) -> None:
        """Give access to the pages of *mmu*."""
        super().__init__(mmu.real.view, mmu.size)
        self._mmu = mmu

    def changed(self, page: int) -> None:
        """Let the cores look at a code page again before they fetch."""
        self._mmu.rest(page)
