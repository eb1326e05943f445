"""
A system that somebody watches: it goes on in slices, stops, and steps.

The wall clock decides only how long the slices are; cutting a run changes
nothing of it (`Kernel.run`), so that watching does not either.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from vpok.kernel.errors import VpokError
from vpok.report.interrupts import describe
from vpok.report.rows import RunResult
from vpok.report.top import Look
from vpok.report.troubles import in_words
from vpok.system import Loaded
from vpok.trace.console import PrettyConsole, show_instant
from vpok.trace.latency import Latencies
from vpok.trace.troubles import Troubles
from vpok.units import FAR, NS_PER_MS, NS_PER_S

MAX: Final = float("inf")
# Virtual seconds per second of the host.
SPEEDS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0, MAX)
BUSY: Final = 0.03  # s of the host that the system may take in a row
WITHIN: Final = 100 * NS_PER_MS  # a step that takes no longer
LONGEST: Final = 1000 * NS_PER_S  # of virtual time in one slice
LATELY: Final = 1.0  # s of the host: what `lately` means at least


class Session:
    """What the keys of `vpok top` do; knows no screen."""

    def __init__(
        self,
        loaded: Loaded,
        *,
        speed: float = 1.0,
        until: int | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Stand at time 0; go on up to *until* (ns), which is a pause."""
        self.loaded = loaded
        self.speed = speed
        self.until = until
        self.clock = clock
        self.paused = False
        self._begin()

    def restart(self) -> None:
        """Begin again at time 0, with everything as configured."""
        self.close()
        self._begin()

    def _begin(self) -> None:
        names = [p.name for p in self.loaded.spec.partitions]
        self.console = PrettyConsole(names)
        self.troubles = Troubles()
        self.latencies = Latencies()
        self.system = self.loaded.build(
            sinks=[self.console, self.troubles, self.latencies]
        )
        self._piece = NS_PER_MS
        self._looks: deque[tuple[float, RunResult]] = deque()
        self._limit = FAR if self.until is None else self.until
        self._anchor()

    def close(self) -> None:
        """Give back what the system borrowed."""
        self.system.close()

    # --- going on ----------------------------------------------------------

    def tick(self) -> None:
        """Go on as far as the speed allows, for a moment of the host."""
        if self.paused or self.system.ended:
            return
        begun = self.clock()
        target = self._target(begun)
        while self.system.now < target and not self.system.ended:
            started = self.clock()
            self.system.advance(min(target, self.system.now + self._piece))
            self._adapt(self.clock() - started)
            if self.clock() - begun > BUSY:
                break
        if self.system.now >= self._limit:
            self._limit = FAR
            self.pause()
        elif self.speed != MAX and self.system.now < target:
            self._anchor()  # the host is too slow: do not run after it

    def _target(self, instant: float) -> int:
        if self.speed == MAX:
            return self._limit
        since, start = self._begun
        passed = (instant - since) * self.speed
        return min(self._limit, start + int(passed * NS_PER_S))

    def _adapt(self, took: float) -> None:
        if took < BUSY / 4:
            self._piece = min(LONGEST, self._piece * 2)
        elif took > BUSY:
            self._piece = max(1, self._piece // 2)

    def _anchor(self) -> None:
        """Let the speed count from here and now."""
        self._begun = (self.clock(), self.system.now)

    def pause(self) -> None:
        """Stop, or go on."""
        self.paused = not self.paused
        self._anchor()

    def step(self, by: str) -> bool:
        """
        Stop, and do the next thing (`System.step`).

        False: there was none before the system ended, or for WITHIN.
        """
        self.paused = True
        return not self.system.ended and self.system.step(by, WITHIN)

    def faster(self, steps: int) -> None:
        """Go *steps* up or down the list of speeds."""
        near = min(SPEEDS, key=lambda speed: abs(speed - self.speed))
        if self.speed == MAX:
            near = MAX
        place = SPEEDS.index(near) + steps
        self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, place))]
        self._anchor()

    # --- what is done to it ------------------------------------------------

    def toggle(self, partition: int, vcpu: int) -> bool:
        """Pause a vCPU, or let it go on; say which.  Raises VpokError."""
        known = self.system.kernel.partitions[partition].vcpus[vcpu]
        if known.pauses:
            self.system.unpause(partition, vcpu)
            return False
        self.system.pause(partition, vcpu)
        return True

    def inject(self, partition: int, vcpu: int, number: str) -> None:
        """Raise an interrupt now; raises VpokError."""
        try:
            wanted = int(number, 0)
        except ValueError:
            raise VpokError(
                f"no interrupt {number!r}: take a number"
            ) from None
        self.system.inject(partition, vcpu, wanted)

    # --- how it is ---------------------------------------------------------

    def look(self) -> Look:
        """Say how it is, and how it was about a second ago."""
        result = describe(
            self.system.result(),
            self.loaded.spec.interrupts,
            self.latencies.heard,
        )
        now = self.clock()
        while len(self._looks) > 1 and now - self._looks[1][0] >= LATELY:
            self._looks.popleft()
        before = self._looks[0][1] if self._looks else None
        if before is None or result.end > self._looks[-1][1].end:
            self._looks.append((now, result))
        return Look(result, before)

    def headline(self) -> str:
        """Say where it stands."""
        system = self.system
        state = (
            "paused" if self.paused else f"running {speed_name(self.speed)}"
        )
        if system.ended:
            state = f"ended: {system.result().reason}"
        return (
            f"{self.loaded.spec.name}  {show_instant(system.now).strip()} s  "
            f"{state}"
        )

    def news(self) -> list[str]:
        """Return the lines of the health monitor that are new."""
        return [
            f"{show_instant(trouble.time)}  "
            f"{in_words(self.loaded.spec, *trouble[1:])}"
            for trouble in self.troubles.take()
        ]


def speed_name(speed: float) -> str:
    """Return a speed as people write it: `x0.1`, `flat out`."""
    return "flat out" if speed == MAX else f"x{speed:g}"
