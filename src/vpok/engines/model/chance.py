"""
Chance, by a seed: one stream of numbers per task.

SplitMix64 (Steele, Lea, Flood 2014): the same numbers on any host, and a
neighbour's change shifts nobody's.
"""

from hashlib import sha256

_WORD = (1 << 64) - 1


class Stream:
    """Numbers that look random and are not."""

    def __init__(self, seed: int, partition: str, task: str) -> None:
        """Begin the stream of a task."""
        key = f"{seed}/{partition}/{task}".encode()
        self.word = int.from_bytes(sha256(key).digest()[:8], "little")

    def below(self, bound: int) -> int:
        """Return a number in [0, bound)."""
        word = self.word = self.word + 0x9E3779B97F4A7C15 & _WORD
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & _WORD
        word = (word ^ word >> 27) * 0x94D049BB133111EB & _WORD
        return (word ^ word >> 31) * bound >> 64
