"""
The interrupt controller against lists, driven through real guests.

Whatever is raised, registered, masked, enabled, returned from, paused or taken
down, in any order: the handlers that the guest logs are those of the lists,
in their order, and pending words and counters are theirs.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.guests.paravirt.driver import FRAME, U32, U64, Command
from tests.properties.controlled import LEVELS, NUMBERS, Controlled
from tests.properties.controller_model import Does, Frame, Model
from vpok.abi.paravirt_calls import Error, Mode, Number

# Regions for stacks of tasks that are built by hand, by vCPU; 0 is its own.
REGION, REGION_SIZE, REGIONS = 0x90000, 0x10000, 3
BRIEF = 10_000  # ns

vcpus = st.integers(0, 1)
numbers = st.sampled_from(NUMBERS)
edges = st.sampled_from([n for n in NUMBERS if n not in LEVELS])
handlers = st.sampled_from([*Does, Does.SERVE, Does.NEST])
assignments = st.one_of(
    st.lists(handlers, min_size=16, max_size=16), st.just([Does.NEST] * 16)
)
anything = st.integers(0, 1 << 16)
raised = st.lists(
    st.tuples(vcpus, numbers, st.sampled_from([True, True, True, False])),
    min_size=1,
    max_size=6,
)


def place_of(vcpu: int, region: int) -> int:
    return REGION + REGION_SIZE * (2 * vcpu + region - 1)


class Controller(RuleBasedStateMachine):
    """Every rule does one thing to the guest and the same to the lists."""

    isa = ""

    @initialize(
        processors=st.sampled_from([1, 2]),
        does=assignments,
    )
    def begin(self, processors: int, does: list[Does]) -> None:
        """Else most examples would hardly do anything."""
        self.both = Controlled(self.isa, processors)
        self._register_all(does)

    def _register_all(self, does: list[Does]) -> None:
        for vcpu in (0, 1):
            for place, number in enumerate(NUMBERS):
                self.register(vcpu, number, does[place + 8 * vcpu])
            self.enable(vcpu, 1)

    def teardown(self) -> None:
        if hasattr(self, "both"):
            self.both.close()

    @invariant()
    def nothing_is_lost_twice_elsewhere_or_out_of_order(self) -> None:
        if hasattr(self, "both"):
            self.both.check()

    def model(self, vcpu: int) -> Model:
        return self.both.models[vcpu]

    # --- raising ------------------------------------------------------------

    @rule(raised=raised)
    def inject(self, raised: list[tuple[int, int, bool]]) -> None:
        self.both.inject(raised)

    @rule(vcpu=vcpus, number=numbers, times=st.integers(2, 20))
    def inject_often(self, vcpu: int, number: int, times: int) -> None:
        """More than some limits allow; deep nests, if handlers enable."""
        self.both.inject([(vcpu, number, True)] * times)

    @rule(vcpu=vcpus, chosen=st.sets(numbers, min_size=2))
    def inject_at_once(self, vcpu: int, chosen: set[int]) -> None:
        descending = sorted(chosen, reverse=True)
        self.both.inject([(vcpu, number, True) for number in descending])

    @rule(
        vcpu=vcpus,
        number=st.sampled_from(LEVELS),
        changes=st.lists(st.booleans(), min_size=2, max_size=6),
    )
    def change_level(
        self, vcpu: int, number: int, changes: list[bool]
    ) -> None:
        for asserted in changes:
            self.both.inject([(vcpu, number, asserted)])
            self.both.check()

    @rule(raised=raised)
    def inject_outside(self, raised: list[tuple[int, int, bool]]) -> None:
        """While the partition has no window; it sees all of it in the next."""
        self.both.go_to(window=False)
        self.both.inject(raised)
        self.both.check()
        self.both.go_to(window=True)

    @rule(by=vcpus, to=vcpus, number=numbers)
    def send(self, by: int, to: int, number: int) -> None:
        model = self.model(to)
        self.both.command(
            by,
            Command.CALL,
            to,
            number,
            number=Number.IRQ_SEND,
            then=lambda: model.occur(number, 0),
        )

    @rule(vcpu=vcpus, number=numbers)
    def acknowledge(self, vcpu: int, number: int) -> None:
        model = self.model(vcpu)
        self._call(
            vcpu, Number.IRQ_ACK, number, lambda: model.line(number, False, 0)
        )

    # --- registering and masking ----------------------------------------------

    @rule(vcpu=vcpus, number=numbers, does=handlers)
    def register(self, vcpu: int, number: int, does: Does) -> None:
        model = self.model(vcpu)
        known = number in model.does
        if known or not model.can_run:
            return
        does = self._behave(vcpu, number, does)
        self.both.command(
            vcpu,
            Command.REGISTER,
            number,
            then=lambda: model.register(number, does),
        )

    @rule(vcpu=vcpus, number=numbers, does=handlers)
    def let_handler(self, vcpu: int, number: int, does: Does) -> None:
        model = self.model(vcpu)
        if number in model.does:
            model.does[number] = self._behave(vcpu, number, does)

    def _behave(self, vcpu: int, number: int, does: Does) -> Does:
        """Tell the guest; something else if that makes no sense."""
        model = self.model(vcpu)
        if number in LEVELS and does is not Does.DOWN:
            does = Does.SERVE  # else it comes for ever
        if does is Does.SWITCH and model.switch_to not in model.built:
            does = Does.SERVE
        if does is Does.DOWN and vcpu == 0:
            does = Does.SERVE  # somebody must bring the others up
        data = U32.pack(does)
        at = self.both.drivers[vcpu].mailbox + 0x80 + 4 * number
        self.both.system.write(0, at, data)
        return does

    @rule(vcpu=vcpus, number=numbers)
    def register_twice(self, vcpu: int, number: int) -> None:
        if number in self.model(vcpu).does:
            result = self.both.command(
                vcpu, Command.REGISTER, number, then=lambda: None
            )
            assert result in (None, -Error.EEXIST)

    @rule(vcpu=vcpus, number=numbers)
    def unregister(self, vcpu: int, number: int) -> None:
        model = self.model(vcpu)
        self._of_registered(
            vcpu,
            Number.IRQ_UNREGISTER,
            number,
            lambda: model.unregister(number),
        )

    @rule(vcpu=vcpus, number=numbers)
    def mask(self, vcpu: int, number: int) -> None:
        model = self.model(vcpu)
        self._of_registered(
            vcpu, Number.IRQ_MASK, number, lambda: model.masked.add(number)
        )

    @rule(vcpu=vcpus, number=numbers)
    def unmask(self, vcpu: int, number: int) -> None:
        model = self.model(vcpu)
        self._of_registered(
            vcpu,
            Number.IRQ_UNMASK,
            number,
            lambda: model.masked.discard(number),
        )

    def _of_registered(
        self, vcpu: int, call: Number, number: int, then: object
    ) -> None:
        known = number in self.model(vcpu).does
        result = self._call(vcpu, call, number, then if known else None)
        assert result in (None, 0 if known else -Error.ENODEV)

    def _call(
        self, vcpu: int, call: Number, argument: int, then: object = None
    ) -> int | None:
        return self.both.command(
            vcpu,
            Command.CALL,
            argument,
            number=call,
            then=then if callable(then) else lambda: None,
        )

    # --- enabling, returning --------------------------------------------------

    @rule(vcpu=vcpus, times=st.integers(1, 17))
    def enable(self, vcpu: int, times: int) -> None:
        """As often as handlers are entered by it."""

        def then() -> None:
            self.model(vcpu).enable = 1

        while times and not self.model(vcpu).enable:
            self.both.command(vcpu, Command.ENABLE, then=then)
            self.both.check()
            times -= 1

    @rule(vcpu=vcpus)
    def disable(self, vcpu: int) -> None:
        def then() -> None:
            self.model(vcpu).enable = 0

        self.both.command(vcpu, Command.DISABLE, then=then)

    @rule(vcpu=vcpus, call=st.sampled_from([Number.IRQ_DELIVER, Number.TIME]))
    def enable_and_call(self, vcpu: int, call: Number) -> None:
        """The store itself is not seen; any call delivers."""
        if not self.model(vcpu).can_run:
            return
        driver = self.both.drivers[vcpu]
        self.both.go_to(window=True)
        if not self.model(vcpu).can_run:
            return
        driver.write(driver.shared_at + 4, U32, 0x80000000)
        self.model(vcpu).enable = 1
        self._call(vcpu, call, 0)

    @rule(vcpu=vcpus, which=anything)
    def return_to(self, vcpu: int, which: int) -> None:
        """The innermost frame, an outer one, one of another stack."""
        self.both.go_to(window=True)
        model = self.model(vcpu)
        frames = model.live()
        if frames:
            self._return(vcpu, frames[which % len(frames)])

    @rule(vcpu=vcpus, times=st.integers(1, 20))
    def return_in_order(self, vcpu: int, times: int) -> None:
        model = self.model(vcpu)
        self.both.go_to(window=True)
        while times and model.can_run and model.frames[model.region]:
            self._return(vcpu, model.frames[model.region][-1])
            times -= 1

    def _return(self, vcpu: int, frame: Frame) -> None:
        model = self.model(vcpu)
        self._call(
            vcpu,
            Number.IRQ_RETURN,
            frame.address,
            lambda: model.give_back(frame),
        )
        self.both.check()

    @rule(
        vcpu=vcpus,
        region=st.integers(1, REGIONS - 1),
        enable=st.integers(0, 1),
        depth=st.sampled_from([0, 0, 1, 14, 15, 16]),
        serving=st.sampled_from([-1, -1, *NUMBERS]),
    )
    def build_frame(
        self, vcpu: int, region: int, enable: int, depth: int, serving: int
    ) -> None:
        """A task of its own, which may say that it is a handler."""
        model = self.model(vcpu)
        self.both.go_to(window=True)
        if model.region == region or not model.can_run:
            return
        at = place_of(vcpu, region)
        self.both.command(
            vcpu, Command.FRAME, at, at + REGION_SIZE, then=lambda: None
        )
        words = (
            U32.pack(enable) + U32.pack(depth) + U32.pack(serving & 0xFFFFFFFF)
        )
        self.both.system.write(0, at + 12, words)
        driver = self.both.drivers[vcpu]
        driver.write(driver.mailbox + FRAME, U64, at)
        model.frames[region] = []
        frame = Frame(-1, enable, depth, serving, region, address=at)
        model.built[region] = frame
        model.switch_to = region

    # --- up and down, waiting, windows ----------------------------------------

    @rule(vcpu=vcpus, masked=st.sets(numbers), woken=numbers)
    def block_and_wake(self, vcpu: int, masked: set[int], woken: int) -> None:
        """What is masked wakes nobody."""
        for number in sorted(masked - {woken}):
            self.mask(vcpu, number)
        self.block(vcpu, forever=True)
        for number in [*sorted(masked - {woken}), woken]:
            self.both.inject([(vcpu, number, True)])
            self.both.check()

    @rule(vcpu=vcpus, forever=st.booleans())
    def block(self, vcpu: int, forever: bool) -> None:
        model = self.model(vcpu)
        self.both.go_to(window=True)
        hope = set(model.does) - model.masked and model.depth < 16
        if forever and not hope:
            return

        def then() -> None:
            model.block()
            if not forever:
                model.blocked = False

        until = -1 if forever else self.both.system.now + BRIEF
        self._call(vcpu, Number.VCPU_BLOCK, until, then)

    @precondition(lambda self: not self.model(1).up)
    @rule()
    def bring_up(self) -> None:
        self.both.command(0, Command.START, 1, then=self.model(1).bring_up)

    @rule(vcpu=vcpus)
    def bring_up_twice(self, vcpu: int) -> None:
        if self.model(vcpu).up:
            result = self._call(1 - vcpu, Number.VCPU_UP, vcpu)
            assert result in (None, -Error.EBUSY)

    @rule(by=vcpus, reset=st.booleans())
    def take_down(self, by: int, reset: bool) -> None:
        """Only vCPU 1: somebody must bring it up again."""
        model = self.model(1)
        call = Number.VCPU_RESET if reset else Number.VCPU_DOWN
        self._call(by, call, 1, model.reset if reset else model.down)

    @precondition(lambda self: not any(m.pauses for m in self.both.models))
    @rule(
        by=vcpus,
        mode=st.sampled_from([Mode.COLD_START, Mode.WARM_START]),
        does=assignments,
        seldom=st.integers(0, 1),
    )
    def restart(
        self, by: int, mode: Mode, does: list[Does], seldom: int
    ) -> None:
        self.both.go_to(window=True)
        if not seldom and self.model(by).can_run:
            self.both.restart(by, mode)
            self.both.check()
            self._register_all(does)

    @rule(vcpu=vcpus, raised=raised)
    def pause(self, vcpu: int, raised: list[tuple[int, int, bool]]) -> None:
        self.both.system.pause(0, vcpu)
        self.model(vcpu).pauses += 1
        self.both.settle()
        self.both.inject(raised)

    @precondition(lambda self: any(m.pauses for m in self.both.models))
    @rule(vcpu=vcpus)
    def unpause(self, vcpu: int) -> None:
        if not self.model(vcpu).pauses:
            vcpu = 1 - vcpu
        self.both.system.unpause(0, vcpu)
        self.model(vcpu).pauses -= 1
        self.both.settle()

    @rule(window=st.booleans())
    def change_windows(self, window: bool) -> None:
        self.both.go_to(window=window)


class OnX8664(Controller):
    isa = "x86-64"


class OnRiscv64(Controller):
    isa = "riscv64"


effort = settings(
    max_examples=max(30, settings().max_examples // 5),
    stateful_step_count=40,
    deadline=None,
)
TestOnX8664 = pytest.mark.slow(OnX8664.TestCase)
TestOnRiscv64 = pytest.mark.slow(OnRiscv64.TestCase)
TestOnX8664.settings = effort
TestOnRiscv64.settings = effort
