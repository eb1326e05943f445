"""What is in a translated block: how many instructions, and any that matters."""

from typing import Final

from vpok.arch.x86_decode import (
    CALL,
    LONGEST,
    PLAIN,
    Instruction,
    decode,
)

# A block whose length or count the decoder sees differently from the engine.
UNSURE: Final = -2
CLEAN: Final = -1


def scan(code: bytes, size: int, icount: int, inside: int) -> int:
    """
    Return the index of the first instruction that needs care, or CLEAN.

    *code* begins at the block and goes on for 15 bytes behind it; only its
    first *inside* bytes belong to the partition.  UNSURE means that every
    instruction must be looked at when its turn comes.
    """
    instruction = Instruction()
    offset = 0
    for index in range(icount):
        if offset >= size:
            return UNSURE
        decode(code, offset, instruction)
        if offset + instruction.length > inside:
            return index
        if instruction.kind not in {PLAIN, CALL}:
            return index
        offset += instruction.length
    return CLEAN if offset == size else UNSURE


def index_of(code: bytes, offset: int) -> int:
    """Return how many instructions *code* has before *offset*."""
    instruction = Instruction()
    at = index = 0
    while at < offset:
        at += decode(code, at, instruction).length
        index += 1
    if at != offset:
        raise ValueError(f"no instruction starts at offset {offset}")
    return index


def padding(code: bytes) -> bytes:
    """Return *code* with what `decode` may look at behind it."""
    return code + bytes([0xF4]) * (LONGEST + 2)


def plain_run(code: bytes, size: int, inside: int) -> int:
    """
    Return how many instructions can be executed before one needs care.

    1 if none of the block's *size* bytes seems to: then the decoder and the
    engine disagree, and each instruction has its turn.
    """
    instruction = Instruction()
    offset = count = 0
    while offset < size:
        decode(code, offset, instruction)
        if offset + instruction.length > inside:
            return count
        if instruction.kind not in {PLAIN, CALL}:
            return count
        offset += instruction.length
        count += 1
    return 1
