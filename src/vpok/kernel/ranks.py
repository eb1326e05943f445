"""The order of what happens at one instant (semantics 2)."""

from typing import Final

COMPLETION: Final = 0
WINDOW_END: Final = 2
TIMEOUT: Final = 4
ARRIVAL: Final = 5
RELEASE: Final = 6
WINDOW_START: Final = 7
DISPATCH: Final = 8
