"""
What reaches a handler, and how it gets back: what the prototype of 2014 got wrong.

A headline is a defect; `tests/mutants.py` puts each one back.
"""

from struct import unpack_from

import pytest

from tests.defects.driver import (
    ISAS,
    SPARE,
    Behave,
    Do,
    Log,
    alone,
    clearing,
    partition,
    running,
    windows,
)
from vpok.abi.paravirt import FRAMES, REGISTERS_OFFSET
from vpok.abi.paravirt_calls import HealthKind, Number
from vpok.events import EventKind

ALL = range(64)
MS = 1_000_000
both = pytest.mark.parametrize("isa", ISAS)


# --- the upcall hands the guest a descriptor's index minus 32 -----------------


@both
def test_the_guest_sees_the_number_that_it_registered(isa: str) -> None:
    """Registered in no order: a number is no place in a table."""
    numbers = [40, 3, 63, 0, 17, 32, 31]
    with alone(isa) as guest:
        guest.register(*numbers)
        guest.enable()
        for number in numbers:
            guest.behave(number, Behave.HOLD)
            guest.release(held=True)
            guest.inject(number)
            guest.run(4_000)
            entry = guest.log()[-1]
            assert entry.number == number
            assert guest.word(entry.frame) == number
            assert guest.word(guest.page() + 0x14, 4) == number
            guest.release()
            guest.run(4_000)

        assert guest.handled() == numbers


# --- registration scans 16 descriptors, delivery 15 ---------------------------


@both
def test_every_registered_interrupt_is_delivered(isa: str) -> None:
    """All 64 at once, and each once."""
    with alone(isa) as guest:
        guest.register(*ALL)
        guest.inject(*reversed(ALL))
        guest.run(1_000)
        assert guest.pending() == (1 << 64) - 1
        guest.enable()

        assert guest.handled() == list(ALL)
        assert guest.pending() == 0


# --- returning with nothing pending never gets back ---------------------------


@both
def test_returning_resumes_exactly_what_was_interrupted(isa: str) -> None:
    """Nothing else is pending; all registers, floating point included."""
    with alone(isa) as guest:
        guest.register(0, 1)
        guest.enable()
        guest.post(Do.SURVIVE, 0x1234_5678, 5_000)
        for _ in range(20):
            guest.inject(0)
            guest.run(2_310)
        assert len(guest.handled()) == 20
        assert not guest.done()

        assert guest.wait() == 0
        assert guest.word(guest.page() + 0x10, 4) == 0
        assert guest.word(guest.page() + 4, 4) == 1


@both
def test_a_handler_may_change_every_register(isa: str) -> None:
    with alone(isa) as guest:
        guest.system.write(0, SPARE, clearing(isa))
        assert guest.call(Number.IRQ_REGISTER, 0, SPARE) == 0
        guest.enable()
        guest.post(Do.SURVIVE, 0x1234_5678, 2_000)
        for _ in range(9):
            guest.inject(0)
            guest.run(2_310)
        assert guest.interrupts().completed_count[0] == 9
        assert not guest.done()

        assert guest.wait() == 0


@both
def test_returning_enters_the_next_pending_handler(isa: str) -> None:
    """And what was interrupted is resumed once, after the last of them."""
    with alone(isa) as guest:
        guest.register(*range(8))
        guest.enable()
        guest.post(Do.SURVIVE, 77, 1_000)
        guest.run(3_000)
        guest.inject(*range(8))

        assert guest.wait() == 0
        assert guest.handled() == list(range(8))
        frames = {entry.frame for entry in guest.log()}
        assert len(frames) == 1, "none is nested in another"
        entered = guest.sink.of(EventKind.IRQ_DELIVER)
        left = guest.sink.of(EventKind.IRQ_COMPLETE)
        assert [e.time for e in entered[1:]] == [e.time for e in left[:-1]]


@both
def test_the_registers_in_a_frame_are_those_of_the_guest(isa: str) -> None:
    """The whole context: what is loaded shows in the frame, word by word."""
    with alone(isa) as guest:
        guest.register(0)
        guest.behave(0, Behave.HOLD)
        guest.enable()
        guest.post(Do.SURVIVE, 0x4000, 2_000)
        guest.run(5_000)
        guest.inject(0)
        guest.run(5_000)
        frame = guest.read(guest.log()[-1].frame, FRAMES[isa].size)

        if isa == "x86-64":
            words = unpack_from("<18Q", frame, REGISTERS_OFFSET)
            loaded = [n for n in range(16) if n != 4]
            floats = [
                unpack_from("<Q", frame, 256 + 160 + 16 * n)[0]
                for n in range(16)
            ]
        else:
            words = unpack_from("<32Q", frame, REGISTERS_OFFSET)
            loaded = [n for n in range(1, 31) if n != 2]
            floats = list(unpack_from("<32Q", frame, 320))
        assert [words[n] for n in loaded] == [0x4000 + n for n in loaded]
        assert floats == [0x4000 + n for n in range(len(floats))]
        guest.release()
        assert guest.wait() == 0


@both
def test_a_return_outside_of_a_handler_goes_on_with_its_frame(
    isa: str,
) -> None:
    """Nothing was interrupted and nothing is pending: a frame is a frame."""
    frame, stack = SPARE + 0x2000, SPARE + 0x6000
    with alone(isa) as guest:
        assert guest.do(Do.FRAME, frame, stack) == 0
        guest.post(Do.CALL, frame, number=Number.IRQ_RETURN)
        guest.run(5_000)
        assert not guest.done(), "a return does not return"

        assert guest.call(Number.VCPU_SELF) == 0  # served on the new stack
        assert guest.word(guest.page() + 4, 4) == 1
        assert guest.sink.of(EventKind.IRQ_COMPLETE) == []


@both
def test_a_return_goes_on_with_the_frame_that_it_is_given(isa: str) -> None:
    """The inner handler returns to the outermost code: depth is the frame's."""
    with alone(isa) as guest:
        guest.register(1, 2)
        guest.behave(1, Behave.NESTHOLD)
        guest.behave(2, Behave.RETURN_TO)
        guest.enable()
        guest.post(Do.SURVIVE, 5, 2_000)
        guest.run(3_000)
        guest.inject(1)
        guest.run(4_000)
        guest.return_to(guest.log()[-1].frame)
        guest.inject(2)

        assert guest.wait() == 0
        assert guest.depths() == [1, 2]
        assert guest.nesting() == (1, 0, -1)
        done = guest.sink.of(EventKind.IRQ_COMPLETE)
        assert [(event.a, event.b) for event in done] == [(2, 0)]


@both
@pytest.mark.parametrize("nesting", [(0, 0, -1), (1, 3, 5), (0, 16, 63)])
def test_enable_depth_and_serving_come_from_the_frame(
    isa: str, nesting: tuple[int, int, int]
) -> None:
    frame = SPARE + 0x2000
    with alone(isa) as guest:
        guest.do(Do.FRAME, frame, SPARE + 0x6000)
        for place, value in enumerate(nesting):
            guest.put(frame + 12 + 4 * place, value, 4)
        guest.post(Do.CALL, frame, number=Number.IRQ_RETURN)
        guest.run(5_000)

        assert guest.call(Number.VCPU_SELF) == 0
        assert guest.nesting() == nesting


@both
def test_what_is_raised_in_its_own_handler_is_not_lost(isa: str) -> None:
    with alone(isa) as guest:
        guest.register(7)
        guest.behave(7, Behave.HOLD)
        guest.enable()
        guest.inject(7)
        guest.run(4_000)
        guest.inject(7, 7)
        guest.run(4_000)
        assert guest.handled() == [7]
        guest.release()
        guest.run(10_000)

        assert guest.handled() == [7, 7, 7]
        assert guest.depths() == [1, 1, 1]


# --- 8-bit occurrence counters wrap to zero at 256 ---------------------------


@both
@pytest.mark.parametrize("number_of", [255, 256, 257, 511, 600])
def test_occurrences_are_never_lost_silently(isa: str, number_of: int) -> None:
    """Raised while the partition is out of its window."""
    two = (partition(isa), partition(isa, "other"))
    plan = windows((0, 0, MS), (1, MS, MS), frame=2 * MS)
    with running(*two, schedule=plan) as (guest, _):
        guest.register(7)
        guest.enable()
        guest.system.run(until=MS + 1_000)
        for _ in range(number_of):
            guest.inject(7)
        guest.system.run(until=2 * MS)
        assert guest.handled() == []
        guest.system.run(until=3 * MS)
        lost = number_of - 255

        assert guest.handled() == [7] * 255
        assert len(guest.sink.of(EventKind.IRQ_OVERRUN)) == lost
        assert guest.told(HealthKind.OVERRUN) == lost
        counters = guest.interrupts()
        assert counters.raised_count[7] == number_of
        assert counters.delivered_count[7] == 255
        assert counters.overrun_count[7] == lost


# --- the 17th nested frame is dropped, its handler runs ----------------------


@both
def test_nesting_has_a_bound_and_exceeding_it_is_an_error(isa: str) -> None:
    """20 handlers, each interrupted by the next; the whole context returns."""
    with alone(isa) as guest:
        guest.register(*range(20))
        for number in range(20):
            guest.behave(number, Behave.NESTHOLD)
        guest.enable()
        guest.post(Do.SURVIVE, 99, 3_000)
        guest.run(2_000)
        for number in reversed(range(20)):
            guest.inject(number)
            guest.run(4_000)
        assert guest.handled() == list(range(19, 3, -1))
        assert guest.depths() == list(range(1, 17))
        assert guest.pending() == 0b1111
        assert guest.told(HealthKind.NESTING) == 1

        guest.release()
        assert guest.wait() == 0
        assert sorted(guest.handled()) == list(range(20))
        assert max(guest.depths()) == 16
        entered = [e for e in guest.log() if e.event == Log.ENTERED]
        assert len({e.frame for e in entered}) == 16
        assert guest.word(guest.page() + 0x10, 4) == 0


@both
def test_who_waits_at_the_bound_is_not_woken_but_it_is_told(isa: str) -> None:
    with alone(isa) as guest:
        guest.register(3)
        guest.put(guest.page() + 0x10, 16, 4)
        until = guest.system.now + 40_000
        guest.system.inject(0, 0, 3, at=until - 20_000)
        guest.post(Do.CALL, until, number=Number.VCPU_BLOCK)
        guest.system.run(until=until - 1)
        assert guest.told(HealthKind.NESTING) == 1
        assert not guest.done()

        assert guest.wait() == 1, "the instant, no interrupt"
        assert guest.handled() == []

        guest.put(guest.page() + 0x10, 0, 4)
        guest.enable()
        assert guest.handled() == [3], "once there is room"
        guest.put(guest.page() + 0x10, 16, 4)
        guest.inject(3)
        guest.run(4_000)
        assert guest.told(HealthKind.NESTING) == 2
