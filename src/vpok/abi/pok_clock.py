"""
POK's clock on x86: a timer tick of 9219 ns and a quantum of 1 ms.

POK programs the PIT with a divisor of 11 (of 1 193 182 Hz), adds 9219 ns to
its clock per interrupt, and elects whenever another million ns is full (POK:
kernel/arch/x86/x86-qemu/pit.c).  So quantum *k* comes with tick
ceil(k * 10^6 / 9219), the first one at 1 004 871 ns; nothing runs before it.
"""

from typing import Final

from mypy_extensions import i64

TICK: Final = 9219
QUANTUM: Final = 1_000_000


def clock(now: i64) -> i64:
    """Return what POK's clock shows at *now*: whole ticks, in ns."""
    return now - now % TICK


def quantum(number: i64) -> i64:
    """Return the instant of quantum *number* (1 is the first)."""
    return (number * QUANTUM + TICK - 1) // TICK * TICK


def quantum_at(instant: i64) -> i64:
    """Return the first quantum at or after *instant*."""
    number: i64 = instant // QUANTUM
    number = max(number, 1)
    # The quantum comes up to one tick after its nominal time.
    if number > 1 and quantum(number - 1) >= instant:
        number -= 1
    while quantum(number) < instant:
        number += 1
    return quantum(number)
