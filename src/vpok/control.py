"""
What can be done to a system from outside, between two runs (mission V13).

Everything happens at the instant that the system has reached, or at a given
one to come; it is as deterministic as the run, and told in the trace.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from mypy_extensions import i64

from vpok.arch import REGISTERS, Registers
from vpok.events import CONTROLS, NOBODY, EventKind, Sink
from vpok.kernel.errors import VpokError
from vpok.kernel.loop import Kernel
from vpok.kernel.module import END_NAMES, LIMIT
from vpok.kernel.partition import Partition
from vpok.kernel.sched import Parameter
from vpok.kernel.vcpu import Vcpu
from vpok.machine.interrupts import NUMBERS
from vpok.spec.model import SystemSpec
from vpok.units import FAR, MAX_TIME, NS_PER_MS, signed

CONTEXT, PARAMETERS, AFFINITY, MIGRATION, PAUSE, UNPAUSE, MEMORY = range(
    len(CONTROLS)
)
_OPENED: Final = int(EventKind.WINDOW_OPEN)
_CLOSED: Final = int(EventKind.WINDOW_CLOSE)


class PlanStatus(NamedTuple):
    """What plans a system goes by; '' if it has none."""

    current: str  # the plan in force
    next: str  # the one for the next major frame
    switched: int  # ns: the last switch; 0: none


class Control:
    """A system under control; partitions are named or counted."""

    spec: SystemSpec
    kernel: Kernel
    _reached: int

    @property
    def now(self) -> int:
        """The instant that has been reached, ns."""
        return min(self._reached, int(self.kernel.ended_at))

    def _partition(self, partition: int | str) -> Partition:
        for known in self.kernel.partitions:
            if partition in (known.name, known.index):
                return known
        names = ", ".join(known.name for known in self.kernel.partitions)
        raise VpokError(f"there is no partition {partition!r}: take {names}")

    def _vcpu(self, partition: int | str, vcpu: int) -> Vcpu:
        """Return a vCPU; raises VpokError if nothing can be done to it."""
        kernel = self.kernel
        if kernel.ended != LIMIT and kernel.ended_at <= self._reached:
            raise VpokError(
                f"the system has ended ({END_NAMES[kernel.ended]}) at "
                f"{kernel.ended_at} ns: build it anew"
            )
        return self._known(partition, vcpu)

    def _known(self, partition: int | str, vcpu: int) -> Vcpu:
        vcpus = self._partition(partition).vcpus
        if not 0 <= vcpu < len(vcpus):
            raise VpokError(
                f"partition {partition!r} has {len(vcpus)} virtual CPUs: "
                f"there is no number {vcpu}"
            )
        return vcpus[vcpu]

    # --- stopping and going on ---------------------------------------------

    def pause(self, partition: int | str, vcpu: int) -> None:
        """Keep a vCPU from running; pauses nest."""
        chosen = self._vcpu(partition, vcpu)
        self.kernel.pause(chosen, self.now)
        self._tell(chosen, PAUSE, int(chosen.pauses))

    def unpause(self, partition: int | str, vcpu: int) -> None:
        """Undo one pause; raises VpokError if there is none."""
        chosen = self._vcpu(partition, vcpu)
        if chosen.pauses == 0:
            raise VpokError(f"{chosen} is not paused: pause it first")
        self.kernel.unpause(chosen, self.now)
        self._tell(chosen, UNPAUSE, int(chosen.pauses))

    def step(self, by: str = "slice", within: int | None = None) -> bool:
        """
        Do the next thing; say whether there was one.

        *by* `slice`: at most 1 ms of it; `event`: up to the next events that
        listeners are told, at one instant; `window`: up to the next instant
        at which a window opens or closes.  *within*: give up after so many
        ns; there may never be another event.
        """
        if by not in {"slice", "event", "window"}:
            raise VpokError(f"no step by {by!r}: take slice, event or window")
        self.kernel.unpark()
        if by == "slice":
            return self._slice(FAR)
        end = FAR if within is None else self.now + within
        tap = Tap(self.kernel.sink, by == "window")
        listening = self.kernel.listening
        self.kernel.listen(tap)
        self.kernel.listening = True
        try:
            while (
                tap.told < 0
                and self.kernel.next_instant() < end
                and self._slice(end)
            ):
                self.kernel.unpark()
            # Whatever else there is at that instant, once per processor.
            while self.kernel.next_instant() <= tap.told:
                if not self._slice(tap.told + 1):
                    break
        finally:
            self.kernel.listen(tap.sink)
            self.kernel.listening = listening
        return tap.told >= 0

    def _slice(self, until: int) -> bool:
        kernel = self.kernel
        limit = min(kernel.next_instant() + NS_PER_MS, kernel.ended_at, until)
        kernel.limit = int(limit)
        done = kernel.step()
        if not done and kernel.ended != LIMIT:
            kernel.finish()
        reached = int(min(kernel.next_instant(), kernel.ended_at))
        self._reach(reached)
        return done

    def _reach(self, limit: int) -> None:
        if limit >= FAR and self.kernel.ended == LIMIT:
            limit = int(self.kernel.latest())  # nothing more is planned
        self._reached = max(self._reached, limit)

    # --- interrupts --------------------------------------------------------

    def inject(
        self,
        partition: int | str,
        vcpu: int,
        number: int,
        *,
        at: int | str | None = None,
        level: bool | None = None,
    ) -> None:
        """
        Raise an interrupt of a vCPU at *at* (ns, or as `2s`; default: now).

        *level* asserts (true) or deasserts one that is triggered by level.
        An occurrence of an interrupt that the guest has not registered is
        dropped.  Raises VpokError.
        """
        chosen = self._vcpu(partition, vcpu)
        interrupts = chosen.arch.interrupts
        when = self.now if at is None else _time("no instant", at)
        if interrupts is None:
            raise VpokError(
                f"{chosen} takes no interrupts: its personality is neither "
                "paravirt nor python"
            )
        if not 0 <= number < NUMBERS:
            raise VpokError(f"no interrupt {number}: take 0 to {NUMBERS - 1}")
        if not self.now <= when < MAX_TIME:
            raise VpokError(
                f"{when} ns is no instant to come: it is {self.now} ns now"
            )
        triggered = bool(interrupts.level >> number & 1)
        if level is not None and not triggered:
            raise VpokError(
                f"interrupt {number} of {chosen} has no level: declare a "
                "source with `trigger: level`"
            )
        self.kernel.inject(chosen, number, when, level is not False)

    # --- registers and memory ----------------------------------------------

    def get_context(self, partition: int | str, vcpu: int) -> dict[str, int]:
        """Return the registers of a vCPU, by name; this changes nothing."""
        chosen = self._known(partition, vcpu)
        arch = chosen.arch
        machine = arch.machine
        names = _registers(chosen).names
        if machine.resident is arch:
            return {
                name: machine.get(register)
                for register, name in enumerate(names)
            }
        return {
            name: machine.get_in(arch.context, register)
            for register, name in enumerate(names)
        }

    def set_context(
        self, partition: int | str, vcpu: int, **registers: int
    ) -> None:
        """
        Change registers of a vCPU; what a guest may not change stays.

        Raises VpokError for a name that the instruction set does not have.
        """
        chosen = self._vcpu(partition, vcpu)
        known = _registers(chosen)
        for name in registers:
            if name not in known.names:
                raise VpokError(
                    f"no register {name!r}: take {', '.join(known.names)}"
                )
        kernel = self.kernel
        kernel.arrive(self.now)
        machine = chosen.arch.machine
        machine.put(chosen.arch)
        for name, value in registers.items():
            register = known.names.index(name)
            word = value & known.mask
            if register == known.flags:
                word = word & known.own_flags | known.user_flags
            machine.set_in(chosen.arch.context, register, word)
            self._tell(chosen, CONTEXT, register)

    def read(self, partition: int | str, address: int, length: int) -> bytes:
        """Return bytes of a partition's memory; raises VpokError."""
        memory = self._partition(partition).memory
        if not memory.contains(address, length):
            raise VpokError(
                f"{length} bytes at {address:#x} are not in {partition!r}"
            )
        return memory.read(address, length)

    def write(self, partition: int | str, address: int, data: bytes) -> None:
        """Change a partition's memory; raises VpokError."""
        self.read(partition, address, len(data))
        chosen = self._partition(partition)
        chosen.memory.write(address, data)
        self._tell(chosen.vcpus[0], MEMORY, address)

    # --- scheduling --------------------------------------------------------

    def get_params(self, partition: int | str, vcpu: int) -> dict[str, int]:
        """Return the scheduling parameters in force; times in ns."""
        chosen = self._known(partition, vcpu)
        return chosen.domain.policy.params(chosen)

    def set_params(
        self, partition: int | str, vcpu: int, **params: int | str
    ) -> None:
        """
        Change a vCPU's scheduling parameters; raises VpokError.

        Whole numbers; times also as `2ms`.
        """
        chosen = self._vcpu(partition, vcpu)
        known = chosen.domain.policy.PARAMETERS
        wanted = {
            name: _value(name, value, known.get(name))
            for name, value in params.items()
        }
        self.kernel.arrive(self.now)
        refusal = self.kernel.set_params(chosen, wanted, self.now)
        self._refuse(chosen, refusal)

    def pin(
        self, partition: int | str, vcpu: int, processors: Sequence[int]
    ) -> None:
        """Let only these processors run a vCPU; raises VpokError."""
        chosen = self._vcpu(partition, vcpu)
        for processor in processors:
            self._processor(chosen, processor)
        affinity = sum(1 << processor for processor in set(processors))
        self.kernel.arrive(self.now)
        refusal = self.kernel.set_affinity(chosen, affinity, self.now)
        self._refuse(chosen, refusal)
        self._tell(chosen, AFFINITY, signed(affinity))

    def migrate(self, partition: int | str, vcpu: int, processor: int) -> None:
        """Give a vCPU another processor; raises VpokError."""
        chosen = self._vcpu(partition, vcpu)
        self._processor(chosen, processor)
        kernel = self.kernel
        kernel.arrive(self.now)
        self._refuse(chosen, kernel.migrate(chosen, processor, self.now))
        self._tell(chosen, MIGRATION, processor)

    def request_plan(self, name: str) -> None:
        """
        Let a plan be in force when the present major frame is over.

        The last request wins.  Raises VpokError.
        """
        plans = [plan.name for plan in self.spec.schedule.plans]
        if name not in plans:
            known = ", ".join(plans) or "the schedule has none"
            raise VpokError(f"there is no plan {name!r}: {known}")
        self.kernel.first_level.frame(self.now)  # which may just begin
        self.kernel.request_plan(plans.index(name))

    def plan_status(self) -> PlanStatus:
        """Say which plan is in force, and which is next."""
        plans = [plan.name for plan in self.spec.schedule.plans] or [""]
        self.kernel.first_level.frame(self.now)
        current, following, switched = self.kernel.plan_status()
        return PlanStatus(plans[current], plans[following], switched)

    def _processor(self, vcpu: Vcpu, processor: int) -> None:
        own = vcpu.domain.pcpus
        if processor not in own:
            raise VpokError(
                f"processor {processor} is not one of {vcpu.partition.name}: "
                f"take {', '.join(map(str, own))}"
            )

    def _refuse(self, vcpu: Vcpu, refusal: str) -> None:
        if refusal:
            raise VpokError(f"{vcpu}: {refusal}")

    def _tell(self, vcpu: Vcpu, what: int, value: int) -> None:
        self.kernel.emit(
            self.now, EventKind.CONTROL, vcpu, NOBODY, what, value
        )


def _registers(vcpu: Vcpu) -> Registers:
    isa = vcpu.partition.engine.isa
    if isa not in REGISTERS:
        raise VpokError(f"{vcpu} has no registers: it executes no image")
    return REGISTERS[isa]


def _value(name: str, value: int | str, known: Parameter | None) -> int:
    """Return a parameter's value; text only where it is a time."""
    timed = known is not None and known.unit == "ns"
    if timed and isinstance(value, str):
        return _time(name, value)
    if isinstance(value, bool) or not isinstance(value, int):
        more = " of ns, or text such as '2ms'" if timed else ""
        raise VpokError(f"{name} {value!r}: write a whole number{more}")
    return value


def _time(what: str, time: int | str) -> int:
    """Return ns; *what* it is the time of."""
    from vpok.config.units import UnitError, parse_time  # noqa: PLC0415

    try:
        return parse_time(time)
    except UnitError as error:
        raise VpokError(f"{what} {time!r}: {error}") from None


class Tap(Sink):
    """Notes when something is told, and passes it on."""

    def __init__(self, sink: Sink | None, windows: bool) -> None:
        """Stand before *sink*; *windows*: note only changes of windows."""
        self.sink = sink
        self.windows = windows
        self.told = -1  # the instant of the first

    def emit(
        self,
        time: i64,
        kind: i64,
        pcpu: i64,
        partition: i64,
        vcpu: i64,
        thread: i64,
        a: i64,
        b: i64,
    ) -> None:
        """Note an event and pass it on."""
        wanted = not self.windows or kind in {_OPENED, _CLOSED}
        if wanted and self.told < 0:
            self.told = int(time)
        if self.sink is not None:
            self.sink.emit(time, kind, pcpu, partition, vcpu, thread, a, b)

    def console(
        self, time: i64, pcpu: i64, partition: i64, vcpu: i64, text: bytes
    ) -> None:
        """Note text and pass it on."""
        if not self.windows and self.told < 0:
            self.told = int(time)
        if self.sink is not None:
            self.sink.console(time, pcpu, partition, vcpu, text)
