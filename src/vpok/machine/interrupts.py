"""
The interrupt controller of one vCPU: what is registered, masked, pending.

The kernel raises, the guest registers, masks and completes, and the vCPU's
`schedule_tail` takes what can be delivered.  The flag that enables delivery
and the depth of nesting are the guest's own data, in the page that it shares
with the hypervisor (semantics 12 to 17).
"""

from struct import Struct
from typing import Final

from mypy_extensions import i64

from vpok.abi.paravirt import INTERRUPTS, MAX_DEPTH, MAX_PENDING
from vpok.machine.memory import U32, U64, GuestMemory

# What `schedule_tail` did, if it is no number of an interrupt.
NONE: Final = -1  # nothing can be delivered
REFUSED: Final = -2  # there is no room for a frame in the partition
NESTED: Final = -3  # the frames are too deep

# What became of an occurrence.
PENDING: Final = 0
OVERRUN: Final = 1  # as many are pending as are counted
UNREGISTERED: Final = 2

NUMBERS: Final = INTERRUPTS
NOWHERE: Final = -1  # no handler, no page

# The shared page; see `vpok.abi.paravirt`.
ENABLE: Final = 0x04
PENDING_SET: Final = 0x08
DEPTH: Final = 0x10
SERVING: Final = 0x14
I32: Final = Struct("<i")
STATE: Final = Struct("<IQIi")  # from ENABLE on
NEST: Final = Struct("<I8xIi")  # of it: the guest's own


class Interrupts:
    """One vCPU's interrupts; bit n of a set is number n."""

    def __init__(self, memory: GuestMemory, page: i64) -> None:
        """Have none registered; *page* is the shared page's address."""
        self.memory = memory
        self.page = page
        self.limits = [MAX_PENDING] * NUMBERS
        self.level = 0  # triggered by level, else by edge
        self.asserted = 0  # levels
        self.raised_count = [0] * NUMBERS
        self.delivered_count = [0] * NUMBERS
        self.completed_count = [0] * NUMBERS
        self.overrun_count = [0] * NUMBERS
        self.dropped_count = [0] * NUMBERS
        self.reset()

    def reset(self) -> None:
        """Forget what the guest registered, and all that is pending."""
        self.handlers = [NOWHERE] * NUMBERS
        self.fault_handler: i64 = NOWHERE
        self.masked = 0
        self.pending = 0
        self.served = 0  # levels between delivery and completion
        # The instants at which the pending occurrences were raised.
        self.raised: list[list[int]] = [[] for _ in range(NUMBERS)]
        self.told_nesting = False

    def inherit(self, old: "Interrupts") -> None:
        """Go on with the lines and counters of the one that this replaces."""
        self.asserted = old.asserted
        self.raised_count = old.raised_count
        self.delivered_count = old.delivered_count
        self.completed_count = old.completed_count
        self.overrun_count = old.overrun_count
        self.dropped_count = old.dropped_count
        for number in range(NUMBERS):
            self.dropped_count[number] += len(old.raised[number])

    # --- what the guest asks for -------------------------------------------

    def registered(self, number: i64) -> bool:
        """Say whether *number* has a handler."""
        return self.handlers[number] != NOWHERE

    def register(self, number: i64, handler: i64, now: i64) -> None:
        """Give *number* a handler; an asserted level is pending at once."""
        self.handlers[number] = handler
        self.masked &= ~(1 << int(number))
        if self.asserted >> int(number) & 1:
            self.raised_count[number] += 1
            self.append(number, now)
        self.publish()

    def unregister(self, number: i64) -> i64:
        """Undo it; return how many occurrences are dropped."""
        dropped = len(self.raised[number])
        self.handlers[number] = NOWHERE
        self.masked &= ~(1 << int(number))
        self.served &= ~(1 << int(number))
        self.cancel(number)
        return dropped

    def cancel(self, number: i64) -> None:
        """Drop what is pending of *number*."""
        self.dropped_count[number] += len(self.raised[number])
        self.raised[number] = []
        self.pending &= ~(1 << int(number))
        self.publish()

    def mask(self, number: i64, masked: bool) -> None:
        """Mask or unmask *number*."""
        if masked:
            self.masked |= 1 << int(number)
        else:
            self.masked &= ~(1 << int(number))
        self.publish()

    # --- occurrences -------------------------------------------------------

    def append(self, number: i64, now: i64) -> None:
        """Make an occurrence of *number* pending."""
        self.raised[number].append(int(now))
        self.pending |= 1 << int(number)

    def add(self, number: i64, now: i64) -> i64:
        """Count an occurrence; return what became of it."""
        self.raised_count[number] += 1
        if not self.registered(number):
            self.dropped_count[number] += 1
            return UNREGISTERED
        if len(self.raised[number]) >= self.limits[number]:
            self.overrun_count[number] += 1
            return OVERRUN
        self.append(number, now)
        self.publish()
        return PENDING

    def set_level(self, number: i64, asserted: bool, now: i64) -> bool:
        """Assert or deassert a level; say whether that changed it."""
        bit = 1 << int(number)
        if bool(self.asserted & bit) == asserted:
            return False
        self.asserted ^= bit
        if not self.registered(number):
            return True
        if asserted and not self.served & bit:
            self.raised_count[number] += 1
            self.append(number, now)
        elif not asserted and self.raised[number]:
            self.cancel(number)
        self.publish()
        return True

    def complete(self, number: i64, now: i64) -> None:
        """Hear that the handler is done; an asserted level is pending again."""
        bit = 1 << int(number)
        self.completed_count[number] += 1
        if self.served & bit:
            self.served &= ~bit
            if self.asserted & bit and not self.raised[number]:
                self.raised_count[number] += 1
                self.append(number, now)
        self.publish()

    def abandon(self, now: i64) -> list[int]:
        """
        Hear that no handler is in hand any more, completed or not.

        Return the levels that are pending again.
        """
        waiting = self.served & self.asserted & ~self.pending
        self.served = 0
        again = [n for n in range(NUMBERS) if waiting >> n & 1]
        for number in again:
            self.raised_count[number] += 1
            self.append(number, now)
        self.publish()
        return again

    def take(self, number: i64) -> i64:
        """Deliver the oldest occurrence; return when it was raised."""
        raised = self.raised[number].pop(0)
        bit = 1 << int(number)
        if not self.raised[number]:
            self.pending &= ~bit
        if self.level & bit:
            self.served |= bit
        self.delivered_count[number] += 1
        self.publish()
        return raised

    # --- the shared page ---------------------------------------------------

    def enabled(self) -> bool:
        """Say whether the guest lets itself be interrupted."""
        return self.memory.u32(int(self.page) + ENABLE) != 0

    def enable(self, enabled: i64) -> None:
        """Set the guest's flag."""
        self.memory.write(int(self.page) + ENABLE, U32.pack(enabled))

    def depth(self) -> i64:
        """Return how many frames the guest says there are."""
        return self.memory.u32(int(self.page) + DEPTH)

    def serving(self) -> i64:
        """Return which interrupt the guest says is being served, or NONE."""
        data = self.memory.read(int(self.page) + SERVING, 4)
        number: int = I32.unpack(data)[0]
        return number if 0 <= number < NUMBERS else NONE

    def nested(self) -> tuple[int, int, int]:
        """Return all three, enable as 0 or 1."""
        enable, depth, serving = NEST.unpack_from(
            self.memory.buffer, int(self.page) + ENABLE
        )
        if not 0 <= serving < NUMBERS:
            serving = NONE
        return (int(enable != 0), depth, serving)

    def nest(self, enable: i64, depth: i64, serving: i64) -> None:
        """Write all three, and what is pending, which is between them."""
        pending = self.pending & ~self.masked
        self.memory.write(
            int(self.page) + ENABLE,
            STATE.pack(enable, pending, depth, serving),
        )

    def publish(self) -> None:
        """Show the guest what is pending and not masked."""
        self.memory.write(
            int(self.page) + PENDING_SET,
            U64.pack(self.pending & ~self.masked),
        )

    def deliverable(self) -> i64:
        """Return the lowest number that can be delivered now, or NONE."""
        wanted = self.pending & ~self.masked
        if wanted == 0 or not self.enabled():
            return NONE
        if self.depth() >= MAX_DEPTH:
            return NESTED
        return (wanted & -wanted).bit_length() - 1
