"""
Virtual CPUs.

A `Vcpu` is changed by the functions of this module, and by `alloc`.  Policies
and personalities read it and ask the kernel for a change, so that every
transition is in one file and every one of them is accounted.

States are Xen's: running, runnable, blocked, offline.  (The source design's
words: running, ready = runnable, suspending = blocked.)
"""

from typing import TYPE_CHECKING, Final

from mypy_extensions import i64

from vpok.machine.arch import ArchVcpu
from vpok.units import FAR

if TYPE_CHECKING:
    from vpok.kernel.domain import Domain
    from vpok.kernel.partition import Partition

RUNNING: Final = 0
RUNNABLE: Final = 1
BLOCKED: Final = 2
OFFLINE: Final = 3

STATE_NAMES: Final = ("running", "runnable", "blocked", "offline")


class Vcpu:
    """One virtual CPU of one partition (mission V1)."""

    def __init__(
        self, ident: int, index: int, partition: "Partition", arch: ArchVcpu
    ) -> None:
        """Make the record; `alloc_vcpu` is the way to a whole vCPU."""
        # Fixed while it lives.  `id` is unique in the module and recycled;
        # guests and traces see (partition, index) only.
        self.id = ident
        self.index: i64 = index
        self.partition = partition
        self.domain: Domain  # where it is scheduled; bound at set-up
        self.arch = arch
        # Its neighbours in its partition, in order of index.
        self.previous: Vcpu | None = None
        self.next: Vcpu | None = None

        # The runstate record: state, since when, ns spent in each state.
        self.state: i64 = OFFLINE
        self.since: i64 = 0
        self.total: list[int] = [0, 0, 0, 0]
        self.came_up = False
        self.offline_before: i64 = 0  # ns offline before it came up first
        self.pauses: i64 = 0  # nested; independent of blocking
        self.up = (
            False  # its guest wants it to run, whatever else it waits for
        )

        # Scheduling information, changed by the kernel's loop.
        self.pcpu: i64 = -1  # where it runs or ran last
        self.affinity = -1  # bit n: processor n may run it
        self.attention = False  # enter it anew before it runs on
        self.switches: i64 = 0  # times it was given a processor
        self.syscalls: i64 = 0
        self.faults: i64 = 0
        self.worked: i64 = -1  # ns of instructions before the last trap
        self.stuck: i64 = 0  # traps in a row without an instruction between

        # Between kernel and engine.
        self.exit: i64 = 0  # why the last run ended: a verdict
        self.debt: i64 = 0  # ns of costs not paid yet
        self.charged: i64 = 0  # ns of costs in all, paid or not
        self.fraction: i64 = 0  # part of a ns that the clock has gained, * Hz
        self.cause: i64 = -1  # a trap that waits for its processor's turn
        self.fault_address = 0  # set by the engine before a fault's trap

    def __repr__(self) -> str:
        """Name it as traces do."""
        return f"<vcpu {self.partition.name}/{self.index}>"


def set_state(vcpu: Vcpu, state: i64, now: i64) -> None:
    """Enter *state* at *now*; the time before belongs to the old state."""
    elapsed = now - vcpu.since
    # A processor may be a little ahead of the one that wakes or stops it.
    if elapsed > 0:
        vcpu.total[vcpu.state] += elapsed
        vcpu.since = now
    vcpu.state = state


def runstate(vcpu: Vcpu, now: i64) -> list[int]:
    """Return the ns in each state up to *now* (running, runnable, ...)."""
    total = list(vcpu.total)
    if now > vcpu.since:
        total[vcpu.state] += now - vcpu.since
    return total


def bring_up(vcpu: Vcpu, now: i64) -> None:
    """Let an offline vCPU take part; it is runnable unless it is paused."""
    set_state(vcpu, OFFLINE, now)
    if not vcpu.came_up:
        vcpu.came_up = True
        vcpu.offline_before = vcpu.total[OFFLINE]
    vcpu.up = True
    if vcpu.pauses == 0:
        set_state(vcpu, RUNNABLE, now)


def take_down(vcpu: Vcpu, now: i64) -> None:
    """Let a vCPU take part no more, until it is brought up again."""
    vcpu.up = False
    set_state(vcpu, OFFLINE, now)


def inherit(old: Vcpu, new: Vcpu) -> None:
    """Let *new*, which replaces *old*, go on with its accounts and debts."""
    for state in range(len(old.total)):
        new.total[state] += old.total[state]
    # The old one's processor may have been a little ahead.
    new.since = max(new.since, old.since)
    new.offline_before = old.offline_before
    new.came_up = old.came_up or new.came_up
    new.switches = old.switches
    new.syscalls = old.syscalls
    new.faults = old.faults
    new.debt = old.debt
    new.charged = old.charged
    new.worked = old.worked
    new.stuck = old.stuck
    if old.arch.interrupts is not None and new.arch.interrupts is not None:
        new.arch.interrupts.inherit(old.arch.interrupts)


def charge(vcpu: Vcpu, cost: i64) -> None:
    """Let the vCPU pay *cost* ns before it executes another instruction."""
    cost = min(cost, FAR - vcpu.debt)  # what is more is never paid
    vcpu.debt += cost
    vcpu.charged += cost


def note_trap(vcpu: Vcpu, now: i64) -> None:
    """
    Count traps between which the running vCPU executed no instruction.

    What it ran for and did not pay for costs, it worked; that does not depend
    on how its time was cut into slices.
    """
    ran: i64 = vcpu.total[RUNNING] + now - vcpu.since
    worked = ran - (vcpu.charged - vcpu.debt)
    if worked > vcpu.worked:
        vcpu.worked = worked
        vcpu.stuck = 0
    else:
        vcpu.stuck += 1


def steal(vcpu: Vcpu, now: i64) -> i64:
    """Return the ns, since it came up, in which it was kept from running."""
    return clocks(vcpu, now)[1]


def clocks(vcpu: Vcpu, now: i64) -> tuple[int, int]:
    """Return the ns that it has run and, since it came up, was kept from it."""
    total = vcpu.total
    ran = total[RUNNING]
    kept = total[RUNNABLE] + total[OFFLINE] - vcpu.offline_before
    if now > vcpu.since:
        if vcpu.state == RUNNING:
            ran += now - vcpu.since
        elif vcpu.state != BLOCKED:
            kept += now - vcpu.since
    return (ran, kept)
