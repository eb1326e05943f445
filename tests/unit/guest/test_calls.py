"""What a guest in Python asks for, and what it gets."""

import pytest

from tests.unit.guest.world import (
    MS,
    US,
    Ran,
    alone,
    partition,
    run,
    system,
)
from vpok.guest import (
    Direction,
    Error,
    Guest,
    Guests,
    Mode,
    Port,
    Refused,
    Request,
    State,
    Wake,
    abi_version,
    affinity_get,
    affinity_set,
    block,
    compute,
    disable,
    enable,
    health_raise,
    mode,
    port_id,
    port_receive,
    port_send,
    port_status,
    print_,
    read,
    register,
    set_mode,
    shared,
    shutdown,
    time,
    vcpu_down,
    vcpu_info,
    vcpu_up,
    yield_,
)
from vpok.spec.model import (
    CostSpec,
    PortSpec,
    ScheduleSpec,
    VcpusSpec,
    WindowSpec,
)

TURNS = VcpusSpec(2, "round-robin", MS)


def said(ran: Ran) -> list[str]:
    return ran.lines(0)


def test_computing_takes_exactly_its_time() -> None:
    def main(vcpu: Guest) -> Guests:
        yield compute("1234567ns")
        yield print_((yield time()))
        yield compute(1)
        yield print_((yield time()))

    assert said(alone(main)) == ["1234567", "1234568"]


def test_time_outside_the_window_is_not_computed_in() -> None:
    def main(vcpu: Guest) -> Guests:
        yield compute("12ms")
        yield print_((yield time()))

    spec = system(partition("one", main), partition("two", idle))

    assert run(spec).lines() == [str(22 * MS)]


def idle(vcpu: Guest) -> Guests:
    yield block()


def test_a_call_at_the_end_of_the_window_belongs_to_the_next() -> None:
    def main(vcpu: Guest) -> Guests:
        yield compute("10ms")
        yield print_((yield time()))

    spec = system(partition("one", main), partition("two", idle))

    assert run(spec).lines() == [str(20 * MS)]


def test_calls_and_switches_cost_what_is_configured() -> None:
    def main(vcpu: Guest) -> Guests:
        yield print_((yield time()), (yield time()))
        yield shared()
        yield print_((yield time()))

    costs = CostSpec(hypercall=7, switch=100, interrupt=0, restart=0)
    ran = run(system(partition("one", main), costs=costs))

    assert ran.lines() == ["100 107", "121"]


def test_blocking_ends_at_the_instant() -> None:
    def main(vcpu: Guest) -> Guests:
        why = yield block(until="3ms")
        yield print_(why is Wake.INSTANT, (yield time()))
        why = yield block(until="2ms")
        yield print_(why is Wake.INSTANT, (yield time()))

    ran = alone(main)

    assert said(ran) == [f"True {3 * MS}"] * 2
    assert ran.result.partitions[0].vcpus[0].blocked > 0


def test_a_refusal_is_raised_where_the_call_was_yielded() -> None:
    def main(vcpu: Guest) -> Guests:
        for call in (
            vcpu_up(9, idle),
            shutdown(),
            port_id("none"),
            print_("x" * 5000),
            register(64, idle),
            affinity_set(0, 0),
        ):
            yield from tried(call)

    assert said(alone(main)) == [
        *("EINVAL", "EPERM", "ENOENT", "EMSGSIZE", "EINVAL", "EINVAL")
    ]


def tried(call: Request) -> Guests:
    try:
        yield call
    except Refused as refused:
        yield print_(Error(refused.error).name)


def test_vcpus_come_up_with_functions_and_arguments() -> None:
    def other(vcpu: Guest) -> Guests:
        yield print_(vcpu, vcpu.index, vcpu.arg)
        yield vcpu_down(1)

    def main(vcpu: Guest) -> Guests:
        yield vcpu_up(1, other, 42)
        yield from tried(vcpu_up(1, other))
        yield yield_()
        yield print_((yield vcpu_info(1)).state is State.OFFLINE)
        yield vcpu_up(1, other, 43)

    assert said(alone(main, vcpus=TURNS)) == [
        *("EBUSY", "<vcpu one/1> 1 42", "True", "<vcpu one/1> 1 43")
    ]


def test_a_main_function_that_returns_takes_its_vcpu_down() -> None:
    def main(vcpu: Guest) -> Guests:
        yield compute("1ms")

    ran = alone(main)

    assert ran.result.reason == "quiet"
    assert ran.result.partitions[0].vcpus[0].state == "offline"
    assert ran.result.partitions[0].errors == 0


def test_records_have_their_fields() -> None:
    def main(vcpu: Guest) -> Guests:
        yield compute("2ms")
        info = yield vcpu_info(0)
        yield print_(info.state.name, info.processor, info.running)
        page = yield shared()
        yield print_(page.enabled, page.time, page.exec, page.serving)
        yield enable()
        yield print_((yield shared()).enabled)
        yield disable()
        yield print_((yield shared()).enabled)
        yield print_((yield affinity_get(0)), hex((yield abi_version())))

    assert said(alone(main)) == [
        f"RUNNING 0 {2 * MS}",
        f"False {2 * MS} {2 * MS} -1",
        "True",
        "False",
        "1 0x10001",
    ]


def test_a_guest_reads_its_input() -> None:
    def main(vcpu: Guest) -> Guests:
        yield print_((yield read(3)), (yield read()), (yield read()))

    assert said(alone(main)) == ["b'inp' b'ut' b''"]


def test_messages_pass_between_guests() -> None:
    def sender(vcpu: Guest) -> Guests:
        yield set_mode(Mode.NORMAL)
        port = yield port_id("out")
        yield port_send(port, b"hello")
        yield from tried(port_send(port, bytes(65)))
        yield block()

    def receiver(vcpu: Guest) -> Guests:
        port = yield port_id("in")
        yield from tried(port_receive(port))
        yield block(until="41ms")
        state = yield port_status(port)
        yield print_(state.kind is Port.QUEUEING, state.direction.name)
        yield print_(state.used, (yield port_receive(port)))

    ports = (
        PortSpec("out", "queueing", 0, "out", 64, (1,)),
        PortSpec("in", "queueing", 1, "in", 64),
    )
    ran = run(
        system(partition("a", sender), partition("b", receiver), ports=ports)
    )

    assert Direction.IN.name == "IN"
    assert ran.lines(0) == ["EMSGSIZE"]
    assert ran.lines(1) == ["EAGAIN", "True IN", "5 b'hello'"]


def test_an_exception_is_the_guests_fault_with_its_story() -> None:
    def main(vcpu: Guest) -> Guests:
        yield compute("1ms")
        yield from deeper()

    def deeper() -> Guests:
        yield time()
        raise ValueError("no luck")

    ran = alone(main)

    assert said(ran)[0] == "the guest raised an exception:"
    assert [line.split(", in ")[1] for line in said(ran)[1:3]] == [
        *("main", "deeper")
    ]
    assert said(ran)[-1] == "ValueError: no luck"
    assert ran.result.partitions[0].mode == "idle"
    assert ran.result.partitions[0].vcpus[0].faults == 1


@pytest.mark.parametrize("wrong", [3, "compute", None.__class__])
def test_yielding_something_else_is_an_exception(wrong: object) -> None:
    def main(vcpu: Guest) -> Guests:
        yield wrong  # type: ignore[misc]

    assert said(alone(main))[-1].startswith("TypeError: a guest yields")


def test_leaving_python_is_no_more_than_an_exception() -> None:
    def main(vcpu: Guest) -> Guests:
        yield time()
        raise SystemExit(3)

    assert said(alone(main))[-1] == "SystemExit: 3"


def test_a_refusal_that_nobody_takes_is_an_exception() -> None:
    def main(vcpu: Guest) -> Guests:
        yield shutdown()

    assert said(alone(main))[-1] == "vpok.guest.Refused: EPERM"


def test_a_cold_restart_forgets_the_memory_and_a_warm_one_keeps_it() -> None:
    def main(vcpu: Guest) -> Guests:
        vcpu.memory["starts"] = vcpu.memory.get("starts", 0) + 1
        now = yield time()
        yield compute("1ms")
        if now == 0:
            yield set_mode(Mode.WARM_START)
        yield print_((yield mode()).name, vcpu.memory["starts"], now)
        if now < 2 * MS:
            yield set_mode(Mode.COLD_START)

    assert said(alone(main)) == [
        f"WARM_START 2 {MS}",
        f"COLD_START 1 {2 * MS}",
    ]


def test_chance_follows_seed_partition_and_vcpu() -> None:
    def main(vcpu: Guest) -> Guests:
        yield print_(vcpu.random.random(), vcpu.args["n"])

    first = said(alone(main, seed=1, n=5))

    assert first[0].endswith(" 5")
    assert said(alone(main, seed=1, n=5)) == first
    assert said(alone(main, seed=2, n=5)) != first
    two = system(
        partition("one", main, seed=1, n=5),
        partition("two", main, seed=1, n=5),
    )
    assert run(two).lines(0) == first
    assert run(two).lines(1) != first


def test_a_guest_that_lets_no_time_pass_pays_for_it() -> None:
    """A thousand requests at an instant are free, the next cost 10 us."""

    def main(vcpu: Guest) -> Guests:
        while (yield time()) == 0:
            vcpu.memory["calls"] = vcpu.memory.get("calls", 0) + 1
        yield print_(vcpu.memory["calls"], (yield time()))

    def idler(vcpu: Guest) -> Guests:
        while True:
            yield compute(0)

    assert said(alone(main)) == [f"1001 {20 * US}"]
    assert alone(idler).result.end == 100 * MS


def test_restarting_for_ever_takes_time() -> None:
    def main(vcpu: Guest) -> Guests:
        yield set_mode(Mode.WARM_START)

    ran = alone(main)

    # A thousand calls are free at an instant; each more costs 10 us.
    assert ran.result.end == 100 * MS
    assert 1_000 < ran.result.partitions[0].restarts <= 11_000


def test_health_is_told() -> None:
    def main(vcpu: Guest) -> Guests:
        yield health_raise("too hot")

    ran = alone(main, health={0: "stop", 6: "shutdown"})

    assert said(ran) == ["application error: too hot"]
    assert ran.result.reason == "error"


def test_two_processors_run_two_vcpus_at_once() -> None:
    def other(vcpu: Guest) -> Guests:
        yield compute("2ms")
        yield print_("other", (yield time()))

    def main(vcpu: Guest) -> Guests:
        yield compute("1ms")
        yield vcpu_up(1, other)
        yield compute("2ms")
        yield print_("main", (yield time()))

    schedule = ScheduleSpec(
        10 * MS, windows=(WindowSpec(0, 0, 10 * MS, (0, 1)),)
    )
    one = partition("one", main, vcpus=VcpusSpec(2), processors=(0, 1))
    ran = run(system(one, schedule=schedule, processors=2))

    assert sorted(ran.lines()) == [
        f"main {3 * MS}",
        f"other {3 * MS + 500}",
    ]
