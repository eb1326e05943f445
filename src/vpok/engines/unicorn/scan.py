"""What is in a translated block: how many instructions, and any that matters."""

from typing import Final

from vpok.arch.x86_decode import (
    CALL,
    LONGEST,
    PLAIN,
    Instruction,
    decode,
)
from vpok.engines.unicorn.flags import depends, known_after

# A block whose length or count the decoder sees differently from the engine.
UNSURE: Final = -2
CLEAN: Final = -1
# What `decode` may look at behind a block.
MARGIN: Final = LONGEST + 2


class Scan:
    """
    One look at a block.

    *code* begins at the block and goes on for `MARGIN` bytes behind its
    *size*; only its first *inside* bytes belong to the partition.
    """

    def __init__(self, code: bytes, size: int, inside: int) -> None:
        """Look at instructions until one needs care, or to the end."""
        self._instruction = Instruction()
        self.count = 0  # instructions before the one that needs care
        self.length = 0  # their bytes
        self.care = False
        known = False
        while self.length < size:
            instruction = decode(code, self.length, self._instruction)
            if (
                self.length + instruction.length > inside
                or instruction.kind not in {PLAIN, CALL}
                or (not known and depends(instruction))
            ):
                self.care = True
                break
            known = known_after(instruction, known)
            self.length += instruction.length
            self.count += 1

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


def index_of(code: bytes, offset: int, into: Instruction) -> int:
    """
    Return how many instructions *code* has before *offset*.

    *into* becomes the one that begins there.
    """
    at = index = 0
    while at < offset:
        at += decode(code, at, into).length
        index += 1
    if at != offset:
        raise ValueError(f"no instruction begins at offset {offset}")
    decode(code, at, into)
    return index
