"""POK's threads, and the processors that they run on."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vpok.abi.pok import ThreadState
from vpok.kernel.vcpu import Vcpu
from vpok.machine.arch import Context

INFINITE = -1
U64 = (1 << 64) - 1


@dataclass(slots=True, eq=False)
class Thread:
    """
    One entry of the partition's part of POK's thread table.

    Times are ns of POK's clock; capacities count elections.
    """

    number: int  # its place in the module's table, which guests see
    processor: int = 0  # the number of the one that may run it
    priority: int = 0
    base_priority: int = 0
    state: ThreadState = ThreadState.STOPPED
    entry: int = 0
    stack: int = 0
    period: int = INFINITE
    deadline: int = 0
    capacity: int = INFINITE
    remaining: int = INFINITE
    next_activation: int = 0
    wake: int = 0  # when WAITING ends; in DELAYED_START: the delay
    end_time: int = 0
    context: Context = None

    # A wait: whose queue it is in, until when, whether time ran out.
    queue: "list[Thread] | None" = field(default=None, repr=False)
    until: int = 0  # 0: for ever
    timed_out: bool = False
    # What the kernel still does for it before its call returns.
    action: "Callable[[Processor, int], None] | None" = None
    call: int = 0  # the number of the call that waits
    result: int | None = None  # to be put in EAX before it goes on

    def candidate(self, processor: int) -> bool:
        """Say whether a scheduler of *processor* may elect it."""
        return (
            self.state is ThreadState.RUNNABLE and self.processor == processor
        )

    def leave_queue(self) -> None:
        """End a wait's place in a queue, if it has one."""
        if self.queue is not None:
            self.queue.remove(self)
            self.queue = None


@dataclass(slots=True, eq=False)
class Processor:
    """A vCPU as POK's scheduler sees it; None stands for its idle thread."""

    number: int
    vcpu: Vcpu | None = None
    open: bool = False  # the partition has a window on it
    closed_at: int = -1
    # POK keeps these two per partition and processor; they survive other
    # partitions' slots.
    current: Thread | None = None
    previous: Thread | None = None
    running: Thread | None = None  # elected, or activated as error thread
    loaded: Thread | None = None  # whose registers the vCPU has
