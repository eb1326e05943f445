"""Instructions that no core may execute, or only alone."""

from ctypes import addressof, c_uint32
from typing import Final

from vpok.arch.x86_32 import (
    DATA_SELECTOR,
    EIP,
    ESP,
    GENERAL_PROTECTION,
    INVALID_OPCODE,
    STACK_FAULT,
)
from vpok.arch.x86_decode import FAULT, LOAD, SEGMENT, SOFT, Instruction
from vpok.engines.unicorn.core import Core
from vpok.engines.unicorn.target import ALONE, DONE, Special
from vpok.machine.memory import U32

# Segment registers in the order of ModRM, as the library calls them.
_NUMBERS: Final = {"fs": 32, "gs": 33}
_MODRM: Final = ("es", "cs", "ss", "ds", "fs", "gs", "", "")
_POPS: Final = {
    0x07: "es",
    0x17: "ss",
    0x1F: "ds",
    0x0FA1: "fs",
    0x0FA9: "gs",
}


def handle(core: Core, instruction: Instruction, inside: int) -> Special:
    """
    Deal with the instruction at the PC.

    Only *inside* bytes at the PC belong to the partition.
    """
    kind = instruction.kind
    if instruction.length > inside:
        return Special(GENERAL_PROTECTION)
    if kind == FAULT:
        return Special(instruction.vector)
    if kind == SOFT:
        _advance(core, instruction)
        return Special(instruction.vector, paid=True)
    if kind == SEGMENT:
        name = "fs" if instruction.segment == 0x64 else "gs"
        loaded = _selector(core, name) & ~3
        return Special(ALONE if loaded else GENERAL_PROTECTION)
    return Special(_load(core, instruction) if kind == LOAD else ALONE)


def _advance(core: Core, instruction: Instruction) -> None:
    registers = core.registers
    registers.set(EIP, registers.get(EIP) + instruction.length)


def _selector(core: Core, name: str) -> int:
    value = c_uint32()
    core.lib.reg_read(core.handle, _NUMBERS[name], addressof(value))
    return value.value & 0xFFFF


def _load(core: Core, instruction: Instruction) -> int:
    """
    Load a segment register: the guest's own data selector, or null.

    Null is for FS and GS only, and MOV takes a register only; everything
    else is a general protection fault.
    """
    registers = core.registers
    pop = _POPS.get(instruction.opcode)
    name = pop or _MODRM[instruction.register]
    if name in {"", "cs"}:
        return INVALID_OPCODE
    if pop:
        stack = registers.get(ESP)
        if not core.mmu.memory.contains(stack, 4):
            return STACK_FAULT
        word = U32.unpack_from(core.mmu.real.view, stack)[0]
    elif instruction.in_memory:
        return GENERAL_PROTECTION
    else:
        word = registers.get(instruction.modrm & 7)
    selector = word & 0xFFFF
    if selector != DATA_SELECTOR and (selector & ~3 or name not in _NUMBERS):
        return GENERAL_PROTECTION
    if name in _NUMBERS:
        core.ask_in_sight(_NUMBERS[name], selector)
    if pop:
        registers.set(ESP, registers.get(ESP) + (4 if instruction.wide else 2))
    _advance(core, instruction)
    return DONE
