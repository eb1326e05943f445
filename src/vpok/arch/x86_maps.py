"""
The opcode maps of x86, in 32-bit and in 64-bit mode.

After Intel's SDM, volume 2, appendix A: what follows each opcode, and which
opcodes are not plain.  Segments, privilege, ports, time and randomness are
decided here, so that no engine's own idea of them ever reaches a guest.
"""

from dataclasses import dataclass
from typing import Final

# Kinds of instructions.
PLAIN: Final = 0  # the engine's own semantics are right
CALL: Final = 1  # a software interrupt that the hypervisor serves
STEP: Final = 2  # right, but must be executed alone
SOFT: Final = 3  # raises `vector`, with the PC behind it
FAULT: Final = 4  # refused with `vector`, with the PC at it
SEGMENT: Final = 5  # reads or writes through FS or GS
LOAD: Final = 6  # loads a segment register
PACK: Final = 7  # exact only if all of EFLAGS has been computed before it
DIVIDE: Final = 8  # IDIV of EDX:EAX, see `Instruction.divides`
COUNT: Final = 9  # PCMPESTRI and -M, see `Instruction.counts`

UD: Final = 6
SS: Final = 12
GP: Final = 13

# What follows an opcode: - nothing, b imm8, w imm16, z imm16/32, m ModRM,
# M ModRM imm8, Z ModRM imm16/32, a moffs, p far pointer, e imm16 imm8,
# q imm16/32/64, t group 3 (an immediate for TEST only), P prefix, X escape,
# u undefined.
_ONE: Final = (
    "mmmmbz--mmmmbz-X"
    "mmmmbz--mmmmbz--"
    "mmmmbzP-mmmmbzP-"
    "mmmmbzP-mmmmbzP-"
    "----------------"
    "----------------"
    "--mmPPPPzZbM----"
    "bbbbbbbbbbbbbbbb"
    "MZMMmmmmmmmmmmmm"
    "----------p-----"
    "aaaa----bz------"
    "bbbbbbbbzzzzzzzz"
    "MMw-mmMZe-w--b--"
    "mmmmbb--mmmmmmmm"
    "bbbbbbbbzzpb----"
    "P-PP--tt------mm"
)
_ONE_LONG: Final = (
    "mmmmbzuummmmbzuX"
    "mmmmbzuummmmbzuu"
    "mmmmbzPummmmbzPu"
    "mmmmbzPummmmbzPu"
    "PPPPPPPPPPPPPPPP"
    "----------------"
    "uuumPPPPzZbM----"
    "bbbbbbbbbbbbbbbb"
    "MZuMmmmmmmmmmmmm"
    "----------u-----"
    "aaaa----bz------"
    "bbbbbbbbqqqqqqqq"
    "MMw-uuMZe-w--bu-"
    "mmmmuuu-mmmmmmmm"
    "bbbbbbbbzzub----"
    "P-PP--tt------mm"
)
_TWO: Final = (
    "mmmmu-----u-um-M"
    "mmmmmmmmmmmmmmmm"
    "mmmmuuuummmmmmmm"
    "------u-muMuuuuu"
    "mmmmmmmmmmmmmmmm"
    "mmmmmmmmmmmmmmmm"
    "mmmmmmmmmmmmmmmm"
    "MMMMmmm-uuuummmm"
    "zzzzzzzzzzzzzzzz"
    "mmmmmmmmmmmmmmmm"
    "---mMmuu---mMmmm"
    "mmmmmmmmmmMmmmmm"
    "mmMmMMMm--------"
    "mmmmmmmmmmmmmmmm"
    "mmmmmmmmmmmmmmmm"
    "mmmmmmmmmmmmmmmm"
)

_Kinds = dict[int, tuple[int, int]]  # opcode: kind, vector


@dataclass(frozen=True, slots=True)
class Maps:
    """What the opcodes of a mode mean; `two` is behind the byte 0F."""

    long: bool
    one: str
    two: str
    kinds_one: _Kinds
    kinds_two: _Kinds
    calls: frozenset[int]  # software interrupts that the hypervisor serves
    raised: frozenset[int]  # software interrupts that raise their vector


def _kinds_one() -> _Kinds:
    """Return what the two modes have in common."""
    one: _Kinds = {}
    # Ports, interrupts, HLT; far transfers and returns from interrupts.
    for op in (
        *range(0x6C, 0x70),
        *range(0xE4, 0xE8),
        *range(0xEC, 0xF0),
        *(0xF4, 0xFA, 0xFB, 0xCA, 0xCB, 0xCF),
    ):
        one[op] = (FAULT, GP)
    one[0xF1] = (SOFT, 1)
    one[0xCC] = (SOFT, 3)
    one[0xE0] = one[0xE1] = (STEP, 0)  # LOOPNE, LOOPE
    return one


def _kinds_two() -> _Kinds:
    two: _Kinds = {}
    # Descriptor tables, CLTS, INVD, WBINVD, control and debug registers,
    # model-specific registers, time, SYSENTER, LSS, LFS, LGS.
    for op in (
        *(0x00, 0x01, 0x02, 0x03, 0x06, 0x08, 0x09),
        *range(0x20, 0x24),
        *range(0x30, 0x36),
        *(0xB2, 0xB4, 0xB5),
    ):
        two[op] = (FAULT, GP)
    # SYSCALL, SYSRET, UD2, GETSEC, VMREAD, VMWRITE, RSM, UD1, UD0.
    for op in (0x05, 0x07, 0x0B, 0x37, 0x78, 0x79, 0xAA, 0xB9, 0xFF):
        two[op] = (FAULT, UD)
    return two


def _legacy() -> Maps:
    one, two = _kinds_one(), _kinds_two()
    # CALL and JMP far, LES, LDS; INTO, BOUND; loads of segment registers.
    one.update(dict.fromkeys((0x9A, 0xEA, 0xC4, 0xC5), (FAULT, GP)))
    one.update(dict.fromkeys((0xCE, 0x62), (STEP, 0)))
    one.update(dict.fromkeys((0x07, 0x17, 0x1F, 0x8E), (LOAD, 0)))
    two.update(dict.fromkeys((0xA1, 0xA9), (LOAD, 0)))
    raised = frozenset(range(20))
    return Maps(False, _ONE, _TWO, one, two, frozenset({42, 45}), raised)


def _long() -> Maps:
    one, two = _kinds_one(), _kinds_two()
    one[0x8E] = two[0xA1] = two[0xA9] = (FAULT, GP)
    calls = frozenset({45})
    return Maps(True, _ONE_LONG, _TWO, one, two, calls, frozenset())


LEGACY: Final = _legacy()  # 32-bit
LONG: Final = _long()  # 64-bit
