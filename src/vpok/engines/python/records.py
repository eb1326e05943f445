"""The records of the paravirtual ABI, as guests in Python get them."""

from struct import Struct
from typing import Final, NamedTuple

from vpok.abi.paravirt_calls import Direction, Port, State

RUNSTATE: Final = Struct("<IiQ4Q")
PLAN: Final = Struct("<IIQ")
SHARED: Final = Struct("<IIQIiQQQ")
PORT: Final = Struct("<IIQQq")


class RunState(NamedTuple):
    """A runstate record, as in Xen; times are ns."""

    state: State
    processor: int  # of the partition's, where it ran last; -1
    since: int
    running: int
    runnable: int
    blocked: int
    offline: int


class PortState(NamedTuple):
    """The state of a port."""

    kind: Port
    direction: Direction
    size: int  # bytes that it holds
    used: int
    age: int  # ns since data arrived; -1: never


class SharedPage(NamedTuple):
    """What a vCPU sees of itself without a call; times are ns."""

    enabled: bool
    pending: int  # bit n: interrupt n is pending and not masked
    depth: int  # of handlers
    serving: int  # the interrupt in hand, or -1
    time: int
    exec: int  # that this vCPU has run
    steal: int  # that it was kept from running


class PlanState(NamedTuple):
    """What plans the module goes by."""

    current: int  # the plan in force
    next: int  # the one for the next major frame
    switched: int  # ns: the last switch; 0: none


def run_state(result: int, data: bytes) -> RunState:
    """Decode what VCPU_INFO writes."""
    state, *rest = RUNSTATE.unpack(data)
    return RunState(State(state), *rest)


def port_state(result: int, data: bytes) -> PortState:
    """Decode what PORT_STATUS writes."""
    kind, direction, *rest = PORT.unpack(data)
    return PortState(Port(kind), Direction(direction), *rest)


def plan_state(result: int, data: bytes) -> PlanState:
    """Decode what PLAN_STATUS writes."""
    return PlanState(*PLAN.unpack(data))


def shared_page(page: bytes) -> SharedPage:
    """Decode the head of a shared page."""
    _, enable, *rest = SHARED.unpack_from(page)
    return SharedPage(enable != 0, *rest)
