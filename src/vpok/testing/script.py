"""
Programs for a scripted engine.

A program is a sequence of steps; when it is over the guest computes for ever.
"""

from dataclasses import dataclass
from enum import IntEnum


class Cause(IntEnum):
    """Traps that `ScriptedPersonality` serves."""

    NOP = 100  # nothing
    YIELD = 101  # offer the processor
    BLOCK = 102  # wait for a wake
    SLEEP = 103  # wait for *arg* ns
    WAKE = 104  # wake vCPU *arg* at once
    NOTIFY = 105  # wake vCPU *arg*, as fast as the latency allows
    PRINT = 106  # print *arg*, a line
    SEND = 107  # write *arg* into the partition's first sending port
    RESTART = 108  # the partition, warm
    SHUTDOWN = 109  # the module
    ALARM = 110  # wake vCPU *arg* % 16 in *arg* // 16 ns; go on
    FAULT = 6  # an invalid opcode

    # Of vCPUs that take interrupts; *arg* is a number + 64 * something.
    SEND_IRQ = 120  # raise one of vCPU something
    RETURN = 121  # from a handler
    ENABLE = 122  # interrupts, if *arg* is not 0; else disable
    MASK = 123  # one, if something is not 0; else unmask
    ACK = 124  # deassert a level
    RING = 125  # the *arg*-th notification that the partition may send
    WAIT = 126  # enable, and block until one can be delivered
    REGISTER = 127  # one, with the handler something
    UNREGISTER = 128
    TIMER = 129  # raise one in something ns


class Op(IntEnum):
    """What a step does."""

    WORK = 0
    CALL = 1
    FAULT = 2


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of a program: *count* instructions, or one that traps."""

    op: Op
    count: int = 1
    cause: int = 0
    arg: int = 0


Program = tuple[Step, ...]


def work(instructions: int) -> Step:
    """Compute."""
    return Step(Op.WORK, count=instructions)


def call(cause: Cause, arg: int = 0) -> Step:
    """Call the personality; takes one instruction."""
    return Step(Op.CALL, cause=cause, arg=arg)


def fault() -> Step:
    """Trap at an instruction that never completes, and takes no time."""
    return Step(Op.FAULT, cause=Cause.FAULT)
