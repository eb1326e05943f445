"""What is in a translated block: how many instructions, and any that matters."""

from collections.abc import Collection
from typing import Final

from vpok.engines.unicorn.target import GUARD, NOTHING, SITE, Target

# A block whose length or count the decoder sees differently from the engine.
UNSURE: Final = -2
CLEAN: Final = -1
# Instructions that can be sites at one time; the library looks at each of
# them whenever it meets one.
MOST_SITES: Final = 1024


class Scan:
    """
    One look at a block.

    *code* begins at address *pc* and goes on for `Target.margin` bytes behind
    the block's *size*; only its first *inside* bytes belong to the partition.
    `SITE` instructions need care unless they are among *sites*, or there is
    room for them (None: all are right); `GUARD` instructions always do, unless
    they can be *guarded*, like sites.
    """

    def __init__(
        self,
        target: Target,
        pc: int,
        code: bytes,
        size: int,
        inside: int,
        sites: Collection[int] | None = None,
        *,
        guarded: bool = False,
    ) -> None:
        """Look at instructions until one needs care, or to the end."""
        self.count = 0  # instructions before the one that needs care
        self.length = 0  # their bytes
        self.care = False
        self.sites = False  # there is a SITE instruction
        self.guards = False  # there is a GUARD instruction
        # Addresses that should become sites, and what is needed there.
        self.wanted: dict[int, int] = {}
        while self.length < size and not self.care:
            length, need = target.look(code, self.length)
            if self.length + length > inside:
                self.care = True
            elif need == SITE or (need == GUARD and guarded):
                self.care = not self._fits(pc + self.length, need, sites)
            else:
                self.care = need != NOTHING
            if not self.care:
                self.length += length
                self.count += 1

    def _fits(
        self, address: int, need: int, sites: Collection[int] | None
    ) -> bool:
        self.sites = True
        self.guards |= need == GUARD
        if sites is None or address in sites:
            return True
        self.wanted[address] = need
        return len(sites) + len(self.wanted) <= MOST_SITES

    def verdict(self, size: int, icount: int) -> int:
        """
        Return the index of the first instruction that needs care, or CLEAN.

        UNSURE: the translator has seen other instructions, so that each of
        them must be looked at when its turn comes.
        """
        if self.care and self.count < icount:
            return self.count
        same = self.length == size and self.count == icount
        return CLEAN if same else UNSURE

    def before_care(self) -> int:
        """Return how many instructions can be executed without care."""
        return self.count if self.care else 1


def index_of(target: Target, code: bytes, offset: int) -> int:
    """Return how many instructions *code* has before *offset*."""
    at = index = 0
    while at < offset:
        at += target.look(code, at)[0]
        index += 1
    return index
