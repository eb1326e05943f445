"""
What the paravirtual ABI needs of an instruction set: calls, frames, starts.

To add one: an `Isa`, and a line in `ISAS`.  The layout of frames is the ABI's
(`vpok.abi.paravirt`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from struct import Struct
from types import MappingProxyType
from typing import Final

from mypy_extensions import i64

from vpok.abi.paravirt import (
    EXTENDED_OFFSET,
    FRAME_ALIGNMENT,
    FRAMES,
    INTERRUPTS,
    MAX_DEPTH,
    PAGE,
    REGISTERS_OFFSET,
    RETURN_OFFSET,
)
from vpok.abi.paravirt_calls import Error, Number
from vpok.arch import REGISTERS, riscv64, x86_64
from vpok.arch.guest import GuestOps
from vpok.machine.arch import ArchVcpu, Context
from vpok.machine.interrupts import NONE, REFUSED, Interrupts
from vpok.machine.memory import U64

HEADER: Final = Struct("<QIIIiQ")  # number, kind, enable, depth, serving, at
INTERRUPT: Final = 0  # kinds of frames
FAULT: Final = 1
WORD: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Isa:
    """Where things are."""

    name: str
    number: int  # register with the number of a call
    arguments: tuple[int, ...]
    result: int
    pc: int
    sp: int
    link: int  # register with the return address; -1: it is on the stack
    registers: tuple[int, ...]  # in the order of a frame
    red_zone: int  # bytes below the stack pointer that are in use
    flags: int  # register of the flags; -1: there is none
    user_flags: int  # those that a guest may change
    fixed_flags: int  # those that are set, whatever it wants
    pc_alignment: int
    # Code behind the instruction that calls, and around that which returns
    # from a handler.
    ret: bytes
    before: bytes
    after: bytes


ISAS: Final[Mapping[str, Isa]] = MappingProxyType(
    {
        "x86-64": Isa(
            name="x86-64",
            number=x86_64.RAX,
            arguments=(
                x86_64.RDI,
                x86_64.RSI,
                x86_64.RDX,
                x86_64.R10,
                x86_64.R8,
                x86_64.R9,
            ),
            result=x86_64.RAX,
            pc=x86_64.RIP,
            sp=x86_64.RSP,
            link=-1,
            registers=tuple(range(18)),
            red_zone=128,
            flags=x86_64.RFLAGS,
            user_flags=x86_64.OWN_FLAGS,
            fixed_flags=x86_64.USER_FLAGS,
            pc_alignment=1,
            ret=b"\xc3",
            # mov rdi, rsp; mov eax, IRQ_RETURN ... ud2
            before=b"\x48\x89\xe7\xb8"
            + Number.IRQ_RETURN.to_bytes(4, "little"),
            after=b"\x0f\x0b",
        ),
        "riscv64": Isa(
            name="riscv64",
            number=riscv64.A7,
            arguments=(
                riscv64.A0,
                riscv64.A1,
                riscv64.A2,
                riscv64.A3,
                riscv64.A4,
                riscv64.A5,
            ),
            result=riscv64.A0,
            pc=riscv64.PC,
            sp=riscv64.SP,
            link=riscv64.RA,
            registers=(riscv64.PC, *range(1, 32)),
            red_zone=0,
            flags=-1,
            user_flags=0,
            fixed_flags=0,
            pc_alignment=2,
            ret=b"\x67\x80\x00\x00",
            # mv a0, sp; li a7, IRQ_RETURN ... unimp
            before=b"\x13\x05\x01\x00"
            + (Number.IRQ_RETURN << 20 | 0x893).to_bytes(4, "little"),
            after=b"\x00\x00\x00\x00",
        ),
    }
)


def hypercall_page(isa: Isa, instruction: bytes) -> bytes:
    """Return the page; *instruction* is what traps in the engine."""
    call = instruction + isa.ret
    end = isa.before + instruction + isa.after
    page = call.ljust(RETURN_OFFSET, b"\0") + end
    return page.ljust(PAGE, b"\0")


class ParavirtOps(GuestOps):
    """What an instruction set does for a vCPU of a guest operating system."""

    def __init__(self, isa: Isa) -> None:
        """Serve *isa*."""
        self.isa = isa
        self.frame_size = FRAMES[isa.name].size
        extended_at = EXTENDED_OFFSET[isa.name]
        registers = len(isa.registers)
        self.layout = Struct(
            f"{HEADER.format}{REGISTERS_OFFSET - HEADER.size}x{registers}Q"
            f"{extended_at - REGISTERS_OFFSET - 8 * registers}x"
            f"{self.frame_size - extended_at}s"
        )
        # From all registers to those of a frame, and back.
        self.order = itemgetter(*isa.registers)
        count = len(REGISTERS[isa.name].names)
        self.disorder = itemgetter(
            *(
                isa.registers.index(register)
                if register in isa.registers
                else 0  # x0, which is 0 whatever is written to it
                for register in range(count)
            )
        )

    def schedule_tail(self, arch: ArchVcpu) -> i64:
        """Inject the interrupt with the lowest number, if one may come."""
        interrupts = arch.interrupts
        if interrupts is None or not interrupts.pending:
            return NONE
        number = interrupts.deliverable()
        if number < 0:
            return number
        handler = interrupts.handlers[number]
        if not self.push_frame(arch, handler, INTERRUPT, number, 0):
            return REFUSED
        return number

    def new_context(
        self, arch: ArchVcpu, entry: i64, stack: i64, arg: i64
    ) -> Context:
        """
        Return the context of a vCPU that starts.

        Its arguments are *arg*, its shared page, the hypercall page.
        """
        isa = self.isa
        machine = arch.machine
        interrupts = _interrupts(arch)
        context = machine.new_context()
        values = (arg, interrupts.page, interrupts.memory.size - PAGE)
        for register, value in zip(isa.arguments, values, strict=False):
            machine.set_in(context, register, int(value) & WORD)
        machine.set_in(context, isa.sp, int(stack))
        machine.set_in(context, isa.pc, int(entry))
        return context

    # --- frames (semantics 17) ---------------------------------------------

    def push_frame(
        self, arch: ArchVcpu, handler: i64, kind: i64, number: i64, at: i64
    ) -> bool:
        """
        Save all of the resident vCPU on its stack and enter *handler*.

        Interrupts are disabled there, and *number* is in hand.
        False: there is no room in the partition; nothing has changed.
        """
        isa = self.isa
        machine = arch.machine
        interrupts = _interrupts(arch)
        memory = interrupts.memory
        words = machine.all()
        frame = words[isa.sp] - isa.red_zone - self.frame_size
        frame -= frame % FRAME_ALIGNMENT
        if not memory.contains(frame - 8, self.frame_size + 8):
            return False
        enable, depth, serving = interrupts.nested()
        image = self.layout.pack(
            *(number & WORD, kind, enable, depth, serving, at & WORD),
            *self.order(words),
            machine.extended(),
        )
        memory.write(frame, image)
        back = memory.size - PAGE + RETURN_OFFSET
        stack = frame
        if isa.link < 0:
            stack -= 8
            memory.write(stack, U64.pack(back))
        else:
            machine.set(isa.link, back)
        if isa.flags >= 0 and words[isa.flags] != isa.fixed_flags:
            machine.set(isa.flags, isa.fixed_flags)
        machine.set(isa.sp, stack)
        machine.set(isa.arguments[0], int(number) & WORD)
        machine.set(isa.arguments[1], frame)
        machine.set(isa.arguments[2], 0)
        machine.set(isa.pc, int(handler))
        interrupts.nest(0, depth + 1, number if kind == INTERRUPT else NONE)
        return True

    def pop_frame(self, arch: ArchVcpu, frame: int) -> tuple[int, int, int]:
        """
        Load the resident vCPU from a frame anywhere in its partition.

        Return (enable, depth, serving); a refusal is (-error, 0, 0), and
        nothing has changed.
        """
        isa = self.isa
        machine = arch.machine
        memory = _interrupts(arch).memory
        if not memory.contains(frame, self.frame_size):
            return (-Error.EFAULT, 0, 0)
        _, _, enable, depth, serving, _, *values, extended = (
            self.layout.unpack_from(memory.buffer, frame)
        )
        words = list(self.disorder(values))
        pc = words[isa.pc]
        if not memory.contains(pc, 1) or words[isa.sp] > memory.size:
            return (-Error.EFAULT, 0, 0)
        if (
            pc % isa.pc_alignment
            or depth > MAX_DEPTH
            or not -1 <= serving < INTERRUPTS
        ):
            return (-Error.EINVAL, 0, 0)
        if isa.flags >= 0:
            wanted = words[isa.flags] & isa.user_flags
            words[isa.flags] = wanted | isa.fixed_flags
        machine.set_all(words)
        machine.set_extended(extended[: machine.extended_size])
        return (int(enable != 0), depth, serving)


def _interrupts(arch: ArchVcpu) -> Interrupts:
    interrupts = arch.interrupts
    assert interrupts is not None, "a paravirtual vCPU has interrupts"
    return interrupts
