"""
Interrupts of a vCPU and the guest that takes them, as plain lists.

Written from docs/reference/abi.md, not from the code: what is pending is a list
of instants, who waits in a handler a list of frames.
"""

from dataclasses import dataclass, field
from enum import IntEnum

MAX_DEPTH = 16
MAIN = 0  # the region of the stack with which a vCPU starts


class Does(IntEnum):
    """What a handler does; numbers of the driver's behaviours."""

    RETURN = 0
    NEST = 1  # enables, then returns
    SWITCH = 4  # goes on with a frame that was built by hand
    DOWN = 5  # takes its vCPU down
    SERVE = 7  # serves the mailbox; a call returns from it


@dataclass(eq=False)
class Frame:
    """What was interrupted; *after* is its handler, if it was in one's midst."""

    number: int
    enable: int
    depth: int
    serving: int
    region: int
    after: "Handler | None" = None
    address: int = 0  # where the guest found it


@dataclass(frozen=True)
class Handler:
    """A handler that goes on to leave as soon as it can."""

    number: int
    frame: Frame


@dataclass
class Counters:
    """How often, by number."""

    raised: dict[int, int] = field(default_factory=dict)
    delivered: dict[int, int] = field(default_factory=dict)
    completed: dict[int, int] = field(default_factory=dict)
    overrun: dict[int, int] = field(default_factory=dict)
    dropped: dict[int, int] = field(default_factory=dict)


def count(of: dict[int, int], number: int, by: int = 1) -> None:
    of[number] = of.get(number, 0) + by


class Model:
    """One vCPU and its guest."""

    def __init__(self, levels: set[int], limits: dict[int, int]) -> None:
        self.levels = levels
        self.limits = limits
        self.pending: dict[int, list[int]] = {}  # of registered numbers
        self.does: dict[int, Does] = {}
        self.masked: set[int] = set()
        self.asserted: set[int] = set()
        self.in_service: set[int] = set()
        self.counters = Counters()
        self.log: list[tuple[str, int, int]] = []
        self.errors: list[str] = []
        self.told_nesting = False
        self.up = False
        self.blocked = False
        self.pauses = 0
        self.window = True
        self.built: dict[int, Frame] = {}
        self.switch_to = 0  # the region of the frame that SWITCH takes
        self.frames: dict[int, list[Frame]] = {}
        self.arrived: list[Frame] = []  # whose address is not known yet
        self._fresh()

    def _fresh(self) -> None:
        self.enable, self.depth, self.serving = 0, 0, -1
        self.region = MAIN
        self.frames[MAIN] = []
        self.handler: Handler | None = None  # the one in whose midst it is

    # --- what the kernel shows ---------------------------------------------

    @property
    def runs(self) -> bool:
        return self.window and self.can_run

    @property
    def can_run(self) -> bool:
        return self.up and not self.blocked and not self.pauses

    @property
    def state(self) -> str:
        if self.up and self.blocked:
            return "blocked"
        return "ready" if self.can_run else "offline"

    def wanted(self) -> list[int]:
        """Return what is pending and not masked, lowest first."""
        return sorted(
            n
            for n, raised in self.pending.items()
            if raised and n not in self.masked
        )

    def live(self) -> list[Frame]:
        """Return every frame that can be returned to."""
        frames = [frame for stack in self.frames.values() for frame in stack]
        return frames + list(self.built.values())

    # --- raising -----------------------------------------------------------

    def occur(self, number: int, now: int) -> None:
        """Let an interrupt occur; a level is asserted."""
        if number in self.levels:
            self.line(number, True, now)
            return
        count(self.counters.raised, number)
        if number not in self.does:
            count(self.counters.dropped, number)
        elif len(self.pending[number]) >= self.limits.get(number, 255):
            count(self.counters.overrun, number)
            self.errors.append("overrun")
        else:
            self.pending[number].append(now)
            self.attend()

    def line(self, number: int, asserted: bool, now: int) -> None:
        """Assert or deassert a level."""
        if asserted == (number in self.asserted):
            return
        if not asserted:
            self.asserted.remove(number)
            if number in self.does:
                self.drop(number)
            return
        self.asserted.add(number)
        if number in self.does and number not in self.in_service:
            self._pend(number, now)

    def _pend(self, number: int, now: int) -> None:
        count(self.counters.raised, number)
        self.pending[number].append(now)
        self.attend()

    def drop(self, number: int) -> None:
        """Drop what is pending."""
        count(self.counters.dropped, number, len(self.pending[number]))
        self.pending[number] = []

    def attend(self) -> None:
        """Wake it, if that can be delivered."""
        if not (self.up and self.blocked and self.enable and self.wanted()):
            return
        if self.depth < MAX_DEPTH:
            self.blocked = False
        else:
            self._nested()

    def _nested(self) -> None:
        if not self.told_nesting:
            self.told_nesting = True
            self.errors.append("nesting")

    # --- delivering --------------------------------------------------------

    def go(self) -> None:
        """Let the vCPU run until its guest waits for its host."""
        if self.runs:
            self._enter()
        while self.runs and self.handler is not None:
            handler = self.handler
            self.log.append(("left", handler.number, self.depth))
            self.give_back(handler.frame)

    def _enter(self) -> None:
        if not self.enable or not self.wanted():
            return
        if self.depth >= MAX_DEPTH:
            self._nested()
            return
        number = self.wanted()[0]
        self.told_nesting = False
        self.pending[number].pop(0)
        count(self.counters.delivered, number)
        if number in self.levels:
            self.in_service.add(number)
        frame = Frame(
            number, 1, self.depth, self.serving, self.region, self.handler
        )
        self.frames[self.region].append(frame)
        self.arrived.append(frame)
        self.enable, self.depth, self.serving = 0, self.depth + 1, number
        self.log.append(("entered", number, self.depth))
        self._handle(number, frame)

    def _handle(self, number: int, frame: Frame) -> None:
        does = self.does[number]
        self.handler = Handler(number, frame)
        if does is Does.SERVE:
            self.handler = None
        elif does is Does.NEST:
            self.enable = 1
            self._enter()
        elif does is Does.SWITCH:
            self.give_back(self.built[self.switch_to])
        elif does is Does.DOWN:
            self.down()

    def give_back(self, frame: Frame) -> None:
        """Do IRQ_RETURN of a frame."""
        if self.serving >= 0:
            self._complete(self.serving)
        self.enable, self.depth, self.serving = (
            frame.enable,
            frame.depth,
            frame.serving,
        )
        self.region = frame.region
        stack = self.frames[frame.region]
        del stack[stack.index(frame) if frame in stack else 0 :]
        self.handler = frame.after
        self._enter()

    def _complete(self, number: int) -> None:
        count(self.counters.completed, number)
        if number in self.in_service:
            self.in_service.remove(number)
            if number in self.asserted and not self.pending[number]:
                self._pend(number, 0)

    # --- what the guest asks for -------------------------------------------

    def register(self, number: int, does: Does) -> None:
        """Register; an asserted level is pending at once."""
        self.does[number] = does
        self.pending[number] = []
        if number in self.asserted:
            self._pend(number, 0)

    def unregister(self, number: int) -> None:
        """Forget an interrupt."""
        self.drop(number)
        del self.does[number], self.pending[number]
        self.masked.discard(number)
        self.in_service.discard(number)

    def block(self) -> None:
        """Enable and wait."""
        self.enable = 1
        self.blocked = not (self.wanted() and self.depth < MAX_DEPTH)

    def bring_up(self) -> None:
        """Start with nothing in hand."""
        self.up = True
        self._fresh()
        abandoned, self.in_service = self.in_service, set()
        for number in sorted(abandoned & self.asserted):
            if not self.pending[number]:
                self._pend(number, 0)

    def down(self) -> None:
        """Run no more; what is pending stays."""
        self.up = self.blocked = False
        self.handler = None

    def restart(self) -> None:
        """Go down with its partition; lines stay as they are."""
        self.reset()
        self.in_service.clear()
        self.frames.clear()
        self.built.clear()
        self._fresh()

    def reset(self) -> None:
        """Go down, and forget."""
        self.down()
        for number in list(self.does):
            self.unregister(number)
        self.told_nesting = False
