"""
The memory of a partition, as its engine's cores are let to see it.

A page is either *code* (fetched and read, not written) or data (read and
written, not fetched).  Code is fetched from a copy, so that the translator
never watches the guest's own memory: what happens to a page is decided here.
Nothing outside the partition is ever mapped; the last page, if the partition
ends inside it, is never mapped for data, so that each access can be checked.
"""

from typing import TYPE_CHECKING, Final

from vpok.engines.unicorn.host import Pages
from vpok.engines.unicorn.lib import (
    FETCH,
    PROT_EXEC,
    PROT_READ,
    PROT_WRITE,
    WRITE,
)
from vpok.engines.unicorn.saved import Saved
from vpok.engines.unicorn.target import Target
from vpok.machine.memory import PAGE, GuestMemory

if TYPE_CHECKING:
    from vpok.engines.unicorn.core import Core

# Physical addresses of a core, above all that a guest can name.
COPY: Final = 1 << 32  # the copies of code pages
NOWHERE: Final = 1 << 33  # what a fetch outside the partition sees: a fault
HIDDEN: Final = 1 << 34  # the way to user mode

_REACH: Final = 16  # bytes of the longest deadly thing, but one

RX: Final = PROT_READ | PROT_EXEC
RW: Final = PROT_READ | PROT_WRITE


class Mmu:
    """Which page is what, and who must hear of a change."""

    def __init__(self, size: int, target: Target) -> None:
        """Lend *size* bytes, all zero, all data, for code of *target*."""
        self._deadly = target.deadly
        self._filler = bytes([target.filler])
        self.size = size
        self.whole = size // PAGE  # pages that lie wholly inside
        self.pages = (size + PAGE - 1) // PAGE
        self.real = Pages(size)
        self.copy = Pages(size)
        self.nowhere = Pages(PAGE)
        self.nowhere.view[:] = self._filler * self.nowhere.size
        self.memory = WatchedMemory(self)
        self.code = self.memory.code_pages
        self.cores: list[Core] = []
        # The bytes of each copied page that translations were made from.
        self.low = [PAGE] * self.pages
        self.high = [0] * self.pages
        # Contexts of vCPUs that lose a reservation when a page is written.
        self._target = target
        self.watched: dict[int, set[Saved]] = {}
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
            if page in self.watched:
                if access != WRITE:
                    return page * PAGE, PROT_READ
                self.written(page)
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

        False: it must not be translated, see `Target.deadly`.
        """
        base = page * PAGE
        if self._kills(base):
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
            self.copy.view[inside : base + PAGE] = self._filler * (
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

    def watch(self, page: int, context: Saved) -> None:
        """Let *context* lose a reservation in *page* at the next write."""
        if page not in self.watched:
            self.watched[page] = set()
            for core in self.cores:
                core.stale = True
        self.watched[page].add(context)

    def written(self, page: int) -> None:
        """Hear that a vCPU is writing to *page*."""
        for context in self.watched.pop(page, ()):
            if self._target.reservation(context) // PAGE == page:
                self._target.forsake(context)

    def _kills(self, base: int) -> bool:
        """
        Say whether something deadly lies in the page at *base*, or partly.

        What its neighbours hold may change, but they are looked at in the same
        way before they are code.
        """
        if self._deadly is None:
            return False
        start = max(base - _REACH, 0)
        text = self.bytes_at(start, base - start + PAGE + _REACH)
        return any(
            found.end() > base - start and found.start() < base - start + PAGE
            for found in self._deadly.finditer(text)
        )

    def rest(self, page: int) -> None:
        """Make *page* data; its translations wait for `wake`."""
        self.code.discard(page)
        for core in self.cores:
            core.stale = True

    def bytes_at(self, address: int, length: int) -> bytes:
        """Return bytes of code; what is behind the end faults."""
        end = min(address + length, self.size)
        code = bytes(self.real.view[address:end]) if address < end else b""
        return code + self._filler * (length - len(code))


class WatchedMemory(GuestMemory):
    """The partition's memory, as the hypervisor uses it."""

    def __init__(self, mmu: Mmu) -> None:
        """Give access to the pages of *mmu*."""
        super().__init__(mmu.real.view, mmu.size)
        self._mmu = mmu

    def changed(self, page: int) -> None:
        """Let the cores look at a code page again before they fetch."""
        self._mmu.rest(page)
