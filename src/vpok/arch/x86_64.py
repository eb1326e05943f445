"""
The registers of x86-64, and the vectors of its exceptions.

A partition runs in ring 3 of 64-bit mode, flat, with interrupts enabled; what
it can see of the selectors is what a process of Linux sees.
"""

from typing import Final

# Registers, in the processor's own order.
RAX: Final = 0
RCX: Final = 1
RDX: Final = 2
RBX: Final = 3
RSP: Final = 4
RBP: Final = 5
RSI: Final = 6
RDI: Final = 7
R8: Final = 8
R9: Final = 9
R10: Final = 10
R11: Final = 11
R12: Final = 12
R13: Final = 13
R14: Final = 14
R15: Final = 15
RIP: Final = 16
RFLAGS: Final = 17

NAMES: Final = (
    *("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"),
    *("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"),
    *("rip", "rflags"),
)

# RFLAGS of user code: bit 1 is always set, interrupts are enabled; what a user
# can change is C, P, A, Z, S, T, D, O, NT, AC and ID.
USER_FLAGS: Final = 0x202
OWN_FLAGS: Final = 0x24_4DD5

CODE_SELECTOR: Final = 0x33
DATA_SELECTOR: Final = 0x2B

# Vectors of the processor's exceptions.
DIVIDE_ERROR: Final = 0
DEBUG: Final = 1
BREAKPOINT: Final = 3
INVALID_OPCODE: Final = 6
GENERAL_PROTECTION: Final = 13
PAGE_FAULT: Final = 14
X87_ERROR: Final = 16
