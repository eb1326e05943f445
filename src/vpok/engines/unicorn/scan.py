"""What is in a translated block: how many instructions, and any that matters."""

from collections.abc import Collection
from typing import Final

from vpok.arch.x86_decode import (
    CALL,
    LONGEST,
    PACK,
    PLAIN,
    Instruction,
    decode,
)

# A block whose length or count the decoder sees differently from the engine.
UNSURE: Final = -2
CLEAN: Final = -1
# What `decode` may look at behind a block.
MARGIN: Final = LONGEST + 2
# Instructions that can be sites at one time; the library looks at each of
# them whenever it meets one.
MOST_SITES: Final = 1024


class Scan:
    """
    One look at a block.

    *code* begins at address *pc* and goes on for `MARGIN` bytes behind the
    block's *size*; only its first *inside* bytes belong to the partition.
    `PACK` instructions need care unless they are among *sites*, or there is
    room for them (None: all are right).
    """

    def __init__(
        self,
        pc: int,
        code: bytes,
        size: int,
        inside: int,
        sites: Collection[int] | None = None,
    ) -> None:
        """Look at instructions until one needs care, or to the end."""
        self._instruction = Instruction()
        self.count = 0  # instructions before the one that needs care
        self.length = 0  # their bytes
        self.care = False
        self.packs = False  # there is a PACK instruction
        self.wanted: list[int] = []  # addresses that should become sites
        while self.length < size and not self.care:
            instruction = decode(code, self.length, self._instruction)
            address = pc + self.length
            if self.length + instruction.length > inside:
                self.care = True
            elif instruction.kind == PACK:
                self.care = not self._packs(address, sites)
            else:
                self.care = instruction.kind not in {PLAIN, CALL}
            if not self.care:
                self.length += instruction.length
                self.count += 1

    def _packs(self, address: int, sites: Collection[int] | None) -> bool:
        self.packs = True
        if sites is None or address in sites:
            return True
        self.wanted.append(address)
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


def index_of(code: bytes, offset: int) -> int:
    """Return how many instructions *code* has before *offset*."""
    instruction = Instruction()
    at = index = 0
    while at < offset:
        at += decode(code, at, instruction).length
        index += 1
    return index
