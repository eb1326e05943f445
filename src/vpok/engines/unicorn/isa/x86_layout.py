"""
Two words of the library's state that it does not name, and that must be right.

* An instance that counts packs EFLAGS into one word for its hook, before each
  instruction.  At each miss of its TLB and each fault it restores the way in
  which they had been kept (`cc_op`), but not the words: EFLAGS would be
  nonsense.
* An exception is remembered (`old_exception`) until an interrupt descriptor
  has been fetched, which never happens here: the next one would look like a
  double fault.

Both can be mended in a saved context, or in place.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

I32: Final = Struct("<i")
PACKED: Final = 1  # the `cc_op` of flags that are all in one word
NO_EXCEPTION: Final = -1

# Where `cc_op` is, behind EAX: 16 registers, EIP, EFLAGS and three operands.
CC_OP: Final = 8 * 21


@dataclass(frozen=True, slots=True)
class Layout:
    """Offsets in a saved context."""

    cc_op: int
    old_exception: int
