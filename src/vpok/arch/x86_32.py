"""
The x86-32 part of a vCPU, for partitions of POK.

A partition runs in ring 3 with interrupts enabled, in flat segments whose
limit is the partition's size; what a guest can see of the selectors is what
POK's first partition sees on one processor.
"""

from typing import Final

from mypy_extensions import i64

from vpok.arch.guest import GuestOps
from vpok.machine.arch import ArchVcpu, Context

# Registers, in the processor's own order.
EAX: Final = 0
ECX: Final = 1
EDX: Final = 2
EBX: Final = 3
ESP: Final = 4
EBP: Final = 5
ESI: Final = 6
EDI: Final = 7
EIP: Final = 8
EFLAGS: Final = 9

NAMES: Final = (
    "eax",
    "ecx",
    "edx",
    "ebx",
    "esp",
    "ebp",
    "esi",
    "edi",
    "eip",
    "eflags",
)

# EFLAGS of user code: bit 1 is always set, interrupts are enabled.
USER_FLAGS: Final = 0x202

CODE_SELECTOR: Final = 0x23
DATA_SELECTOR: Final = 0x2B

# Vectors of the processor's exceptions.
DIVIDE_ERROR: Final = 0
DEBUG: Final = 1
BREAKPOINT: Final = 3
OVERFLOW: Final = 4
BOUND_RANGE: Final = 5
INVALID_OPCODE: Final = 6
STACK_FAULT: Final = 12
GENERAL_PROTECTION: Final = 13
EXCEPTIONS: Final = 20  # vectors below are POK's to handle

# POK hands a new thread two placeholder arguments.
FIRST_ARGUMENT: Final = 0xDEAD
SECOND_ARGUMENT: Final = 0xBEAF


class X86Ops(GuestOps):
    """What x86-32 does for a vCPU."""

    def new_context(
        self, arch: ArchVcpu, entry: i64, stack: i64, arg: i64
    ) -> Context:
        """
        Return the context of a POK thread that is about to start.

        POK passes nothing to a thread, so *arg* is not used: EAX and EBX hold
        its placeholders, and nothing is on the stack.
        """
        machine = arch.machine
        context = machine.new_context()
        machine.set_in(context, EAX, FIRST_ARGUMENT)
        machine.set_in(context, EBX, SECOND_ARGUMENT)
        machine.set_in(context, ESP, stack & 0xFFFF_FFFF)
        machine.set_in(context, EIP, entry & 0xFFFF_FFFF)
        return context
