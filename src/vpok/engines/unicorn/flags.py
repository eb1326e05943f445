"""
When a fault leaves EFLAGS packed, in the metered core.

Some instructions pack the flags into one word before they access memory.  If
the access faults, the library restores the way in which flags were kept
(`cc_op`) but not the words: so it must be known that they are packed.  RCL and
RCR always do so; SETcc depending on `cc_op`, which is known if a simple
instruction of the same block has set the flags.  (QEMU 5's target/i386.)
"""

from typing import Final

from vpok.arch.x86_decode import Instruction

# Flags are set in a way that the translator knows.
_ARITHMETIC: Final = frozenset(
    {
        *(op for op in range(0x3E) if op & 7 < 6),
        *range(0x40, 0x50),
        *(0x80, 0x81, 0x83, 0x84, 0x85, 0xA8, 0xA9),
    }
)
# Flags are neither set nor lost.
_MOVES: Final = frozenset(
    {
        *range(0x50, 0x60),
        *(0x68, 0x6A, *range(0x88, 0x8C), 0x8D, *range(0x90, 0x9A)),
        *(*range(0xA0, 0xA4), *range(0xB0, 0xC0), 0xC6, 0xC7),
        *range(0x0F40, 0x0F50),
        *range(0x0F90, 0x0FA0),
        *(0x0FB6, 0x0FB7, 0x0FBE, 0x0FBF),
    }
)
_SUBTRACTIONS: Final = frozenset(range(14, 18))  # values of `cc_op`
_CONSTANTS: Final = frozenset(range(47, 51))  # what XOR r,r leaves, and such

# Conditions, without the bit that inverts them.
_O, _B, _, _BE, _, _P, _L, _LE = range(8)


def known_after(instruction: Instruction, known: bool) -> bool:
    """Say whether `cc_op` is known behind *instruction*."""
    op = instruction.opcode
    if op in _ARITHMETIC:
        return True
    if op in {0xFE, 0xFF} and instruction.register < 2:
        return True
    return known and op in _MOVES


def depends(instruction: Instruction) -> bool:
    """Say whether `cc_op` must be known to get over a fault."""
    if not instruction.in_memory or instruction.opcode & ~15 != 0x0F90:
        return False
    return instruction.opcode >> 1 & 7 not in {_B, _P}


def packed(instruction: Instruction, cc_op: int) -> bool:
    """Say whether a fault of *instruction* finds the flags packed."""
    op = instruction.opcode
    if 0xD0 <= op <= 0xD3 or op in {0xC0, 0xC1}:
        return instruction.register in {2, 3}
    if op & ~15 != 0x0F90:
        return False
    condition = op >> 1 & 7
    if condition == _O:
        return cc_op not in _CONSTANTS
    if condition in {_BE, _L, _LE}:
        return cc_op not in _SUBTRACTIONS
    return condition == _P
