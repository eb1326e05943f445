"""
A driver guest on two virtual CPUs beside the lists that say what it must see.

The driver has every other window, so that what happens outside it is tried.
"""

from collections.abc import Callable

from tests.guests.paravirt.driver import (
    ENTRY,
    HERE,
    LOG,
    LOG_SIZE,
    SIZE,
    U64,
    Command,
    Driver,
    Event,
)
from tests.properties.controller_model import Model
from vpok.abi.paravirt_calls import Mode, Number
from vpok.config.elf import read
from vpok.events import EventKind
from vpok.kernel.vcpu import BLOCKED, OFFLINE, RUNNABLE, RUNNING
from vpok.machine.interrupts import Interrupts
from vpok.spec.model import (
    CostSpec,
    Image,
    InterruptSpec,
    PartitionSpec,
    ScheduleSpec,
    Segment,
    SystemSpec,
    VcpusSpec,
    WindowSpec,
)
from vpok.system import build
from vpok.testing import RecordingSink

VCPUS = 2
LEVELS = (1, 62)
LIMITS = {5: 3, 31: 1}
NUMBERS = (0, 1, 2, 5, 31, 32, 62, 63)
QUANTUM = 5_000  # ns
WINDOW = 1_000_000
SETTLES = 40_000  # ns: several turns of both vCPUs
TOLD = 100  # ns after which events have been told
SPIN = {"x86-64": b"\xeb\xfe", "riscv64": b"\x6f\0\0\0"}  # a jump to itself
ERRORS = {3: "nesting", 4: "overrun"}
STATES = {
    "ready": {RUNNING, RUNNABLE},
    "blocked": {BLOCKED},
    "offline": {OFFLINE},
}


def driver_image(isa: str) -> Image:
    return read(HERE / isa / "driver.elf", "paravirt")


def spinning(isa: str, processors: tuple[int, ...] = (0,)) -> PartitionSpec:
    """Return a partition that only takes its time."""
    code = SPIN[isa]
    image = Image("spin", 0, len(code), (Segment(0, code, len(code)),), isa)
    return PartitionSpec(
        "other", 0x4000, image, VcpusSpec(1), processors, "paravirt"
    )


def driven(isa: str, processors: int) -> SystemSpec:
    """Return a driver with two vCPUs, and a partition in between."""
    places = tuple(range(processors))
    driver = PartitionSpec(
        "driver",
        SIZE,
        driver_image(isa),
        VcpusSpec(VCPUS, "round-robin", QUANTUM),
        places,
        "paravirt",
        health={0: "ignore", 1: "stop", 2: "stop"},
    )
    windows = (
        WindowSpec(0, 0, WINDOW, places),
        WindowSpec(1, WINDOW, WINDOW, places),
    )
    return SystemSpec(
        "driven",
        (driver, spinning(isa, places)),
        ScheduleSpec(2 * WINDOW, windows=windows),
        processors=processors,
        interrupts=tuple(
            InterruptSpec(
                f"i{vcpu}_{number}",
                0,
                number,
                vcpu,
                trigger="level" if number in LEVELS else "edge",
                limit=LIMITS.get(number, 255),
            )
            for vcpu in range(VCPUS)
            for number in NUMBERS
        ),
        costs=CostSpec(0, 0, 0, 0),
    )


class Controlled:
    """The guest and its lists, kept in step."""

    def __init__(self, isa: str, processors: int) -> None:
        self.sink = RecordingSink()
        self.system = build(driven(isa, processors), sinks=[self.sink])
        self.drivers = [Driver(self.system, v) for v in range(VCPUS)]
        self.models = [Model(set(LEVELS), LIMITS) for _ in range(VCPUS)]
        self.logs: list[list[tuple[str, int, int]]] = [[] for _ in self.models]
        self.models[0].bring_up()
        self.settle()
        self.drivers[0].do(Command.START, 1)
        self.models[1].bring_up()
        self.settle()

    # --- running ------------------------------------------------------------

    @property
    def open(self) -> bool:
        return self.models[0].window

    def go_to(self, *, window: bool) -> None:
        """Run to the driver's next window, or into the midst of the other's."""
        if window == self.open:
            return
        system = self.system
        start = system.now - system.now % (2 * WINDOW)
        away = start + WINDOW * 3 // 2
        system.run(until=start + 2 * WINDOW if window else away)
        for model in self.models:
            model.window = window
        if window:
            self.settle()

    def settle(self) -> None:
        """Let everybody do what can be done by now."""
        for model in self.models:
            model.go()
        if not self.open:
            self.system.run(until=self.system.now + TOLD)
            return
        for _ in range(40):
            self._run()
            if self._arrived():
                break
        self._run()

    def _arrived(self) -> bool:
        return all(
            driver.read(driver.log_at, U64) >= len(model.log)
            for driver, model in zip(self.drivers, self.models, strict=True)
        )

    def _run(self) -> None:
        now = self.system.now
        place = now % (2 * WINDOW)
        if place + SETTLES >= WINDOW:
            now += 2 * WINDOW - place
        self.system.run(until=now + SETTLES)

    def command(
        self,
        vcpu: int,
        command: Command,
        *args: int,
        number: int = 0,
        then: Callable[[], object],
    ) -> int | None:
        """
        Let a vCPU do something, which does *then* to its lists.

        Return the result, or None if it cannot be told.
        """
        self.go_to(window=True)
        model = self.models[vcpu]
        if not model.can_run:
            return None
        driver = self.drivers[vcpu]
        before = len(model.log)
        driver.post(command, *args, number=number)
        then()
        self.settle()
        assert driver.begun
        plain = model.can_run and len(model.log) == before and driver.over
        return driver.result if plain else None

    def restart(self, by: int, mode: int) -> None:
        """Restart the partition; a cold start clears the logs too."""

        def then() -> None:
            for model in self.models:
                model.restart()
                if mode == Mode.COLD_START:
                    model.log.clear()
            self.models[0].bring_up()

        if self.models[by].can_run:
            if mode == Mode.COLD_START:
                self.logs = [[] for _ in self.models]
            call = Number.PARTITION_SET_MODE
            self.command(by, Command.CALL, mode, number=call, then=then)
            self.command(0, Command.START, 1, then=self.models[1].bring_up)

    def inject(self, raised: list[tuple[int, int, bool]]) -> None:
        """Raise, or deassert, all of *raised* at this instant, in order."""
        now = self.system.now
        for vcpu, number, asserted in raised:
            level = asserted if number in LEVELS else None
            self.system.inject(0, vcpu, number, level=level)
            model = self.models[vcpu]
            if asserted or level is None:
                model.occur(number, now)
            else:
                model.line(number, False, now)
        self.settle()

    # --- comparing ----------------------------------------------------------

    def check(self) -> None:
        """Compare everything that can be seen."""
        for vcpu, model in enumerate(self.models):
            self._check_log(vcpu, model)
            shared = self.drivers[vcpu].shared()
            found = (shared.enable != 0, shared.depth, shared.serving)
            wanted = (model.enable != 0, model.depth, model.serving)
            if model.up:
                assert found == wanted, vcpu
            pending = sum(1 << number for number in model.wanted())
            assert shared.pending == pending, vcpu
            known = self.system.kernel.partitions[0].vcpus[vcpu]
            assert known.state in STATES[model.state], vcpu
            interrupts = known.arch.interrupts
            assert interrupts is not None
            check_counters(model, interrupts)
            told = [
                ERRORS[event.a]
                for event in self.sink.of(EventKind.ERROR)
                if event.vcpu == vcpu
            ]
            assert told == model.errors, vcpu

    def _check_log(self, vcpu: int, model: Model) -> None:
        """Compare what the guest logged, and learn where its frames are."""
        log = self.logs[vcpu]
        start = LOG + LOG_SIZE * vcpu
        logged = self.drivers[vcpu].read(start, U64)
        frames = []
        for place in range(len(log), logged):
            at = start + 64 + ENTRY.size * (place % 2040)
            data = self.system.read(0, at, ENTRY.size)
            event, number, kind, depth, _, frame = ENTRY.unpack(data)
            assert kind == 0
            assert frame % 64 == 0
            entered = event == Event.ENTERED
            log.append(("entered" if entered else "left", number, depth))
            if entered:
                frames.append(frame)
        assert log == model.log, vcpu
        for known, frame in zip(model.arrived, frames, strict=True):
            known.address = frame
        model.arrived = []

    def close(self) -> None:
        self.system.close()


def check_counters(model: Model, interrupts: Interrupts) -> None:
    """Compare counters and queues; nothing is lost and nothing is twice."""
    counters = model.counters
    for number in range(64):
        pending = model.pending.get(number, [])
        assert len(interrupts.raised[number]) == len(pending), number
        found = (
            interrupts.raised_count[number],
            interrupts.delivered_count[number],
            interrupts.completed_count[number],
            interrupts.overrun_count[number],
            interrupts.dropped_count[number],
        )
        wanted = tuple(
            of.get(number, 0)
            for of in (
                counters.raised,
                counters.delivered,
                counters.completed,
                counters.overrun,
                counters.dropped,
            )
        )
        assert found == wanted, number
        raised, delivered, _, overrun, dropped = found
        assert raised == delivered + overrun + dropped + len(pending), number
