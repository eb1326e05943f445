"""
The registers and exceptions of riscv64, as user code (RV64IMAFDC) sees them.

Numbers are those of the ISA manual; names are those of its ABI.
"""

from typing import Final

ZERO: Final = 0  # reads 0
RA: Final = 1
SP: Final = 2
GP: Final = 3
TP: Final = 4
T0: Final = 5
T1: Final = 6
T2: Final = 7
S0: Final = 8
S1: Final = 9
A0: Final = 10
A1: Final = 11
A2: Final = 12
A3: Final = 13
A4: Final = 14
A5: Final = 15
A6: Final = 16
A7: Final = 17
S2: Final = 18
S3: Final = 19
S4: Final = 20
S5: Final = 21
S6: Final = 22
S7: Final = 23
S8: Final = 24
S9: Final = 25
S10: Final = 26
S11: Final = 27
T3: Final = 28
T4: Final = 29
T5: Final = 30
T6: Final = 31
PC: Final = 32

NAMES: Final = (
    *("zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"),
    *("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"),
    *("s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11"),
    *("t3", "t4", "t5", "t6", "pc"),
)

# Exceptions that user code can raise.
INSTRUCTION_ACCESS: Final = 1
ILLEGAL_INSTRUCTION: Final = 2
BREAKPOINT: Final = 3
LOAD_MISALIGNED: Final = 4  # of LR only: loads may be misaligned
LOAD_ACCESS: Final = 5
STORE_MISALIGNED: Final = 6  # of SC and AMO only
STORE_ACCESS: Final = 7
CALL: Final = 8  # ECALL in user mode
EXCEPTIONS: Final = 16  # the codes below are the ISA's

# f0 to f31 and fcsr, 64 bits each.
EXTENDED_SIZE: Final = 264
