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
