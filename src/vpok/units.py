"""
The integers of the machine: time and addresses.

Time is whole nanoseconds since the module started, everywhere.  A float never
reaches the kernel: two hosts may round it differently, and the trace would no
longer be the same.
"""

from typing import Final

NS_PER_US: Final = 1_000
NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000

# "Never": later than any instant that a run can reach.  Configured times stay
# below MAX_TIME, so that the sum of two of them still fits 63 bits.
FAR: Final = 1 << 62
MAX_TIME: Final = 1 << 61


def signed(word: int) -> int:
    """
    Return an unsigned word of 64 bits as the signed number of the same bits.

    Everything of 64 bits that a guest or a user chooses (addresses, sets of
    processors) goes into an event's field that way.
    """
    return word - (1 << 64) if word >= 1 << 63 else word
