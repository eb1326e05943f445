"""
What waits: interrupts to be delivered, messages to be received.

The events tell who raised and sent; here is found what each delivery and each
receipt is the end of.  A *token* is whatever the caller knows it by.
"""

from collections import Counter, deque
from typing import Any, Final

from vpok.trace.head import PortHead

SAMPLING: Final = "sampling"
GONE: Final = 3  # DROPS from here on take all that is pending of a number
MOST: Final = 4096  # messages that are known of a port; older ones are lost

Target = tuple[int, int, int]  # partition, vCPU, number of an interrupt


class Raises:
    """The occurrences of interrupts that are pending."""

    def __init__(self) -> None:
        """Start with none."""
        self.waiting: dict[Target, deque[tuple[int, Any]]] = {}
        self.pending: Counter[tuple[int, int]] = Counter()  # by vCPU

    def raised(
        self, target: Target, time: int, pending: int, token: Any
    ) -> None:
        """Hear that an interrupt occurred; so many are pending now."""
        queue = self.waiting.setdefault(target, deque())
        queue.append((time, token))
        self.pending[target[:2]] += 1
        while len(queue) > pending:  # the others were forgotten
            self._next(target, queue)

    def delivered(self, target: Target, raised: int) -> Any:
        """Return the token of the one that was raised then, or None."""
        queue = self.waiting.get(target, deque())
        while queue and queue[0][0] <= raised:
            time, token = self._next(target, queue)
            if time == raised:
                return token
        return None

    def _next(self, target: Target, queue: deque[tuple[int, Any]]) -> Any:
        self.pending[target[:2]] -= 1
        return queue.popleft()

    def forget(self, target: Target) -> None:
        """Hear that what was pending of a number is gone."""
        queue = self.waiting.pop(target, deque())
        self.pending[target[:2]] -= len(queue)

    def restarted(self, partition: int) -> None:
        """Hear that a partition's vCPUs are new ones."""
        for target in [t for t in self.waiting if t[0] == partition]:
            self.forget(target)


class Message:
    """What was sent in one call."""

    __slots__ = ("left", "token")

    def __init__(self, size: int, token: Any) -> None:
        """Have *size* bytes to be received."""
        self.left = size
        self.token = token


class Channels:
    """
    The messages that wait in ports, sending and receiving.

    Data that a flush cannot carry anywhere tells no event; here it waits on
    for the next flush.
    """

    def __init__(self, ports: tuple[PortHead, ...]) -> None:
        """Know all ports; nothing waits."""
        self.owners = [port.partition for port in ports]
        self.samples = [port.kind == SAMPLING for port in ports]
        self.queues: list[deque[Message]] = [deque(maxlen=MOST) for _ in ports]
        # By sender: the last flush, what it carried, and where to by now.
        self._carried: dict[int, tuple[int, list[Message], set[int]]] = {}

    def sent(self, port: int, size: int, token: Any) -> None:
        """Hear of a new message in a sending port."""
        if self.samples[port]:
            self.queues[port].clear()
        self.queues[port].append(Message(size, token))

    def flushed(self, source: int, to: int, now: int) -> list[Message]:
        """Carry what waits to one destination; return what arrives there."""
        time, messages, reached = self._carried.get(source, (-1, [], set()))
        if time != now or to in reached:
            messages, reached = list(self.queues[source]), set()
            self._carried[source] = (now, messages, reached)
            self.queues[source].clear()
        reached.add(to)
        if self.samples[to]:
            self.queues[to].clear()
        arrived = [Message(each.left, each.token) for each in messages]
        self.queues[to].extend(arrived)
        return arrived

    def received(self, port: int, size: int) -> list[Any]:
        """Return the tokens of what is received to its end only now."""
        queue = self.queues[port]
        done = []
        while queue and size > 0:
            first = queue[0]
            taken = first.left if self.samples[port] else min(size, first.left)
            size -= taken
            first.left -= taken
            if first.left == 0:
                done.append(queue.popleft().token)
        return done

    def restarted(self, partition: int) -> None:
        """Hear that a partition starts anew, with empty ports."""
        for queue, owner in zip(self.queues, self.owners, strict=True):
            if owner == partition:
                queue.clear()

    def depth(self, port: int) -> int:
        """Return how many bytes wait in a port."""
        return sum(message.left for message in self.queues[port])
