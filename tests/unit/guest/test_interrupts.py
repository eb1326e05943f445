"""Interrupts of guests in Python: at their instants, nested, in order."""

from tests.unit.guest.world import (
    MS,
    US,
    alone,
    partition,
    run,
    system,
)
from vpok.events import EventKind
from vpok.guest import (
    Guest,
    Guests,
    Refused,
    Wake,
    ack,
    block,
    compute,
    enable,
    mask,
    notification_id,
    notify,
    port_bind,
    print_,
    register,
    send,
    shared,
    time,
    timer,
    timer_cancel,
    timer_periodic,
    unmask,
    unregister,
    vcpu_reset,
    vcpu_up,
)
from vpok.spec.model import InterruptSpec, VcpusSpec


def told(vcpu: Guest, number: int) -> Guests:
    yield print_("irq", number, (yield time()))


def test_computing_is_cut_at_the_instant_and_goes_on() -> None:
    def handler(vcpu: Guest, number: int) -> Guests:
        yield print_((yield time()))
        yield compute("100us")

    def main(vcpu: Guest) -> Guests:
        yield register(3, handler)
        yield timer(3, 1_234_567)
        yield enable()
        yield compute("2ms")
        yield print_((yield time()))

    assert alone(main).lines() == ["1234567", str(2 * MS + 100 * US)]


def test_handlers_nest_when_they_let_themselves_be_interrupted() -> None:
    def outer(vcpu: Guest, number: int) -> Guests:
        page = yield shared()
        yield print_("outer", page.depth, page.serving, page.enabled)
        yield compute("1ms")
        yield enable()
        yield compute("1ms")
        yield print_("outer ends", (yield time()))

    def inner(vcpu: Guest, number: int) -> Guests:
        page = yield shared()
        yield print_("inner", page.depth, page.serving, (yield time()))

    def main(vcpu: Guest) -> Guests:
        yield register(1, outer)
        yield register(2, inner)
        yield timer(1, "1ms")
        yield timer(2, "1500us")
        yield enable()
        yield compute("1ms")
        yield compute("1ms")
        yield print_("main", (yield shared()).depth, (yield time()))

    ran = alone(main)

    assert ran.lines() == [
        "outer 1 1 False",
        f"inner 2 2 {2 * MS}",
        f"outer ends {3 * MS}",
        f"main 0 {4 * MS}",
    ]
    assert len(ran.sink.of(EventKind.IRQ_COMPLETE)) == 2


def test_a_plain_function_may_handle_an_interrupt() -> None:
    def count(vcpu: Guest, number: int) -> None:
        vcpu.memory["n"] = vcpu.memory.get("n", 0) + 1

    def main(vcpu: Guest) -> Guests:
        yield register(0, count)
        yield timer_periodic(0, "1ms", "1ms")
        yield enable()
        yield compute("5500us")
        yield timer_cancel(0)
        yield compute("5ms")
        yield print_(vcpu.memory["n"])

    assert alone(main).lines() == ["5"]


def test_masked_and_disabled_interrupts_wait() -> None:
    def main(vcpu: Guest) -> Guests:
        yield register(5, told)
        yield register(6, told)
        yield mask(5)
        yield send(0, 5)
        yield send(0, 6)
        yield compute("1ms")
        yield print_(bin((yield shared()).pending))
        yield enable()
        yield compute("1ms")
        yield unmask(5)

    assert alone(main).lines() == [
        *("0b1000000", f"irq 6 {MS}", f"irq 5 {2 * MS}")
    ]


def test_block_ends_by_an_interrupt_after_its_handler() -> None:
    def main(vcpu: Guest) -> Guests:
        yield register(5, told)
        yield timer(5, "3ms")
        why = yield block()
        yield print_(why is Wake.INTERRUPT, (yield time()))

    assert alone(main).lines() == [f"irq 5 {3 * MS}", f"True {3 * MS}"]


def test_a_refused_registration_leaves_the_handler_in_force() -> None:
    def other(vcpu: Guest, number: int) -> Guests:
        yield print_("other")

    def main(vcpu: Guest) -> Guests:
        yield register(5, told)
        try:
            yield register(5, other)
        except Refused as refused:
            yield print_(refused)
        yield enable()
        yield send(0, 5)
        yield unregister(5)
        yield register(5, other)
        yield send(0, 5)

    assert alone(main).lines() == ["EEXIST", "irq 5 0", "other"]


def test_an_answer_is_not_lost_to_a_handler_that_calls_too() -> None:
    def handler(vcpu: Guest, number: int) -> Guests:
        yield print_("in between")

    def main(vcpu: Guest) -> Guests:
        yield register(5, handler)
        yield mask(5)
        yield send(0, 5)
        yield enable()
        answer = yield unmask(5)
        yield print_("answer", answer)

    assert alone(main).lines() == ["in between", "answer 0"]


def test_an_exception_in_a_handler_ends_it_if_faults_are_ignored() -> None:
    def handler(vcpu: Guest, number: int) -> Guests:
        yield time()
        raise ValueError

    def main(vcpu: Guest) -> Guests:
        yield register(5, handler)
        yield enable()
        yield send(0, 5)
        yield print_("goes on", (yield shared()).depth)

    ran = alone(main, health={0: "ignore"})

    assert ran.lines()[-2:] == ["ValueError", "goes on 0"]


def test_levels_come_again_until_they_are_acknowledged() -> None:
    def handler(vcpu: Guest, number: int) -> Guests:
        vcpu.memory["n"] = vcpu.memory.get("n", 0) + 1
        yield compute("10us")
        if vcpu.memory["n"] == 3:
            yield ack(number)

    def main(vcpu: Guest) -> Guests:
        yield register(7, handler)
        yield block()
        yield compute("1ms")
        yield print_(vcpu.memory["n"])

    line = InterruptSpec("line", 0, 7, arrivals=(MS,), trigger="level")
    ran = run(system(partition("one", main), interrupts=[line]))

    assert ran.lines() == ["3"]


def test_guests_notify_each_other() -> None:
    def sender(vcpu: Guest) -> Guests:
        yield notify((yield notification_id("bell")))

    def receiver(vcpu: Guest) -> Guests:
        yield register(9, told)
        try:
            yield port_bind(0, 9)
        except Refused as refused:
            yield print_(refused)
        yield block()
        yield block()

    bell = InterruptSpec("bell", 1, 9, sender=0)
    spec = system(
        partition("b", sender), partition("a", receiver), interrupts=[bell]
    )

    # The first bell rings before anybody listens.
    assert run(spec).lines(1) == ["EINVAL"]


def test_a_reset_vcpu_has_nothing_registered() -> None:
    def other(vcpu: Guest) -> Guests:
        try:
            yield unregister(5)
        except Refused as refused:
            yield print_(refused)
        yield register(5, told)

    def main(vcpu: Guest) -> Guests:
        yield vcpu_up(1, other)
        yield compute("3ms")
        yield vcpu_reset(1)
        yield vcpu_up(1, other)

    ran = alone(main, vcpus=VcpusSpec(2, "round-robin", MS))

    assert ran.lines() == ["ENODEV", "ENODEV"]
